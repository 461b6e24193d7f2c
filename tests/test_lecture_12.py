"""The formulas, bounds and exact facts of lecture 12, as they stand in the notebook, against Keras and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.exercises import get
from tests.lecture_code import take

SEED = 100  # the lecture itself uses 0 to 31


@pytest.fixture(scope="module")
def lecture():
    """What the lecture codes in NumPy, scikit-learn and SciPy."""
    names = "slopes loss C centre x_train x_test digits upside_down glorot trained back lost transposed discarded"
    names += " variances directions angles closest_axes constant neighbours_read psnr best_linear noisy labelled"
    names += " checked usable SIGMA COPIES EPOCHS BATCH"
    return take(12, *names.split())


def random(*shape, seed=SEED):
    return np.random.default_rng(seed).normal(size=shape)


def numbers(tensor):
    import keras

    return keras.ops.convert_to_numpy(tensor)


# The loss of a linear autoencoder


@pytest.mark.parametrize("k", [3, 64])
def test_the_loss_is_kerass_mse_on_the_digits(lecture, keras, k):
    W1, W2 = random(2, k, 64) / 8, random(2, 64, k, seed=SEED + 1) / 8
    for place in range(2):
        network = keras.Sequential([keras.Input((64,)), *(keras.layers.Dense(n, use_bias=False) for n in (k, 64))])
        network.set_weights([W1[place].T, W2[place].T])
        x = lecture.x_train.astype("float32")
        in_keras = np.mean(numbers(keras.losses.mean_squared_error(x, network(x))))
        assert lecture.loss(W1, W2, lecture.C)[place] == pytest.approx(in_keras, rel=1e-4)


@pytest.mark.parametrize("k", [2, 5])
def test_the_gradients_are_those_of_the_backend(lecture, keras, k):
    from course_utils.probes import value_and_gradients

    W1, W2 = random(1, k, 64) / 8, random(1, 64, k, seed=SEED + 1) / 8
    x = keras.ops.convert_to_tensor(lecture.x_train.astype("float32"))

    def total(W1, W2):
        ops = keras.ops
        return ops.mean(ops.square(x - ops.matmul(ops.matmul(x, ops.transpose(W1)), ops.transpose(W2))))

    _, wanted = value_and_gradients(total, [W1[0].astype("float32"), W2[0].astype("float32")])
    for found, slope in zip(lecture.slopes(W1, W2, lecture.C), wanted, strict=True):
        np.testing.assert_allclose(found[0], slope, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("k", [4, 10])
def test_no_loss_is_below_the_discarded_eigenvalues_and_pca_reaches_them(lecture, k):
    from sklearn.decomposition import PCA

    pca = PCA(k).fit(lecture.x_train)
    W1 = pca.components_[None]
    assert 64 * lecture.loss(W1, lecture.transposed(W1), lecture.C)[0] == pytest.approx(lecture.discarded(k))
    in_pca = pca.explained_variance_.sum() * 1436 / 1437  # it divides by n - 1
    assert lecture.discarded(k) == pytest.approx(lecture.x_train.var(axis=0).sum() - in_pca)
    for seed in range(5):
        nearby = W1 + 0.05 * random(1, k, 64, seed=seed)
        assert 64 * lecture.loss(nearby, np.linalg.pinv(nearby), lecture.C)[0] > lecture.discarded(k)


@pytest.mark.parametrize(("k", "gain"), [(3, 1.0), (6, 0.01)])
def test_training_reaches_the_bound_and_the_decoder_pcas_plane(lecture, k, gain):
    start = lecture.glorot(k, gain)
    end = lecture.trained(start, steps=1500)
    np.testing.assert_allclose(64 * lecture.loss(*end, lecture.C), lecture.discarded(k), rtol=1e-3)
    assert lecture.angles(end[1]).max() < 1
    np.testing.assert_array_equal(end[0][..., lecture.constant], start[0][..., lecture.constant])
    assert abs(end[1][:, lecture.constant]).max() < 1e-3


@pytest.mark.parametrize("rate", [0.01, 0.003])
def test_training_is_kerass_adam_with_a_cosine(lecture, keras, rate):
    start = lecture.glorot(2)
    found = lecture.trained(start, steps=30, rate=rate)
    schedule = keras.optimizers.schedules.CosineDecay(rate, 30)
    optimizer, weights = keras.optimizers.Adam(schedule), [keras.Variable(w.astype("float32")) for w in start]
    for _ in range(30):
        slopes = lecture.slopes(*(numbers(w).astype(float) for w in weights), lecture.C)
        optimizer.apply([keras.ops.convert_to_tensor(s.astype("float32")) for s in slopes], weights)
    for ours, theirs in zip(found, weights, strict=True):
        np.testing.assert_allclose(ours, numbers(theirs), atol=2e-4)


def test_the_training_digits_fill_60_dimensions_and_all_digits_61(lecture):
    everything = np.concatenate([lecture.digits.x_train, lecture.digits.x_test]).astype(float)
    assert np.linalg.matrix_rank(lecture.x_train) == 60
    assert np.linalg.matrix_rank(everything - everything.mean(axis=0)) == 61
    assert np.flatnonzero(lecture.constant).size == 4


@pytest.mark.parametrize("place", [0, 7])
def test_upside_down_is_half_a_turn(lecture, place):
    picture = (lecture.upside_down + lecture.centre)[place].reshape(8, 8)
    np.testing.assert_allclose(picture, np.rot90(lecture.digits.x_test[place].reshape(8, 8), 2), atol=1e-6)


@pytest.mark.parametrize("k", [1, 63])
def test_what_is_lost_is_a_share_of_the_squares(lecture, k):
    W1 = np.linalg.qr(random(64, 64))[0][None, :k]
    x = random(20, 64, seed=3)
    kept = np.sum((x @ W1[0].T) ** 2) / np.sum(x**2)
    assert lecture.lost([W1, lecture.transposed(W1)], x)[0] == pytest.approx(1 - kept)


@pytest.mark.parametrize("degrees", [20, 70])
def test_angles_and_axes(lecture, degrees):
    turn = np.radians(degrees)
    u = lecture.directions
    planes = np.stack([u[:, 0], np.cos(turn) * u[:, 1] + np.sin(turn) * u[:, 9]], axis=1)[None]
    assert lecture.angles(planes)[0] == pytest.approx(degrees)
    axes = np.stack([3 * u[:, 0], np.cos(turn) * u[:, 0] + np.sin(turn) * u[:, 1], -u[:, 5]], axis=1)[None]
    assert lecture.closest_axes([None, axes])[0] == pytest.approx(np.cos(turn))


# Codes


@pytest.mark.parametrize("k", [2, 7])
def test_the_bottleneck_keeps_k_of_the_code_and_bends_the_rest(keras, k):
    bottleneck = take(12, "bottleneck").bottleneck(k, lambda h: abs(h))
    code, hidden = random(3, 16), random(3, 96)
    np.testing.assert_array_equal(bottleneck(code), np.where(np.arange(16) < k, code, 0))
    np.testing.assert_array_equal(bottleneck(hidden), abs(hidden))


def test_neighbours_of_the_labels_themselves_are_all_right(lecture):
    labels = np.concatenate([lecture.digits.y_train, lecture.digits.y_test])
    plane = np.stack([labels, labels], axis=1)
    assert lecture.neighbours_read(plane) == 1
    assert lecture.neighbours_read(random(1797, 2)) < 0.2


# Denoising


@pytest.mark.parametrize("error", [0.1, 0.5])
def test_psnr(lecture, error):
    x = random(5, 64)
    assert lecture.psnr(x, x + error) == pytest.approx(20 * np.log10(1 / error))


@pytest.mark.parametrize("sigma", [0.25, 0.5])
def test_the_best_matrix_is_what_least_squares_finds_from_noisy_copies(lecture, sigma):
    x = lecture.x_train
    matrix, rng = lecture.best_linear(x, sigma), np.random.default_rng(SEED)
    many = np.tile(x, (20, 1))
    found = np.linalg.lstsq(many + sigma * rng.normal(size=many.shape), many, rcond=None)[0]
    np.testing.assert_allclose(x @ matrix.T, x @ found, atol=0.06)
    turned = lecture.directions.T @ matrix @ lecture.directions
    np.testing.assert_allclose(np.diag(turned), lecture.variances / (lecture.variances + sigma**2), atol=1e-6)


@pytest.mark.parametrize(("variances", "sigma"), [((4.0, 1.0, 0.25), 0.5), ((0.3, 0.2, 0.05, 0.0), 2.0)])
def test_the_exercises_denoiser_is_the_matrix_along_eigenvectors(variances, sigma):
    factors, mse, of_nothing = get("best-denoiser").reference(np.array(variances), sigma)
    rng, spread = np.random.default_rng(SEED), np.sqrt(variances)
    x = spread * rng.normal(size=(400_000, len(variances)))
    shown = x + sigma * rng.normal(size=x.shape)
    slope = np.sum(shown * x, axis=0) / np.sum(shown**2, axis=0)
    np.testing.assert_allclose(factors, slope, atol=0.01)
    assert mse == pytest.approx(np.mean((slope * shown - x) ** 2), rel=0.02)
    assert of_nothing == pytest.approx(np.mean((shown - x) ** 2), rel=0.02)


@pytest.mark.parametrize("sigma", [0.25, 0.1])
def test_noise_has_its_spread_and_is_another_for_each_seed_and_stream(lecture, sigma):
    x = lecture.x_test.astype("float32")
    noise = lecture.noisy(x, sigma, 1) - x
    np.testing.assert_allclose(noise.std(axis=(1, 2)), sigma, rtol=0.03)
    assert abs(np.corrcoef(noise.reshape(8, -1)) - np.eye(8)).max() < 0.05
    assert abs(np.mean(noise * (lecture.noisy(x, sigma, 2) - x))) < 0.01 * sigma


# Few labels


@pytest.mark.parametrize("count", [20, 100])
def test_labelled_images_are_as_many_of_each_class_and_none_of_them_validates(lecture, count):
    rows = lecture.labelled(count, SEED, 0)
    assert np.bincount(lecture.digits.y_train[rows]).tolist() == [count // 10] * 10
    assert len(set(rows)) == count and max(rows) < lecture.checked.start
    assert set(rows) != set(lecture.labelled(count, SEED, 1))


# Exercises


@pytest.mark.parametrize("k", [1, 3])
def test_the_three_losses_are_kerass_and_scikit_learns(keras, k):
    from sklearn.decomposition import PCA
    from sklearn.metrics import r2_score

    x = random(50, 5) + 3
    pca = PCA(k).fit(x)
    mse, textbook, share = get("three-losses").reference(x, pca.components_, pca.components_.T, pca.mean_)
    found = pca.inverse_transform(pca.transform(x))
    in_keras = np.mean(numbers(keras.losses.mean_squared_error(x.astype("float32"), found.astype("float32"))))
    assert mse == pytest.approx(in_keras, rel=1e-4)
    assert textbook == pytest.approx(5 * mse)
    assert share == pytest.approx(1 - pca.explained_variance_ratio_.sum())
    assert share == pytest.approx(1 - r2_score(x, found, multioutput="variance_weighted"))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_tied_gradient_is_the_slope(seed):
    W, x = random(2, 4, seed=seed) / 2, random(30, 4, seed=seed + 10)
    C, h = x.T @ x / 30, 1e-6
    found = get("tied-gradient").reference(W, C)
    for i, j in np.ndindex(W.shape):
        nudge = np.zeros_like(W)
        nudge[i, j] = h
        up, down = (np.mean((x - x @ V.T @ V) ** 2) for V in (W + nudge, W - nudge))
        assert found[i, j] == pytest.approx((up - down) / (2 * h), rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("keep", [0.5, 0.9])
def test_choose_k_is_scikit_learns(lecture, keep):
    from sklearn.decomposition import PCA

    k, mse = get("choose-k").reference(lecture.variances, keep)
    pca = PCA(keep, svd_solver="full").fit(lecture.x_train)
    assert k == pca.n_components_
    found = pca.inverse_transform(pca.transform(lecture.x_train))
    assert mse == pytest.approx(np.mean((found - lecture.x_train) ** 2))
