"""How fast is training on a quiet machine and beside busy processes, by how long threads spin?

    python3 Benchmarks/neighbour/compare.py .build/release/training-benchmark --markdown RESULTS.md

Every setting has a process of its own that waits for its turn: values of libgomp's GOMP_SPINCOUNT, and
what facet does, which changes while it runs. Rounds alternate between them, so that what else the machine
does falls on all alike. Neighbours are processes
that do nothing but count, one a core; beside them the fair fraction of as many threads is half of the
machine. Run it on a machine that does nothing else: it takes about five minutes.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

LIBGOMP = 300_000
FACET = "facet"
SETTINGS = (LIBGOMP, FACET, 30_000, 1_000, 0)
NEIGHBOUR = "while True: pass"


class Subject:
    """A network that is trained with one setting."""

    def __init__(self, tool, model, spins, threads):
        said = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")
        environment = {k: v for k, v in os.environ.items() if k not in said}
        if spins != FACET:
            environment["GOMP_SPINCOUNT"] = str(spins)
        self.process = subprocess.Popen(
            [tool, "--model", model, "--batch", "32", "--threads", str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        self.process.stdout.readline()

    def processor_seconds(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def train(self, steps):
        """Images a second, and processor seconds for each second."""
        before = self.processor_seconds()
        print(f"train {steps}", file=self.process.stdin, flush=True)
        seconds = json.loads(self.process.stdout.readline())["seconds"]
        return 32 * steps / seconds, (self.processor_seconds() - before) / seconds

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def measure(subjects, rounds, steps, unmeasured=0):
    """Medians of images a second and of processor seconds a second, by setting.

    Steps before each turn are not counted: a process that waited for its turn has yet to see its neighbours.
    """
    rows = {spins: [] for spins in subjects}
    for number in range(rounds):
        order = list(subjects) if number % 2 == 0 else list(reversed(subjects))
        for spins in order:
            if unmeasured:
                subjects[spins].train(unmeasured)
            rows[spins].append(subjects[spins].train(steps))
    return {s: tuple(statistics.median(c) for c in zip(*r)) for s, r in rows.items()}


def both(tool, model, settings, options):
    """The medians without and with neighbours."""
    subjects = {s: Subject(tool, model, s, options.threads) for s in settings}
    for subject in subjects.values():
        subject.train(3)
    quiet = measure(subjects, options.rounds, options.steps)
    neighbours = [
        subprocess.Popen([sys.executable, "-c", NEIGHBOUR]) for _ in range(options.threads)]
    try:
        busy = measure(subjects, max(3, options.rounds // 2), max(2, options.steps // 4),
                       unmeasured=options.steps)
    finally:
        for neighbour in neighbours:
            neighbour.kill()
            neighbour.wait()
        for subject in subjects.values():
            subject.end()
    return quiet, busy


def table(model, quiet, busy):
    usual, _ = quiet[LIBGOMP]
    lines = [
        f"`{model}`, batch 32", "",
        "| spins | quiet, images/s | of libgomp's own | busy, images/s | of a fair share | "
        "processors used, quiet and busy |",
        "|---|---|---|---|---|---|"]
    for spins in quiet:
        (fast, used), (slow, used_busy) = quiet[spins], busy[spins]
        name = f"{spins} (libgomp's own)" if spins == LIBGOMP else str(spins)
        lines.append(
            f"| {name} | {fast:.0f} | {fast / usual:.3f} | {slow:.0f} | {slow / (usual / 2):.2f} "
            f"| {used:.2f}, {used_busy:.2f} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool")
    parser.add_argument("--markdown")
    parser.add_argument("--models", default="mobilenetv1:width=0.25,resnet50:width=0.25")
    parser.add_argument("--spins", help="settings, with commas")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--steps", type=int, default=16)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    settings = list(SETTINGS)
    if options.spins:
        settings = [s if s == FACET else int(s) for s in options.spins.split(",")]
    if LIBGOMP not in settings:
        settings.insert(0, LIBGOMP)
    load = os.getloadavg()[0]
    parts = [
        f"{options.threads} threads on {os.cpu_count()} cores, load {load:.2f} before the start; "
        f"medians of {options.rounds} rounds of {options.steps} steps, and of half as many "
        f"shorter ones beside {options.threads} busy neighbours.\n"]
    for model in options.models.split(","):
        parts.append(table(model, *both(options.tool, model, settings, options)))
        print(parts[-1], flush=True)
    if options.markdown:
        text = "# Beside a busy neighbour\n\n" + "\n".join(parts)
        open(options.markdown, "w", encoding="utf-8").write(text)


if __name__ == "__main__":
    main()
