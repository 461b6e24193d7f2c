"""Networks of one kind side by side in one Keras model, where `Sweep` does not reach: it knows dense networks only.

Each weight of the model holds those of all networks along one axis, and each network gets its own loss and rate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from course_utils.deferred import keras
from course_utils.errors import CourseError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike


def adam_with_rates(
    rates: ArrayLike,
    schedule: keras.optimizers.schedules.LearningRateSchedule | float = 1.0,
    *,
    axis: int = 0,
    factors: Mapping[str, ArrayLike] | None = None,
) -> keras.optimizers.Adam:
    """Keras's Adam for networks side by side, each with a rate of its own.

    Args:
        rates: (networks,); fewer are repeated in turn.
        schedule: What multiplies all rates, as Keras takes a learning rate.
        axis: The axis of every weight along which the networks lie; below 0 it counts from the end.
        factors: For layers whose name holds this word, (networks,): what multiplies the rates there; 0 keeps weights.

    Raises:
        CourseError: For rates that are no list of positive numbers, or factors for layers that are not there.

    Taught in lecture 10.
    """
    factors = factors or {}
    rates = np.array(rates, "float32")
    if rates.ndim != 1 or not rates.size or not (rates > 0).all():
        raise CourseError(f"rates must be a list of positive numbers, not {rates.tolist()}: adam_with_rates([0.01]).")

    class AdamWithRates(keras.optimizers.Adam):
        def build(self, variables):
            for word in factors:
                if not any(word in variable.path for variable in variables):
                    layers = ", ".join(sorted({variable.path.split("/")[-2] for variable in variables}))
                    raise CourseError(f"factors names {word!r}, but no layer's name holds it. Trained are: {layers}.")
            super().build(variables)

        def update_step(self, gradient, variable, learning_rate):
            along = np.ones(len(variable.shape), int)
            along[axis] = variable.shape[axis]
            here, path = np.resize(rates, along), self._trainable_variables[self._get_variable_index(variable)].path
            for word, factor in factors.items():
                if word in path:
                    here = here * np.resize(np.array(factor, "float32"), along)
            super().update_step(gradient, variable, learning_rate * here)

    return AdamWithRates(schedule)


def cross_entropy(wanted: ArrayLike, scores: ArrayLike) -> keras.KerasTensor:
    """Cross-entropy of softmax for each image: the sum over networks, so that each gets its own gradient.

    Args:
        wanted: (images, networks or fewer, classes), 1 at the class and 0 elsewhere; fewer are repeated in turn.
        scores: (images, networks, classes) before the softmax.

    Returns:
        (images,)

    Taught in lecture 10.
    """
    wanted = keras.ops.tile(wanted, (1, scores.shape[1] // wanted.shape[1], 1))
    return -keras.ops.sum(wanted * keras.ops.log_softmax(scores), axis=(1, 2))
