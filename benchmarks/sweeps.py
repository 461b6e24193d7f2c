"""What a network costs in a sweep: against networks trained one by one, against bare matrix products, and by number.

`python -m benchmarks.sweeps --backend jax --networks 65536` prints the tables of one backend, on a GPU if there is one.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from functools import partial

import numpy as np

from benchmarks.fit import compiled_network
from course_utils import Sweep, fit, load, mlp, start
from course_utils.session import BACKENDS

NAMES = {"tensorflow": "TensorFlow", "jax": "JAX"}
TURNS = 5
EPOCHS = 5
BATCH_SIZE = 64
TOGETHER = 64
WIDTHS = (64, 256)
MOST = 1024
PRODUCTS = 20  # in a row, so that starting one does not count


def run() -> str:
    """The tables of both backends, each measured in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.sweeps", "--backend"]
    return "\n\n".join(_printed([*command, backend]) for backend in BACKENDS)


def _printed(command: list[str]) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout.strip()


def tables(backend: str, most: int) -> str:
    """Both tables of a backend, for up to `most` networks."""
    with redirect_stdout(sys.stderr):
        start(lecture=4, backend=backend)
    digits = load("digits")
    return "\n\n".join(
        [
            f"**{NAMES[backend]}**, on {device(backend)}. Digits, {len(digits.x_train):,} examples, three hidden "
            f"layers, of 64 units if not said otherwise, Adam, batches of {BATCH_SIZE}; medians of {TURNS} runs in "
            "turns, tracing excluded; each ratio is the median of the ratios of the turns.",
            _against_one_by_one(digits),
            _against_products(digits, backend),
            _by_number(digits, most),
        ]
    )


def device(backend: str) -> str:
    """What the backend computes on, as it names it."""
    if backend == "jax":
        import jax

        return jax.devices()[0].device_kind
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    return tf.config.experimental.get_device_details(gpus[0])["device_name"] if gpus else "cpu"


def _against_one_by_one(digits) -> str:
    alone = [compiled_network() for _ in range(2)]
    nets = Sweep(mlp([64] * 3), seeds=TOGETHER)
    ways = {
        "one, `model.fit(x, y)`": partial(alone[0].fit, digits.x_train, digits.y_train, verbose=0),
        "one, `fit(model, data)`": partial(fit, alone[1], digits),
        f"{TOGETHER}, `nets.fit(data)`": partial(nets.fit, digits),
    }
    seconds = _in_turns({name: partial(way, epochs=EPOCHS, batch_size=BATCH_SIZE) for name, way in ways.items()})
    *_, together = seconds.values()
    header = (
        f"| trained | ms per epoch | {TOGETHER} together cost so many of them | {TOGETHER} of them in a loop take |"
    )
    rows = [
        f"| {name} | {_milliseconds(taken):.1f} | {_ratio(together, taken):.2f} "
        f"| {_ratio(taken, together) * TOGETHER:.1f} times as long |"
        for name, taken in list(seconds.items())[:-1]
    ]
    last = f"| {TOGETHER}, `nets.fit(data)` | {_milliseconds(together):.1f} | | |"
    return "\n".join([header, "|---|---|---|---|", *rows, last])


def _against_products(digits, backend: str) -> str:
    rows = []
    for width in WIDTHS:
        nets = Sweep(mlp([width] * 3), seeds=TOGETHER)
        train, multiply = partial(nets.fit, digits, epochs=1, batch_size=BATCH_SIZE), _product(width, backend)
        training, product = _in_turns({"training": train, "product": multiply}).values()
        work = _operations(len(digits.x_train), width), 2 * PRODUCTS * TOGETHER * BATCH_SIZE * width**2
        reached, possible = work[0] / statistics.median(training), work[1] / statistics.median(product)
        share = _ratio(product, training) * work[0] / work[1]
        rows.append(f"| {width} units | {reached / 1e9:.0f} | {possible / 1e9:.0f} | {share:.0%} |")
    header = f"| width of {TOGETHER} networks | GFLOP/s in training | GFLOP/s of the batched matrix product | share |"
    return "\n".join([header, "|---|---|---|---|", *rows])


def _by_number(digits, most: int) -> str:
    numbers = [4**power for power in range(20) if 4**power <= most]
    ways = {number: partial(_sweep_of(number).fit, digits, epochs=1, batch_size=BATCH_SIZE) for number in numbers}
    seconds = _in_turns(ways)
    usual = seconds[TOGETHER]
    rows = [
        f"| {number:,} | {_milliseconds(taken, 1) / number:.3f} | {_ratio(taken, usual) * TOGETHER / number:.2f} |"
        for number, taken in seconds.items()
    ]
    return "\n".join([f"| networks | ms per network and epoch | share of that at {TOGETHER} |", "|---|---|---|", *rows])


def _sweep_of(number: int) -> Sweep:
    seeds = min(number, TOGETHER)
    return Sweep(mlp([64] * 3), learning_rate=np.full(number // seeds, 1e-3), seeds=seeds, at_once=number)


def _operations(examples: int, width: int) -> int:
    """Of an epoch of all networks in matrix products: forwards, and backwards for weights and signals."""
    first, others = 64 * width, 2 * width**2 + 10 * width
    return TOGETHER * examples * (2 * 2 * first + 2 * 3 * others)


def _product(width: int, backend: str) -> Callable[[], None]:
    """A function that multiplies all signals of a hidden layer by its kernels, compiled, several times."""
    import keras

    if backend == "jax":
        import jax

        multiply = jax.jit(keras.ops.matmul)
    else:
        import tensorflow as tf

        multiply = tf.function(keras.ops.matmul, jit_compile=True)
    signals, kernels = (keras.random.normal((TOGETHER, rows, width), dtype="float32") for rows in (BATCH_SIZE, width))

    def products(**_) -> None:
        for _ in range(PRODUCTS):
            product = multiply(signals, kernels)
        keras.ops.convert_to_numpy(product)

    return products


def _in_turns(ways: Mapping[object, Callable[[], object]]) -> dict[object, list[float]]:
    """Seconds that each way takes, `TURNS` times, after one time that does not count."""
    for way in ways.values():
        way()
    seconds = {name: [] for name in ways}
    for _ in range(TURNS):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - began)
    return seconds


def _milliseconds(seconds: list[float], epochs: int = EPOCHS) -> float:
    return statistics.median(seconds) / epochs * 1000


def _ratio(above: list[float], below: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweeps", description=__doc__)
    parser.add_argument("--backend", choices=BACKENDS, default=BACKENDS[0])
    parser.add_argument("--networks", type=int, default=MOST, help="the most networks at once (default: %(default)s)")
    given = parser.parse_args()
    print(tables(given.backend, given.networks))
