"""Probes against formulas worked out by hand, and against differences."""

import numpy as np
import pytest

from course_utils import probes
from course_utils.errors import CourseError
from tests import child

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(6, 3)).astype("float32"), RNG.normal(size=(6, 2)).astype("float32")


@pytest.fixture
def model(keras):
    """A chain of two layers: tanh, then linear."""
    keras.utils.set_random_seed(0)
    hidden = keras.layers.Dense(4, activation="tanh", name="hidden")
    return keras.Sequential([keras.Input((3,)), hidden, keras.layers.Dense(2, name="out")], name="net")


@pytest.fixture
def mse(keras):
    return keras.losses.mean_squared_error


def by_hand(model):
    """Outputs, errors and gradients of the chain for the mean of its squared deviations, all in NumPy."""
    W1, b1, W2, b2 = model.get_weights()
    x1 = np.tanh(X @ W1 + b1)
    out = x1 @ W2 + b2
    e2 = 2 * (out - Y) / Y.size
    e1 = e2 @ W2.T * (1 - x1**2)
    slopes = {"hidden/kernel": X.T @ e1, "hidden/bias": e1.sum(0), "out/kernel": x1.T @ e2, "out/bias": e2.sum(0)}
    return {"hidden": x1, "out": out}, {"hidden": e2 @ W2.T, "out": e2}, slopes


def assert_same(found, expected):
    assert list(found) == list(expected)
    for name, array in expected.items():
        np.testing.assert_allclose(found[name], array, atol=1e-6, err_msg=name)


def test_value_and_gradients_of_a_formula(keras):
    a, b = RNG.normal(size=(2, 3)).astype("float32"), np.float32(0.5)
    value, (da, db) = probes.value_and_gradients(lambda a, b: keras.ops.sum(keras.ops.sin(a) * b), [a, b])
    assert value == pytest.approx(np.sum(np.sin(a) * b), abs=1e-6)
    np.testing.assert_allclose(da, np.cos(a) * b, atol=1e-6)
    assert db == pytest.approx(np.sum(np.sin(a)), abs=1e-6)
    assert (da.shape, db.shape) == ((2, 3), ())


def test_whole_numbers_have_a_slope_too(keras):
    value, (slope,) = probes.value_and_gradients(lambda x: keras.ops.sum(x * x), [np.array([1, 2])])
    assert value == 5
    np.testing.assert_array_equal(slope, [2, 4])


def test_an_argument_without_influence_has_slope_zero(keras):
    _, (_, unused) = probes.value_and_gradients(lambda a, b: keras.ops.sum(a), [np.ones(2), np.ones(3)])
    np.testing.assert_array_equal(unused, np.zeros(3))


def test_gradients_are_those_worked_out_by_hand(model, mse):
    loss, slopes = probes.gradients(model, mse, X, Y)
    outputs, _, expected = by_hand(model)
    assert loss == pytest.approx(np.mean((outputs["out"] - Y) ** 2), rel=1e-5)
    assert_same(slopes, expected)


def test_gradients_are_the_measured_slopes(model, mse):
    _, slopes = probes.gradients(model, mse, X, Y)
    weights, step = model.get_weights(), 1e-2
    for place, slope in zip(range(len(weights)), slopes.values(), strict=True):
        losses = []
        for sign in (1, -1):
            moved = [
                w + sign * step * (i == place) * (np.arange(w.size).reshape(w.shape) == 1)
                for i, w in enumerate(weights)
            ]
            model.set_weights(moved)
            losses.append(probes.gradients(model, mse, X, Y)[0])
        assert (losses[0] - losses[1]) / (2 * step) == pytest.approx(slope.flat[1], abs=2e-4)


def test_gradients_leave_the_model_as_it_was(model, mse):
    before = model.get_weights()
    probes.gradients(model, mse, X, Y)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_gradients_with_state_that_is_not_trained(keras, mse):
    model = keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization(name="norm"), keras.layers.Dense(2)])
    _, slopes = probes.gradients(model, mse, X, Y)
    assert [name for name in slopes if name.startswith("norm")] == ["norm/gamma", "norm/beta"]


def test_activations_are_the_outputs_of_the_layers(model):
    assert_same(probes.activations(model, X), by_hand(model)[0])


def test_errors_are_the_slopes_along_the_outputs_of_the_layers(model, mse):
    assert_same(probes.errors(model, mse, X, Y), by_hand(model)[1])


def test_only_one_number_has_a_gradient(keras):
    with pytest.raises(CourseError, match=r"the function returned shape \(2,\)\. Sum or average it\."):
        probes.value_and_gradients(lambda x: x * 2, [np.ones(2)])


@pytest.mark.parametrize("shape", [(6, 4), (3,), (6, 3, 1), ()])
def test_an_input_that_does_not_fit(model, mse, shape):
    x = np.zeros(shape)
    for probe in (
        lambda: probes.gradients(model, mse, x, Y),
        lambda: probes.activations(model, x),
        lambda: probes.errors(model, mse, x, Y),
    ):
        with pytest.raises(CourseError) as error:
            probe()
        assert str(error.value) == f"x has shape {shape}, but net takes (batch, 3)."


@pytest.mark.parametrize("probe", [probes.gradients, probes.errors])
def test_one_target_per_example(model, mse, probe):
    with pytest.raises(CourseError, match="x has 6 examples but y has 1; give one target per example"):
        probe(model, mse, X, Y[:1])


def test_a_model_that_is_no_chain(keras, mse):
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dense(2)(inputs), name="graph")
    for probe in (lambda: probes.activations(model, X), lambda: probes.errors(model, mse, X, Y)):
        with pytest.raises(CourseError, match="follows a chain of layers; graph is a Functional, no Sequential"):
            probe()


def test_another_backend_is_refused(keras, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(CourseError, match="probes run on tensorflow and jax, not on torch"):
        probes.value_and_gradients(lambda x: keras.ops.sum(x), [np.ones(2)])


@pytest.mark.slow
def test_all_of_this_on_the_other_backend(keras):
    other = {"tensorflow": "jax", "jax": "tensorflow"}[keras.backend.backend()]
    tests = child.python(
        "-m", "pytest", "-q", "-m", "not slow", "-p", "no:cacheprovider", __file__, KERAS_BACKEND=other
    )
    assert tests.returncode == 0, tests.stdout
