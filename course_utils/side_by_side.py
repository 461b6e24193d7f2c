"""Networks of one kind side by side in one Keras model, where `Sweep` does not reach: it knows dense networks only.

Each weight of the model holds those of all networks along one axis, and each network gets its own loss and rate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from course_utils.deferred import keras
from course_utils.errors import CourseError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


def dense(inputs: keras.KerasTensor, units: int, seed: int, *, use_bias: bool = True) -> keras.KerasTensor:
    """A dense layer for each network, started as Keras does it: Glorot, uniform; biases at 0.

    Args:
        inputs: (images, networks, inputs of a network).
        units: Units of each network.
        seed: Draws the weights of all networks, each network its own.
        use_bias: False where batch normalization follows, which has a shift of its own.

    Returns:
        (images, networks, units)

    Taught in lecture 16.
    """
    networks, fan_in = inputs.shape[1:]
    limit = np.sqrt(6 / (fan_in + units))
    start = keras.initializers.RandomUniform(-limit, limit, seed=seed)
    bias = "kf" if use_bias else None
    layer = keras.layers.EinsumDense("nkc,kcf->nkf", (networks, units), kernel_initializer=start, bias_axes=bias)
    return layer(inputs)


def batch_normalization(sums: keras.KerasTensor, momentum: float = 0.99) -> keras.KerasTensor:
    """Keras's batch normalization of (images, networks, units): each unit of each network by its own statistics.

    `momentum` is the share of its averages that a step keeps. Taught in lecture 16.
    """
    networks, units = sums.shape[1:]
    h = keras.layers.Permute((2, 1))(sums)  # the networks last, so that a list of their rates fits the weights in turn
    h = keras.layers.BatchNormalization(momentum=momentum)(keras.layers.Flatten()(h))
    return keras.layers.Permute((2, 1))(keras.layers.Reshape((units, networks))(h))


def predict(model: keras.Model, x: ArrayLike, batch_size: int = 32, *, training: bool = False) -> np.ndarray:
    """What the model gives for x, batch by batch; with `training=True` as in training, but nothing is learned.

    Args:
        model: Any Keras model of one input and one output.
        x: (images, …).
        batch_size: Images that are read together; in training mode each batch is normalized by itself.
        training: Passed to the model. Its averages stay as they were.

    Taught in lecture 16.
    """
    weights = model.get_weights()
    starts = range(0, len(x), batch_size)
    parts = [keras.ops.convert_to_numpy(model(x[i : i + batch_size], training=training)) for i in starts]
    model.set_weights(weights)
    return np.concatenate(parts)


def start_again(model: keras.Model, weights: Sequence[np.ndarray]) -> None:
    """Put a compiled model back to `weights`, as `get_weights` gave them, and its optimizer before its first step.

    Taught in lecture 16.
    """
    model.set_weights(weights)
    for variable in model.optimizer.variables:
        if "learning_rate" not in variable.path:
            variable.assign(np.zeros(variable.shape))
