"""The rules and exact facts of lecture 08, as they stand in the notebook, against Keras and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.exercises import get
from tests.lecture_code import take

SEED = 100  # the lecture itself uses 0 to 15
GAMMA, DECAY = 0.8, 0.3


@pytest.fixture(scope="module")
def lecture():
    """What the lecture codes in NumPy alone."""
    names = "descend linear_task momentum penalized adam subgradient_step soft_threshold proximal_step stop dropout"
    names += " mixed_up new_names shifted mirrored roughness with_synonyms at_speed pitch tone loss_on sparse_task"
    return take(8, *names.split())


@pytest.fixture
def problem():
    """A well-conditioned least-squares problem: x (40, 4), y (40, 1), its slope and its ridge."""
    rng = np.random.default_rng(SEED)
    x, y = rng.normal(size=(40, 4)), rng.normal(size=(40, 1))

    def ridge(lam):
        return np.linalg.solve(x.T @ x / 40 + lam * np.eye(4), x.T @ y / 40)

    return x, y, lambda w: x.T @ (x @ w - y) / 40, ridge


def keras_path(optimizer, slope, w, steps):
    """Where Keras's optimizer ends."""
    import keras

    variable = keras.Variable(w.astype("float32"))
    for _ in range(steps):
        gradient = slope(keras.ops.convert_to_numpy(variable).astype(float))
        optimizer.apply([keras.ops.convert_to_tensor(gradient.astype("float32"))], [variable])
    return keras.ops.convert_to_numpy(variable)


@pytest.mark.parametrize("gamma", [0.0, GAMMA])
def test_momentum_with_decay_is_kerass(lecture, problem, gamma):
    import keras

    _, _, slope, _ = problem
    w = np.random.default_rng(SEED).normal(size=(4, 1))
    theirs = keras_path(keras.optimizers.SGD(0.05, momentum=gamma, weight_decay=DECAY), slope, w, 60)
    assert np.allclose(lecture.momentum(slope, w, [0.05] * 60, gamma=gamma, decay=DECAY), theirs, atol=1e-5)


def test_adam_with_decay_is_kerass(lecture, problem):
    import keras

    _, _, slope, _ = problem
    w = np.random.default_rng(SEED).normal(size=(4, 1))
    theirs = keras_path(keras.optimizers.AdamW(0.02, weight_decay=DECAY), slope, w, 100)
    assert np.allclose(lecture.adam(slope, w, [0.02] * 100, decay=DECAY), theirs, atol=1e-3)


@pytest.mark.parametrize(("gamma", "lam"), [(0.0, 0.3), (0.8, 0.3), (0.5, 0.05)])
def test_decoupled_momentum_rests_at_a_weaker_ridge(lecture, problem, gamma, lam):
    _, _, slope, ridge = problem
    w = lecture.momentum(slope, np.ones((4, 1)), [0.1] * 2000, gamma=gamma, decay=lam)
    assert np.allclose(w, ridge((1 - gamma) * lam), atol=1e-9)
    inside = lecture.momentum(lecture.penalized(slope, lam), np.ones((4, 1)), [0.1] * 2000, gamma=gamma)
    assert np.allclose(inside, ridge(lam), atol=1e-9)


@pytest.mark.parametrize("alpha", [2.0, 20.0])
def test_ridge_is_scikit_learns(problem, alpha):
    from sklearn.linear_model import Ridge

    x, y, _, ridge = problem
    assert np.allclose(Ridge(alpha=alpha, fit_intercept=False).fit(x, y[:, 0]).coef_, ridge(alpha / 40)[:, 0])


def test_the_exercise_ends_at_scikit_learns_ridge(lecture, problem):
    from sklearn.linear_model import Ridge

    x, y, slope, _ = problem
    keras_decay, torch_decay, l2 = get("same-ridge").reference(alpha=8.0, n=40, gamma=GAMMA)
    wanted = Ridge(alpha=8.0, fit_intercept=False).fit(x, y[:, 0]).coef_[:, None]
    start, rates = np.ones((4, 1)), [0.05] * 3000
    assert np.allclose(lecture.momentum(slope, start, rates, gamma=GAMMA, decay=keras_decay), wanted, atol=1e-8)
    inside = lecture.penalized(slope, torch_decay)
    assert np.allclose(lecture.momentum(inside, start, rates, gamma=GAMMA), wanted, atol=1e-8)
    with_l2 = lecture.penalized(slope, 2 * l2)  # the slope of c‖w‖² is 2cw
    assert np.allclose(lecture.momentum(with_l2, start, rates), wanted, atol=1e-8)


def test_kerass_l2_has_no_half():
    import keras

    assert float(keras.regularizers.L2(0.3)(keras.ops.convert_to_tensor(np.array([3.0, 4.0], "float32")))) == (
        pytest.approx(0.3 * 25)
    )


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_decay_multiplies_the_part_that_no_example_sees(lecture, seed):
    X, y, _, w = lecture.linear_task(seed)
    rate = 20 / np.linalg.norm(X, 2) ** 2
    end = lecture.descend(w[None], X[None], y[None], np.array([0.2]), steps=50)[0]

    def hidden(w):
        return w - np.linalg.pinv(X) @ (X @ w)

    assert np.allclose(hidden(end), (1 - rate * 0.2) ** 50 * hidden(w))


def test_descent_from_zero_stays_in_the_span_and_fits(lecture):
    X, y, _, _ = lecture.linear_task(SEED)
    w = lecture.descend(np.zeros((1, 200, 1)), X[None], y[None], np.array([0.0]))[0]
    assert np.allclose(w, np.linalg.pinv(X) @ y, atol=1e-3)


@pytest.mark.parametrize("by", [0.3, 1.0])
def test_soft_threshold_minimizes(lecture, by):
    from scipy.optimize import minimize_scalar

    for w in (-2.0, -0.2, 0.0, 0.5, 1.7):
        found = minimize_scalar(lambda u, w=w: (u - w) ** 2 / 2 + by * abs(u), bounds=(-3, 3), method="bounded")
        assert lecture.soft_threshold(w, by) == pytest.approx(found.x, abs=1e-4)


def test_the_elastic_step_minimizes():
    from scipy.optimize import minimize_scalar

    step, eta, one, two = get("elastic-step").reference, 0.4, 0.7, 1.5
    for w in (-2.0, -0.2, 0.25, 1.7):

        def total(u, w=w):
            return (u - w) ** 2 / (2 * eta) + one * abs(u) + two / 2 * u**2

        found = minimize_scalar(total, bounds=(-3, 3), method="bounded").x
        assert step(np.array(w), eta, one, two) == pytest.approx(found, abs=1e-4)


def test_proximal_steps_end_at_scikit_learns_lasso_and_subgradient_steps_beside_it(lecture):
    from sklearn.linear_model import Lasso

    x, y, _ = lecture.sparse_task(SEED, nonzero=5)
    x, y = x[:100], y[:100, None]
    proximal = subgradient = np.ones((200, 1))
    eta = 100 / np.linalg.norm(x, 2) ** 2

    def slope(w):
        return x.T @ (x @ w - y) / 100

    for _ in range(1500):
        proximal = lecture.proximal_step(proximal, slope, eta, 0.3)
        subgradient = lecture.subgradient_step(subgradient, slope, eta, 0.3)
    wanted = Lasso(alpha=0.3, fit_intercept=False, tol=1e-10, max_iter=100_000).fit(x, y[:, 0]).coef_
    assert np.allclose(proximal[:, 0], wanted, atol=1e-5)
    assert np.array_equal(proximal[:, 0] == 0, wanted == 0)
    assert not np.any(subgradient == 0)


def test_a_subgradient_step_is_kerass_l1_with_sgd(lecture):
    import keras

    x, y, _ = lecture.sparse_task(SEED, nonzero=5)
    x, y = x[:, :6].astype("float32"), y[:, None].astype("float32")
    layer = keras.layers.Dense(1, use_bias=False, kernel_regularizer=keras.regularizers.L1(0.3))
    model = keras.Sequential([keras.Input((6,)), layer])
    model.compile(keras.optimizers.SGD(0.05), "mse")
    w = layer.get_weights()[0].astype(float)
    model.fit(x, y, batch_size=200, epochs=3, shuffle=False, verbose=0)
    for _ in range(3):
        w = lecture.subgradient_step(w, lambda w: 2 * x.T @ (x @ w - y) / 200, 0.05, 0.3)
    assert np.allclose(layer.get_weights()[0], w, atol=1e-5)


@pytest.mark.parametrize("patience", [1, 3, 10])
def test_stop_is_kerass(patience):
    stop_of_keras = take(8, "stop_of_keras").stop_of_keras
    stop = take(8, "stop").stop
    for seed in range(20):
        losses = np.cumsum(np.random.default_rng([SEED, seed]).normal(-0.1, 0.5, 30)).tolist()
        assert stop_of_keras(losses, patience) == stop(losses, patience)[0]


@pytest.mark.parametrize("min_delta", [0.0, 0.3])
def test_the_exercise_stops_where_keras_does(min_delta):
    import keras

    when_to_stop = get("when-to-stop").reference
    for seed in range(20):
        losses = np.cumsum(np.random.default_rng([SEED, seed]).normal(-0.1, 0.5, 30)).tolist()
        callback = keras.callbacks.EarlyStopping("val_loss", mode="min", patience=3, min_delta=min_delta)
        callback.set_model(keras.Sequential())
        callback.model.stop_training = False
        callback.on_train_begin()
        for epoch, loss in enumerate(losses):
            callback.on_epoch_end(epoch, {"val_loss": loss})
            if callback.model.stop_training:
                break
        assert when_to_stop(losses, 3, min_delta) == (epoch, callback.best_epoch)


def test_stop_on_losses_that_can_be_counted(lecture):
    losses = [3, 2, 2.5, 1]
    assert [lecture.stop(losses, patience) for patience in (1, 2, 10)] == [(2, 1), (3, 3), (3, 3)]


@pytest.mark.parametrize("p", [0.2, 0.5, 0.8])
def test_inverted_dropout_keeps_the_mean_and_adds_variance(lecture, p):
    x = np.tile([1.0, -3.0], (400_000, 1))
    seen = lecture.dropout(x, p, np.random.default_rng(SEED))
    assert np.allclose(seen.mean(axis=0), [1, -3], atol=0.03)
    assert np.allclose(seen.var(axis=0), np.array([1, 9]) * p / (1 - p), rtol=0.02)


def test_kerass_dropout_is_inverted():
    import keras

    seen = keras.ops.convert_to_numpy(keras.layers.Dropout(0.25, seed=1)(np.ones((1000, 8), "float32"), training=True))
    assert set(np.unique(seen).round(5)) == {0.0, np.float32(1 / 0.75).round(5)}


def test_dropconnect_drops_weights_in_training_only():
    import keras

    drop_connect = take(8, "DropConnect").DropConnect
    layer = drop_connect(5, 0.4, seed=3)
    x = np.eye(30, dtype="float32")  # so that the output is the kernel
    whole = keras.ops.convert_to_numpy(layer(x))
    assert np.allclose(whole, keras.ops.convert_to_numpy(layer.kernel))
    seen = keras.ops.convert_to_numpy(layer(x, training=True))
    gone = seen == 0
    assert 0.25 < gone.mean() < 0.55
    assert np.allclose(seen[~gone], whole[~gone] / 0.6, atol=1e-5)
    assert not np.array_equal(seen, keras.ops.convert_to_numpy(layer(x, training=True)))


def test_dropconnect_trains():
    import keras

    layer = take(8, "DropConnect").DropConnect(3, 0.5, seed=1, activation="softmax")
    model = keras.Sequential([keras.Input((4,)), layer])
    model.compile("adam", "sparse_categorical_crossentropy")
    before = layer.get_weights()[0].copy()
    model.fit(np.ones((16, 4)), np.zeros(16), epochs=1, verbose=0)
    assert not np.array_equal(before, layer.get_weights()[0])


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_mixed_up_labels_are_others(lecture, share):
    labels = np.arange(10_000) % 10
    found = lecture.mixed_up(labels, SEED, share)
    assert np.mean(found != labels) == pytest.approx(share, abs=0.02)
    assert set(np.unique(found)) == set(range(10))


def test_new_names_are_wrong_and_agree(lecture):
    assert lecture.new_names(np.arange(10)).tolist() == [0, 1, 5, 3, 4, 8, 6, 7, 2, 9]
    assert lecture.new_names(np.array([[8, 2], [5, 5]])).tolist() == [[2, 5], [8, 8]]


def test_shifts_move_by_at_most_one_pixel_and_lose_only_the_edge(lecture):
    image = np.zeros((8, 8))
    image[4, 2] = 1
    moved = lecture.shifted(np.tile(image.ravel(), (300, 1)), np.random.default_rng(SEED)).reshape(-1, 8, 8)
    places = {tuple(np.argwhere(one)[0]) for one in moved}
    assert places == {(row, column) for row in (3, 4, 5) for column in (1, 2, 3)}


def test_mirror_images(lecture):
    images = np.arange(64.0)[None].repeat(100, axis=0)
    found = lecture.mirrored(images, np.random.default_rng(SEED)).reshape(-1, 8, 8)
    assert {one[0, 0] for one in found} == {0.0, 7.0}
    assert all(np.array_equal(np.sort(one, axis=1), np.arange(64.0).reshape(8, 8)) for one in found)


def test_roughness_of_pictures_that_can_be_counted(lecture):
    board = np.indices((8, 8)).sum(axis=0) % 2 * 2.0 - 1  # a chess board: neighbours differ by 2, all sizes are 1
    stripes = np.tile([1.0, -1.0], (8, 4))
    assert lecture.roughness(board.reshape(64, 1)) == pytest.approx(4)
    assert lecture.roughness(stripes.reshape(64, 1)) == pytest.approx(2)
    assert lecture.roughness(np.ones((64, 3))) == 0


@pytest.mark.parametrize(("semitones", "hertz"), [(12, 880), (-12, 220), (7, 659), (3, 523)])
def test_faster_sound_is_higher(lecture, semitones, hertz):
    assert lecture.pitch(lecture.at_speed(lecture.tone, 2 ** (semitones / 12))) == hertz


def test_synonyms(lecture):
    assert lecture.with_synonyms("it was not lovely") == "it was never charming"


def test_loss_on_labels_is_kerass(lecture):
    import keras

    rng = np.random.default_rng(SEED)
    likely, labels = rng.dirichlet(np.ones(10), size=(2, 7)), rng.integers(0, 10, (2, 7))
    theirs = keras.losses.sparse_categorical_crossentropy(labels, likely)
    assert np.allclose(lecture.loss_on(likely, labels), keras.ops.convert_to_numpy(theirs).mean(axis=-1), atol=1e-5)
