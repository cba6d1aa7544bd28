"""The command that the wheel brings along."""

import importlib.util
import os
import subprocess
from pathlib import Path


class FacetError(RuntimeError):
    """What the command said when it could not do what was asked."""


def path():
    """The program itself."""
    return Path(__file__).with_name("bin") / "facet"


def environment():
    """The environment it runs in: LibTorch is found wherever `torch` is installed."""
    found = importlib.util.find_spec("torch")
    if found is None or not found.submodule_search_locations:
        raise FacetError("there is no torch in this Python environment; run: pip install torch")
    library = str(Path(found.submodule_search_locations[0]) / "lib")
    earlier = os.environ.get("LD_LIBRARY_PATH")
    return {**os.environ, "LD_LIBRARY_PATH": f"{library}:{earlier}" if earlier else library}


def run(*words):
    """Runs a command and gives what it printed."""
    done = subprocess.run(
        [str(path()), *map(str, words)], env=environment(), stdin=subprocess.DEVNULL,
        capture_output=True, text=True)
    if done.returncode != 0:
        raise FacetError(done.stderr.strip() or f"facet ended with code {done.returncode}")
    return done.stdout
