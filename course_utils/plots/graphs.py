"""Draw networks: a computation graph with the value and the slope of each node, and layers of units."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from course_utils.errors import CourseError

VALUE, SLOPE, QUIET, CHOSEN = "#0072B2", "#B34700", "#7F7F7F", "#FFF1D6"
RADIUS = 0.30
APART = 4.0  # columns of units
_BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.85}  # keeps a number legible on an arrow


class ComputationGraph:
    """A drawn graph whose numbers can be changed in place."""

    def __init__(self, axes: Axes, places: Mapping[str, tuple[float, float]], edges: Sequence[tuple[str, str]]):
        unknown = {name for edge in edges for name in edge} - set(places)
        if unknown:
            raise CourseError(
                f"an edge names {', '.join(sorted(unknown))}, which has no place among {', '.join(places)}."
            )
        self.axes = axes
        self._edges = {edge: _draw_edge(axes, places[edge[0]], places[edge[1]]) for edge in edges}
        self._nodes = {name: _draw_node(axes, name, place) for name, place in places.items()}
        xs, ys = zip(*places.values(), strict=True)
        axes.set(xlim=(min(xs) - 0.6, max(xs) + 0.6), ylim=(min(ys) - 0.85, max(ys) + 0.75), aspect="equal")
        axes.axis("off")

    def update(
        self,
        values: Mapping[str, float],
        slopes: Mapping[str, float],
        local: Mapping[tuple[str, str], float],
        chosen: str | None = None,
    ) -> None:
        """Write new numbers.

        Args:
            values: Of each node, written above it.
            slopes: Of the last node with respect to each node, written below it.
            local: Slope along each edge.
            chosen: Name of the node to mark, with all that leads from it to the end.
        """
        on_the_way = _descendants(chosen, list(self._edges)) if chosen else set()
        for name, (circle, above, below) in self._nodes.items():
            above.set_text(f"{values[name]:.3g}")
            below.set_text(f"{slopes[name]:.3g}")
            circle.set_facecolor(CHOSEN if name == chosen else "white")
        for (start, end), (arrow, label) in self._edges.items():
            label.set_text(f"×{local[start, end]:.3g}")
            active = start in on_the_way
            arrow.set(color=SLOPE if active else QUIET, linewidth=2.5 if active else 1.2)
            label.set(color=SLOPE if active else "#404040", fontweight="bold" if active else "normal")


def computation_graph(
    axes: Axes, places: Mapping[str, tuple[float, float]], edges: Sequence[tuple[str, str]]
) -> ComputationGraph:
    """Draw the nodes and edges of a computation; `update` on the result writes the numbers.

    Args:
        axes: Where to draw.
        places: Position (x, y) of each node; neighbours should be about 1.5 apart.
        edges: Pairs (from, to) of node names.

    Raises:
        CourseError: If an edge names a node that has no place.

    Taught in lecture 02.
    """
    return ComputationGraph(axes, places, edges)


def layers(axes: Axes, sizes: Mapping[str, int], most: int = 7) -> None:
    """Draw a dense network: a column of circles for each layer, joined to all circles of the next.

    Args:
        axes: Where to draw.
        sizes: Name → number of units, the inputs first.
        most: How many circles a column may have; of a larger layer fewer are drawn, with dots between them.

    Taught in lecture 00.
    """
    import matplotlib.pyplot as plt

    columns = [_heights(size, most) for size in sizes.values()]
    for column, (name, heights) in enumerate(zip(sizes, columns, strict=True)):
        x = APART * column
        for height in heights:
            axes.add_patch(plt.Circle((x, height), RADIUS, facecolor="white", edgecolor="#404040", lw=1.5, zorder=3))
            for further in columns[column + 1] if column + 1 < len(columns) else ():
                axes.plot([x, x + APART], [height, further], color=QUIET, linewidth=0.7, linestyle="-")
        if sizes[name] > most:
            axes.text(x, 0, "⋮", ha="center", va="center", fontsize=22)
        axes.text(x, most / 2 + 0.1, name, ha="center", va="bottom", fontsize=15)
    axes.set(xlim=(-1.5, APART * (len(columns) - 1) + 1.5), ylim=(-most / 2, most / 2 + 0.8), aspect="equal")
    axes.axis("off")


def _heights(size: int, most: int) -> list[float]:
    """Where the circles of a column stand, around 0; the middle stays free if not all are drawn."""
    if size <= most:
        return [i - (size - 1) / 2 for i in range(size)]
    half = most // 2
    return [sign * (i + 1) for sign in (-1, 1) for i in range(half)]


def _draw_node(axes: Axes, name: str, place: tuple[float, float]) -> tuple:
    import matplotlib.pyplot as plt

    x, y = place
    circle = axes.add_patch(plt.Circle(place, RADIUS, facecolor="white", edgecolor="#404040", linewidth=1.5, zorder=3))
    axes.text(x, y, f"${name}$", ha="center", va="center", fontsize=17, zorder=4)
    above = axes.text(x, y + RADIUS + 0.06, "", ha="center", va="bottom", color=VALUE, fontsize=15, zorder=4)
    below = axes.text(
        x - 0.1, y - RADIUS - 0.1, "", ha="left", va="top", color=SLOPE, fontsize=15, zorder=4, bbox=_BEHIND
    )
    return circle, above, below


def _draw_edge(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> tuple:
    (x0, y0), (x1, y1) = start, end
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    dx, dy = (x1 - x0) / length * RADIUS, (y1 - y0) / length * RADIUS
    arrow = axes.annotate(
        "", (x1 - dx, y1 - dy), (x0 + dx, y0 + dy), arrowprops={"arrowstyle": "-|>", "shrinkA": 2, "shrinkB": 2}
    ).arrow_patch
    middle = ((x0 + x1) / 2 - dy * 0.6, (y0 + y1) / 2 + dx * 0.6)
    return arrow, axes.text(*middle, "", ha="center", va="center", fontsize=13, zorder=2, bbox=_BEHIND)


def _descendants(name: str, edges: Sequence[tuple[str, str]]) -> set[str]:
    """The node and every node that depends on it."""
    found, waiting = set(), [name]
    while waiting:
        found.add(current := waiting.pop())
        waiting += [end for start, end in edges if start == current and end not in found]
    return found
