"""The formulas and exact facts of lecture 16, as they stand in the notebook, against Keras, SciPy and Optuna."""

from __future__ import annotations

import warnings

import numpy as np
import optuna
import pytest
from scipy.special import softmax
from sklearn.metrics import balanced_accuracy_score, log_loss
from sklearn.neighbors import KNeighborsClassifier

from course_utils import load
from tests.lecture_code import take

SEED = 100  # the lecture itself uses 0 to 127


@pytest.fixture(scope="module")
def lecture():
    """What the lecture codes in NumPy, SciPy and Optuna alone."""
    names = "constant_answers balanced_accuracy before after chance data_of expected_best chosen in_groups regrets"
    names += " grid_sampler halving running_mean read_off one_hot"
    return take(16, *names.split())


# What a network must beat


@pytest.mark.parametrize("counts", [[90, 10], [12, 0, 36, 24]])
def test_constant_answers_are_the_best_ones(lecture, counts):
    y = np.repeat(range(len(counts)), counts)
    accuracy, loss = lecture.constant_answers(y)
    shares = np.array(counts) / len(y)
    assert accuracy == max(np.mean(y == c) for c in range(len(counts)))
    there = shares > 0
    classes = np.flatnonzero(there)
    assert loss == pytest.approx(log_loss(y, np.tile(shares[there], (len(y), 1)), labels=classes))
    for seed in range(20):
        others = np.random.default_rng([SEED, seed]).dirichlet(np.ones(there.sum()))
        assert log_loss(y, np.tile(others, (len(y), 1)), labels=classes) > loss


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_balanced_accuracy_is_scikit_learns(lecture, seed):
    rng = np.random.default_rng(seed)
    y, guessed = rng.integers(0, 4, 60), rng.integers(0, 4, 60)
    assert lecture.balanced_accuracy(y, guessed) == pytest.approx(balanced_accuracy_score(y, guessed))
    assert lecture.balanced_accuracy(y, np.full(60, y[0])) == 1 / 4


def test_scores_of_spread_one_cost_about_half_at_the_start():
    scores = np.random.default_rng(SEED).normal(size=(100_000, 10))
    loss = -np.mean(scores[:, 0] - np.log(np.exp(scores).sum(axis=1)))
    assert loss - np.log(10) == pytest.approx(0.45, abs=0.05)


def sparse_loss(keras, given, label=0):
    """Keras's loss for one row of scores, as it takes them from NumPy."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return float(loss(np.array([label]), np.asarray(given, "float32")[None]))


@pytest.mark.parametrize("classes", [10, 3])
def test_two_softmaxes_have_a_floor(keras, classes):
    floor = sparse_loss(keras, np.eye(classes)[0])  # the first softmax at its sharpest: 1 and zeros
    assert floor == pytest.approx(np.log(1 + (classes - 1) / np.e), abs=1e-6)
    free = np.random.default_rng(SEED).normal(0, 9, (200, classes))
    assert all(sparse_loss(keras, softmax(row)) >= floor - 1e-6 for row in free)


def test_only_on_tensorflow_keras_recognizes_a_softmax_before_its_loss(keras):
    scores = keras.ops.convert_to_tensor(1000 * np.eye(10, dtype="float32")[:1])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = float(loss(np.array([0]), keras.ops.softmax(scores)))
    on_tensorflow = keras.backend.backend() == "tensorflow"
    assert found == pytest.approx(0 if on_tensorflow else np.log(1 + 9 / np.e), abs=1e-5)
    assert any("from_logits" in str(warning.message) for warning in told) == on_tensorflow


# The programs and the checks


def rows_of(images):
    return set(map(bytes, images))


def raised(checks):
    return [name for name, found in checks.items() if found]


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_each_program_has_its_bug_and_no_other(lecture, seed):
    kinds = ["healthy", "shuffled labels", "raw test images", "copies", "noisy copies"]
    data = {kind: lecture.data_of(kind, seed) for kind in kinds}
    healthy = data["healthy"]
    assert [len(part) for part in healthy] == [300, 300, 360, 360, 1137, 1137]
    assert abs(healthy[0].mean()) < 1e-4 and healthy[0].std() == pytest.approx(1, abs=1e-4)
    for kind, (x, y, x_test, y_test, x_fresh, _) in data.items():
        assert bool(rows_of(x) & rows_of(x_test)) == (kind == "copies")
        assert not rows_of(x) & rows_of(x_fresh)
        assert (x_test.max() == 16) == (kind == "raw test images")
        nearest = KNeighborsClassifier(1).fit(x, y)
        if kind not in ("raw test images", "noisy copies"):
            assert (nearest.score(x_fresh, data[kind][5]) > 0.8) == (kind != "shuffled labels")
        assert sorted(y) == sorted(data[kind][1]) and len(y_test) == 360
    shuffled = data["shuffled labels"]
    assert sorted(shuffled[1]) == sorted(healthy[1]) and (shuffled[1] != healthy[1]).any()
    assert (shuffled[0] == healthy[0]).all() and (shuffled[3] == healthy[3]).all()
    x, _, x_test, *_ = data["noisy copies"]
    far = np.sqrt(((x_test[:, None] - x) ** 2).sum(axis=2)).min(axis=1)
    assert np.mean(far < 2.5) > 0.5  # 64 pixels, a grey level of about 1/6 each


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_checks_before_training(lecture, seed):
    digits = load("digits")
    order = np.random.default_rng(seed).permutation(len(digits.x_train))[:400]
    x, y = digits.x_train[order], digits.y_train[order]
    fine = x[:200], y[:200], x[200:], [np.log(10), np.log(10)]
    assert raised(lecture.before(*fine)) == []
    assert raised(lecture.before(*fine[:3], [np.log(10), 2.1 * np.log(10)])) == ["start"]
    assert raised(lecture.before(*fine[:3], [np.log(10) / 2.1, np.log(10)])) == ["start"]
    assert raised(lecture.before(*fine[:3], [1.9 * np.log(10), np.log(10) / 1.9])) == []
    assert raised(lecture.before(x[:200], y[:200], x[200:] + 0.1, fine[3])) == ["inputs"]
    assert raised(lecture.before(x[:200], np.roll(y[:200], 7), x[200:], fine[3])) == ["labels"]
    assert raised(lecture.before(x[:200], y[:200], np.concatenate([x[200:], x[5:6]]), fine[3])) == ["copies"]


def test_checks_after_training(lecture):
    y = np.arange(100) % 10
    scores = np.linspace(-1, 1, 10)
    assert raised(lecture.after(0.1, scores, scores + 1e-5, 0.5, y)) == []
    assert raised(lecture.after(0.24, scores, scores, 0.5, y)) == ["one batch"]
    assert raised(lecture.after(0.22, scores, scores, 0.5, y)) == []
    assert raised(lecture.after(0.1, scores, scores[::-1], 0.5, y)) == ["alone"]
    assert raised(lecture.after(0.1, scores, scores, 0.18, y)) == ["baseline"]
    assert raised(lecture.after(0.1, scores, scores, 0.2, y)) == []


def test_chance_is_hardly_exceeded(lecture):
    y = np.repeat([0, 1], [70, 30])
    assert lecture.chance(y) == pytest.approx(0.7 + 3 * np.sqrt(0.7 * 0.3 / 100))
    guesses = np.random.default_rng(SEED).binomial(100, 0.7, 100_000) / 100
    assert 0 < np.mean(guesses > lecture.chance(y)) < 0.003


# The best of many


@pytest.mark.parametrize(("k", "n"), [(1, 30), (16, 40), (64, 100)])
def test_the_expected_best_is_what_guessers_get(lecture, k, n):
    best = np.random.default_rng([SEED, k]).binomial(n, 0.5, (40_000, k)).max(axis=1) / n
    assert lecture.expected_best(k, n) == pytest.approx(best.mean(), abs=4 * best.std() / 200)


def test_luck_is_below_its_bound_and_halves_with_four_times_the_rows(lecture):
    for k in (4, 64):
        assert lecture.expected_best(k, 400) - 0.5 < np.sqrt(2 * np.log(k)) * 0.5 / 20
        ratio = (lecture.expected_best(k, 1600) - 0.5) / (lecture.expected_best(k, 400) - 0.5)
        assert ratio == pytest.approx(1 / 2, abs=0.01)


def test_chosen_takes_the_best_on_one_part_and_reads_the_other(lecture):
    right = np.zeros((2, 3, 6), bool)
    right[0, 1, :3] = right[1, 2, :3] = True
    right[0, 1, 3] = True
    right[1, 0, 3:] = True
    assert lecture.chosen(right, 3, slice(0, 3), slice(0, 3)).tolist() == [1, 1]
    assert lecture.chosen(right, 3, slice(0, 3), slice(3, 6)).tolist() == [1 / 3, 0]
    assert lecture.chosen(right, 2, slice(0, 3), slice(3, 6)).tolist() == [1 / 3, 1]


def test_groups(lecture):
    assert lecture.in_groups(np.arange(8), 4).tolist() == [1.5, 5.5]
    assert lecture.in_groups([1, 2, 9, 4, 4, 4], 3, np.median).tolist() == [2, 4]


# Searches


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_a_grid_has_five_values_of_each_setting_one_in_each_power_of_ten(lecture, seed):
    asked = []

    def loss(rate, other):
        asked.append((rate, other))
        return 1.0

    lecture.regrets((loss, [1e-8, 1e-5], 0.0), lecture.grid_sampler(seed, 1e-8, 1e-5))
    rates, others = map(np.unique, np.transpose(asked))
    assert len(set(asked)) == 25 and len(rates) == len(others) == 5
    assert np.floor(np.log10(rates)).tolist() == [-5, -4, -3, -2, -1]
    assert np.diff(np.log10(others)) == pytest.approx(3 / 5)
    assert others.min() >= 1e-8 and others.max() <= 1e-5


def test_regret_is_the_best_so_far_over_the_least(lecture):
    def loss(rate, other):
        return (np.log10(rate) + 2) ** 2 + 3

    def objective(trial):
        return loss(trial.suggest_float("rate", 1e-5, 1, log=True), trial.suggest_float("other", 1e-5, 1, log=True))

    found = lecture.regrets((loss, [1e-5, 1], 3.0), optuna.samplers.RandomSampler(seed=SEED))
    assert found.shape == (25,) and (found >= 0).all() and (np.diff(found) <= 0).all()
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=SEED))
    study.optimize(objective, 25)
    assert found[-1] == pytest.approx(study.best_value - 3)


def test_random_rates_are_even_on_the_log_scale_only_with_log(lecture):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=SEED))
    for _ in range(400):
        trial = study.ask()
        trial.suggest_float("a", 1e-5, 1, log=True)
        trial.suggest_float("b", 1e-5, 1)
    above = {name: np.mean([t.params[name] > 0.1 for t in study.trials]) for name in "ab"}
    assert above["a"] == pytest.approx(0.2, abs=0.06) and above["b"] == pytest.approx(0.9, abs=0.05)


def test_halving_spends_81_of_729_epochs_and_keeps_the_best_of_each_rung(lecture):
    curves = np.random.default_rng(SEED).normal(size=(27, 27))
    lowest, spent = lecture.halving(curves)
    first = np.argsort(curves[:, 0])[:9]
    second = first[np.argsort(curves[first, 2])[:3]]
    third = second[np.argmin(curves[second, 8])]
    assert (lowest, spent) == (curves[third, 26], 81)
    assert lecture.halving(curves, [(1, 9), (9, 3)])[1] == 27 * 1 + 9 * 8 + 3 * 18
    assert lecture.halving(curves, [(1, 9)])[1] == 27 * 1 + 9 * 26
    assert lecture.halving(curves, [])[0] == curves[:, 26].min()


@pytest.mark.parametrize("keep", [0.0, 0.8, 0.95])
def test_the_running_mean_is_adams(lecture, keep):
    losses = np.random.default_rng(SEED).normal(size=50)
    s, expected = 0.0, []
    for t, loss in enumerate(losses, start=1):
        s = keep * s + (1 - keep) * loss
        expected.append(s / (1 - keep**t))
    np.testing.assert_allclose(lecture.running_mean(losses, keep), expected, rtol=1e-10)
    np.testing.assert_allclose(lecture.running_mean(np.full(9, 3.0), keep), 3)


def test_rules_read_a_known_curve(lecture):
    u = np.linspace(-5, 1, 121)
    smooth = 2 - 1 / (1 + np.exp(-8 * (u + 2))) + 5 * np.maximum(u + 0.5, 0)  # steepest at 1e-2, lowest before 10^-0.5
    found = lecture.read_off(10**u, smooth)
    assert np.log10(found["steepest"]) == pytest.approx(-2, abs=0.06)
    assert np.log10(found["lowest"]) == pytest.approx(-0.5, abs=0.06)
    assert found["a tenth of it"] == pytest.approx(found["lowest"] / 10)
    assert lecture.read_off(10**u, u)["steepest"] == pytest.approx(10 ** u[0])
