"""What lecture 00 codes, as it stands in the notebook, against Keras, scikit-learn and small cases by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import NearestCentroid

from course_utils.exercises import get
from tests.lecture_code import take

SEED = 100  # the lecture itself uses 0 to 15
SIZES = [(5, 3, 2), (784, 20, 10), (7, 4, 6, 3)]  # none of them in the lecture


@pytest.fixture(scope="module")
def lecture():
    """What the lecture codes without Keras."""
    names = "ten_averages most_like split caught parameter_count start_weights orange logistic_reads reads_of_the_last"
    return take(0, *names.split())


@pytest.fixture(scope="module")
def networks(keras):
    """What the lecture codes with Keras, without running its experiments."""
    return take(0, "build", "restart", "seconds_for")


# Ten averages


def images_of_all_digits(seed, count=200, pixels=5):
    rng = np.random.default_rng(seed)
    labels = np.r_[np.arange(10), rng.integers(0, 10, count - 10)]
    return rng.normal(size=(count, pixels)) + labels[:, None] * rng.normal(size=pixels), labels


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_the_most_similar_average_is_the_nearest_centroid(lecture, seed):
    images, labels = images_of_all_digits(seed)
    new, _ = images_of_all_digits(seed + 50, count=40)
    theirs = NearestCentroid().fit(images, labels)
    averages = lecture.ten_averages(images, labels)
    np.testing.assert_allclose(averages, theirs.centroids_, rtol=1e-12)
    np.testing.assert_array_equal(lecture.most_like(averages, new), theirs.predict(new))


# Splits


def test_a_split_draws_360_images_with_all_digits_in_proportion(lecture):
    x_train, x_test, y_train, y_test = lecture.split(SEED)
    assert x_train.shape == (1437, 64) and x_test.shape == (360, 64)
    np.testing.assert_allclose(np.bincount(y_test) / 360, np.bincount(y_train) / 1437, atol=0.003)
    assert not np.array_equal(y_test, lecture.split(SEED + 1)[3])


def test_the_writers_are_known_from_images_that_are_not_tested(lecture, monkeypatch):
    seen = []
    monkeypatch.setitem(lecture.reads_of_the_last.__globals__, "logistic_reads", lambda *rows: seen.append(rows) or 0)
    lecture.reads_of_the_last(SEED)
    *known, (fewer, all_last) = [tuple(map(set, map(np.ravel, rows))) for rows in seen]
    assert all_last == set(range(1437, 1797)) and len(fewer) == 1257 and max(fewer) < 1437
    for train, test in known:
        assert len(train) == 1437 and len(test) == 180
        assert not train & test
        assert train - fewer == all_last - test
    assert known[0][1] | known[1][1] == all_last


def test_logistic_regression_is_asked_about_the_rows_that_are_tested(lecture):
    rows = np.arange(300)
    assert lecture.logistic_reads(rows, rows) > 0.99
    assert 0.6 < lecture.logistic_reads(rows, np.arange(1000, 1300)) < 0.97


# The network


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_number_of_weights_and_biases_is_that_of_keras(keras, lecture, sizes):
    layers = [keras.layers.Dense(units) for units in sizes[1:]]
    assert lecture.parameter_count(sizes) == keras.Sequential([keras.Input(sizes[:1]), *layers]).count_params()


@pytest.mark.parametrize("hidden", [7, 31])
def test_the_exercise_counts_as_keras_does(networks, lecture, hidden):
    count = networks.build(64, hidden).count_params()
    assert get("change-the-width").reference(hidden) == count == lecture.parameter_count((64, hidden, 10))


def trained(networks, model, seed):
    """The weights after one epoch on 64 random examples."""
    rng = np.random.default_rng(SEED)
    networks.restart(model, seed)
    start = [weights.copy() for weights in model.get_weights()]
    x, y = rng.normal(size=(64, 6)).astype("float32"), rng.integers(0, 10, 64)
    model.fit(x, y, batch_size=64, verbose=0)
    return start, model.get_weights()


def test_a_restarted_network_learns_as_a_new_one_does(networks):
    model = networks.build(6, hidden=5)
    start, first = trained(networks, model, SEED)
    trained(networks, model, SEED + 1)
    start_again, again = trained(networks, model, SEED)
    for expected, found in zip([*start, *first], [*start_again, *again], strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_other_seeds_start_elsewhere_and_layers_do_not_repeat_each_other(networks):
    model = networks.build(10, hidden=10)
    draws = []
    for seed in (0, 1, 10):
        networks.restart(model, seed)
        draws += [weights for weights in model.get_weights() if weights.ndim == 2]
    assert all(not np.array_equal(a, b) for i, a in enumerate(draws) for b in draws[:i])
    assert all(np.abs(draw).max() <= np.sqrt(6 / 20) for draw in draws)


def test_restarting_keeps_the_learning_rate(networks):
    model = networks.build(6)
    trained(networks, model, SEED)
    networks.restart(model, SEED)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.005)
    assert int(model.optimizer.iterations) == 0


# Handing over


@pytest.mark.parametrize(("share", "expected"), [(0, 0), (0.2, 1 / 3), (0.4, 2 / 3), (1, 1)])
def test_the_least_sure_are_handed_over_first(lecture, share, expected):
    sure = np.array([0.9, 0.3, 0.8, 0.4, 0.99])
    right = np.array([True, False, False, False, True])
    assert lecture.caught(sure, right, share) == pytest.approx(expected)


def test_the_exercise_hands_over_what_the_lecture_does(lecture):
    chances = np.random.default_rng(SEED).dirichlet(np.ones(4), size=20)
    rows = get("least-sure").reference(chances, 5)
    right = ~np.isin(np.arange(20), rows)
    assert lecture.caught(chances.max(axis=1), right, 0.25) == 1


# Networks side by side


@pytest.mark.parametrize("width", [2, 8])
def test_each_network_answers_as_keras_does(keras, lecture, width):
    members = [lecture.start_weights(width, seed) for seed in (SEED, SEED + 1)]
    members = [[*part[:3], np.array([0.7])] for part in members]
    points = np.random.default_rng(SEED).normal(size=(9, 2))
    found = lecture.orange([np.stack(part) for part in zip(*members, strict=True)], points)
    dense = [keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1, activation="sigmoid")]
    twin = keras.Sequential([keras.Input((2,)), *dense])
    for member, ours in zip(members, found, strict=True):
        twin.set_weights(member)
        np.testing.assert_allclose(ours, twin.predict_on_batch(points)[:, 0], atol=1e-5)


def test_units_that_a_narrow_network_must_not_have_stay_silent(keras, lecture):
    hidden, biases, *output = lecture.start_weights(3, SEED)
    dense = [keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1, activation="sigmoid")]
    model = keras.Sequential([keras.Input((2,)), *dense])
    model.set_weights([hidden, biases, *output])
    rng = np.random.default_rng(SEED)
    x, y = rng.normal(size=(200, 2)), rng.integers(0, 2, 200)
    model.compile("adam", "binary_crossentropy")
    model.fit(x, y, epochs=3, verbose=0)
    signal = dense[0](x.astype("float32"))
    assert np.flatnonzero(keras.ops.convert_to_numpy(signal).any(axis=0)).max() < 3
    np.testing.assert_array_equal(model.get_weights()[0][:, 3:], 0)


def test_start_weights_are_glorots(lecture):
    draws = [lecture.start_weights(4, seed) for seed in range(SEED, SEED + 200)]
    assert np.abs([hidden for hidden, *_ in draws]).max() == pytest.approx(1, rel=0.01)  # sqrt(6 / (2 + 4))
    assert np.abs([output for _, _, output, _ in draws]).max() == pytest.approx(np.sqrt(6 / 5), rel=0.01)


# Speed


def test_a_product_takes_time(networks):
    assert 0 < networks.seconds_for(4, SEED) < 1
