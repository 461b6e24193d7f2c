"""The examples of a sweep: one set for all networks, or several; and the order in which they are seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_utils.errors import CourseError


@dataclass(frozen=True)
class Examples:
    """Inputs or targets, each different set once.

    Attributes:
        sets: (sets, examples, …) the values.
        of_member: (networks,) which set a network uses.
    """

    sets: np.ndarray
    of_member: np.ndarray

    @property
    def count(self) -> int:
        """Examples in each set."""
        return self.sets.shape[1]

    @property
    def rows(self) -> np.ndarray:
        """(sets · examples, …) all sets below each other; a network's own begin at `starts`."""
        return self.sets.reshape(-1, *self.sets.shape[2:])

    @property
    def starts(self) -> np.ndarray:
        """(networks,) the row at which the set of a network begins."""
        return (self.of_member * self.count).astype("int32")

    def of(self, chosen: np.ndarray) -> np.ndarray:
        """(chosen, examples, …) what some networks use; (1, examples, …) if all use the same."""
        return self.sets if len(self.sets) == 1 else self.sets[self.of_member[chosen]]


def lay_out(what: str, values: np.ndarray, item_dimensions: int, shape: tuple[int, ...]) -> Examples:
    """Find out which networks share a set.

    Args:
        what: Name for messages.
        values: (examples, …), or with leading axes that broadcast against those of the sweep.
        item_dimensions: How many axes one example has.
        shape: Of the sweep.

    Raises:
        CourseError: If there are too few axes, or the leading ones do not fit.
    """
    if values.ndim <= item_dimensions:
        raise CourseError(f"{what} needs {item_dimensions + 1} axes or more; it has shape {values.shape}.")
    lead = values.shape[: values.ndim - item_dimensions - 1]
    try:
        of_member = np.broadcast_to(np.arange(int(np.prod(lead))).reshape(lead), shape).ravel()
    except ValueError:
        raise CourseError(
            f"{what} of shape {values.shape} has its own leading axes {lead}, which do not fit the sweep's {shape}; "
            f"use 1 where networks share, or one set for all."
        ) from None
    return Examples(values.reshape(-1, *values.shape[len(lead) :]), of_member)


def with_label_noise(y: Examples, shares: np.ndarray, seeds: np.ndarray, classes: int) -> Examples:
    """Replace a share of the labels by other classes.

    A seed ranks the examples and gives each another class; a share replaces the first of the ranking. So the same seed
    has nested mistakes at all shares.

    Args:
        y: Labels.
        shares: (networks,) share of wrong labels of each network.
        seeds: (networks,) seed of each network.
        classes: How many there are.
    """
    cases, of_member = np.unique(np.stack([y.of_member, shares, seeds]), axis=1, return_inverse=True)
    sets = []
    for which, share, seed in cases.T:
        rng = np.random.default_rng([int(seed), NOISE_STREAM])
        labels = y.sets[int(which)].copy()
        ranking = rng.permutation(y.count)
        others = (labels + rng.integers(1, classes, y.count)) % classes
        wrong = ranking[: round(share * y.count)]
        labels[wrong] = others[wrong]
        sets.append(labels)
    return Examples(np.stack(sets), of_member.ravel())


# Random streams of one seed that must not be the same.
NOISE_STREAM, ORDER_STREAM = 1, 2


def order(seed: int, epoch: int, count: int) -> np.ndarray:
    """(count,) the order in which the networks of a seed see the examples in an epoch, counted from 0."""
    return np.random.default_rng([seed, ORDER_STREAM, epoch]).permutation(count).astype("int32")


def batches(seeds: np.ndarray, epoch: int, count: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """An epoch for several seeds, in batches of one size.

    Returns:
        Rows (steps, seeds, size) and weights (steps, size). The last batch is filled up with its own first examples,
        which have weight 0, so that all steps have one shape and are compiled once.
    """
    size = min(size, count)
    steps = -(-count // size)
    last = (steps - 1) * size
    filled = np.concatenate([np.arange(count), last + np.arange(steps * size - count) % (count - last)])
    rows = np.stack([order(int(seed), epoch, count)[filled] for seed in seeds])
    weights = np.arange(steps * size) < count
    return rows.reshape(len(seeds), steps, size).transpose(1, 0, 2), weights.reshape(steps, size).astype("float32")
