"""Training when things go wrong: little memory, a home that cannot be written, two at once, a killed process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib import get_configdir

from tests import child, limits
from tests.lecture_code import take

pytestmark = pytest.mark.slow
TWO_GIGABYTES = 2 * 2**30

# Set-up and first training of lecture 0. RLIMIT_DATA limits what a process makes its own; RLIMIT_AS would count the
# files of TensorFlow as well, which are mapped into its addresses and hardly read.
LITTLE = f"""
import json, resource
from pathlib import Path
resource.setrlimit(resource.RLIMIT_DATA, ({TWO_GIGABYTES}, {TWO_GIGABYTES}))
from course_utils import claim, fit, load, start
start(lecture=0)
import keras
data = load("digits", full="mnist")
model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(64, "relu"), keras.layers.Dense(10, "softmax")])
model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
fit(model, data, epochs=5)
claim("it reads digits", [model.evaluate(data.x_test, data.y_test, verbose=0)[1]] * 8, ">", 0.5)
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024))
"""

# What the test trains too: six inputs, three classes, four epochs of sixteen batches, plain Keras with a backup.
TRAIN = """
import sys
from course_utils import start
start(lecture=10)
import keras, numpy as np
from tests.test_faults import examples, network
from tests.lecture_code import take

class Slow(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        print(f"epoch {epoch}", flush=True)
        if sys.argv[2] == "wait" and epoch == 1:
            sys.stdin.read()

backup = take(10, "backup").backup
model = network(keras)
model.fit(*examples(), epochs=4, batch_size=4, shuffle=False, callbacks=[backup(sys.argv[1]), Slow()], verbose=0)
model.save(sys.argv[1] + "/trained.keras")
"""


def examples():
    """(64, 6) inputs and (64,) classes."""
    return np.random.default_rng(0).normal(size=(64, 6)).astype("float32"), np.arange(64) % 3


def network(keras):
    kernels = keras.initializers.GlorotUniform(seed=0)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, "softmax", kernel_initializer=kernels)])
    model.compile(keras.optimizers.Adam(0.1), loss="sparse_categorical_crossentropy")
    return model


def fitted(keras, *callbacks):
    model = network(keras)
    return model, model.fit(*examples(), epochs=4, batch_size=4, shuffle=False, callbacks=list(callbacks), verbose=0)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux limits and counts memory in this way")
def test_two_gigabytes_a_closed_home_no_network_and_a_terminal_without_our_signs_are_enough(tmp_path):
    poor = {
        **{"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C", "COURSE_STATIC": "1"},
        **{"COURSE_PROFILE": "full", "https_proxy": "http://127.0.0.1:9", "TMPDIR": str(tmp_path)},
    }
    kept = {name: value for name, value in os.environ.items() if name not in (*child.SWITCHES, "KERAS_HOME")}
    with limits.closed(tmp_path / "home") as home:
        done = subprocess.run(
            limits.humble(sys.executable, "-c", LITTLE),
            cwd=child.ROOT,
            env={**kept, **poor, "HOME": str(home)},
            capture_output=True,
            encoding="ascii",
        )
    assert done.returncode == 0, done.stderr
    ready, instead, claimed, most = done.stdout.splitlines()
    assert ready == "Lecture 0 is ready."
    assert instead.startswith("mnist is not on this machine") and instead.endswith("digits is used instead.")
    assert claimed.startswith("? it reads digits (? 0.")
    assert json.loads(most) < TWO_GIGABYTES
    assert [line for line in done.stderr.splitlines() if "matplotlib" not in line.lower()] == []


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Two trainings that run at once with the same home; the one was killed in its third epoch, the other ended."""
    home = tmp_path_factory.mktemp("home")
    folders = {name: home / name for name in ("killed", "whole")}
    running = {name: trained(folder, home, "wait" if name == "killed" else "go") for name, folder in folders.items()}
    try:
        until(running["killed"], "epoch 1")
        running["killed"].send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        said = running["whole"].communicate()[0]
        assert running["whole"].returncode == 0, said
    finally:
        for process in running.values():
            process.kill()
            process.wait()
    return folders


def trained(folder: Path, home: Path, what: str) -> subprocess.Popen:
    environment = {name: value for name, value in os.environ.items() if name not in child.SWITCHES}
    return subprocess.Popen(
        [sys.executable, "-c", TRAIN, str(folder), what],
        cwd=child.ROOT,
        env={**environment, "HOME": str(home), "KERAS_HOME": str(home / ".keras"), "MPLCONFIGDIR": get_configdir()},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def until(process: subprocess.Popen, line: str) -> None:
    """Read what a process prints until a line comes."""
    seen = []
    for given in process.stdout:
        seen.append(given)
        if given.strip() == line:
            return
    raise AssertionError("".join(seen))


def test_a_training_beside_one_that_is_killed_is_not_harmed(two, keras):
    other = keras.models.load_model(two["whole"] / "trained.keras")
    np.testing.assert_allclose(other.get_weights()[0], fitted(keras)[0].get_weights()[0], atol=1e-4)
    assert not (two["whole"] / "backup").exists()  # it was not needed


def test_a_killed_process_goes_on_after_its_last_whole_epoch_and_ends_the_same(two, keras):
    model, record = fitted(keras, take(10, "backup").backup(two["killed"]))
    assert record.epoch == [2, 3]
    assert int(model.optimizer.iterations) == 64
    np.testing.assert_allclose(model.get_weights()[0], fitted(keras)[0].get_weights()[0], atol=1e-4)


@pytest.mark.parametrize("kept", [0, 500])
def test_a_backup_that_was_cut_while_it_was_written_makes_way_for_the_one_before(keras, tmp_path, kept):
    class CutWhileWriting(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 2:
                weights = tmp_path / "backup" / "latest.weights.h5"
                weights.write_bytes(weights.read_bytes()[:kept])
                raise KeyboardInterrupt

    backup = take(10, "backup").backup
    with pytest.raises(KeyboardInterrupt):
        fitted(keras, backup(tmp_path), CutWhileWriting())
    model, record = fitted(keras, backup(tmp_path))
    assert record.epoch == [2, 3]
    np.testing.assert_allclose(model.get_weights()[0], fitted(keras)[0].get_weights()[0], atol=1e-4)
