"""The formulas and exact facts of lecture 04, as they stand in the notebook, against Keras, SciPy and differences."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import special

from course_utils import probes
from course_utils.exercises import get
from course_utils.exercises.checking import verdict
from course_utils.exercises.lecture_04 import layer_report
from tests.lecture_code import take
from tests.slopes import central

SEED = 100  # the lecture itself uses 0 to 31
H = np.array([-7.5, -2.0, -0.6, -0.1, 0.3, 1.4, 5.0, 9.0])  # away from the kinks


@pytest.fixture(scope="module")
def lecture():
    """What the lecture codes in NumPy alone."""
    names = "glorot distance_from_matrix GALLERY sigmoid sigmoid_slope largest_slopes train_units one_way"
    names += " path ring same_ravine one_at_a_time softmax_slope as_sigmoids untouched with_negatives both_tasks"
    names += " at_own_rates silence"
    return take(4, *names.split())


@pytest.fixture(scope="module")
def with_keras(keras):
    """What the lecture codes with Keras."""
    names = "distance_from_keras KERAS as_tanhs ARMS gradient_profile GALLERY"
    return take(4, *names.split(), "keras_start", "sigmoid_start", "BELOW", "dead_units", "centred_relu")


# Linear layers


@pytest.mark.parametrize("sizes", [[5, 7, 4], [9, 8, 2, 8, 6, 3]])
def test_linear_layers_are_the_product_of_their_weights(lecture, sizes):
    x = np.random.default_rng(SEED).normal(size=(11, sizes[0]))
    assert lecture.distance_from_matrix(sizes, SEED, x) < 1e-12
    assert lecture.distance_from_matrix(sizes, SEED, x, np.tanh) > 0.05


def test_a_stack_is_compared_with_the_product_of_its_own_weights(lecture):
    sizes, x = [5, 7, 4], np.random.default_rng(SEED).normal(size=(11, 5))
    first, second = lecture.glorot(sizes, SEED)
    stack, matrix = np.tanh(x @ first.T) @ second.T, x @ (second @ first).T
    expected = np.linalg.norm(stack - matrix) / np.linalg.norm(matrix)
    assert lecture.distance_from_matrix(sizes, SEED, x, np.tanh) == pytest.approx(expected)


def test_glorot_has_the_bound_and_the_variance_of_keras(lecture, keras):
    (ours,) = lecture.glorot([300, 200], SEED)
    theirs = keras.ops.convert_to_numpy(keras.initializers.GlorotUniform(seed=SEED)((300, 200)))
    assert ours.shape == (200, 300)
    assert (
        np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=1e-3) == pytest.approx(np.sqrt(6 / 500), rel=1e-3)
    )
    assert ours.var() == pytest.approx(2 / 500, rel=0.02)


# The gallery


def test_each_slope_is_the_measured_one(lecture):
    for function, slope in lecture.GALLERY.values():
        np.testing.assert_allclose(slope(H), central(function, H), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("far", [-800.0, 800.0])
def test_no_activation_overflows(lecture, far):
    with np.errstate(all="raise", under="ignore"):
        for function, slope in lecture.GALLERY.values():
            assert np.isfinite([function(np.array([far])), slope(np.array([far]))]).all()


def test_the_functions_and_slopes_are_kerass(with_keras):
    assert with_keras.distance_from_keras(SEED) < 1e-5


def slope_at_0(function):
    """Keras's slope of an activation where h is exactly 0."""
    from keras import ops

    _, (slopes,) = probes.value_and_gradients(lambda h: ops.sum(function(h)), [np.zeros(1, "float32")])
    return float(slopes[0])


def test_at_the_kink_the_slope_is_the_one_left_of_it_as_in_keras(lecture, with_keras):
    for name in ("ReLU", "ELU"):
        assert lecture.GALLERY[name][1](np.zeros(1)) == pytest.approx(slope_at_0(with_keras.KERAS[name]))


@pytest.mark.parametrize(("name", "left", "right"), [("leaky ReLU", 0.2, 1), ("SELU", 1.7580993, 1.0507010)])
def test_where_keras_depends_on_its_backend_it_takes_one_of_the_two_sides(lecture, with_keras, name, left, right):
    assert lecture.GALLERY[name][1](np.zeros(1)) == pytest.approx(left)
    assert min(abs(slope_at_0(with_keras.KERAS[name]) - np.array([left, right]))) < 1e-5


def test_gelu_and_silu_minus_their_mirror_image_are_the_identity(lecture):
    for name in ("GELU", "SiLU"):
        function, slope = lecture.GALLERY[name]
        np.testing.assert_allclose(function(H) - function(-H), H, atol=1e-12)
        np.testing.assert_allclose(slope(H) + slope(-H), 1, atol=1e-12)


def test_the_sigmoid_and_its_slope_are_scipys(lecture):
    np.testing.assert_allclose(lecture.sigmoid(H), special.expit(H), rtol=1e-9)
    np.testing.assert_allclose(lecture.sigmoid_slope(H), special.expit(H) * special.expit(-H), rtol=1e-9)


@pytest.mark.parametrize(("h", "slope"), [(0.0, 0.25), (np.log(3), 3 / 16), (10.0, 4.53958e-5), (-4.0, 0.0176627)])
def test_slopes_of_the_sigmoid_by_hand(lecture, h, slope):
    assert lecture.sigmoid_slope(h) == pytest.approx(slope, rel=1e-5)


def test_which_slopes_pass_1(lecture):
    largest = lecture.largest_slopes(step=1e-2)
    assert {name for name, slope in largest.items() if slope > 1} == {"GELU", "SELU", "SiLU"}
    assert largest["sigmoid"] == pytest.approx(0.25, abs=1e-9)
    assert largest["GELU"] == pytest.approx(special.ndtr(np.sqrt(2)) + np.exp(-1) / np.sqrt(np.pi), abs=1e-4)
    assert largest["SELU"] == pytest.approx(1.0507009873554805 * 1.6732632423543772)


def test_the_default_slopes_that_the_lecture_names(keras):
    h = keras.ops.convert_to_tensor(np.array([-1.0], "float32"))
    assert float(keras.activations.leaky_relu(h)[0]) == pytest.approx(-0.2)
    assert float(keras.layers.LeakyReLU()(h)[0]) == pytest.approx(-0.3)
    assert float(keras.layers.PReLU()(h[None])[0, 0]) == 0


# Signs


def random_units(d=4, shift=0.0):
    rng = np.random.default_rng(SEED)
    return rng.uniform(0, 1, (3, 256, d)) - shift, rng.normal(size=(3, d))


def test_the_slopes_of_a_positive_example_share_a_sign(lecture):
    inputs, _ = random_units()
    assert (lecture.one_way(inputs) == 1).all()
    assert (lecture.one_way(-inputs) == 1).all()
    assert (lecture.one_way(inputs * [1, 1, -1, 1]) == 0).all()
    np.testing.assert_allclose(lecture.one_way(np.array([[[1.0, 2.0], [-1.0, 2.0], [-1.0, -3.0]]])), 2 / 3)


@pytest.mark.parametrize("turn", [[1, -1, 1, -1], [-1, 1, 1, 1]])
def test_turned_signs_take_exactly_as_many_steps(lecture, turn):
    inputs, targets = random_units()
    rates = np.array([0.2, 0.5])
    for batch in (1, 16):
        plain = lecture.train_units(inputs, targets, rates, batch)
        np.testing.assert_array_equal(lecture.train_units(inputs * turn, targets * turn, rates, batch), plain)
        assert np.isfinite(plain).any()


def test_inputs_of_mixed_signs_have_the_ravine_of_positive_ones(lecture):
    x = np.concatenate([lecture.same_ravine(seed) for seed in range(SEED, SEED + 100)])
    np.testing.assert_allclose(x.T @ x / len(x), np.eye(10) / 12 + 1 / 4, atol=0.02)
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=0.02)
    assert 0.35 < lecture.one_way(x) < 0.45


def test_one_active_input_at_a_time_has_no_ravine(lecture):
    x = np.concatenate([lecture.one_at_a_time(seed) for seed in range(SEED, SEED + 100)])
    np.testing.assert_allclose(x.T @ x / len(x), np.eye(10) / 12, atol=0.005)
    assert lecture.one_way(x) == 1


@pytest.mark.parametrize("rate", [0.2, 0.4])
def test_all_examples_at_once_take_the_steps_of_gradient_descent(lecture, rate):
    inputs, targets = random_units()
    found = lecture.train_units(inputs, targets, np.array([rate]), batch=256, limit=2000)
    for x, target, steps in zip(inputs, targets, found[:, 0], strict=True):
        shrink = np.eye(4) - rate * x.T @ x / 256
        error, count = -target, 0
        while np.linalg.norm(error) >= 0.05:
            error, count = shrink @ error, count + 1
        assert steps == count


@pytest.mark.parametrize("batch", [1, 16])
def test_a_unit_takes_the_steps_of_a_plain_loop(lecture, batch):
    inputs, targets = random_units()
    found = lecture.train_units(inputs, targets, np.array([0.3]), batch)
    for x, target, steps in zip(inputs, targets, found[:, 0], strict=True):
        w, rng, count = np.zeros(4), np.random.default_rng(0), 0
        while np.linalg.norm(w - target) >= 0.05 and count < 300:
            drawn = x[rng.choice(256, batch, replace=False)]
            w, count = w - 0.3 * (drawn @ (w - target)) @ drawn / batch, count + 1
        assert steps == (count if np.linalg.norm(w - target) < 0.05 else np.inf)


@pytest.mark.parametrize(("shift", "loss"), [(0, 0.02), (0.5, 0.045), (0.8, 0.3)])
def test_the_rings_are_lines_of_equal_mean_loss(lecture, shift, loss):
    u, v = lecture.ring(shift, loss)
    mean_loss = (((u - 1) ** 2 + (v + 1) ** 2) / 12 + ((0.5 - shift) * (u + v)) ** 2) / 2
    np.testing.assert_allclose(mean_loss, loss)


def test_the_path_with_positive_inputs_goes_up_and_right_or_down_and_left(lecture):
    assert (np.prod(np.diff(lecture.path(0, 0.5, SEED), axis=0), axis=1) >= 0).all()
    assert not (np.prod(np.diff(lecture.path(0.5, 0.5, SEED), axis=0), axis=1) >= 0).all()


@pytest.mark.parametrize(("d", "largest"), [(10, 1 / 12 + 10 / 4), (2, 1 / 12 + 2 / 4)])
def test_the_curvature_of_positive_inputs(d, largest):
    x = np.random.default_rng(SEED).uniform(0, 1, (200_000, d))
    values = np.linalg.eigvalsh(x.T @ x / len(x))
    np.testing.assert_allclose(values, [*[1 / 12] * (d - 1), largest], rtol=0.03)


# Negatives


def test_negatives_are_one_minus_the_image_on_about_half(lecture):
    x = np.random.default_rng(SEED).uniform(size=(400, 3)).astype("float32")
    mixed = lecture.with_negatives(x, SEED)
    turned = np.isclose(mixed, 1 - x).all(axis=1)
    np.testing.assert_array_equal(mixed[~turned], x[~turned])
    assert 0.4 < turned.mean() < 0.6


def test_a_sweep_gets_both_tasks_on_its_first_axis(lecture):
    x = np.random.default_rng(SEED).uniform(size=(50, 3)).astype("float32")
    both = lecture.both_tasks(x, SEED)
    assert both.shape == (2, 1, 1, 1, 50, 3)
    np.testing.assert_array_equal(both[0, 0, 0, 0], x)
    np.testing.assert_array_equal(both[1, 0, 0, 0], lecture.with_negatives(x, SEED))


def test_a_rate_is_chosen_on_the_digits_held_back_alone(lecture):
    held = np.array([[[0.2, 0.3], [0.5, 0.1], [0.4, 0.4]], [[0.9, 0.9], [0.1, 0.1], [0.2, 0.2]]])
    tested = np.arange(12.0).reshape(2, 3, 2)
    np.testing.assert_array_equal(lecture.at_own_rates(held, tested), [[4, 5], [6, 7]])


# Depth


@pytest.mark.parametrize(("depth", "activation"), [(1, "tanh"), (3, "sigmoid"), (4, "GELU")])
def test_the_profile_is_the_gradient_that_keras_finds(lecture, with_keras, keras, depth, activation):
    from course_utils import load

    digits, Ws = load("digits"), lecture.glorot([64] * (depth + 1) + [10], SEED)
    hidden = [keras.layers.Dense(64, activation=activation.lower()) for _ in range(depth)]
    model = keras.Sequential([keras.Input((64,)), *hidden, keras.layers.Dense(10)])
    model.set_weights([part for W in Ws for part in (W.T, np.zeros(len(W)))])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    _, slopes = probes.gradients(model, loss, digits.x_train[:64], digits.y_train[:64])
    expected = [np.linalg.norm(slope) for name, slope in slopes.items() if name.endswith("kernel")]
    found = with_keras.gradient_profile(*with_keras.GALLERY[activation], with_keras.keras_start(depth, SEED))
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def outputs(kernels, weights, bend, x):
    for layer in kernels:
        h = x @ weights[f"{layer}/kernel"] + weights[f"{layer}/bias"]
        x = h if layer == "output" else bend(h)
    return x


@pytest.fixture
def kernels():
    rng, sizes = np.random.default_rng(SEED), [6, 5, 5, 5, 3]
    names = ["hidden_1", "hidden_2", "hidden_3", "output"]
    return {name: rng.normal(size=pair) for name, pair in zip(names, pairwise(sizes), strict=True)}


def test_sigmoids_and_tanhs_compute_the_same_from_translated_starts(lecture, with_keras, kernels):
    x = np.random.default_rng(SEED + 1).normal(size=(8, 6))
    plain = lecture.untouched(kernels)
    tanhs, sigmoids = outputs(kernels, plain, np.tanh, x), outputs(kernels, plain, special.expit, x)
    np.testing.assert_allclose(outputs(kernels, lecture.as_sigmoids(kernels), special.expit, x), tanhs, atol=1e-12)
    np.testing.assert_allclose(outputs(kernels, with_keras.as_tanhs(kernels), np.tanh, x), sigmoids, atol=1e-12)


@pytest.mark.parametrize("half", [{"gain": False}, {"bias": False}])
def test_half_a_translation_is_none(lecture, kernels, half):
    x = np.random.default_rng(SEED + 1).normal(size=(8, 6))
    wanted = outputs(kernels, lecture.untouched(kernels), np.tanh, x)
    assert not np.allclose(outputs(kernels, lecture.as_sigmoids(kernels, **half), special.expit, x), wanted, atol=0.1)


def test_the_start_of_the_control_is_that_of_the_tanhs(with_keras):
    x = np.random.default_rng(SEED).normal(size=(5, 64))
    tanhs = sigmoids = x
    plain, new = with_keras.keras_start(3, SEED), with_keras.sigmoid_start(3, SEED, True, True)
    for place, ((W, b), (V, c)) in enumerate(zip(plain, new, strict=True)):
        tanhs, sigmoids = tanhs @ W.T + b, sigmoids @ V.T + c
        if place < 3:
            tanhs, sigmoids = np.tanh(tanhs), special.expit(sigmoids)
    np.testing.assert_allclose(sigmoids, tanhs, atol=1e-12)


def test_the_slope_of_cross_entropy(lecture):
    rng = np.random.default_rng(SEED)
    h, y = rng.normal(0, 2, (5, 4)), rng.integers(0, 4, 5)
    np.testing.assert_allclose(lecture.softmax_slope(h, y), special.softmax(h, axis=1) - np.eye(4)[y], rtol=1e-12)


# Silent and dead units


@pytest.mark.parametrize(
    ("name", "value", "slope"),
    [("neither", 0, 0), ("only a value", 0.1, 0), ("only a slope", 0, 0.1), ("both", 0.1, 0.1)],
)
def test_what_is_left_below_0_is_a_value_or_a_slope(with_keras, keras, name, value, slope):
    (activation,) = [function for key, function in with_keras.BELOW.items() if key.split(" (")[0] == name]
    h = H.astype("float32")
    _, (slopes,) = probes.value_and_gradients(lambda h: keras.ops.sum(activation(h)), [h])
    values = keras.ops.convert_to_numpy(activation(keras.ops.convert_to_tensor(h)))
    np.testing.assert_allclose(values, np.where(h > 0, h, value * h), rtol=1e-6)
    np.testing.assert_allclose(slopes, np.where(h > 0, 1, slope), rtol=1e-6)


def test_centred_relus_have_mean_0_over_the_batch_for_each_unit(with_keras):
    h = np.random.default_rng(SEED).normal(1, 2, (2, 3, 50, 4)).astype("float32")
    centred = np.asarray(with_keras.centred_relu(h))
    np.testing.assert_allclose(centred.mean(axis=-2), 0, atol=1e-5)
    np.testing.assert_allclose(np.diff(centred, axis=-2), np.diff(np.maximum(h, 0), axis=-2), atol=1e-5)


def test_dead_units_are_those_that_the_probe_counts(with_keras):
    from course_utils import Sweep, load, mlp

    digits = load("digits")
    nets = Sweep(mlp([32, 32], "relu"), learning_rate=[0.1, 0.2], seeds=3).build(digits)
    dead = with_keras.dead_units(nets, digits.x_train[:200])
    assert dead.shape == (2, 3, 64)
    assert dead.any()
    np.testing.assert_allclose(dead.mean(axis=-1), probes.dead_share(nets, digits.x_train[:200]))


def test_silence_leaves_the_dead_out(lecture):
    outputs = np.array([[[0.0, 0.0, 2.0], [0.0, 1.0, 3.0]], [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])  # two seeds
    np.testing.assert_allclose(lecture.silence(outputs), [0.25, 0.5])


def test_selu_keeps_mean_0_and_variance_1(lecture):
    function, _ = lecture.GALLERY["SELU"]
    h = np.linspace(-12, 12, 240_001)
    density = np.exp(-(h**2) / 2) / np.sqrt(2 * np.pi)
    assert np.trapezoid(density * function(h), h) == pytest.approx(0, abs=1e-6)
    assert np.trapezoid(density * function(h) ** 2, h) == pytest.approx(1, abs=1e-6)


# Exercises


def test_keras_own_prelu_passes_but_for_its_start(keras):
    start = keras.initializers.Constant(0.25)
    learned, at_start, later = layer_report(lambda: keras.layers.PReLU(alpha_initializer=start))
    assert learned == 3
    h = np.array([[-2.0, -1.0, -4.0]])
    np.testing.assert_allclose(at_start[:1], 0.25 * h)
    np.testing.assert_allclose(later[:1], h * [0.1, 0.5, 2.0], rtol=1e-6)


def test_what_keras_refuses_is_told_in_words_and_a_plain_number_is_no_weight(keras):
    class Bare(keras.layers.Layer):
        def build(self, input_shape):
            self.alpha = self.add_weight(shape=(input_shape[-1],), initializer=0.25)

    class Number(keras.layers.Layer):
        def build(self, input_shape):
            self.alpha = 0.25

        def call(self, h):
            return keras.ops.where(h > 0, h, self.alpha * h)

    assert "your code stopped with ValueError: " in verdict(get("prelu-layer"), layer_report(Bare))
    assert layer_report(Number)[0] == 0
