"""Look inside a network: values, gradients, activations. One short function per backend, at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from course_utils.deferred import keras
from course_utils.errors import CourseError

if TYPE_CHECKING:
    from course_utils.sweeps import Sweep


def value_and_gradients(function: Callable, arrays: Sequence) -> tuple[float, list[np.ndarray]]:
    """A function's value and its slope along each entry of each argument.

    Args:
        function: Takes as many tensors as there are arrays, returns one number; written with `keras.ops`.
        arrays: The arguments, of any shapes.

    Returns:
        The value, and one array per argument with the shape of that argument.

    Raises:
        CourseError: If the function does not return one number, or the backend is neither TensorFlow nor JAX.

    Taught in lecture 02.
    """
    tensors = [_as_floats(array) for array in arrays]
    shape = tuple(keras.ops.shape(function(*tensors)))
    if shape:
        raise CourseError(f"only one number has a gradient; the function returned shape {shape}. Sum or average it.")
    value, gradients = _of_backend()(function, tensors)
    return float(value), [keras.ops.convert_to_numpy(gradient) for gradient in gradients]


def gradients(model: keras.Model, loss: Callable, x: np.ndarray, y: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
    """The loss of a model on a batch and its gradient for every trainable weight.

    Args:
        model: A built Keras model.
        loss: A Keras loss, called as `loss(y, prediction)`; its values are averaged over the batch.
        x: (batch, …) inputs.
        y: (batch, …) targets.

    Returns:
        The loss, and a dictionary from "layer/weight" to an array of the weight's shape.

    Raises:
        CourseError: If `x` does not fit the model or `y` has another length.

    Taught in lecture 02.
    """
    _require_fit(model, x)
    _require_as_many(x, y)
    fixed = [keras.ops.convert_to_tensor(v) for v in model.non_trainable_variables]

    def total(*weights):
        prediction, _ = model.stateless_call(weights, fixed, keras.ops.convert_to_tensor(x))
        return keras.ops.mean(loss(keras.ops.convert_to_tensor(y), prediction))

    value, slopes = value_and_gradients(total, [v.value for v in model.trainable_variables])
    names = [f"{v.path.split('/')[-2]}/{v.name}" for v in model.trainable_variables]
    return value, dict(zip(names, slopes, strict=True))


def activations(model: keras.Sequential | Sweep, x: np.ndarray) -> dict[str, np.ndarray]:
    """The output of every layer of a sequential model, by layer name, each (batch, …).

    For a sweep, each has the sweep's axes in front.

    Raises:
        CourseError: If the model is not sequential or `x` does not fit it.

    Taught in lecture 02.
    """
    if hasattr(model, "activations"):  # a sweep knows its own
        return model.activations(x)
    _require_fit(model, x)
    signal, outputs = keras.ops.convert_to_tensor(x), {}
    for layer in _chain(model):
        signal = layer(signal)
        outputs[layer.name] = keras.ops.convert_to_numpy(signal)
    return outputs


def errors(model: keras.Sequential, loss: Callable, x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    """The gradient of the mean loss for the output of every layer: what backpropagation hands to that layer.

    Args:
        model: A built sequential Keras model.
        loss: A Keras loss, called as `loss(y, prediction)`; its values are averaged over the batch.
        x: (batch, …) inputs.
        y: (batch, …) targets.

    Returns:
        A dictionary from layer name to an array of the shape of that layer's output.

    Raises:
        CourseError: If the model is not sequential, `x` does not fit it or `y` has another length.

    Taught in lecture 02.
    """
    outputs = activations(model, x)
    _require_as_many(x, y)

    def total(*nudges):
        signal = keras.ops.convert_to_tensor(x)
        for layer, nudge in zip(_chain(model), nudges, strict=True):
            signal = layer(signal) + nudge
        return keras.ops.mean(loss(keras.ops.convert_to_tensor(y), signal))

    _, slopes = value_and_gradients(total, [np.zeros_like(output) for output in outputs.values()])
    return dict(zip(outputs, slopes, strict=True))


def gradient_norms(nets: Sweep, x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    """The length of each kernel's gradient, by layer name, each of the shape of the sweep.

    Args:
        nets: A sweep; the loss is its own, averaged over the batch, with dropout off.
        x: (batch, features) inputs.
        y: (batch, …) targets.

    Raises:
        CourseError: If the data do not fit the networks.

    Taught in lecture 04.
    """
    kernels = {name: slope for name, slope in nets.gradients(x, y).items() if name.endswith("/kernel")}
    return {name.removesuffix("/kernel"): np.linalg.norm(slope, axis=(-2, -1)) for name, slope in kernels.items()}


def dead_share(nets: Sweep, x: np.ndarray) -> np.ndarray:
    """The share of hidden units that give 0 for every example: dead, if they are ReLUs.

    Args:
        nets: A sweep without skip connections.
        x: (examples, features) inputs.

    Returns:
        A number for each network, of the shape of the sweep; nan for a network that has diverged.

    Raises:
        CourseError: If the networks have skip connections, which carry on what a dead unit drops.

    Taught in lecture 04.
    """
    if nets.net.residual:
        raise CourseError("a layer with a skip connection never gives only 0; count dead units with residual=0.")
    outputs = nets.activations(x)
    hidden = np.concatenate([values for name, values in outputs.items() if name != "output"], axis=-1)
    unused = hidden.shape[-1] - nets.units()
    dead = (hidden == 0).all(axis=-2).sum(axis=-1) - unused
    return np.where(np.isnan(outputs["output"]).any(axis=(-2, -1)), np.nan, dead / nets.units())


def _require_fit(model: keras.Model, x: np.ndarray) -> None:
    given, wanted = np.shape(x), tuple(model.input_shape)
    fits = len(given) == len(wanted) and all(w in (None, g) for g, w in zip(given, wanted, strict=True))
    if not fits:
        wanted = ", ".join("batch" if w is None else str(w) for w in wanted)
        raise CourseError(f"x has shape {given}, but {model.name} takes ({wanted}).")


def _require_as_many(x: np.ndarray, y: np.ndarray) -> None:
    if len(y) != len(x):
        raise CourseError(f"x has {len(x)} examples but y has {len(y)}; give one target per example.")


def _as_floats(array: object) -> object:
    """The array as a tensor; whole numbers become floats, because TensorFlow says that their slope is 0."""
    tensor = keras.ops.convert_to_tensor(array)
    if keras.backend.is_float_dtype(keras.backend.standardize_dtype(tensor.dtype)):
        return tensor
    return keras.ops.cast(tensor, keras.config.floatx())


def _chain(model: keras.Sequential) -> list[keras.Layer]:
    if not isinstance(model, keras.Sequential):
        raise CourseError(
            f"this probe follows a chain of layers; {model.name} is a {type(model).__name__}, no Sequential."
        )
    return model.layers


def _of_backend() -> Callable:
    backend = keras.backend.backend()
    if backend not in _BACKENDS:
        raise CourseError(f"probes run on {' and '.join(_BACKENDS)}, not on {backend}. Type: start(…, backend='jax')")
    return _BACKENDS[backend]


def _tensorflow(function: Callable, tensors: list) -> tuple:
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(tensors)
        value = function(*tensors)
    return value, tape.gradient(value, tensors, unconnected_gradients="zero")


def _jax(function: Callable, tensors: list) -> tuple:
    import jax

    return jax.value_and_grad(function, argnums=tuple(range(len(tensors))))(*tensors)


_BACKENDS = {"tensorflow": _tensorflow, "jax": _jax}
