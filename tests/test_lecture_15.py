"""The formulas and exact facts of lecture 15, as they stand in the notebook, against SciPy, scikit-learn, fairlearn."""

from __future__ import annotations

import numpy as np
import pytest
from fairlearn.metrics import demographic_parity_difference, equalized_odds_difference
from fairlearn.postprocessing import ThresholdOptimizer
from scipy import integrate
from scipy.stats import binomtest, norm
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix

from course_utils.exercises import get
from tests.lecture_code import take

SEED = 100  # the lecture itself uses 0 to 15
NAMES = (
    "people shares_of wilson best best_gap hidden logits cells in_population probe measures false_positives penalized"
)
NAMES += " gap TABLE EQUAL FACES asked"


@pytest.fixture(scope="module")
def lecture(keras):
    """What the lecture codes, without its trainings."""
    return take(15, *NAMES.split())


def random(*shape, seed=SEED):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def numbers(tensor):
    import keras

    return keras.ops.convert_to_numpy(tensor)


# Cells


@pytest.mark.parametrize(("women", "smiling"), [(0.08, 0.25), (0.5, 0.1), (0.3, 0.6)])
def test_a_table_is_met_exactly_and_nobody_comes_twice(lecture, women, smiling):
    table = lecture.shares_of(women, smiling)
    assert table.sum() == pytest.approx(1) and table[1].sum() == pytest.approx(women)
    assert table[1, 1] / table[1].sum() == pytest.approx(smiling)
    assert table[0, 1] / table[0].sum() == pytest.approx(lecture.EQUAL)
    labels = np.arange(4000) % 2
    faces, group = lecture.people(table, labels, np.arange(3900), SEED)
    assert len(set(faces)) == len(faces) == lecture.FACES and faces.max() < 3900
    counted = confusion_matrix(group, labels[faces])  # rows: groups, columns: labels
    assert np.all(abs(counted - lecture.FACES * table) <= 1)
    other, _ = lecture.people(table, labels, np.arange(3900), SEED + 1)
    assert set(other) != set(faces)


def test_the_table_of_the_lecture_is_the_one_with_8_and_25_percent(lecture):
    np.testing.assert_allclose(lecture.shares_of(0.08, 0.25), lecture.TABLE, atol=1e-12)


@pytest.mark.parametrize(("hits", "n"), [(10, 24), (0, 7), (300, 600)])
def test_wilsons_interval_is_scipys(lecture, hits, n):
    found = binomtest(hits, n).proportion_ci(method="wilson")
    np.testing.assert_allclose(lecture.wilson(hits, n), [found.low, found.high], atol=1e-9)


def test_cells_are_those_of_the_confusion_matrix(lecture):
    labels, z = (np.arange(60) % 3 == 0).astype(int), random(4, 2, 60)
    found = lecture.cells(z, labels)
    for i, g in np.ndindex(4, 2):
        matrix = confusion_matrix(labels, z[i, g] > 0, normalize="true")
        np.testing.assert_allclose(found[i, g], np.diag(matrix))
    np.testing.assert_allclose(lecture.gap(z, labels), found[:, 0, 1] - found[:, 1, 1])
    expected = sum(lecture.TABLE[g, s] * found[:, g, s] for g in (0, 1) for s in (0, 1))
    np.testing.assert_allclose(lecture.in_population(found), expected)


def test_logits_are_those_of_the_networks(lecture, keras):
    weights = {
        "hidden_1/kernel": random(2, 3, 5, 4),
        "hidden_1/bias": random(2, 3, 4, seed=1),
        "output/kernel": random(2, 3, 4, 1, seed=2),
        "output/bias": random(2, 3, 1, seed=3),
    }
    x = random(2, 6, 5, seed=4)
    found = lecture.logits(weights, x)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(4, "relu"), keras.layers.Dense(1)])
    for row, seed in ((0, 0), (1, 2)):
        model.set_weights([values[row, seed] for values in weights.values()])
        for group in (0, 1):
            alone = numbers(model(x[group]))[:, 0]
            np.testing.assert_allclose(found[row, seed, group], alone, rtol=1e-4, atol=1e-5)


# The best predictor


@pytest.mark.parametrize(("a", "q"), [(1.5, 0.25), (1.5, 47 / 92), (0.7, 0.6)])
def test_the_best_threshold_maximizes_accuracy_and_its_rates_are_integrals(lecture, a, q):
    threshold, tpr, fpr = lecture.best(a, q)
    assert tpr == pytest.approx(integrate.quad(norm(1, a).pdf, threshold, 30)[0], abs=1e-7)
    assert fpr == pytest.approx(integrate.quad(norm(-1, a).pdf, threshold, 30)[0], abs=1e-7)
    trials = np.linspace(threshold - 2, threshold + 2, 4001)
    right = q * norm.sf(trials, 1, a) + (1 - q) * norm.cdf(trials, -1, a)
    assert trials[np.argmax(right)] == pytest.approx(threshold, abs=1e-3)
    assert get("best-threshold").reference(-1, 1, a, q)[0] == pytest.approx(threshold)


def test_the_best_predictors_numbers_that_the_text_gives(lecture):
    assert lecture.best_gap(1.5, 0.25) == pytest.approx(
        norm.sf((lecture.best(1.5, 47 / 92)[0] - 1) / 1.5) - norm.sf((lecture.best(1.5, 1 / 4)[0] - 1) / 1.5)
    )
    assert lecture.best_gap(1.5, lecture.EQUAL) == 0 < lecture.best_gap(0.5, 0.25) < 0.03
    _, tpr, fpr = lecture.best(1.5, 0.25)
    assert round(100 * (tpr / 4 + 3 * (1 - fpr) / 4)) == 81
    _, tpr, fpr = lecture.best(1.5, 0.49)
    assert round(100 * (tpr / 4 + 3 * (1 - fpr) / 4)) == 75
    assert np.log(47 / 45) - np.log(2 / 6) == pytest.approx(np.log(47 / 15)) == pytest.approx(1.142, abs=1e-3)


def test_a_probe_finds_what_is_there_and_nothing_in_noise(lecture):
    noise = random(2, 200, 5)
    apart = noise + np.array([0, 2], "float32")[:, None, None]
    assert lecture.probe(apart[:, :100], apart[:, 100:]) > 0.9
    assert 0.35 < lecture.probe(noise[:, :100], noise[:, 100:]) < 0.65


# Measures


def people_of(counts):
    """Labels, answers and groups of two groups with these TP, FN, FP, TN."""
    labels = np.concatenate([np.repeat([1, 1, 0, 0], c) for c in counts])
    answers = np.concatenate([np.repeat([1, 0, 1, 0], c) for c in counts])
    return labels, answers, np.repeat([0, 1], [sum(c) for c in counts])


COUNTS = [((400, 100, 100, 400), (160, 40, 160, 640)), ((7, 5, 3, 20), (11, 2, 9, 4))]


@pytest.mark.parametrize("counts", COUNTS)
def test_measures_are_fairlearns(lecture, counts):
    labels, answers, group = people_of(counts)
    mine = [lecture.measures(*c) for c in counts]
    apart = {name: abs(mine[0][name] - mine[1][name]) for name in mine[0]}
    parity = demographic_parity_difference(labels, answers, sensitive_features=group)
    odds = equalized_odds_difference(labels, answers, sensitive_features=group)
    assert apart["parity"] == pytest.approx(parity)
    assert max(apart["TPR"], apart["FPR"]) == pytest.approx(odds)
    for name, measure in lecture.asked.items():
        for g in (0, 1):
            assert mine[g][name] == pytest.approx(measure(labels[group == g], answers[group == g]))


@pytest.mark.parametrize("counts", COUNTS)
def test_chouldechovas_identity_holds(lecture, counts):
    for tp, fn, fp, tn in counts:
        rates = lecture.measures(tp, fn, fp, tn)
        found = lecture.false_positives((tp + fn) / (tp + fn + fp + tn), rates["PPV"], rates["TPR"])
        assert found == pytest.approx(rates["FPR"])


def test_the_loans_of_the_lecture():
    assert get("granted-loans").reference(0.8, 0.2, 0.5)[0] == pytest.approx(1 / 5)
    assert get("granted-loans").reference(0.8, 0.2, 0.2)[0] == pytest.approx(1 / 2)
    assert get("which-measure").reference(*COUNTS[0])[3] == pytest.approx(0.05)


@pytest.mark.filterwarnings("ignore")
def test_a_threshold_for_each_group_makes_tpr_equal_as_fairlearn_does():
    rng = np.random.default_rng(SEED)
    group, label = np.repeat([0, 1], 2000), rng.integers(0, 2, 4000)
    score = rng.normal(2 * label - 1 - group, 1.5)
    plain = LogisticRegression().fit(score[:, None], label)
    theirs = ThresholdOptimizer(
        estimator=plain, constraints="true_positive_rate_parity", predict_method="predict_proba", prefit=True
    )
    theirs.fit(score[:, None], label, sensitive_features=group)
    answer = theirs.predict(score[:, None], sensitive_features=group, random_state=0)
    rates = [answer[(group == g) & (label == 1)].mean() for g in (0, 1)]
    lower = np.quantile(score[(group == 1) & (label == 1)], 1 - rates[0])
    mine = (score > lower)[(group == 1) & (label == 1)].mean()
    assert mine == pytest.approx(rates[0], abs=2e-3) and rates[1] == pytest.approx(rates[0], abs=0.05)


# Repairs


def test_reweighing_leaves_the_shares_and_unties(lecture):
    weights = np.outer(lecture.TABLE.sum(axis=1), lecture.TABLE.sum(axis=0)) / lecture.TABLE
    new = weights * lecture.TABLE
    np.testing.assert_allclose(new.sum(axis=0), lecture.TABLE.sum(axis=0))
    np.testing.assert_allclose(new.sum(axis=1), lecture.TABLE.sum(axis=1))
    np.testing.assert_allclose(new[0] / new[0].sum(), new[1] / new[1].sum())
    np.testing.assert_allclose(get("cell-weights").reference(1400 * lecture.TABLE, 1)[0], weights)


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_the_penalty_is_the_squared_covariance_within_each_label(lecture, keras, seed):
    rows, seeds, n = 7, 2, 30
    y, group = (random(n, rows, seeds, seed=seed + i) > 0 for i in (0, 1))
    weight, z = abs(random(n, rows, seeds, seed=seed + 2)), random(n, rows, seeds, seed=seed + 3)
    strength = [0, 0, 0, 0, 1, 10, 100]
    strengths = np.broadcast_to(np.reshape(strength, (-1, 1)), y.shape)
    wanted = np.stack([y, weight, group, strengths], axis=-1).astype("float32")
    bce = keras.losses.BinaryCrossentropy(from_logits=True, reduction=None)
    each = weight * numbers(bce(y[..., None].astype("float32"), z[..., None]))
    penalty = sum(
        strength[i] * np.cov(group[:, i, j][chosen], z[:, i, j][chosen], ddof=0)[0, 1] ** 2
        for i, j in np.ndindex(rows, seeds)
        for chosen in (y[:, i, j], ~y[:, i, j])
    )
    found = numbers(lecture.penalized(wanted, z))
    np.testing.assert_allclose(found, each.sum(axis=(1, 2)) + penalty, rtol=1e-4)
