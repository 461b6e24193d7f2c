"""Curves with their spread over seeds."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from course_utils.errors import CourseError


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
