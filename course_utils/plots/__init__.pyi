__all__ = ["against", "animate", "computation_graph", "dots", "layers", "new", "show", "use_style"]

from .curves import against as against
from .curves import dots as dots
from .display import animate as animate
from .display import new as new
from .display import show as show
from .display import use_style as use_style
from .graphs import computation_graph as computation_graph
from .graphs import layers as layers
