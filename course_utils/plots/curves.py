"""Curves and rows of dots, each with its spread over seeds."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from course_utils.errors import CourseError
from course_utils.plots.display import MEDIAN
from course_utils.tables import approximately


def against(axes: Axes, x: ArrayLike, values: ArrayLike, label: str, **line) -> None:
    """Draw the median over seeds as a line, and the range of the middle half of the seeds as a band.

    Args:
        axes: Where to draw.
        x: (points,) positions.
        values: (points, seeds) measurements.
        label: Name of the series for the legend.
        **line: Passed to `axes.plot`.

    Raises:
        CourseError: If there is not one row of values for each position.

    Taught in lecture 02.
    """
    x, values = np.asarray(x), np.asarray(values)
    if values.ndim != 2 or len(values) != len(x):
        raise CourseError(
            f"against needs values of shape ({len(x)}, seeds) for {len(x)} positions, not {values.shape}."
        )
    low, median, high = np.nanpercentile(values, [25, 50, 75], axis=1)
    (drawn,) = axes.plot(x, median, label=label, **line)
    axes.fill_between(x, low, high, color=drawn.get_color(), alpha=0.2, linewidth=0)


def dots(axes: Axes, rows: Mapping[str, ArrayLike]) -> None:
    """Draw a row for each name, with a dot for each run and a bar at the median.

    Args:
        axes: Where to draw.
        rows: Name → (runs,) measurements; the first name stands on top.

    Raises:
        CourseError: If a row has no numbers.

    Taught in lecture 00.
    """
    for row, (name, values) in enumerate(rows.items()):
        values = np.asarray(values, dtype=float).ravel()
        if not values.size:
            raise CourseError(f"dots needs at least one number in each row; {name!r} has none.")
        places = row + np.linspace(-0.22, 0.22, values.size)
        axes.scatter(values, places, s=45, color=f"C{row % 6}", marker="os^Dv"[row % 5], alpha=0.8)
        median = np.median(values)
        label = f"{MEDIAN}{name} {approximately(median)}"
        axes.plot(2 * [median], [row - 0.36, row + 0.36], color="#404040", linestyle="-", label=label)
    axes.set(yticks=range(len(rows)), yticklabels=list(rows), ylim=(len(rows) - 0.5, -0.5))
