"""What the exercises of lecture 02 reply to answers that students give."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.exercises import get
from course_utils.exercises.checking import verdict

MENDS = {
    "mean": ("e2 = x1 @ W2.T - y", "e2 = (x1 @ W2.T - y) / len(x)"),
    "product": ("x1.T @ e2", "e2.T @ x1"),
    "mask": ("e1 = e2 @ W2", "e1 = e2 @ W2 * (x1 > 0)"),
}
LEFT = {
    (): "All three bugs are there",
    ("mean",): "The mean is mended. Two bugs are left",
    ("product",): "Two bugs are left in dW1: double the batch, and look at the silent units",
    ("mask",): "The ReLU is mended. Two bugs are left",
    ("mean", "product"): "a silent ReLU must pass no error on",
    ("mean", "mask"): "dW2 must have the shape of W2",
    ("product", "mask"): "where is the mean over the batch",
    ("mean", "product", "mask"): "three-bugs: right",
}


@pytest.mark.parametrize("mended", LEFT)
def test_the_reply_says_which_of_the_three_bugs_are_left(mended):
    exercise = get("three-bugs")
    code = exercise.stub.replace("...", "dW1, dW2")
    for bug in mended:
        code = code.replace(*MENDS[bug])
    assert LEFT[mended] in verdict(exercise, exercise.defined_by(code))


PREPARED = {
    "slope-along-w": ("w, x, y", "a = np.tanh(w * x); r = w * a - y; slope = 1 - a**2"),
    "short-cut": ("W, x, slope_out", "a = np.tanh(x @ W.T); e = (1 - a**2) * slope_out"),
    "engine-divide": ("a, b", "pass"),
    "softmax-error": ("h, y, T", "p = np.exp(h / T); p /= p.sum(axis=1, keepdims=True); hot = np.eye(h.shape[1])[y]"),
    "three-bugs": ("W1, W2, x, y", "x1 = np.maximum(x @ W1.T, 0); e2 = x1 @ W2.T - y; e1 = e2 @ W2 * (x1 > 0)"),
}
REPLIES = [
    ("slope-along-w", "a + w * x * slope", "What does the loss"),
    ("slope-along-w", "2 * r * (a + w * x * slope)", "Twice too much"),
    ("slope-along-w", "r / 2 * (a + w * x * slope)", "Half of it is lost"),
    ("slope-along-w", "r * a", "Only the straight path"),
    ("slope-along-w", "r * w * x * slope", "Only the path through the tanh"),
    ("slope-along-w", "a", "only the arrow from w straight to h_2"),
    ("slope-along-w", "2 * r * w * x * slope", "Three things"),
    ("slope-along-w", "(a - y) * x * slope", "w is used a second time"),
    ("slope-along-w", "r * (a + w * x / np.cosh(x) ** 2)", "at h_1 = wx"),
    ("short-cut", "slope_out.T @ x, e @ W + slope_out", "slope of the tanh is missing"),
    ("short-cut", "e.T @ x, (1 - a**2) @ W + slope_out", "what arrives from the loss"),
    ("short-cut", "e @ x.T, e @ W", "adds over the units"),
    ("short-cut", "e.T @ x, W @ e + slope_out", "W stands on the right"),
    ("engine-divide", "a / b, (b, a)", "slopes of a product"),
    ("engine-divide", "a / b, 1 / b, -a / b**2", "both slopes in one pair"),
    ("engine-divide", "a / b, -a / b**2", "Two slopes are asked for"),
    ("engine-divide", "1 / b, -a / b**2", "The result itself"),
    ("engine-divide", "a / b, (1 / b, -2 * a / b**2)", "the power that comes down is -1"),
    ("softmax-error", "p - hot", "Two factors are missing"),
    ("softmax-error", "(p - hot) / T", "The loss is the mean"),
    ("softmax-error", "(p - hot) / len(h)", "one more arrow"),
    ("softmax-error", "2 * (p - hot) / T / len(h)", "Twice too much"),
    ("softmax-error", "p - y", "one-hot rows"),
    ("softmax-error", "(p - np.eye(len(h))[y]) / T / len(h)", "one entry for each class"),
    ("three-bugs", "e1.T @ x, e2.T @ x1 / len(x)", "Only dW2 has its 1/B"),
    ("three-bugs", "e1.T @ x / len(x), e2.T @ x1", "Only dW1 has its 1/B"),
    ("three-bugs", "e1.T @ x / y.size, e2.T @ x1 / y.size", "over the batch only"),
    ("three-bugs", "-e1.T @ x / len(x), -e2.T @ x1 / len(x)", "The sign of e2"),
]


@pytest.mark.parametrize(("name", "given", "reply"), REPLIES)
def test_the_reply_names_the_mistake(name, given, reply):
    arguments, prepared = PREPARED[name]
    exercise = get(name)
    answer = exercise.defined_by(f"def answer({arguments}):\n    {prepared}\n    return {given}")
    difference, advice = verdict(exercise, answer).split("\n")
    assert difference.startswith("✗") and reply in advice


def test_the_softmax_of_the_exercise_does_not_overflow():
    with np.errstate(all="raise", under="ignore"):
        error = get("softmax-error").reference(np.array([[2000.0, 0.0, -2000.0]]), np.array([1]), 2.0)
    np.testing.assert_allclose(error, [[0.5, -0.5, 0]])
