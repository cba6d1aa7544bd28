#!/usr/bin/env python3
"""Two 'hosts' on this machine: network, process and name namespaces of their own, which share a folder.

    sudo python3 hosts.py FACET

FACET is the built tool. Needs root, ip(8) and unshare(1).

1. The same study of four runs is started on both. One host is killed half way (SIGKILL to all of it); the other
   takes up its run when its lease is a minute old, and finishes. All files must be those of one process.
2. One training is computed by a process on each host, which meet over the network. Its files must be those of one process.
3. The same, and the link between the hosts is cut half way: both must end with a message that says so, and the
   training must go on to the same files on one host.

The exit code is 1 when anything was different.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kill import differences, snapshot, tiny_faces

ADDRESSES = ["10.213.7.1", "10.213.7.2"]


def call(*words):
    subprocess.run(words, check=True)


class Hosts:
    """Two network namespaces with a link between them."""

    def __enter__(self):
        self.names = [f"facet-{os.getpid()}-{i}" for i in "ab"]
        self.links = [f"fct{os.getpid() % 100000}{i}" for i in "ab"]
        for name in self.names:
            call("ip", "netns", "add", name)
        call("ip", "link", "add", self.links[0], "type", "veth", "peer", "name", self.links[1])
        for name, link, address in zip(self.names, self.links, ADDRESSES):
            call("ip", "link", "set", link, "netns", name)
            call("ip", "-n", name, "address", "add", f"{address}/24", "dev", link)
            call("ip", "-n", name, "link", "set", link, "up")
            call("ip", "-n", name, "link", "set", "lo", "up")
        return self

    def __exit__(self, *_):
        for name in self.names:
            subprocess.run(["ip", "netns", "delete", name])

    def start(self, host, words, errors=subprocess.PIPE, **environment):
        """Starts a command on a host; it ends with everything that it has started."""
        shell = f'hostname host{"ab"[host]}; exec "$@"'
        return subprocess.Popen(
            ["ip", "netns", "exec", self.names[host], "unshare", "--uts", "--pid", "--fork", "--kill-child",
             "--mount-proc", "sh", "-c", shell, "sh"] + words,
            stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True,
            env={**os.environ, **environment})

    def cut(self):
        call("ip", "-n", self.names[0], "link", "set", self.links[0], "down")

    def mend(self):
        call("ip", "-n", self.names[0], "link", "set", self.links[0], "up")


def command(tool, root, *more):
    return [
        tool, "compare", "--train", f"tiny={root / 'train'}",
        "--test", f"probe={root / 'test'},{root / 'pairs.txt'}",
        "--backbones", "mobilenetv1:width=0.1,embedding=16", "--input-size", "32", "--losses", "softmax",
        "--batch-size", "16", "--threads", "1", "--precision", "float32",
        "--output", str(root / "study"), *more]


def result(root):
    files = snapshot(root / "study")
    shutil.rmtree(root / "study")
    return files


def wait(process, limit=400):
    try:
        _, errors = process.communicate(timeout=limit)
        return process.returncode, errors.decode()
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return "hang", process.communicate()[1].decode()


def wait_for(sign, *processes, pause=0.01):
    """Waits for a sign, or for the end of one of the processes."""
    while not sign() and all(p.poll() is None for p in processes):
        time.sleep(pause)


def tell(what, problems):
    print(f"{what}: {'; '.join(problems) or 'as it should be'}", flush=True)
    return bool(problems)


def failure(name, code, errors, expected=0):
    return [] if code == expected else [f"{name} ended with {code}: {errors[-600:]}"]


def study(hosts, tool, root):
    words = command(tool, root, "--epochs", "8", "--seeds", "4")
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    reference = result(root)
    first, second = hosts.start(0, words), None
    wait_for(lambda: any((root / "study").glob("runs/*/metrics.jsonl")), first)
    second = hosts.start(1, words)
    wait_for(lambda: len(list((root / "study").glob("runs/*/metrics.jsonl"))) >= 2, first, second)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    code, errors = wait(second)
    problems = failure("the other host", code, errors)
    if "joining the study" not in errors or "on host 'hosta'" not in errors:
        problems.append(f"it does not say whom it joins: {errors[-600:]}")
    return tell("a study by two hosts, one killed", problems + list(differences(result(root), reference)))


def together(hosts, words, **more):
    places = [dict(RANK=str(r), WORLD_SIZE="2", LOCAL_RANK="0", MASTER_ADDR=ADDRESSES[0],
                   MASTER_PORT="29517", **more) for r in (0, 1)]
    return [hosts.start(r, words, **places[r]) for r in (0, 1)]


def training(hosts, tool, root):
    words = command(tool, root, "--epochs", "4", "--micro-batches", "4")
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    reference = result(root)
    problems = []
    for host, process in enumerate(together(hosts, words)):
        problems += failure(f"host {host}", *wait(process))
    return tell("a training on two hosts", problems + list(differences(result(root), reference)))


def cut(hosts, tool, root):
    words = command(tool, root, "--epochs", "40", "--micro-batches", "4")
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    reference = result(root)
    processes = together(hosts, words, FACET_PROCESS_TIMEOUT="15")
    wait_for(lambda: any((root / "study").glob("runs/*/metrics.jsonl")), *processes)
    hosts.cut()
    begin = time.monotonic()
    problems = []
    for host, process in enumerate(processes):
        code, errors = wait(process)
        problems += failure(f"host {host}", code, errors, expected=1)
        other = f"rank {1 - host} (process"
        if other not in errors or "gone, after step" not in errors:
            problems.append(f"host {host} does not say who is gone: {errors[-600:]}")
    seconds = time.monotonic() - begin
    hosts.mend()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return tell(f"a training on two hosts, cut off, noticed after {seconds:.0f} s",
                problems + list(differences(result(root), reference)))


def main():
    tool = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory(prefix="facet-hosts-") as folder, Hosts() as hosts:
        root = Path(folder)
        tiny_faces(tool, root)
        failed = sum(part(hosts, tool, root) for part in (training, cut, study))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
