"""What lecture 00 codes, as it stands in the notebook, against Keras, scikit-learn and small cases by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.neighbors import NearestCentroid

from course_utils.exercises import get
from tests.lecture_code import take
from tools import notebooks

SEED = 100  # the lecture itself uses 0 to 15
SIZES = [(5, 3, 2), (784, 20, 10), (7, 4, 6, 3)]  # none of them in the lecture


@pytest.fixture(scope="module")
def lecture():
    """What the lecture codes without Keras."""
    names = "sums ten_averages most_like split caught parameter_count knowing score rows_x rows rows_y"
    return take(0, *names.split())


@pytest.fixture(scope="module")
def networks(keras):
    """What the lecture codes with Keras, without running its experiments."""
    return take(0, "build", "reads", "seconds_for")


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


class Recorder:
    """A method that remembers what it learns from and is asked about, and scores the number of the question."""

    def __init__(self, rows_x):
        self.number = {tuple(row): number for number, row in enumerate(rows_x)}
        self.calls = []

    def fit(self, x, y):
        self.learnt = {self.number[tuple(row)] for row in x}
        return self

    def score(self, x, y):
        self.calls.append((self.learnt, {self.number[tuple(row)] for row in x}))
        return len(self.calls)


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_a_block_is_tested_by_who_learnt_from_equally_many(lecture, seed):
    new, known, tested = np.arange(360), set(range(360, 1437)), np.arange(1437, 1797)
    method = Recorder(lecture.rows_x)
    assert list(lecture.knowing(method, seed, tested, new).values()) == [1, 2, 3, 4.5]
    fewer, same, others, one, two = method.calls
    assert fewer[0] < known and len(fewer[0]) == 897 and fewer[1] == set(tested)
    assert same == (known, set(tested))
    assert others[0] - set(new) == fewer[0] and len(others[0]) == 1077 and others[1] == set(tested)
    assert one[1] | two[1] == set(tested) and len(one[1]) == len(two[1]) == 180
    for learnt, asked in (one, two):
        assert len(learnt) == 1077 and learnt & set(tested) == set(tested) - asked and learnt - set(tested) == fewer[0]


# The network


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_number_of_weights_and_biases_is_that_of_keras(keras, lecture, sizes):
    layers = [keras.layers.Dense(units) for units in sizes[1:]]
    assert lecture.parameter_count(sizes) == keras.Sequential([keras.Input(sizes[:1]), *layers]).count_params()


def test_the_exercise_counts_as_keras_does(networks, lecture):
    width, count = get("change-the-width").reference
    assert count == networks.build(64, width).count_params() == lecture.parameter_count((64, width, 10))


def test_what_is_read_is_the_accuracy_of_keras(networks):
    model = networks.build(6)
    rng = np.random.default_rng(SEED)
    x, y = rng.normal(size=(90, 6)).astype("float32"), rng.integers(0, 10, 90)
    assert networks.reads(model, x, y) == pytest.approx(model.evaluate(x, y, verbose=0)[1])


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


# Adding up


@pytest.mark.parametrize("count", [7, 300])
def test_every_order_adds_all_numbers(lecture, count):
    whole = np.random.default_rng(SEED).integers(0, 99, count).astype("float32")
    np.testing.assert_array_equal(lecture.sums(whole, SEED, orders=5), np.full(5, whole.sum()))
    fractions = whole / 7
    np.testing.assert_allclose(lecture.sums(fractions, SEED), np.full(16, math.fsum(fractions.tolist())), rtol=1e-5)


def test_the_order_is_another_one_each_time(lecture):
    fractions = np.random.default_rng(SEED).random(5000).astype("float32")
    assert len(set(lecture.sums(fractions, SEED).tolist())) > 3


# Speed


def test_a_product_takes_its_share_of_the_fastest_call_but_the_first(networks, monkeypatch):
    ticks = iter([0, 1, 10, 13, 20, 22])  # begin and end of three calls
    monkeypatch.setitem(networks.seconds_for.__globals__, "perf_counter", lambda: next(ticks))
    assert networks.seconds_for(4, 5, SEED) == 2 / 5


# The map


def test_the_map_leads_to_every_lecture():
    (start,) = notebooks.find(["00"])
    (course_map,) = [cell.source for cell in notebooks.read(start).cells if cell["id"] == "ready-why"]
    for path in notebooks.find([]):
        assert path == start or f"]({path.name})" in course_map
