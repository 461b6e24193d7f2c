"""A whole epoch as one compiled call: what a step of it costs beyond arithmetic is paid once.

Keras's own `fit` returns to Python after each step or hands them to a data pipeline; for 64 networks on digits that
takes three times as long. One short function per backend.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from course_utils.deferred import keras
from course_utils.errors import CourseError
from course_utils.session import silent_stderr
from course_utils.sweeps.members import Batch, Members

Epoch = Callable[[object, object, Batch], dict[str, np.ndarray]]


def compiled(members: Members, optimizer: keras.optimizers.Optimizer) -> Epoch:
    """A function that trains the members for an epoch.

    It takes inputs (rows, features), targets (rows, …) and all batches of the epoch (each attribute with a leading
    axis of steps). It returns what `Members.measure` does for each step, as arrays (steps, members).
    """
    backend = keras.backend.backend()
    if backend not in _BACKENDS:
        raise CourseError(f"sweeps run on {' and '.join(_BACKENDS)}, not on {backend}. Type: start(…, backend='jax')")
    return _BACKENDS[backend](members, optimizer)


def _tensorflow(members: Members, optimizer: keras.optimizers.Optimizer) -> Epoch:
    import tensorflow as tf

    weights = [variable.value for variable in members.trainable]

    def epoch(x, y, batches):
        def step(batch):
            with tf.GradientTape() as tape:
                measured = members.measure(x, y, batch)
                total = tf.reduce_sum(measured["loss"])
            optimizer.apply(tape.gradient(total, weights, unconnected_gradients="zero"), members.trainable)
            return measured

        kinds = dict.fromkeys(members.loss.scores, "float32")
        return tf.map_fn(step, batches, fn_output_signature=kinds, parallel_iterations=1)

    # TensorFlow counts by source line how often functions are traced, and warns of many; each partial counts alone.
    # AutoGraph would have nothing to translate, and loading it takes a second.
    epoch = tf.function(partial(epoch), jit_compile=True, autograph=False)

    def run(x, y, batches):
        with silent_stderr():  # TensorFlow's compiler announces itself there
            measured = epoch(x, y, batches)
        return {name: measured[name].numpy() for name in members.loss.scores}

    return run


def _jax(members: Members, optimizer: keras.optimizers.Optimizer) -> Epoch:
    import jax

    variables = [*members.trainable, *members.fixed, *optimizer.variables]
    count = len(members.trainable)

    def total(trainable, others, x, y, batch):
        with keras.StatelessScope(list(zip(variables, [*trainable, *others], strict=True))) as scope:
            measured = members.measure(x, y, batch)
        others = [scope.get_current_value(variable) for variable in variables[count:]]
        return measured["loss"].sum(), (others, measured)

    def step(values, x, y, batch):
        trainable, others = values[:count], values[count:]
        slopes, (others, measured) = jax.grad(total, has_aux=True)(trainable, others, x, y, batch)
        with keras.StatelessScope(list(zip(variables, [*trainable, *others], strict=True))) as scope:
            optimizer.apply(slopes, members.trainable)
        return [scope.get_current_value(variable) for variable in variables], measured

    @partial(jax.jit, donate_argnums=0)
    def epoch(values, x, y, batches):
        return jax.lax.scan(lambda values, batch: step(values, x, y, batch), values, batches)

    def run(x, y, batches):
        values, measured = epoch([variable.value for variable in variables], x, y, batches)
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        return {name: np.asarray(measured[name]) for name in members.loss.scores}

    return run


_BACKENDS = {"tensorflow": _tensorflow, "jax": _jax}
