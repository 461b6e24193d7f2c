"""`fit`: the record, the weights and the model are those of Keras's own `fit`; what does not fit is said in a line."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest

from course_utils import fit, load, restart
from course_utils.datasets import Dataset
from course_utils.deferred import keras
from course_utils.errors import CourseError
from tests.child import python

pytestmark = pytest.mark.usefixtures("keras")


@pytest.fixture(autouse=True)
def static(monkeypatch):
    monkeypatch.setenv("COURSE_STATIC", "1")


def compiled(outputs=10, features=64, hidden=16, loss="sparse_categorical_crossentropy", **options):
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dense(hidden, activation="relu"), keras.layers.Dense(outputs, activation="softmax")]
    model = keras.Sequential([keras.Input((features,)), *layers])
    model.compile(keras.optimizers.Adam(0.005), loss, metrics=["accuracy"], **options)
    return model


def points(count, features=4):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((count, features)).astype("float32")
    return x, (x[:, 0] > 0).astype("int32")


def batch_ends():
    """A callback that notes each call of some steps, and its notes: Keras 3.10 numbers calls by their first step."""
    ends = []
    callback = keras.callbacks.LambdaCallback()
    callback.on_train_batch_end = lambda batch, logs=None: ends.append(batch)
    return callback, ends


def seen_by():
    """A layer that adds up what it is shown: which examples a network trained on, and how often."""

    class Seen(keras.layers.Layer):
        def build(self, shape):
            self.total = self.add_weight(shape=shape[1:], initializer="zeros", trainable=False)
            self.built = True

        def call(self, x, training=False):
            if training:
                self.total.assign_add(keras.ops.sum(x, axis=0))
            return x

    return Seen()


@pytest.mark.slow
def test_it_learns_digits_and_returns_keras_history():
    digits, model = load("digits"), compiled(hidden=64)
    history = fit(model, digits, epochs=15, batch_size=64, validation_data=(digits.x_test, digits.y_test))
    assert isinstance(history, keras.callbacks.History) and history is model.history
    assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert {len(values) for values in history.history.values()} == {15}
    measured = model.evaluate(digits.x_test, digits.y_test, verbose=0)
    assert history.history["val_accuracy"][-1] == pytest.approx(measured[1], abs=1e-6)
    assert measured[1] > 0.93


@pytest.mark.parametrize(("count", "batch_size"), [(64, 64), (65, 64), (1, 1), (250, 1), (250, 1000)])
def test_every_example_is_used_once_in_every_epoch_the_last_batch_too(count, batch_size):
    x = np.eye(count, dtype="float32")
    seen = seen_by()
    model = keras.Sequential([keras.Input((count,)), seen, keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    fit(model, x, np.zeros((count, 1)), epochs=3, batch_size=batch_size)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(seen.total), 3)
    assert int(model.optimizer.iterations) == 3 * -(-count // batch_size)


def test_with_one_batch_per_epoch_it_equals_keras_fit():
    x, y = points(40)
    ours, keras_own = compiled(2, 4), compiled(2, 4)
    history = fit(ours, x, y, epochs=4, batch_size=40)
    expected = keras_own.fit(x, y, epochs=4, batch_size=40, verbose=0)
    np.testing.assert_allclose(history.history["loss"], expected.history["loss"], rtol=1e-4)
    for w, v in zip(ours.get_weights(), keras_own.get_weights(), strict=True):
        np.testing.assert_allclose(w, v, atol=1e-5)


@pytest.mark.slow
def test_the_seed_decides_the_order():
    def weights(seed):
        model = compiled(2, 4)
        fit(model, *points(50), epochs=2, batch_size=8, seed=seed)
        return np.concatenate([w.ravel() for w in model.get_weights()])

    first = weights(0)
    np.testing.assert_allclose(weights(0), first, atol=1e-6)
    assert not np.allclose(weights(1), first, atol=1e-6)


def test_numpys_global_generator_is_left_alone():
    model = compiled(2, 4)
    np.random.seed(7)  # noqa: NPY002
    expected = np.random.random(3)  # noqa: NPY002
    np.random.seed(7)  # noqa: NPY002
    fit(model, *points(20))
    np.testing.assert_array_equal(np.random.random(3), expected)  # noqa: NPY002


@pytest.mark.slow
def test_the_model_keeps_its_steps_per_execution():
    x, y = points(96)
    model = compiled(2, 4, steps_per_execution=3)
    fit(model, x, y, epochs=2, batch_size=8, validation_data=(x, y))
    assert model.steps_per_execution == 3
    callback, ends = batch_ends()
    model.fit(x, y, batch_size=8, verbose=0, callbacks=[callback])
    assert len(ends) == 4
    assert int(model.optimizer.iterations) == 36
    assert model.evaluate(x, y, verbose=0, return_dict=True).keys() == {"loss", "accuracy"}


def test_many_steps_run_as_one_call_and_functions_are_compiled_once():
    if keras.backend.backend() != "tensorflow":
        pytest.skip("only TensorFlow takes many steps in one call")
    x, y = points(250)
    model, (callback, ends) = compiled(2, 4), batch_ends()
    fit(model, x, y, epochs=2, batch_size=50, callbacks=[callback])
    assert len(ends) == 2  # one call an epoch
    functions = vars(model.train_function)["course_utils_functions"]
    first = functions[5]
    fit(model, x, y, batch_size=50)
    assert functions == {5: first}
    fit(model, x, y, batch_size=1, callbacks=[callback])
    assert len(ends) == 2 + 3
    assert int(model.optimizer.iterations) == 10 + 5 + 250


def test_a_model_compiled_anew_forgets_the_old_functions():
    x, y = points(40)
    model = compiled(2, 4)
    fit(model, x, y, batch_size=8)
    before = model.get_weights()
    model.compile(keras.optimizers.SGD(0.0), "sparse_categorical_crossentropy")
    fit(model, x, y, batch_size=8)
    for w, v in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(w, v)


def test_callbacks_of_epochs_work_as_always():
    x, y = points(40)
    stop = keras.callbacks.EarlyStopping("loss", patience=0, min_delta=10.0)
    history = fit(compiled(2, 4), x, y, epochs=20, batch_size=8, callbacks=[stop])
    assert len(history.history["loss"]) == 2


def test_a_failing_callback_leaves_the_model_as_it_was():
    class Fail(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyboardInterrupt

    model = compiled(2, 4)
    with pytest.raises(KeyboardInterrupt):
        fit(model, *points(40), batch_size=8, callbacks=[Fail()])
    assert model.steps_per_execution == 1
    assert int(model.optimizer.iterations) == 5
    model.fit(*points(40), batch_size=8, verbose=0)
    assert int(model.optimizer.iterations) == 10


def test_a_model_that_is_not_built_yet_and_images_and_float64():
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    history = fit(model, np.zeros((10, 3, 3, 1)), np.zeros((10, 2)), epochs=1, batch_size=4)
    assert history.history["loss"][0] >= 0


@pytest.mark.slow
def test_the_compiler_announces_itself_to_nobody():
    code = """
from course_utils import fit, start
start(lecture=0)
import keras, numpy as np
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile(loss="mse", jit_compile=True)
fit(model, np.ones((4, 1)), np.ones((4, 1)))
"""
    run = python("-c", code, COURSE_STATIC="1", KERAS_BACKEND="tensorflow")
    assert (run.returncode, run.stderr) == (0, "")


def test_progress_shows_and_vanishes_and_is_silent_when_stored(monkeypatch, capfd):
    fit(compiled(2, 4), *points(40))
    assert capfd.readouterr().out == ""
    monkeypatch.setenv("COURSE_STATIC", "0")
    fit(compiled(2, 4), *points(40), epochs=2, batch_size=8)
    shown = capfd.readouterr()
    assert shown.out == "" and "training" in shown.err and shown.err.endswith(" \r")
    assert "10/10" in shown.err


def test_what_does_not_fit_is_said_in_one_line():
    x, y = points(20)
    model = compiled(2, 4)
    digits = load("digits")
    bare = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    two = keras.Model(
        inputs := [keras.Input((4,)), keras.Input((4,))], keras.layers.Dense(2)(keras.layers.concatenate(inputs))
    )
    two.compile("sgd", "sparse_categorical_crossentropy")
    wrong = Dataset("wrong", x, y, x, y, ("a", "b"))
    cases = [
        ((bare, x, y), {}, r"compile the model first: model.compile\("),
        ((model, x), {}, r"fit needs targets too: type fit\(model, x, y\)"),
        ((model, wrong, y), {}, "wrong brings its own targets"),
        ((model, x[:, :3], y), {}, r"x of the training data has shape \(20, 3\), but .* takes \(batch, 4\)"),
        ((model, digits), {}, r"shape \(1437, 64\)"),
        ((model, x, y[:-1]), {}, "20 examples but 19 targets"),
        ((model, x[:0], y[:0]), {}, "0 examples"),
        ((model, x.astype(str), y), {}, "must be an array of numbers"),
        ((model, x, 3), {}, "must be an array of numbers"),
        ((model, x, y + 1), {}, "labels from 1 to 2, but .* has 2 outputs, for labels 0 to 1"),
        ((model, x, y), {"validation_data": (x, y[:3])}, "the validation data has 20 examples but 3 targets"),
        ((model, x, y), {"validation_data": (x[:, :1], y)}, "x of the validation data has shape"),
        ((model, x, y), {"epochs": 0}, "epochs must be a whole number from 1 on, not 0"),
        ((model, x, y), {"batch_size": 2.5}, "batch_size must be a whole number"),
        ((compiled(2, 4, loss="categorical_crossentropy"), x, y), {}, "sparse_categorical_crossentropy"),
        ((two, x, y), {}, "several inputs or outputs"),
    ]
    for arguments, options, said in cases:
        with pytest.raises(CourseError, match=said) as caught:
            fit(*arguments, **options)
        assert "\n" not in str(caught.value)


def started(model, seed):
    """The weights after a restart, and those after one step from there."""
    restart(model, seed)
    start = model.get_weights()
    model.fit(*points(20), batch_size=20, verbose=0)
    return start, model.get_weights()


def test_a_restarted_network_learns_as_a_new_one_does():
    model = compiled(2, 4, hidden=5)
    first = started(model, 100)
    started(model, 101)
    for expected, found in zip(chain(*first), chain(*started(model, 100)), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_other_seeds_start_elsewhere_and_layers_do_not_repeat_each_other():
    model, draws = compiled(10, 10, hidden=10), []
    for seed in (0, 1, 10):
        restart(model, seed)
        draws += [weights for weights in model.get_weights() if weights.ndim == 2]
    assert all(not np.array_equal(a, b) for i, a in enumerate(draws) for b in draws[:i])
    assert all(np.abs(draw).max() <= np.sqrt(6 / 20) for draw in draws)  # Glorot's bound, Keras's default


def test_no_layer_of_a_deep_network_starts_like_one_of_the_next_seed():
    model = keras.Sequential([keras.Input((4,)), *(keras.layers.Dense(4) for _ in range(12))])
    model.compile("sgd", "mse")
    draws = []
    for seed in (0, 1):
        restart(model, seed)
        draws += [weights for weights in model.get_weights() if weights.ndim == 2]
    assert len({draw.tobytes() for draw in draws}) == 24


def test_a_restarted_layer_draws_as_it_was_made_to():
    ones = keras.layers.Dense(3, kernel_initializer="zeros", bias_initializer="ones")
    model = keras.Sequential([keras.Input((4,)), ones])
    model.compile("sgd", "mse")
    model.set_weights([weights + 7 for weights in model.get_weights()])
    restart(model)
    assert [float(np.mean(weights)) for weights in model.get_weights()] == [0, 1]


def test_restarting_keeps_the_learning_rate():
    model = compiled(2, 4)
    started(model, 0)
    restart(model, 0)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.005)
    assert int(model.optimizer.iterations) == 0


def test_what_cannot_be_restarted_is_named():
    model = keras.Sequential([keras.Input((4,)), keras.layers.BatchNormalization(name="norm")])
    model.compile("sgd", "mse")
    with pytest.raises(CourseError, match="'norm' has 'gamma'; build the model anew"):
        restart(model)
    with pytest.raises(CourseError, match="compile"):
        restart(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]))
