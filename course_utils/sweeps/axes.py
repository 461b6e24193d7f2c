"""The axes of a sweep: what differs between its networks, by name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from course_utils.errors import CourseError, require_choice
from course_utils.session import seeds as course_seeds

# What may be an axis. Numbers have a range: from the first, to the second.
RANGES = {
    "learning_rate": (0.0, math.inf),
    "weight_decay": (0.0, math.inf),
    "l2": (0.0, math.inf),
    "dropout": (0.0, 0.999),
    "gain": (-math.inf, math.inf),
    "label_noise": (0.0, 1.0),
    "width": (1, math.inf),
}
NAMES = (*RANGES, "activation", "initializer", "training_set")


@dataclass(frozen=True)
class Axes:
    """Names and coordinates of the axes, in order, and the values that all networks share.

    Attributes:
        coordinates: Axis name → (length,) array.
        shared: Hyper-parameter → the value of all networks.
    """

    coordinates: Mapping[str, np.ndarray]
    shared: Mapping[str, object]

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        return tuple(map(len, self.coordinates.values()))

    @property
    def size(self) -> int:
        """How many networks there are."""
        return math.prod(self.shape)

    def __contains__(self, name: str) -> bool:
        return name in self.coordinates or name in self.shared

    def of_members(self, name: str, default: object = None) -> np.ndarray:
        """(networks,) the value of each network, the last axis running fastest."""
        if name not in self.coordinates:
            return np.array([self.shared.get(name, default)] * self.size)
        place = list(self.coordinates).index(name)
        return self.coordinates[name][np.indices(self.shape)[place].ravel()]

    def position(self, wanted: Mapping[str, object]) -> int:
        """The number of the network at these coordinates; an axis of length 1 may be left out.

        Raises:
            CourseError: For an unknown axis, a missing one, or a coordinate that is not on it.
        """
        for name in wanted:
            require_choice("axis", name, self.coordinates)
        places = [self._place(name, wanted) for name in self.coordinates]
        return int(np.ravel_multi_index(places, self.shape))

    def _place(self, name: str, wanted: Mapping[str, object]) -> int:
        values = self.coordinates[name]
        if name not in wanted and len(values) > 1:
            raise CourseError(f"say which {name}: {name}={_shown(values[0])}, or another of {_listed(values)}.")
        value = wanted.get(name, values[0])
        number = values.dtype.kind in "iuf" and isinstance(value, int | float | np.number)
        matches = np.isclose(values, value, rtol=1e-6, atol=0) if number else [v is value or v == value for v in values]
        if not np.any(matches):
            raise CourseError(f"no network has {name}={value!r}; this sweep has {_listed(values)}.")
        return int(np.argmax(matches))


def read_axes(given: Mapping[str, object], seeds: int | Sequence[int]) -> Axes:
    """Read what was typed: a list is an axis, one value is shared, and the seeds are the last axis.

    Raises:
        CourseError: For an unknown name, an empty list, a list of lists, or a value out of range.
    """
    coordinates, shared = {}, {}
    for name, values in given.items():
        require_choice("axis", name, NAMES)
        values = _array(values)
        if values.ndim > 1 or not values.size:
            raise CourseError(f"{name} must be one value or a list of at least one, not shape {values.shape}.")
        _require_range(name, values)
        if values.ndim:
            coordinates[name] = values
        else:
            shared[name] = values.item()
    return Axes({**coordinates, "seed": _seeds(seeds)}, shared)


def _array(values: object) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype.kind in "iuf":
        return array
    listed = isinstance(values, Sequence | np.ndarray) and not isinstance(values, str)
    array = np.empty(len(values) if listed else (), dtype=object)
    array[...] = values  # names and Keras objects stay what they are
    return array


def _require_range(name: str, values: np.ndarray) -> None:
    if name not in RANGES:
        return
    low, high = RANGES[name]
    for value in values.ravel():
        if not isinstance(value, int | float | np.number) or not low <= value <= high or math.isinf(value):
            raise CourseError(f"{name} must be a number from {low:g} to {high:g}, not {_shown(value)}.")
    if name == "width" and values.dtype.kind not in "iu":
        raise CourseError(f"width must be whole numbers of units, not {_listed(values.ravel())}.")


def _seeds(given: int | Sequence[int]) -> np.ndarray:
    values = np.array(course_seeds(given) if isinstance(given, int | np.integer) else list(given))
    if not values.size:
        raise CourseError(f"a sweep needs at least one network; seeds={given!r} leaves none. Type seeds=16.")
    if values.dtype.kind not in "iu" or values.ndim != 1 or values.min() < 0:
        raise CourseError(f"seeds must be a number of seeds or a list of whole numbers from 0 on, not {given!r:.60}.")
    return values


def _listed(values: np.ndarray) -> str:
    shown = [_shown(value) for value in values]
    return ", ".join(shown if len(shown) <= 8 else [*shown[:3], "…", *shown[-2:]])


def _shown(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, int | float | np.number) else repr(value)
