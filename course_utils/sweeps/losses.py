"""The losses that a sweep knows, each with what it asks of the targets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course_utils.deferred import keras
from course_utils.errors import CourseError


@dataclass(frozen=True)
class Loss:
    """A loss on the outputs before their activation, which is more exact than one on probabilities.

    Attributes:
        per_example: Takes targets and outputs (…, outputs), returns (…).
        activation: Turns outputs into predictions.
        labels: The labels that exist, where there are two; None for any from 0 on; empty where targets are numbers.
        correct: Takes targets and outputs, returns (…) booleans; None where nothing is right or wrong.
    """

    per_example: Callable
    activation: str
    labels: tuple[int, ...] | None
    correct: Callable | None

    @property
    def item_dimensions(self) -> int:
        """Axes of one target: 0 for a label, 1 for numbers."""
        return int(self.labels == ())

    @property
    def scores(self) -> tuple[str, ...]:
        """What is measured: "loss" and, where there is one, "accuracy"."""
        return ("loss", "accuracy") if self.correct else ("loss",)

    def outputs(self, y: np.ndarray, classes: int | None) -> int:
        """How many outputs a network needs for these targets; `classes` if that is known."""
        if self.labels is None:
            return classes or int(np.max(y, initial=0)) + 1
        return 1 if self.labels or np.ndim(y) == 1 else np.shape(y)[-1]

    def read(self, y: np.ndarray, outputs: int) -> np.ndarray:
        """Targets as this loss takes them.

        Raises:
            CourseError: If they are no labels that fit, or another number of values than outputs.
        """
        if self.labels == ():
            y = y[:, None] if y.ndim == 1 else y
            if y.shape[-1] != outputs:
                raise CourseError(f"y has {y.shape[-1]} numbers for each example, but these networks give {outputs}.")
            return y.astype("float32")
        if not np.isin(y, self.labels or np.arange(outputs)).all():
            allowed = ", ".join(map(str, self.labels)) if self.labels else f"0 to {outputs - 1}"
            raise CourseError(
                f"y has labels from {y.min()} to {y.max()}; these networks and their loss take {allowed}."
            )
        return y.astype("float32" if self.labels else "int32")


def _sparse_categorical(y, z):
    return keras.losses.sparse_categorical_crossentropy(y, z, from_logits=True)


def _binary(y, z):
    return keras.losses.binary_crossentropy(y[..., None], z, from_logits=True)


def _hinge(y, z):
    return keras.losses.hinge(y[..., None], z)


def _squared(y, z):
    return keras.losses.mean_squared_error(y, z)


def _largest(y, z):
    return keras.ops.equal(keras.ops.cast(keras.ops.argmax(z, axis=-1), y.dtype), y)


def _sign(y, z):
    return keras.ops.equal(z[..., 0] > 0, y > 0)


LOSSES = {
    "sparse_categorical_crossentropy": Loss(_sparse_categorical, "softmax", None, _largest),
    "binary_crossentropy": Loss(_binary, "sigmoid", (0, 1), _sign),
    "hinge": Loss(_hinge, "linear", (-1, 0, 1), _sign),
    "mse": Loss(_squared, "linear", (), None),
}
