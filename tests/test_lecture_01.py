"""The formulas of lecture 01, as they stand in the notebook, against Keras, SciPy, scikit-learn and counts by hand."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from scipy import integrate, special, stats
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression, Ridge

from course_utils import load
from tests.lecture_code import take
from tests.slopes import CLASS_LOSSES, central

SEED = 500  # the lecture itself uses 0 to 63


@pytest.fixture(scope="module")
def lecture():
    """What the lecture codes in NumPy alone."""
    names = "spikes_out fit_neuron sigmoid SLOPES clouds best_line POINTS LABELS forward random_layers"
    names += " bumps wavy rms grid bump_units cosines random_units fitted jump fourier"
    names += " ridge_accuracy random_features digits middle_half cross_entropy noisy_moons W1 b1 w2 by_hand"
    return take(1, *names.split())


@pytest.fixture(scope="module")
def twins_of_keras(keras):
    """What the lecture compares itself with."""
    return take(1, "forward_gap", "dense", "parameter_counts", "unused")


# The leaky cell


def test_a_cell_that_does_not_leak_counts(lecture):
    assert lecture.spikes_out(100, 1, SEED, weight=0.5, leak=0) == pytest.approx(50, abs=5)  # two at once waste nothing
    assert lecture.spikes_out(100, 10, SEED, weight=0.1, leak=0) <= 10


@pytest.mark.parametrize(("total", "bundle"), [(60, 20), (200, 10)])
def test_every_bundle_that_passes_the_threshold_fires_once(lecture, total, bundle):
    bundles = len(set(np.random.default_rng(SEED).integers(0, 2000, total // bundle).tolist()))
    assert lecture.spikes_out(total, bundle, SEED, weight=1.01 / bundle, leak=1.0) == bundles


def test_the_leak_is_a_share_of_the_charge(lecture):
    times = np.random.default_rng(SEED).integers(0, 2000, 2)
    left = (1 - 0.025) ** abs(int(times[0]) - int(times[1]))
    assert lecture.spikes_out(2, 1, SEED, weight=0.999 / (1 + left)) == 0
    assert lecture.spikes_out(2, 1, SEED, weight=1.001 / (1 + left)) == 1


# One neuron

LOSSES = CLASS_LOSSES | {"squared": lambda h, y: (h - (2 * y - 1)) ** 2 / 2}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("y", [0, 1])
def test_the_slopes_of_the_losses(lecture, name, y):
    h = np.array([-6.0, -2.3, -0.4, 0.0, 0.7, 1.9, 5.0])
    np.testing.assert_allclose(
        lecture.SLOPES[name](h, y), central(lambda h: LOSSES[name](h, y), h), rtol=1e-6, atol=1e-8
    )


@pytest.mark.parametrize("name", LOSSES)
def test_the_losses_are_kerass(keras, name):
    h, y = np.random.default_rng(SEED).normal(0, 2, (9, 1)), np.arange(9)[:, None] % 2
    kinds = {
        "squared": (keras.losses.mean_squared_error, 2 * y - 1, 2),
        "logistic": (lambda y, h: keras.losses.binary_crossentropy(y, h, from_logits=True), y, 1),
        "hinge": (keras.losses.hinge, y, 1),
    }
    theirs, labels, factor = kinds[name]
    values = keras.ops.convert_to_numpy(theirs(labels.astype("float32"), h.astype("float32")))
    np.testing.assert_allclose(values, factor * LOSSES[name](h, y)[:, 0], rtol=1e-4)


def test_the_sigmoid_is_scipys_and_never_overflows(lecture):
    h = np.array([-800.0, -30, -1, 0, 2, 40, 800])
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(lecture.sigmoid(h), special.expit(h), atol=1e-15)


def test_the_squared_neuron_finds_least_squares(lecture):
    x, y = lecture.clouds(SEED)
    w, b = lecture.fit_neuron(lecture.SLOPES["squared"], x[None], y[None], steps=20_000)
    exact = np.linalg.lstsq(np.column_stack([x, np.ones(len(x))]), 2 * y - 1)[0]
    np.testing.assert_allclose([*w[0], b[0]], exact, atol=1e-8)


def test_the_logistic_neuron_finds_scikit_learns(lecture):
    x, y = lecture.clouds(SEED, extra=0)
    w, b = lecture.fit_neuron(lecture.SLOPES["logistic"], x[None], y[None], rate=0.5, steps=20_000)
    theirs = LogisticRegression(C=1e9, tol=1e-9, max_iter=1000).fit(x, y)
    np.testing.assert_allclose([*w[0], b[0]], [*theirs.coef_[0], theirs.intercept_[0]], rtol=1e-3)


def test_neurons_of_several_seeds_do_not_touch_each_other(lecture):
    (x, y), (u, v) = lecture.clouds(SEED), lecture.clouds(SEED + 1)
    both = lecture.fit_neuron(lecture.SLOPES["hinge"], np.array([x, u]), np.array([y, v]), steps=50)
    alone = lecture.fit_neuron(lecture.SLOPES["hinge"], u[None], v[None], steps=50)
    np.testing.assert_allclose(both[0][1], alone[0][0], atol=1e-12)


@pytest.mark.parametrize(("steps", "rate", "amount"), [(20, 0.5, 0.02), (50, 0.03, 0.4)])
def test_the_rates_of_forgetting(twins_of_keras, steps, rate, amount):
    decayed = twins_of_keras.unused(steps, rate, decay=amount)[-1]
    penalized = twins_of_keras.unused(steps, rate, l2=amount)[-1]
    np.testing.assert_allclose(decayed, (1 - rate * amount) ** steps, rtol=1e-4)
    np.testing.assert_allclose(penalized, (1 - 2 * rate * amount) ** steps, rtol=1e-4)


# XOR


@pytest.mark.parametrize(("labels", "best"), [([0, 1, 1, 1], 1.0), ([1, 0, 0, 1], 0.75), ([1, 1, 0, 0], 1.0)])
def test_the_best_line(lecture, labels, best):
    assert lecture.best_line(np.array(labels)) == best


def test_the_logistic_loss_of_xor_is_least_at_zero(lecture):
    grid = np.linspace(-2, 2, 9)

    def loss(weights):
        return LOSSES["logistic"](lecture.POINTS @ weights[:2] + weights[2], lecture.LABELS["XOR"]).mean()

    found = {weights: loss(np.array(weights)) for weights in product(grid, repeat=3)}
    assert min(found, key=found.get) == (0, 0, 0)
    assert found[0, 0, 0] == pytest.approx(math.log(2))


@pytest.mark.parametrize("flip", [[0, 0], [1, 0]])
def test_two_units_solve_xor_and_its_mirror(lecture, flip):
    points = np.abs(lecture.POINTS - flip)
    said = np.maximum(points @ lecture.W1.T + lecture.b1, 0) @ lecture.w2
    np.testing.assert_array_equal(said, (points.sum(axis=1) == 1).astype(float))


# Layers


@pytest.mark.parametrize(("sizes", "weights", "biases"), [((3, 4, 2), 20, 6), ((5, 7), 35, 7), ((10, 20, 30), 800, 50)])
def test_parameters_counted_by_hand(twins_of_keras, sizes, weights, biases):
    assert twins_of_keras.parameter_counts(sizes) == (weights, biases)


@pytest.mark.parametrize("sizes", [(3, 1), (5, 3), (4, 9, 2), (3, 5, 4, 1)], ids=str)
def test_the_forward_pass_is_kerass(twins_of_keras, sizes):
    assert twins_of_keras.forward_gap(twins_of_keras.dense(sizes), sizes, SEED) < 1e-5


# Three constructions


@pytest.mark.parametrize("n", [5, 12])
def test_steep_bumps_are_as_high_as_the_curve_in_their_middle(lecture, n):
    f = lecture.wavy(SEED)
    middles = (np.arange(n) + 0.5) / n
    layers = lecture.bumps(f, n, steep=200.0)
    assert layers[0][0].shape == (2 * n, 1)
    np.testing.assert_allclose(lecture.forward(layers, middles[:, None], lecture.sigmoid)[:, 0], f(middles), atol=1e-9)


def test_wavy_curves_have_root_mean_square_one(lecture):
    assert lecture.rms(lecture.wavy(SEED)(lecture.grid)) == pytest.approx(1)


@pytest.mark.parametrize("units", [3, 40])
def test_squares_give_the_best_parabola(lecture, units):
    f = lecture.wavy(SEED)(lecture.grid)
    parabola = np.polynomial.Polynomial.fit(lecture.grid, f, 2)(lecture.grid)
    drawn = lecture.fitted(lecture.random_units(np.square, units, SEED), f)[1]
    assert lecture.rms(drawn - f) == pytest.approx(lecture.rms(parabola - f), rel=1e-5)


@pytest.mark.parametrize("n", [5, 31])
def test_the_output_weights_are_the_fourier_coefficients(lecture, n):
    np.testing.assert_allclose(lecture.fitted(lecture.cosines(n), lecture.jump)[0], lecture.fourier[:n], atol=1e-4)
    for target in (lecture.jump, lecture.grid**2):
        by_sums = 2 * (lecture.cosines(n) * target[:, None]).mean(axis=0)  # 2 ∫ f(t) cos(πkt) dt
        weights, drawn = lecture.fitted(lecture.cosines(n), target)
        np.testing.assert_allclose(weights, by_sums, atol=1e-9)
        assert drawn.mean() == pytest.approx(target.mean(), abs=1e-9)  # what the output bias is for


def test_the_fourier_coefficients_by_integrals(lecture):
    for k in range(1, 9):
        integrals = [integrate.quad(lambda t, k=k: np.cos(np.pi * k * t), *ends)[0] for ends in ((0, 0.5), (0.5, 1))]
        assert lecture.fourier[k - 1] == pytest.approx(2 * (integrals[0] - integrals[1]), abs=1e-9)


@pytest.mark.parametrize("n", [17, 64])
def test_the_overshoot_at_the_jump_is_nine_hundredths_of_it(lecture, n):
    height = 2 / np.pi * integrate.quad(lambda u: np.sinc(u / np.pi), 0, np.pi)[0] - 1
    assert height / 2 == pytest.approx(0.09, abs=1e-3)
    assert lecture.fitted(lecture.cosines(n), lecture.jump)[1].max() - 1 == pytest.approx(height, abs=0.015)


def test_one_unit_for_each_step_draws_the_skyline(lecture):
    """What the exercise `staircase` asks for, with the lecture's own forward pass."""
    heights, ends = np.array([0.5, -1, 2, 2.5]), np.arange(4) / 4
    layers = [(np.full((4, 1), 1e4), -1e4 * ends), (np.diff(heights, prepend=0)[None], np.zeros(1))]
    middles = (ends + 0.125)[:, None]
    np.testing.assert_allclose(lecture.forward(layers, middles, lecture.sigmoid)[:, 0], heights, atol=1e-9)


# Random features


def test_the_fit_of_the_last_layer_is_scikit_learns_ridge_from_both_sides(lecture):
    digits = load("digits")
    few, many = lecture.random_features(50, SEED), lecture.random_features(1500, SEED)
    Y = np.eye(10)[digits.y_train]
    for features, model in ((few, Ridge(0.01, fit_intercept=False)), (many, KernelRidge(alpha=0.01))):
        guess = model.fit(features(digits.x_train), Y).predict(features(digits.x_test)).argmax(axis=1)
        assert lecture.ridge_accuracy(features) == pytest.approx(np.mean(guess == digits.y_test), abs=0.003)


@pytest.mark.parametrize("theta", [0.3, 1.2, 2.5])
def test_half_the_arc_cosine_kernel(theta):
    """The mean of relu(w·x) relu(w·x') over normal w, by an integral over the two directions that matter."""
    x, z = np.array([1.0, 0.0]), 2 * np.array([np.cos(theta), np.sin(theta)])
    angles = np.linspace(0, 2 * np.pi, 100_001)[:-1]
    w = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    mean = np.mean(np.maximum(w @ x, 0) * np.maximum(w @ z, 0)) * 2  # E r² = 2
    k1 = 2 * (np.sin(theta) + (np.pi - theta) * np.cos(theta)) / np.pi
    assert mean == pytest.approx(k1 / 2, rel=1e-6)


def test_products_of_random_relus_tend_to_half_the_kernel():
    x = load("digits").x_train[:60]
    length = np.linalg.norm(x, axis=1)
    theta = np.arccos(np.clip(x @ x.T / np.outer(length, length), -1, 1))
    limit = np.outer(length, length) * (np.sin(theta) + (np.pi - theta) * np.cos(theta)) / (2 * np.pi)
    gaps = []
    for units in (400, 25_600):
        features = np.maximum(x @ np.random.default_rng(SEED).normal(size=(64, units)), 0)
        gaps.append(np.linalg.norm(features @ features.T / units - limit) / np.linalg.norm(limit))
    assert gaps[1] < 0.04
    assert gaps[1] < gaps[0] / 3


# Luck


def test_the_middle_half_reaches_from_quartile_to_quartile(lecture):
    values = np.random.default_rng(SEED).normal(size=(3, 2, 64))
    np.testing.assert_allclose(lecture.middle_half(values), stats.iqr(values, axis=-1))


# Capacity


def test_cross_entropy_is_kerass(lecture, keras):
    rng = np.random.default_rng(SEED)
    p, y = rng.uniform(size=(3, 50)), rng.integers(0, 2, (3, 50))
    theirs = keras.losses.binary_crossentropy(y.astype("float32"), p.astype("float32"))
    np.testing.assert_allclose(lecture.cross_entropy(p, y), keras.ops.convert_to_numpy(theirs), rtol=1e-4)


def test_new_points_are_not_among_the_training_points(lecture):
    x, y, x_new, y_new = lecture.noisy_moons(SEED)
    assert (x.shape, y.shape, x_new.shape, y_new.shape) == ((40, 2), (40,), (500, 2), (500,))
    assert not {tuple(point) for point in x.tolist()} & {tuple(point) for point in x_new.tolist()}
