__all__ = [
    "Sweep",
    "approximately",
    "check",
    "claim",
    "claims_table",
    "explore",
    "fit",
    "hint",
    "load",
    "mlp",
    "plots",
    "probes",
    "restart",
    "search",
    "search_summary",
    "seeds",
    "show",
    "solution",
    "start",
    "table",
]

from . import plots as plots
from . import probes as probes
from .claims import claim as claim
from .claims import claims_table as claims_table
from .controls import explore as explore
from .datasets import load as load
from .exercises import check as check
from .exercises import hint as hint
from .exercises import solution as solution
from .plots import show as show
from .searches import search as search
from .searches import search_summary as search_summary
from .session import seeds as seeds
from .session import start as start
from .sweeps import Sweep as Sweep
from .sweeps import mlp as mlp
from .tables import approximately as approximately
from .tables import table as table
from .training import fit as fit
from .training import restart as restart
