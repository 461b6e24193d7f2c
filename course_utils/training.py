"""Train one network: Keras's own `fit`, fed in a way that does not leave the network waiting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

import numpy as np
from tqdm import tqdm

from course_utils.datasets import Dataset
from course_utils.deferred import keras
from course_utils.errors import CourseError
from course_utils.progress import bar
from course_utils.session import silent_stderr

# An epoch of up to this many steps runs as one call of TensorFlow. A longer one is cut into calls of this many steps,
# so that the progress bar moves and the stop button answers.
STEPS_TOGETHER = 100


def fit(
    model: keras.Model,
    data: Dataset | np.ndarray,
    y: np.ndarray | None = None,
    *,
    epochs: int = 1,
    batch_size: int = 32,
    validation_data: tuple[np.ndarray, np.ndarray] | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    seed: int = 0,
) -> keras.callbacks.History:
    """Train a compiled model as `model.fit` does, several times as fast for a small network on TensorFlow.

    Every epoch takes all examples in a new order; the last batch is smaller where the batch size does not divide
    their number. On TensorFlow many steps run as one call, so a callback's `on_train_batch_end` hears of every
    hundredth step at most, and of the last step of each epoch; `on_epoch_end` is as always. The model keeps its own
    `steps_per_execution`.

    Args:
        model: A compiled Keras model with one input and one output.
        data: A data set, whose training set is used, or inputs (n, …).
        y: (n, …) targets, if `data` is no data set.
        epochs: How many times each example is used.
        batch_size: Examples in a step.
        validation_data: `(x, y)` on which loss and metrics are measured after each epoch.
        callbacks: Keras callbacks.
        seed: Decides the order of the examples. Weights and dropout have seeds of their own, in the model.

    Returns:
        Keras's record of the run: `history.history["loss"]` has one number per epoch.

    Raises:
        CourseError: If the model is not compiled, or the data do not fit it.

    Taught in lecture 00.
    """
    x, y = _training_set(data, y)
    _require_compiled(model)
    _require_positive(epochs=epochs, batch_size=batch_size)
    _require_fit(model, x, y, "the training data")
    if validation_data is not None:
        validation_data = tuple(map(np.asarray, validation_data))
        _require_fit(model, *validation_data, "the validation data")
    feed = _feed_tensorflow if keras.backend.backend() == "tensorflow" else _feed_arrays
    steps = -(-len(x) // batch_size)
    with feed(model, x, y, batch_size, seed) as fed, bar(epochs * steps, "training") as progress:
        return model.fit(
            **fed,
            epochs=epochs,
            validation_data=validation_data,
            validation_batch_size=batch_size if validation_data else None,
            callbacks=[*callbacks, _show(progress, steps)],
            verbose=0,
        )


def restart(model: keras.Model, seed: int = 0) -> None:
    """Give a model new random weights, and let its optimizer forget what it saw.

    Building and compiling it anew does the same, and costs a second more in each run.

    Args:
        model: A compiled Keras model.
        seed: Decides the weights. Each layer draws as it was made to draw, from a generator of its own.

    Raises:
        CourseError: If the model is not compiled, or a layer has weights other than a kernel and a bias.

    Taught in lecture 00.
    """
    _require_compiled(model)
    for number, layer in enumerate(model.layers):
        for variable in layer.variables:
            if variable.name not in ("kernel", "bias"):
                raise CourseError(
                    f"restart knows kernels and biases, but {layer.name!r} has {variable.name!r}; build the model anew."
                )
            draw = getattr(layer, f"{variable.name}_initializer")
            settings = draw.get_config()
            if "seed" in settings:
                settings["seed"] = 1000 * seed + number
            variable.assign(type(draw).from_config(settings)(variable.shape))
    for variable in model.optimizer.variables:
        if "learning_rate" not in variable.path:
            variable.assign(np.zeros(variable.shape))


@contextmanager
def _feed_tensorflow(model: keras.Model, x: np.ndarray, y: np.ndarray, batch_size: int, seed: int) -> Iterator[dict]:
    """The arguments of `model.fit` for a tf.data pipeline; many steps run as one call meanwhile."""
    import tensorflow as tf

    examples = tf.data.Dataset.from_tensor_slices((x, y)).cache()
    batches = examples.shuffle(len(x), seed=seed).batch(batch_size)
    steps = -(-len(x) // batch_size)
    # Repeating saves the new iterator of each epoch, but then Keras only counts whole calls.
    whole = steps <= STEPS_TOGETHER
    batches = (batches.repeat() if whole else batches).prefetch(tf.data.AUTOTUNE)
    quiet = silent_stderr() if model.jit_compile else nullcontext()  # the compiler announces itself
    with _steps_per_call(model, min(steps, STEPS_TOGETHER)), quiet:
        yield {"x": batches, "steps_per_epoch": steps if whole else None, "shuffle": False}


@contextmanager
def _feed_arrays(model: keras.Model, x: np.ndarray, y: np.ndarray, batch_size: int, seed: int) -> Iterator[dict]:
    """The arguments of `model.fit` for arrays, which Keras shuffles by NumPy's global generator."""
    state = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed % 2**32)  # noqa: NPY002
    try:
        yield {"x": x, "y": y, "batch_size": batch_size}
    finally:
        np.random.set_state(state)  # noqa: NPY002


@contextmanager
def _steps_per_call(model: keras.Model, steps: int) -> Iterator[None]:
    """Let a model take `steps` training steps per call, then give it back as it was.

    Compiled functions are kept for the next time: tracing one takes a second. They hang on the model's usual
    functions, which Keras replaces when the model is compiled anew, so they cannot outlive what they were made for.
    """
    model.make_train_function()
    model.make_test_function()
    usual = model.steps_per_execution, model.train_function, model.test_function
    kept = vars(model.train_function).setdefault("course_utils_functions", {})
    model.steps_per_execution = steps
    model.train_function, model.test_function = kept.get(steps, (None, None))
    try:
        yield
        kept[steps] = model.train_function, model.test_function
    finally:
        model.steps_per_execution, model.train_function, model.test_function = usual


def _show(progress: tqdm, steps: int) -> keras.callbacks.Callback:
    class Progress(keras.callbacks.Callback):
        """Moves a bar by training steps and shows the latest loss."""

        def on_epoch_begin(self, epoch, logs=None):
            self.before = epoch * steps

        def on_train_batch_end(self, batch, logs=None):
            progress.update(self.before + min(batch + 1, steps) - progress.n)

        def on_epoch_end(self, epoch, logs=None):
            progress.update(self.before + steps - progress.n)  # Keras 3.10 numbers a call by its first step
            progress.set_postfix_str(f"epoch {epoch + 1}, loss {logs['loss']:.3g}")

    return Progress()


def _training_set(data: Dataset | np.ndarray, y: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    if isinstance(data, Dataset):
        if y is not None:
            raise CourseError(f"{data.name} brings its own targets; type fit(model, data) or fit(model, x, y).")
        return data.x_train, data.y_train
    if y is None:
        raise CourseError("fit needs targets too: type fit(model, x, y), or fit(model, data) with a data set.")
    return np.asarray(data), np.asarray(y)


def _require_compiled(model: keras.Model) -> None:
    if not getattr(model, "compiled", False):
        raise CourseError('compile the model first: model.compile("adam", loss="sparse_categorical_crossentropy").')


def _require_positive(**numbers: int) -> None:
    for name, number in numbers.items():
        if not isinstance(number, int | np.integer) or number < 1:
            raise CourseError(f"{name} must be a whole number from 1 on, not {number!r}.")


def _require_fit(model: keras.Model, x: np.ndarray, y: np.ndarray, what: str) -> None:
    for name, array in (("x", x), ("y", y)):
        if array.dtype.kind not in "fiub" or not array.ndim:
            raise CourseError(
                f"{name} of {what} must be an array of numbers, not {array.dtype} of shape {array.shape}."
            )
    if len(x) != len(y) or not len(x):
        raise CourseError(f"{what} has {len(x)} examples but {len(y)} targets; give one target for each example.")
    if not getattr(model, "inputs", None):
        return  # not built yet, or its shapes are free
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise CourseError(f"{model.name} has several inputs or outputs; type model.fit(…) instead.")
    if not _matches(x.shape, model.input_shape):
        raise CourseError(f"x of {what} has shape {x.shape}, but {model.name} takes {_shown(model.input_shape)}.")
    _require_targets(model, y, what)


def _require_targets(model: keras.Model, y: np.ndarray, what: str) -> None:
    """Catch what students mix up most, before TensorFlow says it in fifty lines."""
    loss = str(getattr(model.loss, "name", model.loss))
    classes = model.output_shape[-1]
    if loss == "sparse_categorical_crossentropy" and not 0 <= y.min() <= y.max() < classes:
        raise CourseError(
            f"y of {what} has labels from {y.min()} to {y.max()}, "
            f"but {model.name} has {classes} outputs, for labels 0 to {classes - 1}."
        )
    if loss == "categorical_crossentropy" and y.ndim == 1:
        raise CourseError(
            f"y of {what} holds labels, shape {y.shape}, but the loss takes one column per class: "
            'use loss="sparse_categorical_crossentropy", or keras.utils.to_categorical(y).'
        )


def _matches(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(w in (None, s) for s, w in zip(shape, wanted, strict=True))


def _shown(shape: tuple[int | None, ...]) -> str:
    return f"({', '.join('batch' if size is None else str(size) for size in shape)})"
