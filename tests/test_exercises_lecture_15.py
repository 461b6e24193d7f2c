"""Exercises of lecture 15: other ways to write the answer pass, and what people get wrong is told apart."""

import pytest

from course_utils.exercises import get
from course_utils.exercises.checking import verdict
from tests.replies import reply

RATES = """
def attempt(label, answer, group, women):
    m, w = group == 0, group == 1
    share = [1 - women, women]
    recognized = [answer[k & (label == 1)].mean() for k in (m, w)]
    right = sum(s * (answer == label)[k].mean() for s, k in zip(share, (m, w)))
    hits = sum(s * (answer * label)[k].mean() for s, k in zip(share, (m, w)))
    return {recognized}, {accuracy}, {precision}
"""
PRECISION = "hits / sum(s * answer[k].mean() for s, k in zip(share, (m, w)))"
TRUE_RATES = ("recognized[0], recognized[1]", "right", PRECISION)
RATES_REPLIES = [
    (*TRUE_RATES, "right. Compare"),
    (TRUE_RATES[0], "(answer == label).mean()", TRUE_RATES[2], "accuracy on the test"),
    (*TRUE_RATES[:2], "label[answer == 1].mean()", "precision on the test"),
    ("answer[m].mean(), recognized[1]", *TRUE_RATES[1:], "Choose the men with label 1"),
]
LINE = "(low + high) / 2 - {slope} * np.log(q / (1 - q))"
THRESHOLD_REPLIES = [
    ("-(np.log(q) - np.log(1 - q)) * a**2 / (high - low) + (low + high) / 2, (low - high) / a**2", "right. Compare"),
    (f"{LINE.format(slope='a**2 / 2')}, (low - high) / a**2", "2 apart"),
    (f"{LINE.format(slope='a**2 / (high - low)')}, a**2 / (low - high)", "other way round"),
    ("0 - a**2 / (high - low) * np.log(q / (1 - q)), (low - high) / a**2", "middle between the two means"),
]
FAILS = "fpr * (1 - p) / (fpr * (1 - p) + tpr * p)"
GRANTED_REPLIES = [
    (f"1 - tpr * p / (tpr * p + fpr * (1 - p)), 1 / (1 + tpr / fpr / (1 / (2 * {FAILS}) - 1))", "right. Compare"),
    ("fpr, p", "Turn it round"),
    ("1 - tpr, p", "turned down"),
    ("fpr * (1 - p) / (fpr * (1 - p) + tpr * p), p / 2", "does not double"),
]
COUNTS = "counts, g"
WEIGHTS = "counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / counts / counts.sum()"
EFFECTIVE = "(lambda w, c: (c @ w) ** 2 / (c @ w**2))(({weights})[g], counts[g])"
MORE = "(lambda rest: counts[g, 0] * rest[:, 1].sum() / rest[:, 0].sum() - counts[g, 1])(np.delete(counts, g, axis=0))"
CELL_REPLIES = [
    (f"{WEIGHTS}, {EFFECTIVE.format(weights=WEIGHTS)}, {MORE}", "right. Compare"),
    (f"1 / ({WEIGHTS}), 0, 0", "Upside down"),
    (f"counts.sum() / counts / counts.size, {EFFECTIVE.format(weights=WEIGHTS)}, {MORE}", "weigh the same"),
    (f"{WEIGHTS}, {EFFECTIVE.format(weights=WEIGHTS)}, counts[g, 0] - counts[g, 1]", "Only label 1 grows"),
]
MEASURES = """
def attempt(a, b):
    (tp, fn, fp, tn), (tp2, fn2, fp2, tn2) = a, b
    return {applicant}, {insurer}, {auditor}, {needed}
"""
TRUE_MEASURES = {
    "applicant": "tp / (tp + fn) - tp2 / (tp2 + fn2)",
    "insurer": "tp2 / (tp2 + fp2) - tp / (tp + fp)",
    "auditor": "(tp + fp) / sum(a) - (tp2 + fp2) / sum(b)",
    "needed": "tp2 * fp / tp / (fp2 + tn2)",
}
MEASURE_REPLIES = [
    ({}, "right. Compare"),
    ({"insurer": "fp / (fp + tn) - fp2 / (fp2 + tn2)"}, "The insurer sees granted loans"),
    ({"auditor": "(tp + fn) / sum(a) - (tp2 + fn2) / sum(b)"}, "counts who got a loan"),
    ({"needed": "fp / (fp + tn)"}, "only if as many would pay back"),
]


@pytest.mark.parametrize(("recognized", "accuracy", "precision", "said"), RATES_REPLIES)
def test_rates_by_group(recognized, accuracy, precision, said):
    exercise = get("rates-by-group")
    code = RATES.format(recognized=recognized, accuracy=accuracy, precision=precision)
    assert said in verdict(exercise, exercise.defined_by(code))


@pytest.mark.parametrize(("answer", "said"), THRESHOLD_REPLIES)
def test_best_threshold(answer, said):
    assert said in reply("best-threshold", "low, high, a, q", answer)


@pytest.mark.parametrize(("changed", "said"), MEASURE_REPLIES)
def test_which_measure(changed, said):
    exercise = get("which-measure")
    assert said in verdict(exercise, exercise.defined_by(MEASURES.format(**TRUE_MEASURES | changed)))


@pytest.mark.parametrize(("answer", "said"), GRANTED_REPLIES)
def test_granted_loans(answer, said):
    assert said in reply("granted-loans", "tpr, fpr, p", answer)


@pytest.mark.parametrize(("answer", "said"), CELL_REPLIES)
def test_cell_weights(answer, said):
    assert said in reply("cell-weights", COUNTS, answer)
