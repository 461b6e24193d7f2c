"""The formulas and exact facts of lecture 09, as they stand in the notebook, against libraries and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.polynomial.legendre import leggauss, legval
from scipy.linalg import lstsq
from sklearn.linear_model import Ridge

from course_utils.exercises import get
from tests.lecture_code import take

SEED = 100  # the lecture itself uses 0 to 31


@pytest.fixture(scope="module")
def lecture():
    """What the lecture codes in NumPy alone."""
    names = "shortest_fit wave polynomial squared pairs counts even places noise phases legvander polyvander chebyshev"
    names += " without_directions relabel features predictions descend adam bump tuned LAMBDAS n sigma PLANS"
    return take(9, *names.split())


def problem(seed, n, p, outputs=3):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, p)), rng.normal(size=(7, p)), rng.normal(size=(n, outputs))


# The shortest weights


@pytest.mark.parametrize(("n", "p"), [(12, 5), (12, 12), (12, 40)])
def test_the_shortest_fit_is_scipys(lecture, n, p):
    F, _, y = problem(SEED, n, p)
    np.testing.assert_allclose(lecture.shortest_fit(F, y), lstsq(F, y)[0], atol=1e-8)


@pytest.mark.parametrize(("n", "p"), [(6, 20), (9, 30)])
def test_any_other_fit_is_longer(lecture, n, p):
    F, _, y = problem(SEED, n, p)
    w = lecture.shortest_fit(F, y)
    null = np.random.default_rng(SEED).normal(size=w.shape)
    null -= np.linalg.pinv(F) @ F @ null
    np.testing.assert_allclose(F @ (w + null), y, atol=1e-9)
    assert np.all(np.linalg.norm(w + null, axis=0) > np.linalg.norm(w, axis=0))


@pytest.mark.parametrize("p", [3, 20, 50])
def test_a_polynomial_is_the_sum_of_its_features(lecture, p):
    y = lecture.wave(lecture.even)
    w = lstsq(lecture.legvander(lecture.even, p - 1), y)[0]
    found = lecture.polynomial(lecture.legvander, p, y)
    assert found.shape == (401, 16)
    np.testing.assert_allclose(found[:, 3], legval(lecture.places, w[:, 3]), atol=1e-6 * abs(found).max())


@pytest.mark.parametrize("p", [5, 12])
def test_up_to_n_the_basis_does_not_matter_and_beyond_it_does(lecture, p):
    y = lecture.wave(lecture.even) + lecture.noise
    one, other = (lecture.polynomial(basis, p, y) for basis in (lecture.legvander, lecture.polyvander))
    np.testing.assert_allclose(one, other, atol=1e-9)
    one, other = (lecture.polynomial(basis, 10 * p + 20, y) for basis in (lecture.legvander, lecture.polyvander))
    assert abs(one - other).max() > 1


def test_the_wave_has_a_phase_for_each_seed(lecture):
    x = np.array([-0.5, 0.3])
    np.testing.assert_allclose(lecture.wave(x)[1], np.sin(0.9 + lecture.phases))


def test_pairs_are_means_of_two_seeds(lecture):
    np.testing.assert_allclose(lecture.pairs(np.array([[1.0, 3, 5, 9], [0, 2, 2, 2]])), [[2, 7], [1, 2]])


# Noise and singular values


@pytest.mark.parametrize("p", [10, 30])
def test_the_variance_is_that_of_the_exercise(lecture, p):
    rng = np.random.default_rng(SEED)
    many = lecture.sigma * rng.normal(size=(lecture.n, 4000))
    found = lecture.squared(lecture.polynomial(lecture.legvander, p, many)).mean()
    F, G = (lecture.legvander(x, p - 1) for x in (lecture.even, lecture.places))
    np.testing.assert_allclose(found, get("noise-error").reference(F, G, lecture.sigma), rtol=0.05)


@pytest.mark.parametrize("p", [10, 20, 100])
def test_the_variance_adds_up_over_the_directions(lecture, p):
    F, G = (lecture.legvander(x, p - 1) for x in (lecture.even, lecture.places))
    _, s, vt = np.linalg.svd(F, full_matrices=False)
    by_direction = lecture.sigma**2 * np.mean(((G @ vt.T) / s) ** 2, axis=0)
    np.testing.assert_allclose(by_direction.sum(), get("noise-error").reference(F, G, lecture.sigma), rtol=1e-6)


def test_no_direction_left_out_is_the_fit_to_noise(lecture):
    full = lecture.squared(lecture.polynomial(lecture.legvander, lecture.n, lecture.noise))
    np.testing.assert_allclose(lecture.without_directions([]), full, rtol=1e-6)
    left = lecture.without_directions(list(range(lecture.n - 1)))  # the weakest alone
    np.testing.assert_allclose(np.median(left / full), 1, atol=0.2)


def test_chebyshev_points_are_the_roots_of_their_polynomial(lecture):
    np.testing.assert_allclose(np.cos(lecture.n * np.arccos(lecture.chebyshev)), 0, atol=1e-12)
    assert np.linalg.svd(lecture.legvander(lecture.chebyshev, 19), compute_uv=False)[-1] > 0.5
    assert np.linalg.svd(lecture.legvander(leggauss(20)[0], 19), compute_uv=False)[-1] > 0.5
    assert np.linalg.svd(lecture.legvander(lecture.even, 19), compute_uv=False)[-1] < 1e-3


@pytest.mark.parametrize("p", [20, 60])
def test_even_and_chebyshev_fits_both_meet_the_noise(lecture, p):
    for basis, x in list(lecture.PLANS.values())[:2]:
        w = lecture.shortest_fit(basis(x, p - 1), lecture.noise)
        np.testing.assert_allclose(basis(x, p - 1) @ w, lecture.noise, atol=1e-9)


# Features and ridge


@pytest.mark.parametrize(("n", "p", "ridge"), [(15, 6, 0.1), (15, 40, 0.01), (30, 30, 1.0)])
def test_ridge_is_scikit_learns_with_alpha_n_lambda(lecture, n, p, ridge):
    F, G, y = problem(SEED, n, p)
    model = Ridge(alpha=n * ridge, fit_intercept=False).fit(F, y)
    np.testing.assert_allclose(lecture.predictions(F, G, y, ridge), model.predict(G), atol=1e-9)


@pytest.mark.parametrize(("n", "p"), [(15, 6), (15, 40)])
def test_without_ridge_it_is_the_pseudo_inverse(lecture, n, p):
    F, G, y = problem(SEED, n, p)
    np.testing.assert_allclose(lecture.predictions(F, G, y), G @ np.linalg.pinv(F) @ y, atol=1e-9)


@pytest.mark.parametrize("p", [10, 200])
def test_features_are_a_frozen_relu_layer(lecture, keras, p):
    x = np.random.default_rng(SEED).normal(size=(5, 64))
    found = lecture.features(x, p, SEED)
    V = np.random.default_rng([SEED, 4]).normal(size=(1600, 64))[:p]
    layer = keras.layers.Dense(p, activation="relu", use_bias=False)
    layer.build((None, 64))
    layer.set_weights([V.T / np.sqrt(p)])
    np.testing.assert_allclose(found, keras.ops.convert_to_numpy(layer(x.astype("float32"))), atol=1e-5)
    np.testing.assert_allclose(lecture.features(x, 5, SEED) * np.sqrt(5), found[:, :5] * np.sqrt(p))


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_wrong_labels_are_always_of_another_class(lecture, share):
    labels = np.arange(20_000) % 10
    wrong = lecture.relabel(labels, share, np.random.default_rng(SEED)) != labels
    assert wrong.mean() == pytest.approx(share, abs=0.02)
    everything = lecture.relabel(labels, 1.0, np.random.default_rng(SEED))
    assert np.all(everything != labels) and set(everything) == set(range(10))


@pytest.mark.parametrize(("n", "limit"), [(20, 0.5), (100, 3.0)])
def test_no_direction_is_multiplied_by_more_than_the_cap(n, limit):
    s = np.geomspace(1e-4, 10, 50)
    ridge = get("enough-ridge").reference(s, n, limit)
    assert (s / (s**2 + n * ridge)).max() == pytest.approx(limit)
    fine = np.geomspace(1e-4, 10, 100_001)
    assert (fine / (fine**2 + n * ridge)).max() == pytest.approx(1 / (2 * np.sqrt(n * ridge)), rel=1e-6)


def test_a_bump_is_the_largest_rise():
    bump = take(9, "bump").bump
    np.testing.assert_allclose(bump(np.array([[4.0, 4], [2, 3], [6, 2], [1, 1]])), [3, 1])


def test_lambda_is_chosen_on_the_further_images(lecture):
    found = np.zeros((1, 2, len(lecture.LAMBDAS)))
    found[0, 0] = [0, 5, 4, 1, 3, 6, 7]  # without ridge it is not eligible
    found[0, 1] = [10, 11, 12, 13, 14, 15, 16]
    np.testing.assert_allclose(lecture.tuned(found), [13])


@pytest.mark.parametrize("n", [12, 30])
def test_where_the_exercises_peaks_are(lecture, n):
    """Rank, and the smallest singular value above 0, in the four situations."""
    x = np.random.default_rng(SEED).normal(size=(n, 8))

    def weakest(F):
        s = np.linalg.svd(F, compute_uv=False)
        return s[s > 1e-9].min()

    V = np.random.default_rng(SEED).normal(size=(8, 6 * n))
    phi = np.maximum(x @ V, 0)
    twice = {p: weakest(np.repeat(phi[:, :p], 2, axis=0)) / np.sqrt(p) for p in (n // 2, n, 2 * n)}
    assert twice[n] == min(twice.values())
    thrice = {p: weakest(np.repeat(phi, 3, axis=1)[:, :p]) / np.sqrt(p) for p in (n, 3 * n, 6 * n)}
    assert thrice[3 * n] == min(thrice.values())
    fits = [x @ V[:, :p] @ np.linalg.pinv(x @ V[:, :p]) for p in (8, n, 3 * n)]
    np.testing.assert_allclose(fits[1:], np.broadcast_to(fits[0], (2, n, n)), atol=1e-7)


# Gradient descent


@pytest.mark.parametrize(("n", "p"), [(5, 50), (8, 80)])
def test_descent_from_zero_is_the_pseudo_inverse(lecture, n, p):
    F, _, y = problem(SEED, n, p)
    start = np.random.default_rng(SEED).normal(size=(p, 3))
    shortest, null = np.linalg.pinv(F) @ y, start - np.linalg.pinv(F) @ F @ start
    np.testing.assert_allclose(lecture.descend(F, y, 0 * start, 500), shortest, atol=1e-6)
    np.testing.assert_allclose(lecture.descend(F, y, start, 500), shortest + null, atol=1e-6)
    assert abs(lecture.descend(F, y, start, 500) - shortest).max() > 0.1


def test_one_step_is_the_gradient_of_half_the_summed_squares(lecture):
    F, _, y = problem(SEED, 4, 9, outputs=1)
    w, h = np.random.default_rng(SEED).normal(size=(9, 1)), 1e-6

    def loss(w):
        return 0.5 * np.sum((F @ w - y) ** 2)

    slope = np.array([[(loss(w + h * e[:, None]) - loss(w - h * e[:, None])) / (2 * h)] for e in np.eye(9)])
    moved = w - slope / np.linalg.svd(F, compute_uv=False)[0] ** 2
    np.testing.assert_allclose(lecture.descend(F, y, w, 1), moved, atol=1e-6)


@pytest.mark.parametrize("rate", [0.01, 0.05])
def test_adam_is_kerass_with_a_cosine(lecture, keras, rate):
    F, _, y = problem(SEED, 4, 9, outputs=1)
    steps = 40
    variable = keras.Variable(np.zeros((9, 1), "float32"))
    optimizer = keras.optimizers.Adam(rate, epsilon=1e-12)
    for t in range(1, steps + 1):
        optimizer.learning_rate = rate * (1 + np.cos(np.pi * t / steps)) / 2
        w = keras.ops.convert_to_numpy(variable).astype(float)
        optimizer.apply([keras.ops.convert_to_tensor((F.T @ (F @ w - y)).astype("float32"))], [variable])
    found = lecture.adam(F, y, np.zeros((9, 1)), rate, steps)
    np.testing.assert_allclose(found, keras.ops.convert_to_numpy(variable), atol=1e-4)


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_other_units_find_another_solution_of_the_same_equations(lecture, seed):
    F, _, y = problem(seed, 5, 12, outputs=1)
    c = np.random.default_rng(seed).uniform(0.3, 3, 12)
    w = get("in-other-units").reference(F, y[:, 0], c)
    np.testing.assert_allclose(F @ w, y[:, 0], atol=1e-9)
    np.testing.assert_allclose(c * lecture.descend(F * c, y, np.zeros((12, 1)), 20_000)[:, 0], w, atol=1e-6)
    assert abs(w - np.linalg.pinv(F) @ y[:, 0]).max() > 0.01


# Networks


@pytest.mark.parametrize("width", [1, 12])
def test_parameters_of_the_network(keras, width):
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(width), keras.layers.Dense(10)])
    assert model.count_params() == 75 * width + 10


@pytest.mark.parametrize("n", [25, 100])
def test_images_are_repeated_with_their_labels(n):
    images, labels = take(9, "noisy_digits").noisy_digits(n, count=2, rows=200)
    assert images.shape == (2, 200, 64) and labels.shape == (2, 200)
    np.testing.assert_array_equal(images[:, :n], images[:, n : 2 * n])
    np.testing.assert_array_equal(labels[:, :n], labels[:, n : 2 * n])
