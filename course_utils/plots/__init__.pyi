__all__ = ["against", "computation_graph", "new", "show", "use_style"]

from .curves import against as against
from .display import new as new
from .display import show as show
from .display import use_style as use_style
from .graphs import computation_graph as computation_graph
