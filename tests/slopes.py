"""What several lectures' slopes are compared with: central differences, and losses by SciPy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special


def central(function: Callable, x: np.ndarray, step: float = 1e-6) -> np.ndarray:
    """The slope of a function of one number, at each x."""
    return (function(x + step) - function(x - step)) / (2 * step)


# Losses of a pre-activation h, for labels y of 0 and 1.
CLASS_LOSSES = {
    "logistic": lambda h, y: -y * special.log_expit(h) - (1 - y) * special.log_expit(-h),
    "hinge": lambda h, y: np.maximum(0, 1 - (2 * y - 1) * h),
}
