"""What the exercises of lecture 08 reply to answers that students give."""

from __future__ import annotations

import pytest

from course_utils.exercises import get
from course_utils.exercises.checking import verdict
from tests.replies import reply

RIDGE = "alpha, n, gamma"
RIDGES = [
    ("alpha / (n * (1 - gamma)), alpha / n, 0.5 * alpha / n", "right"),
    ("alpha / n, alpha / n, alpha / (2 * n)", "times the penalty that you want"),
    ("alpha / n * (1 - gamma), alpha / n, alpha / (2 * n)", "Upside down"),
    ("alpha / (n * (1 - gamma)), alpha / (n * (1 - gamma)), alpha / (2 * n)", "enlarges both alike"),
    ("alpha / (n * (1 - gamma)), alpha / n, alpha / n", "its slope is 2cw"),
    ("alpha / n, alpha / (n * (1 - gamma)), alpha / (2 * n)", "Keras's momentum comes first"),
]
STEP = "w, eta, lam_1, lam_2"
STEPS = [
    ("np.sign(w) * np.clip(abs(w) - eta * lam_1, 0, None) / (1 + eta * lam_2)", "right"),
    ("np.where(w > 0, 1, -1) * np.maximum(abs(w) - eta * lam_1, 0) / (1 + lam_2 * eta)", "right"),
    ("np.sign(w) * np.maximum(abs(w) - eta * lam_1, 0)", "the step of the lasso"),
    ("np.sign(w) * np.maximum(abs(w) - lam_1, 0) / (1 + eta * lam_2)", "The threshold is ηλ₁"),
    ("(w - eta * lam_1 * np.sign(w)) / (1 + eta * lam_2)", "not beyond it"),
    ("np.sign(w) * np.maximum(abs(w) - eta * lam_1, 0) * (1 - eta * lam_2)", "A step of decay"),
]
STOP = """
def attempt(losses, patience, min_delta):
    best, wait, lowest = 0, 0, losses[0]
    for epoch, loss in enumerate(losses[1:], 1):
        if loss < lowest{delta}:
            best, lowest, wait = epoch, loss, 0
        else:
            wait += 1
            if wait {reached} patience:
                return {result}
    return {result}
"""
STOPS = [
    ({"delta": " - min_delta", "reached": ">=", "result": "(epoch, best)"}, "right"),
    ({"delta": "", "reached": ">=", "result": "(epoch, best)"}, "min_delta has no effect"),
    ({"delta": " - min_delta", "reached": ">", "result": "(epoch, best)"}, "One epoch too late"),
    ({"delta": " - min_delta", "reached": ">=", "result": "(best, epoch)"}, "First the last epoch"),
    ({"delta": " - min_delta", "reached": ">=", "result": "(epoch + 1, best + 1)"}, "counted from 0"),
]
DROPOUT = "x, u, p"
DROPOUTS = [
    ("x * (u >= p), x * (1 - p), x * (u >= p) / (1 - p), x", "right"),
    ("x * (u >= p), x, x * (u >= p) / (1 - p), x", "more than it was trained on"),
    ("x * (u < p), x * (1 - p), x * (u >= p) / (1 - p), x", "u < p means dropped"),
    ("x * (u >= p), x * (1 - p), x * (u >= p), x", "the original again"),
    ("x * (u >= p), x * (1 - p), x * (u >= p) / (1 - p), x * (1 - p)", "Scaled twice"),
]
SIX = [
    ([True, False, False, True, True, False, True], "right"),
    ([True, True, False, True, True, False, True], "upside down"),
    ([True, False, True, True, True, False, True], "opens to the other side"),
    ([True, False, False, True, True, True, True], "The ring below is left"),
    ([True, ..., False, True, True, False, True], "not tried yet"),
]


@pytest.mark.parametrize(("answer", "said"), RIDGES)
def test_same_ridge(answer, said):
    assert said in reply("same-ridge", RIDGE, answer)


@pytest.mark.parametrize(("answer", "said"), STEPS)
def test_elastic_steps(answer, said):
    assert said in reply("elastic-step", STEP, answer)


@pytest.mark.parametrize(("parts", "said"), STOPS)
def test_stopping(parts, said):
    exercise = get("when-to-stop")
    assert said in verdict(exercise, exercise.defined_by(STOP.format(**parts)))


@pytest.mark.parametrize(("answer", "said"), DROPOUTS)
def test_dropouts(answer, said):
    assert said in reply("two-dropouts", DROPOUT, answer)


@pytest.mark.parametrize(("keeps", "said"), SIX)
def test_a_six(keeps, said):
    assert said in verdict(get("label-of-six"), keeps)
