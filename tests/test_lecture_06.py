"""The formulas and exact facts of lecture 06, as they stand in the notebook, against Keras, scikit-learn and NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lecture_code import take

SEED = 100  # the lecture itself uses 0 to 15


@pytest.fixture(scope="module")
def lecture():
    """What the lecture codes in NumPy alone."""
    names = "weather whiten REMEDIES curvature condition descend factor_per_step of_two_columns ring_of path_on ridge"
    names += " TO_METRES zscore classifier right both_strategies batch_norm share_right largest norm_over"
    return take(6, *names.split(), "distance_from_one", "group_norm", "AXES", "read_with", "kept", "UNITS", "wind_data")


@pytest.fixture(scope="module")
def with_keras(keras):
    """What the lecture codes with Keras."""
    return take(6, "normalizing", "along", "distance_from_keras")


def numbers(tensor):
    import keras

    return keras.ops.convert_to_numpy(tensor)


# Ravines


@pytest.mark.parametrize("columns", [2, 5])
def test_whitened_columns_have_the_identity_as_covariance_and_need_one_step(lecture, columns):
    rng = np.random.default_rng(SEED)
    x = rng.normal(3, 1, (200, columns)) @ rng.normal(size=(columns, columns))
    white = lecture.whiten(x)
    np.testing.assert_allclose(np.cov(white.T, bias=True), np.eye(columns), atol=1e-9)
    assert lecture.condition(lecture.curvature(white)) == pytest.approx(1, abs=1e-9)
    assert lecture.descend(white, rng.normal(size=200))[1] < 1e-12


def test_the_z_score_is_scikit_learns(lecture):
    from sklearn.preprocessing import StandardScaler

    x, _ = lecture.weather(SEED)
    np.testing.assert_allclose(lecture.REMEDIES["z-score"](x), StandardScaler().fit_transform(x), atol=1e-9)


@pytest.mark.parametrize("correlation", [0.5, 0.9])
def test_the_curvature_is_that_of_half_the_mean_square(lecture, correlation):
    rng = np.random.default_rng(SEED)
    x = rng.multivariate_normal([1, 2], [[1, correlation], [correlation, 1]], 50)
    theta, y, step = rng.normal(size=3), rng.normal(size=50), 1e-3

    def loss(t):
        return np.mean((x @ t[:2] + t[2] - y) ** 2) / 2

    along = [[step * a, step * b] for a in np.eye(3) for b in np.eye(3)]
    second = [
        (loss(theta + a + b) - loss(theta + a - b) - loss(theta - a + b) + loss(theta - a - b)) / (4 * step**2)
        for a, b in along
    ]
    np.testing.assert_allclose(np.reshape(second, (3, 3)), lecture.curvature(x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["z-score", "centred only"])
def test_descent_contracts_as_the_condition_number_says_and_stops_at_least_squares(lecture, name):
    x, y = lecture.weather(SEED)
    columns = lecture.REMEDIES[name](x)
    above, kappa = lecture.descend(columns, y), lecture.condition(lecture.curvature(columns))
    assert lecture.factor_per_step(above[None])[0] == pytest.approx((kappa - 1) / (kappa + 1), rel=1e-3)
    assert above[0] == 1 and above[-1] < 1e-9
    steps = np.argmax(above < 1e-8)
    assert steps == pytest.approx(kappa * np.log(1e8) / 4, rel=0.3)  # as the text says


@pytest.mark.parametrize(("scale", "correlation", "mean", "kappa"), [(4, 0, 0, 16), (1, 0.9, 0, 19), (1, 0, 3, 19)])
def test_rings_and_paths_of_two_columns(lecture, scale, correlation, mean, kappa):
    H = lecture.of_two_columns(scale, correlation, mean)
    assert lecture.condition(H) == pytest.approx(kappa)
    offset = lecture.ring_of(H, 0.7) - np.array([[1], [0.5]])
    np.testing.assert_allclose(np.sum(offset * (H @ offset), axis=0), 0.49 * np.linalg.eigvalsh(H)[0])
    assert np.linalg.norm(lecture.path_on(H)[-1] - [1, 0.5]) <= 0.02


# Units, and strategies


@pytest.mark.parametrize("strength", [0.3, 20.0])
def test_ridge_is_scikit_learns(lecture, strength):
    from sklearn.linear_model import Ridge

    X, y = lecture.wind_data(SEED)
    theirs = Ridge(alpha=strength * len(X), fit_intercept=False).fit(X, y).coef_
    np.testing.assert_allclose(lecture.ridge(X, y, [strength] * 2), theirs, rtol=1e-8)


@pytest.mark.parametrize("factor", [1 / 3.6, 1000.0])
def test_a_column_times_a_factor_is_penalized_by_one_over_its_square(lecture, factor):
    from course_utils.exercises import get

    X, y = lecture.wind_data(SEED)
    factors, strength = np.array([1, factor]), np.array([5.0, 5.0])
    weights, times = get("kilometres-per-hour").reference(lecture.ridge(X, y, [0, 0]), factors)
    np.testing.assert_allclose(lecture.ridge(X * factors, y, [0, 0]), weights, rtol=1e-6)
    new, old = lecture.ridge(X * factors, y, strength), lecture.ridge(X, y, strength * times)
    np.testing.assert_allclose(new * factors, old, rtol=1e-8)
    assert (1 / lecture.TO_METRES[1]) ** 2 == pytest.approx(12.96)


@pytest.mark.parametrize("name", ["km/h", "m/s"])
def test_more_penalty_keeps_less_of_the_wind(lecture, name):
    kept = [lecture.kept(lecture.wind_data(SEED), lecture.UNITS[name], s) for s in (0.0, 1.0, 100.0)]
    assert kept[0] == pytest.approx(1) and 1 > kept[1] > kept[2] > 0


@pytest.mark.parametrize(("contrast", "brightness"), [(0.6, 0.2), (1.5, -1.0)])
def test_own_numbers_undo_brightness_and_contrast(lecture, contrast, brightness):
    x = np.random.default_rng(SEED).normal(0, 20, (50, 4))
    changed = contrast * x + brightness
    np.testing.assert_allclose(lecture.zscore(changed, changed), lecture.zscore(x, x), atol=0.01)
    np.testing.assert_allclose(lecture.zscore(x, x[:20]), (x - x[:20].mean(0)) / (x[:20].std(0) + 0.05))


def test_strategy_1_uses_the_training_images(lecture):
    rng = np.random.default_rng(SEED)
    y = np.repeat(np.arange(10), 20)
    x = rng.normal(size=(200, 64)) + 3 * np.eye(64)[y]
    W = lecture.classifier(lecture.zscore(x, x), y)
    first, second = lecture.both_strategies(W, x, x[y < 2], y[y < 2])
    assert first == lecture.right(W, lecture.zscore(x, x)[y < 2], y[y < 2])
    assert second == lecture.right(W, lecture.zscore(x[y < 2], x[y < 2]), y[y < 2])


# Batch norm and its relatives


@pytest.mark.parametrize("batch", [4, 32])
def test_batch_norm_is_kerass_in_both_modes(lecture, keras, batch):
    rng = np.random.default_rng(SEED)
    h, gamma, beta, mean = (rng.normal(1, 2, shape) for shape in ((batch, 3), 3, 3, 3))
    variance = rng.uniform(0.5, 2, 3)
    layer = keras.layers.BatchNormalization()
    layer.build((None, 3))
    layer.set_weights([gamma, beta, mean, variance])
    y, running = lecture.batch_norm(h, gamma, beta, (mean, variance), training=False)
    np.testing.assert_allclose(numbers(layer(h.astype("float32"), training=False)), y, atol=1e-4)
    np.testing.assert_allclose(running, [mean, variance])
    y, running = lecture.batch_norm(h, gamma, beta, (mean, variance), training=True)
    np.testing.assert_allclose(numbers(layer(h.astype("float32"), training=True)), y, atol=1e-4)
    np.testing.assert_allclose([numbers(v) for v in layer.non_trainable_variables], running, rtol=1e-5)
    layer.trainable = False  # inference mode even with training=True
    y, _ = lecture.batch_norm(h, gamma, beta, running, training=False)
    np.testing.assert_allclose(numbers(layer(h.astype("float32"), training=True)), y, atol=1e-4)


def test_the_lectures_own_comparison_finds_the_unbiased_variance(with_keras):
    assert with_keras.distance_from_keras(SEED) < 1e-4 < with_keras.distance_from_keras(SEED, unbiased=True)


@pytest.mark.parametrize(("gap", "left"), [(2.0, 1.0), (40.0, 1.0)])
def test_of_two_sums_only_the_order_is_left(lecture, gap, left):
    y, _ = lecture.batch_norm(np.array([[3.0], [3.0 + gap]]), 1.0, 0.0, (0.0, 1.0), training=True)
    np.testing.assert_allclose(y, [[-left], [left]], atol=1e-3)
    assert lecture.distance_from_one(2, SEED) < 0.01 < lecture.distance_from_one(16, SEED)


def test_a_network_read_with_its_training_set_is_keras_with_these_averages(lecture, keras):
    from course_utils import Sweep, mlp

    rng = np.random.default_rng(SEED)
    x, y = rng.normal(size=(64, 6)).astype("float32"), rng.integers(0, 3, 64)
    nets = Sweep(mlp([8, 8], normalization="batch"), "sgd", learning_rate=[0.1, 0.5], seeds=2)
    nets.fit(x, y, epochs=2, batch_size=16)
    weights = nets.weights()
    scores, signal = lecture.read_with(weights, x[:5], x), x
    for layer in ("hidden_1", "hidden_2"):
        h = signal @ weights[f"{layer}/kernel"]
        averages = {"moving_mean": h.mean(axis=-2), "moving_variance": h.var(axis=-2)}
        nets.set_weights({f"{layer}/{name}": value for name, value in averages.items()})
        signal = nets.activations(x)[layer]
    odds = np.exp(scores)
    np.testing.assert_allclose(nets.predict(x[:5]), odds / odds.sum(axis=-1, keepdims=True), atol=1e-4)


@pytest.mark.parametrize("batch", [8, 30])
def test_both_arms_together_are_batch_norm_for_each_network_by_itself(with_keras, lecture, batch):
    h = np.random.default_rng(SEED).normal(2, 3, (3, batch, 5)).astype("float32")
    found = numbers(with_keras.normalizing(True, "spread")(h))
    for network in range(3):
        ours = lecture.batch_norm(h[network], 1.0, 0.0, (0.0, 1.0), training=True)[0]
        np.testing.assert_allclose(found[network], np.maximum(ours, 0), atol=1e-4)


def test_each_arm_does_what_its_name_says(with_keras):
    h = np.random.default_rng(SEED).normal(2, 3, (2, 8, 5)).astype("float32")
    mean, spread = h.mean(axis=1, keepdims=True), np.sqrt(h.var(axis=1, keepdims=True) + 1e-3)
    size = np.sqrt((h**2).mean(axis=1, keepdims=True) + 1e-3)
    wanted = {(False, None): h, (True, None): h - mean, (False, "spread"): h / spread, (False, "size"): h / size}
    wanted[True, "spread"] = (h - mean) / spread
    for arm, sums in wanted.items():
        np.testing.assert_allclose(numbers(with_keras.normalizing(*arm)(h)), np.maximum(sums, 0), atol=1e-4)
    for constant in ("mean", "spread"):
        same = numbers(with_keras.normalizing(True, "spread", [constant])(h))
        np.testing.assert_allclose(same, np.maximum(wanted[True, "spread"], 0), atol=1e-4)


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_behind_batch_norm_a_slope_is_at_right_angles_to_its_weights(with_keras, seed):
    constants = ["spread"], ["mean"], ["mean", "spread"]
    arms = [(True, "spread"), (False, "spread"), *((True, "spread", names) for names in constants)]
    cosines = [with_keras.along(with_keras.normalizing(*arm), seed) for arm in arms]
    assert max(cosines[:2]) < 1e-3 and cosines[2] > 0.05 and cosines[3] > 0.02 and cosines[4] > 0.05


@pytest.mark.parametrize(("constant", "same"), [((), True), (["spread"], True), (["mean"], False)])
def test_the_slope_through_the_mean_is_that_of_centred_inputs(with_keras, constant, same):
    import keras

    from course_utils import probes

    rng = np.random.default_rng(SEED)
    x, W, e = (rng.normal(1, 1, shape).astype("float32") for shape in ((64, 8), (8, 4), (64, 4)))
    bend = with_keras.normalizing(True, "spread", constant)
    slopes = []
    for inputs in (x, x - x.mean(axis=0)):

        def loss(W, inputs=inputs):
            return keras.ops.sum(bend(keras.ops.matmul(inputs, W)[None])[0] * e)

        slopes.append(probes.value_and_gradients(loss, [W])[1][0])
    assert np.allclose(*slopes, rtol=1e-3, atol=1e-3) == same


@pytest.mark.parametrize("constants", [(), ("mean", "spread")])
def test_with_gamma_and_beta_the_arm_without_constants_is_batch_norm(with_keras, constants):
    from course_utils import Sweep, mlp

    rng = np.random.default_rng(SEED)
    x, y = rng.normal(1, 2, (40, 6)).astype("float32"), rng.integers(0, 3, 40)
    both, found = with_keras.normalizing(True, "spread", constants), []
    for kind in ({"normalization": "batch"}, {"normalization": "activation", "activation": both}):
        nets = Sweep(mlp([8, 8], **kind), "sgd", learning_rate=[0.1, 0.5], seeds=2)
        nets.fit(x, y, epochs=2, batch_size=20)
        found.append([nets.weights()[name] for name in ("hidden_1/kernel", "hidden_1/gamma", "hidden_2/beta")])
    assert all(np.allclose(theirs, ours, atol=1e-3) != bool(constants) for theirs, ours in zip(*found, strict=True))


@pytest.mark.parametrize("groups", [2, 4])
def test_norms_over_axes_are_kerass(lecture, keras, groups):
    x = np.random.default_rng(SEED).normal(1, 2, (4, 3, 3, 8)).astype("float32")
    L = keras.layers
    pairs = [
        (L.LayerNormalization(), lecture.norm_over(x, lecture.AXES["layer norm, Keras's default"])),
        (L.LayerNormalization(axis=[1, 2, 3]), lecture.norm_over(x, lecture.AXES["layer norm, as for images"])),
        (L.GroupNormalization(groups=1), lecture.norm_over(x, lecture.AXES["layer norm, as for images"])),
        (L.GroupNormalization(groups=-1), lecture.norm_over(x, lecture.AXES["instance norm"])),
        (L.GroupNormalization(groups=groups), lecture.group_norm(x, groups)),
    ]
    for layer, ours in pairs:
        np.testing.assert_allclose(numbers(layer(x)), ours, atol=1e-4)
    ours = lecture.norm_over(x, lecture.AXES["batch norm"])
    np.testing.assert_allclose(numbers(L.BatchNormalization()(x, training=True)), ours, atol=1e-4)


# Rates, running averages and an exercise


def test_the_largest_rate_is_the_last_one_that_reads_half(lecture):
    accuracy = np.array([[0.6, 0.2, 0.1], [0.4, 0.9, 0.1], [0.8, 0.1, 0.2]])
    found = lecture.largest(accuracy, np.array([0.1, 0.2, 0.3]))
    np.testing.assert_allclose(found, [0.3, 0.2, np.nan])


@pytest.mark.parametrize(("steps", "below"), [(458, False), (459, True)])
def test_running_averages_forget_their_start(steps, below):
    assert (0.99**steps < 0.01) == below
    assert round(100 * 0.99**45) == 64


@pytest.mark.parametrize("batch", [5, 9])
def test_the_exercises_forward_pass_follows_its_definition(lecture, batch):
    from course_utils.exercises import get

    h = np.random.default_rng(SEED).normal(2, 3, (batch, 4))
    gamma, beta, mean, variance = np.ones(4), np.zeros(4), np.zeros(4), np.ones(4)
    y, new_mean, new_variance = get("batch-norm-forward").reference(h, gamma, beta, mean, variance, 0.01, 1e-3)
    ours, (kept_mean, kept_variance) = lecture.batch_norm(h, gamma, beta, (mean, variance), training=True)
    np.testing.assert_allclose(y, ours)
    np.testing.assert_allclose(new_mean, kept_mean)
    np.testing.assert_allclose((new_variance - 0.99) * (batch - 1) / batch, kept_variance - 0.99)
