"""`fit` against Keras's `model.fit`: the same network, data and batch size, measured in turns."""

import statistics
import time
from collections.abc import Callable

from course_utils import fit, load, start

EPOCHS = 20
TURNS = 5
BATCH_SIZE = 64


def run() -> str:
    """The table: milliseconds per epoch and test accuracy of both, and the ratio of the medians."""
    start(lecture=0, backend="tensorflow")
    digits = load("digits")
    ways = {"model.fit(x, y)": _plain, "fit(model, data)": fit}
    models = {name: compiled_network() for name in ways}
    for name, train in ways.items():
        train(models[name], digits, epochs=1, batch_size=BATCH_SIZE)  # tracing is not measured
    seconds = {name: [] for name in ways}
    for _ in range(TURNS):
        for name, train in ways.items():
            seconds[name].append(_time(train, models[name], digits))
    medians = {name: statistics.median(values) / EPOCHS * 1000 for name, values in seconds.items()}
    plain, ours = medians.values()
    lines = [
        f"Digits, 1,437 examples, network 64-64-64-10, batches of {BATCH_SIZE}, TensorFlow; "
        f"medians of {TURNS} runs of {EPOCHS} epochs in turns, tracing excluded.",
        "",
        "| | ms per epoch | range | test accuracy |",
        "|---|---|---|---|",
    ]
    for name, model in models.items():
        low, high = (bound(seconds[name]) / EPOCHS * 1000 for bound in (min, max))
        accuracy = model.evaluate(digits.x_test, digits.y_test, verbose=0)[1]
        lines.append(f"| `{name}` | {medians[name]:.1f} | {low:.1f}–{high:.1f} | {accuracy:.3f} |")
    return "\n".join([*lines, "", f"`fit` is {plain / ours:.1f} times as fast."])


def _plain(model, data, **options) -> None:
    model.fit(data.x_train, data.y_train, verbose=0, **options)


def _time(train: Callable, model, data) -> float:
    began = time.perf_counter()
    train(model, data, epochs=EPOCHS, batch_size=BATCH_SIZE)
    return time.perf_counter() - began


def compiled_network():
    """The network of this benchmark, freshly compiled."""
    import keras  # `start` has chosen the backend

    keras.utils.set_random_seed(0)
    hidden = [keras.layers.Dense(64, activation="relu") for _ in range(3)]
    model = keras.Sequential([keras.Input((64,)), *hidden, keras.layers.Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
