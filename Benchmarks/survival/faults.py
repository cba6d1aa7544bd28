#!/usr/bin/env python3
"""Faults that meet several processes of one training or study.

    sudo python3 faults.py FACET [SCENARIO ...] [--torchrun torchrun] [--epochs 100]

FACET is the built tool. It needs root for small file systems (mount -t tmpfs) and for network namespaces (ip(8),
unshare(1)), and a C compiler for clock.c. Without names all scenarios are run:

killed     one of three processes is killed (SIGKILL) while the sets are read, in a step, while process 0 writes a
           checkpoint, and during an evaluation: process 0 or another one
frozen     a process is stopped (SIGSTOP) for less than the limit, and for longer; also one that --processes started,
           whose parent must not wait for it for ever
taken      all processes of a training are stopped, and another command takes over their run before they wake up
patience   the same as frozen, in a step and without FACET_PROCESS_TIMEOUT: takes five minutes
full       the disk is full: that of the study, with several amounts of room left, and that of TMPDIR and HOME of the
           other process
ports      two trainings on one port, one after the other and at the same time; a port on which another program
           listens and says nothing; a host that swallows every packet
launcher   torchrun is killed by a signal and leaves its processes, and is started again at once; an attempt in which one
           process starts 10 s late, after one that was killed
nan        the learning rate is so large that the loss overflows
clocks     two hosts, one clock 3 hours ahead and one 2 years behind: a training by both; a run of more than a minute
           that the other host leaves alone; and a host that is killed, whose run is taken over

After a fault every process must end by itself within its limit, with one line of error from process 0, at most one from
each of the others, and exit code 1. No file may stand half written under its own name, and the same command, with
another number of processes, must go on to the files of an undisturbed training. The exit code is 1 when anything was
different.
"""

import argparse
import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hosts import ADDRESSES, Hosts, tell
from hosts import wait_for as wait_for_sign
from kill import differences, snapshot, tiny_faces, torn
from processes import children

# In seconds: FACET_PROCESS_TIMEOUT of most scenarios.
LIMIT = 10
# Parts of what a program says when it ends by accident.
ACCIDENTS = ["Fatal error", "terminate called", "Traceback", "Stack dump", "c10::", "[W", "[E", "Exception raised"]


class Rank:
    """A process of a training, and what it says."""

    def __init__(self, words, said, environment, starter=None):
        self.said = said
        start = starter or self.start
        with open(said, "wb") as errors:
            self.process = start(words, errors, environment)

    @staticmethod
    def start(words, errors, environment):
        return subprocess.Popen(
            words, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True,
            env={**os.environ, **environment})

    def poll(self):
        return self.process.poll()

    @property
    def pid(self):
        return self.process.pid

    def signal(self, number):
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            pass

    def end(self, limit):
        """The exit code; 'hang' when it had to be killed."""
        try:
            return self.process.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()
            return "hang"

    def text(self):
        return Path(self.said).read_text(errors="replace")

    def errors(self):
        return [line for line in self.text().splitlines() if line.startswith(("facet: ", "error: "))]


class Trainings:
    def __init__(self, tool, root, options):
        self.tool, self.root, self.options = tool, root, options
        self.folder = root / "study"
        self.count = 0
        self.references = {}

    def command(self, epochs=3, more=(), folder=None):
        return [
            self.tool, "compare", "--train", f"tiny={self.root / 'train'}",
            "--test", f"probe={self.root / 'test'},{self.root / 'pairs.txt'}",
            "--backbones", "mobilenetv1:width=0.1,embedding=16", "--input-size", "32", "--losses", "softmax",
            "--epochs", str(epochs), "--batch-size", "24", "--micro-batches", "6", "--precision", "float32",
            "--threads", "1", "--output", str(folder or self.folder), *more]

    def said(self):
        self.count += 1
        return self.root / f"said-{self.count}"

    def one(self, words, starter=None, **environment):
        return Rank(words, self.said(), environment, starter)

    def ranks(self, size, words, port=None, address="127.0.0.1", limit=LIMIT, only=None, starters=None, each=None):
        port = port or free_port()
        place = dict(WORLD_SIZE=str(size), MASTER_ADDR=address, MASTER_PORT=str(port))
        if limit:
            place["FACET_PROCESS_TIMEOUT"] = str(limit)
        return [
            self.one(words, (starters or {}).get(r), RANK=str(r), LOCAL_RANK=str(r), **place,
                     **(each or {}).get(r, {}))
            for r in (range(size) if only is None else only)]

    def reference(self, epochs=3, more=()):
        key = (epochs, tuple(more))
        if key not in self.references:
            folder = self.root / "reference"
            process = self.one(self.command(epochs, more, folder))
            if process.end(300):
                sys.exit(f"the undisturbed training failed: {process.text()}")
            self.references[key] = snapshot(folder)
            shutil.rmtree(folder)
        return self.references[key]

    def resumed(self, epochs=3, more=(), processes=1):
        """Goes on with a training to its end; what is different then."""
        words = self.command(epochs, more) + (["--processes", str(processes)] if processes > 1 else [])
        again = self.one(words)
        code = again.end(300)
        problems = [] if code == 0 else [f"resumed, it ended with {code}: {again.text()[-400:]}"]
        return problems + self.compared(epochs, more)

    def compared(self, epochs=3, more=()):
        found = list(differences(snapshot(self.folder), self.reference(epochs, more)))
        shutil.rmtree(self.folder, ignore_errors=True)
        return found

    def has(self, pattern):
        try:
            return any(self.folder.glob(pattern))
        except FileNotFoundError:
            return False


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def judged(name, process, limit, code=1, says=None, lines=1):
    """Waits for a process; what is different about its end. `lines`: how many lines of error it may have; with `says`
    it must have exactly one, which contains all of these."""
    found = process.end(limit)
    codes = code if isinstance(code, tuple) else (code,)
    problems = [] if found in codes else [f"{name} ended with {found} in place of {' or '.join(map(str, codes))}"]
    errors, text = process.errors(), process.text()
    if says is not None:
        if len(errors) != 1 or not all(s in errors[0] for s in says):
            problems.append(f"{name} says: {' | '.join(errors) or 'nothing'}")
    elif len(errors) > lines:
        problems.append(f"{name} says too much: {' | '.join(errors)}")
    accident = next((a for a in ACCIDENTS if a in text), None)
    if accident:
        problems.append(f"{name} ends by accident: {text[text.index(accident):][:300]}")
    return problems


def halves(trainings):
    found = sorted(set(torn(trainings.folder)))
    return [f"half written: {', '.join(found)}"] if found else []


# A sign may last for no more than a millisecond.
wait_for = functools.partial(wait_for_sign, pause=0.0002)


# Signs of what a training does.

def signs(trainings):
    def saves():
        try:
            return {f.stat().st_ino for f in trainings.folder.glob("runs/*/checkpoint/last.safetensors")}
        except FileNotFoundError:
            return set()

    return {
        "scan": lambda: trainings.folder.exists(),
        # Steps themselves are written in blocks; after the first epoch come those of the second.
        "step": lambda: trainings.has("runs/*/metrics.jsonl"),
        "checkpoint": lambda: trainings.has("runs/*/checkpoint/.*.part"),
        "evaluation": lambda: bool(saves()),
    }


def killed(trainings):
    failed = 0
    for kind in ("scan", "step", "checkpoint", "evaluation"):
        for victim in (0, 2):
            ranks = trainings.ranks(3, trainings.command())
            wait_for(signs(trainings)[kind], *ranks)
            ranks[victim].signal(signal.SIGKILL)
            begin = time.monotonic()
            problems = judged(f"rank {victim}", ranks[victim], 5, -signal.SIGKILL)
            for rank in (0, 1, 2):
                if rank != victim:
                    says = [f"rank {victim}", "gone"] if 0 in (rank, victim) else None
                    problems += judged(f"rank {rank}", ranks[rank], 60, says=says, lines=0)
            seconds = time.monotonic() - begin
            if seconds > 30:
                problems.append("it took longer than 30 s")
            problems += halves(trainings) + trainings.resumed(processes=2)
            failed += tell(f"killed, {kind}, rank {victim} of 3, noticed after {seconds:.1f} s", problems)
    return failed


def frozen(trainings):
    failed = 0
    for victim in (0, 1):
        ranks = trainings.ranks(2, trainings.command())
        wait_for(signs(trainings)["step"], *ranks)
        ranks[victim].signal(signal.SIGSTOP)
        time.sleep(LIMIT / 2)  # Less than the limit, as is asked here.
        ranks[victim].signal(signal.SIGCONT)
        problems = sum((judged(f"rank {r}", ranks[r], 120, 0, lines=0) for r in (0, 1)), [])
        failed += tell(f"frozen, rank {victim} for half the limit", problems + trainings.compared())
        for kind in ("scan", "step", "evaluation"):
            ranks = trainings.ranks(2, trainings.command())
            wait_for(signs(trainings)[kind], *ranks)
            ranks[victim].signal(signal.SIGSTOP)
            begin, other = time.monotonic(), 1 - victim
            problems = judged(f"rank {other}", ranks[other], 90, says=[f"rank {victim}", "gone"])
            seconds = time.monotonic() - begin
            ranks[victim].signal(signal.SIGCONT)
            problems += judged(f"rank {victim}, awake again", ranks[victim], 60)
            problems += halves(trainings) + trainings.resumed(processes=3)
            failed += tell(f"frozen, {kind}, rank {victim}, noticed after {seconds:.1f} s", problems)
    for victim in (0, 1):
        first = trainings.one(trainings.command(more=["--processes", "2"]), FACET_PROCESS_TIMEOUT=str(LIMIT))
        wait_for(signs(trainings)["step"], first)
        child = children(first.pid)[0]
        os.kill([first.pid, child][victim], signal.SIGSTOP)
        begin = time.monotonic()
        if victim == 0:
            wait_for(lambda: not alive(child), Forever(60))
            first.signal(signal.SIGCONT)
            problems = judged("process 0, awake again", first, 60, lines=2)
        else:
            problems = judged("process 0", first, 60, says=["rank 1", "gone"])
        seconds = time.monotonic() - begin
        if alive(child):
            problems.append("the other process is left behind")
            os.kill(child, signal.SIGKILL)
        problems += halves(trainings) + trainings.resumed(processes=3)
        failed += tell(f"frozen, rank {victim} with --processes, all ended after {seconds:.1f} s", problems)
    return failed


def taken(trainings):
    epochs, more = 6, ["--seeds", "2"]
    ranks = trainings.ranks(2, trainings.command(epochs, more), limit=300)
    wait_for(signs(trainings)["step"], *ranks)
    for rank in ranks:
        rank.signal(signal.SIGSTOP)
    begin = time.monotonic()
    second = trainings.one(trainings.command(epochs, more))
    # It first has the other run to do.
    wait_for(lambda: "[1/2]" in second.text(), second, Forever(120))
    seconds = time.monotonic() - begin
    for rank in ranks:
        rank.signal(signal.SIGCONT)
    problems = judged("the one that took over", second, 120, 0, lines=0)
    problems += sum((judged(f"rank {r}, awake again", ranks[r], 60, 0, lines=0) for r in (0, 1)), [])
    if ranks[0].text().count("was taken over by") != 1:
        problems.append(f"rank 0 does not say that its run was taken over: {ranks[0].text()[-400:]}")
    problems += halves(trainings)
    return tell(f"frozen, both ranks, their run taken over after {seconds:.0f} s",
                problems + trainings.compared(epochs, more))


def patience(trainings):
    ranks = trainings.ranks(2, trainings.command(), limit=None)
    wait_for(signs(trainings)["step"], *ranks)
    ranks[1].signal(signal.SIGSTOP)
    begin = time.monotonic()
    problems = judged("rank 0", ranks[0], 400, says=["rank 1", "gone"])
    seconds = time.monotonic() - begin
    ranks[1].signal(signal.SIGCONT)
    problems += judged("rank 1, awake again", ranks[1], 60)
    return tell(f"patience, noticed after {seconds:.0f} s", problems + trainings.resumed(processes=3))


class SmallDisk:
    """A small file system in memory, which can be filled."""

    def __init__(self, place, size):
        self.place, self.size = Path(place), size

    def __enter__(self):
        self.place.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.size}", "facet-faults", self.place], check=True)
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.place], check=True)

    def fill(self, room=0):
        """Fills it up to some bytes."""
        with open(self.place / "ballast", "ab", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(1 << 12))
            except OSError:
                ballast.truncate(max(0, ballast.tell() - room))

    def empty(self):
        (self.place / "ballast").unlink()


def full(trainings):
    failed, place = 0, trainings.root / "disk"
    former, trainings.folder = trainings.folder, place / "study"
    try:
        with SmallDisk(place, "24m") as disk:
            for room in (0, 4 << 10, 100 << 10, 300 << 10):
                ranks = trainings.ranks(2, trainings.command())
                wait_for(signs(trainings)["step"], *ranks)
                disk.fill(room)
                problems = judged("rank 0", ranks[0], 60, says=["the disk is full"])
                problems += judged("rank 1", ranks[1], 30, (0, 1), lines=0)
                problems += halves(trainings)
                again = trainings.ranks(2, trainings.command())
                problems += judged("rank 0, again", again[0], 60, says=["the disk is full"])
                problems += judged("rank 1, again", again[1], 30, (0, 1), lines=0)
                disk.empty()
                problems += halves(trainings) + trainings.resumed(processes=3)
                failed += tell(f"full disk, {room >> 10} KiB left", problems)
    finally:
        trainings.folder = former
    with SmallDisk(place, "1m") as disk:
        disk.fill()
        there = {1: dict(HOME=str(place), TMPDIR=str(place), XDG_CACHE_HOME=str(place / "cache"))}
        ranks = trainings.ranks(2, trainings.command(), each=there)
        problems = sum((judged(f"rank {r}", ranks[r], 60, 0, lines=0) for r in (0, 1)), [])
        failed += tell("full TMPDIR and HOME of rank 1", problems + trainings.compared())
    return failed


def ports(trainings):
    failed = 0
    # One training runs, and another one is started on its port.
    other = trainings.root / "other"
    for when in ("later", "at the same time"):
        for more in (["--seeds", "7"], []):
            # Long enough that all of the second have given up before the first is done.
            port, epochs = free_port(), 25 if when == "later" else 3
            first = trainings.ranks(2, trainings.command(epochs), port)
            if when == "later":
                wait_for(signs(trainings)["step"], *first)
            second = trainings.ranks(2, trainings.command(epochs, more, other), port)
            what = f"ports, another {'study' if more else 'folder'} on the same port {when}"
            problems, ends = [], []
            for name, process in (("second, rank 0", second[0]), ("second, rank 1", second[1]),
                                  ("first, rank 0", first[0]), ("first, rank 1", first[1])):
                code = process.end(120)
                ends.append(code)
                problems += judged(name, process, 1, code)
                if code == "hang":
                    problems.append(f"{name} hangs")
                if code and not process.errors() and name.endswith("0"):
                    problems.append(f"{name} says nothing")
            if when == "later":
                # The one that runs must not be disturbed.
                if ends[2:] != [0, 0]:
                    problems.append(f"the first ended with {ends[2:]}: {first[0].errors() + first[1].errors()}")
                if ends[0] != 1 or ends[1] != 1:
                    problems.append(f"the second ended with {ends[:2]}")
            shutil.rmtree(other, ignore_errors=True)
            failed += tell(what, problems + trainings.resumed(epochs))
    # A program that accepts connections and says nothing.
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        ranks = trainings.ranks(2, trainings.command(), deaf.getsockname()[1])
        begin = time.monotonic()
        problems = sum(
            (judged(f"rank {r}", ranks[r], 60, says=["cannot meet at 127.0.0.1", "that the port is free"])
             for r in (0, 1)), [])
        seconds = time.monotonic() - begin
        failed += tell(f"ports, one of another program, noticed after {seconds:.1f} s", problems)
    shutil.rmtree(trainings.folder, ignore_errors=True)
    with Hosts() as hosts:
        swallowed = "10.213.7.99"
        subprocess.run(["ip", "-n", hosts.names[0], "neigh", "add", swallowed, "lladdr", "02:00:00:00:00:01", "dev",
                        hosts.links[0], "nud", "permanent"], check=True)
        begin = time.monotonic()
        rank = trainings.ranks(2, trainings.command(), 29517, swallowed, only=[1], starters={1: on(hosts, 0)})[0]
        problems = judged("rank 1", rank, 90, says=[f"cannot meet at {swallowed}"])
        seconds = time.monotonic() - begin
        # The other waits for it.
        rank = trainings.ranks(2, trainings.command(), 29517, ADDRESSES[0], only=[0], starters={0: on(hosts, 0)})[0]
        problems += judged("rank 0 alone", rank, 90, says=["cannot meet at"])
        failed += tell(f"ports, a host out of reach, noticed after {seconds:.1f} s", problems)
    shutil.rmtree(trainings.folder, ignore_errors=True)
    return failed


def on(hosts, host):
    """A starter of processes on one of two hosts."""
    return lambda words, errors, environment: hosts.start(host, words, errors, **environment)


def launcher(trainings):
    failed, epochs = 0, 12
    torchrun = [trainings.options.torchrun, "--nproc-per-node", "2", "--no-python", "--monitor-interval", "0.2"]
    first = trainings.one(
        torchrun + ["--master-port", str(free_port())] + trainings.command(epochs), FACET_PROCESS_TIMEOUT=str(LIMIT))
    wait_for(signs(trainings)["step"], first)
    workers = children(first.pid)
    first.signal(signal.SIGUSR1)
    # Held until the second start has found them: they would end as soon as they miss torchrun's store.
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    first.end(10)
    left = [w for w in workers if alive(w)]
    begin = time.monotonic()
    second = trainings.one(
        torchrun + ["--master-port", str(free_port())] + trainings.command(epochs), FACET_PROCESS_TIMEOUT=str(LIMIT))
    wait_for(lambda: "joining the study" in second.text(), second, Forever(40))
    problems = [] if len(left) == 2 else [f"{len(left)} processes were left behind"]
    if "joining the study" not in second.text() or "waiting for what others work on" not in second.text():
        wait_for(lambda: "waiting for what others work on" in second.text(), second, Forever(10))
    if "joining the study" not in second.text() or "waiting for what others work on" not in second.text():
        problems.append(f"the second start does not say for whom it waits: {second.text()[-600:]}")
    if "epoch" in second.text():
        problems.append("the second start trains while the first one's processes are there")
    for worker in workers:
        os.kill(worker, signal.SIGCONT)
    wait_for(lambda: not any(alive(w) for w in workers), Forever(60))
    gone = time.monotonic() - begin
    for worker in filter(alive, workers):
        problems.append("a process that was left behind does not end")
        os.kill(worker, signal.SIGKILL)
    code = second.end(240)
    problems += [] if code == 0 else [f"the second start ended with {code}: {second.text()[-600:]}"]
    told = first.errors()
    if len(told) > 2 or not told:
        problems.append(f"those left behind say: {' | '.join(told) or 'nothing'}")
    failed += tell(
        f"launcher, killed by SIGUSR1, its {len(left)} processes gone after {gone:.0f} s, ended by a second start",
        problems + trainings.compared(epochs))

    late = 'if [ "$TORCHELASTIC_RESTART_COUNT" = 1 ] && [ "$RANK" = 1 ]; then sleep 10; fi; exec "$@"'
    process = trainings.one(
        torchrun + ["--max-restarts", "1", "--master-port", str(free_port()), "sh", "-c", late, "sh"]
        + trainings.command(epochs), FACET_PROCESS_TIMEOUT="60")
    wait_for(signs(trainings)["step"], process)
    workers = children(process.pid)
    if workers:
        os.kill(workers[-1], signal.SIGKILL)
    code = process.end(240)
    problems = [] if code == 0 else [f"it ended with {code}: {process.text()[-800:]}"]
    failed += tell("launcher, the second attempt with one that is 10 s late", problems + trainings.compared(epochs))
    return failed


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Forever:
    """What has not ended before some seconds are over, for wait_for()."""

    def __init__(self, seconds):
        self.end = time.monotonic() + seconds

    def poll(self):
        return None if time.monotonic() < self.end else 0


def nan(trainings):
    more = ["--learning-rate", "1e25"]
    ranks = trainings.ranks(3, trainings.command(more=more))
    problems = judged("rank 0", ranks[0], 60, says=["became NaN or infinite"])
    for rank in (1, 2):
        problems += judged(f"rank {rank}", ranks[rank], 30, (0, 1), lines=0)
    problems += halves(trainings)
    shutil.rmtree(trainings.folder, ignore_errors=True)
    return tell("nan, of a learning rate that is too large", problems)


def clocks(trainings):
    library = trainings.root / "clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, Path(__file__).with_name("clock.c")], check=True)
    shifts = [dict(LD_PRELOAD=str(library), CLOCK_SHIFT=str(s)) for s in (3 * 3600, -2 * 365 * 86400)]
    failed = 0
    with Hosts() as hosts:
        starters = {r: on(hosts, r) for r in (0, 1)}

        def start(host, words):
            return trainings.one(words, starters[host], **shifts[host])

        ranks = trainings.ranks(2, trainings.command(), 29517, ADDRESSES[0], starters=starters,
                                each=dict(enumerate(shifts)))
        problems = sum((judged(f"host {r}", ranks[r], 120, 0, lines=0) for r in (0, 1)), [])
        failed += tell("clocks, one training on two hosts", problems + trainings.compared())

        # A run of more than a minute on the one host; the other has nothing to do but wait for it.
        epochs = trainings.options.epochs
        for host in (0, 1):
            first = start(host, trainings.command(epochs))
            wait_for(signs(trainings)["step"], first)
            begin = time.monotonic()
            second = start(1 - host, trainings.command(epochs))
            problems = judged("the host that trains", first, 400, 0, lines=0)
            seconds = time.monotonic() - begin
            problems += judged("the host that waits", second, 60, 0, lines=0)
            if seconds < 75:
                problems.append(f"the run took only {seconds:.0f} s: --epochs must be larger")
            if "taken over" in first.text() or "epoch" in second.text():
                problems.append(f"the run was taken over: {second.text()[-400:]}")
            failed += tell(
                f"clocks, a run of {seconds:.0f} s on the host {['ahead', 'behind'][host]}, left alone by the other",
                problems + trainings.compared(epochs))

        for host in (0, 1):
            first = start(host, trainings.command(12))
            wait_for(signs(trainings)["step"], first)
            second = start(1 - host, trainings.command(12))
            wait_for(lambda: "joining the study" in second.text(), first, second)
            os.killpg(first.pid, signal.SIGKILL)
            first.end(5)
            begin = time.monotonic()
            wait_for(lambda: "[1/1]" in second.text(), second)
            seconds = time.monotonic() - begin
            problems = judged("the other host", second, 200, 0, lines=0)
            if not 50 < seconds < 90:
                problems.append("that is not about a minute")
            failed += tell(
                f"clocks, the host {['ahead', 'behind'][host]} killed, its run taken over after {seconds:.0f} s",
                problems + trainings.compared(12))
    return failed


SCENARIOS = dict(killed=killed, frozen=frozen, taken=taken, patience=patience, full=full, ports=ports, launcher=launcher, nan=nan, clocks=clocks)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("scenarios", nargs="*", choices=[*SCENARIOS, []])
    parser.add_argument("--torchrun", default="torchrun")
    parser.add_argument("--epochs", type=int, default=100, help="epochs of a run of more than 75 s (clocks)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="facet-faults-") as folder:
        trainings = Trainings(str(Path(options.tool).resolve()), Path(folder), options)
        tiny_faces(trainings.tool, Path(folder), "0.2")
        failed = sum(SCENARIOS[name](trainings) for name in options.scenarios or SCENARIOS)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
