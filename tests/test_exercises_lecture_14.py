"""What the exercises of lecture 14 reply to answers that students give."""

from __future__ import annotations

import pytest

from course_utils.exercises import get
from course_utils.exercises.checking import verdict
from tests.replies import reply

BUDGET = "inputs, first, second, tasks, small"
SHARED = "(inputs + 1) * first + (first + 1) * second + tasks * (second + 1)"
UNITS = "({all} // tasks - 2 * small - 1) // (inputs + small + 1)"
BUDGET_REPLIES = [
    (f"{SHARED}, {UNITS.format(all='(' + SHARED + ')')}", "right"),
    (f"{SHARED}, first // tasks", "third of the units"),
    ("inputs * first + first * second + tasks * second, 0", "Biases count"),
    (f"{SHARED}, ({SHARED} - 2 * small - 1) // (inputs + small + 1)", "All separate networks together"),
]
MASKED = """
def attempt(smile, logits, age, ages):
    s, a = ~np.isnan(smile), ~np.isnan(age)
    ce = np.log1p(np.exp(logits[s])) - smile[s] * logits[s]
    sq = (age[a] - ages[a]) ** 2
    return {smile}, {age}, {sum}
"""
MEANS = "ce.sum() / max(len(ce), 1) + sq.sum() / max(len(sq), 1)"
MASKED_REPLIES = [
    ("ce.sum() / len(smile)", "sq.sum() / len(age)", MEANS, "right"),
    ("ce.sum() / max(len(ce), 1)", "sq.sum() / max(len(sq), 1)", MEANS, "What does Keras's default divide by"),
    ("ce.sum() / len(smile)", "sq.sum() / len(age)", "ce.sum() / len(smile) + sq.sum() / len(age)", "Keras's sum"),
    (
        "ce.sum() / len(smile)",
        "sq.sum() / len(age)",
        "(ce.sum() + sq.sum()) / (len(ce) + len(sq))",
        "All labels in one pot",
    ),
]
PAIR_REPLIES = [
    ([1, -1, 1, -1, 1], "right"),
    ([1, 1, 1, 1, 1], "Not every second task helps"),
    ([1, -1, 1, -1, -1], "neither second task alone"),
    ([1, -1, -1, -1, 1], "what did the degree bring"),
]
WEIGHTS = "weight, c, loss"
WEIGHT_REPLIES = [
    ("weight / c**2, weight / c, np.log(2 * loss * c**2)", "right"),
    ("weight / c, weight / c, np.log(2 * loss * c**2)", "Both the error and the head"),
    ("weight / c**2, weight / c**2, np.log(2 * loss * c**2)", "One factor is left"),
    ("weight / c**2, weight / c, np.log(2 * loss)", "old units"),
    ("weight / c**2, weight / c, np.log(loss * c**2)", "slope is one half"),
]


@pytest.mark.parametrize(("answer", "said"), BUDGET_REPLIES)
def test_budgets(answer, said):
    assert said in reply("equal-budget", BUDGET, answer)


@pytest.mark.parametrize(("smile", "age", "total", "said"), MASKED_REPLIES)
def test_masked_losses(smile, age, total, said):
    exercise = get("masked-loss")
    assert said in verdict(exercise, exercise.defined_by(MASKED.format(smile=smile, age=age, sum=total)))


@pytest.mark.parametrize(("answer", "said"), PAIR_REPLIES)
def test_which_helps(answer, said):
    assert said in verdict(get("which-helps"), answer)


@pytest.mark.parametrize(("answer", "said"), WEIGHT_REPLIES)
def test_fair_weights(answer, said):
    assert said in reply("fair-weights", WEIGHTS, answer)
