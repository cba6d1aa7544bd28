"""What the benchmarks of this folder have in common: processes that take turns, and their ratios."""

import json
import os
import statistics
import subprocess
import sys


class Subject:
    """A process that answers a line of JSON to a line of request."""

    environment = {}

    def __init__(self, name, command, batch):
        self.name, self.batch = name, batch
        self.process = subprocess.Popen(
            [*command, "--batch", str(batch)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **Subject.environment},
        )
        self.ready = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} ended without an answer")
        return json.loads(line)

    def ask(self, request):
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        return self.answer()

    def rate(self, action, steps):
        """Images a second."""
        return self.batch * steps / self.ask(f"{action} {steps}")["seconds"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def ratio(rates, one, other):
    """Median of the rounds' ratios, with the lowest and the highest."""
    ratios = sorted(a / b for a, b in zip(rates[one], rates[other]))
    return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
