"""The results of a study as a table."""

import csv
import tempfile
from pathlib import Path

from ._tool import run


class Results(list):
    """One dictionary a run; its keys are the columns of `results.csv`."""

    def frame(self):
        """The same as a pandas table."""
        import pandas

        return pandas.DataFrame(list(self))


def results(study):
    """What the runs of a study came to, as `facet report` writes it to `results.csv`.

    Raises FacetError where the folder is no study.
    """
    with tempfile.TemporaryDirectory() as folder:
        run("report", study, "--without-pictures", "--output", folder)
        with open(Path(folder) / "results.csv", newline="", encoding="utf-8") as file:
            return Results({name: _value(name, text) for name, text in row.items()} for row in csv.DictReader(file))


# Columns of names and words: a training set can be called 2024.
_WORDS = {
    "backbone", "device", "kernels", "learned", "loss", "message", "precision", "run", "sampler", "status", "test_set",
    "train_set", "tuned_in_study", "tuned_on", "tuned_values", "values"}


def _value(name, text):
    """A number, or a word in columns of words; `None` where the cell is empty."""
    if name in _WORDS:
        # The file has an apostrophe before what a spreadsheet would take for a formula.
        is_guarded = text[:1] == "'" and text[1:2] in set("=+-@\t\r\n＝＋－＠")
        return text[is_guarded:] or None
    for kind in int, float:
        try:
            return kind(text)
        except (TypeError, ValueError):
            pass
    return text or None
