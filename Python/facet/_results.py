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
            return Results({name: _value(text) for name, text in row.items()} for row in csv.DictReader(file))


def _value(text):
    """A number where the cell is one, `None` where it is empty."""
    for kind in int, float:
        try:
            return kind(text)
        except (TypeError, ValueError):
            pass
    return text or None
