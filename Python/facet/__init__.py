"""Networks that were trained with Facet, and the results of its studies."""

from ._model import FacetError, Model, Preprocessing, load
from ._results import Results, results

__all__ = ["FacetError", "Model", "Preprocessing", "Results", "load", "results"]
