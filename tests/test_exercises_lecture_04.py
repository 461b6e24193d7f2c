"""What the exercises of lecture 04 reply to answers that students give."""

from __future__ import annotations

import pytest

from tests.replies import reply

PREPARED = {
    "deadly-step": "x, w, b, d",
    "leaky-slope": "h, alpha, slope_out",
    "saturated-units": "counts",
    "two-lines": "unit",
    "translate-layer": "W, b",
}
LAST = "max([0, *[h / p for h, p in zip(x @ w + b, x @ d) if p > 0]])"  # the last image whose sum falls
REPLIES = [
    ("leaky-slope", "np.where(h > 0, h, alpha * h), slope_out * np.where(h > 0, 1, alpha)", "right"),
    ("leaky-slope", "np.maximum(h, alpha * h), slope_out * np.where(h > 0, 1, alpha)", "Decide by the sign of h"),
    ("leaky-slope", "np.where(h > 0, h, alpha * h), np.where(h > 0, 1, alpha)", "arrives in slope_out"),
    ("leaky-slope", "np.where(h > 0, h, alpha * h), slope_out * (h > 0)", "Here alpha is left"),
    (
        "saturated-units",
        "(m := counts @ ((np.arange(20) + .5) / 20) / counts.sum(1)) * (1 - m)",
        "jumps between 0 and 1",
    ),
    (
        "saturated-units",
        "(counts * (c := (np.arange(20) + .5) / 20) * (1 - c)).sum(1)",
        "How many are there for each unit",
    ),
    ("saturated-units", "(counts * (c := (np.arange(20) + .5) / 20) * (1 - c)).sum(1) / counts.sum(1)", "right"),
    ("translate-layer", "4 * W, 2 * (b - W.sum(1))", "right"),
    ("translate-layer", "4 * W, 2 * b - W.sum(1) / 2", "of the *new* kernel"),
    ("leaky-slope", "np.where(h > 0, h, alpha * h), np.where(h > 0, slope_out, alpha)", "alpha * slope_out"),
    ("translate-layer", "4 * W, 2 * b - 4 * W.sum(1)", "the -1 meets only 2 W"),
    ("translate-layer", "4 * W, -2 * W.sum(1)", "Where did it go"),
    ("translate-layer", "2 * W, 2 * b - 2 * W.sum(1)", "half as far apart"),
    ("two-lines", "unit([-2, 2], [3, -3]), -unit([1, -2], [-3, 0])", "right"),
    ("two-lines", "unit([2, -2], [-3, 3]), unit([2, -1], [0, 3])", "larger of the two lines"),
    ("two-lines", "unit([2, 0], [-3, 0]), -unit([-2, 1], [0, -3])", "That is ReLU of 2x - 3"),
    ("two-lines", "np.abs(2 * x - 3), np.minimum(2 * x, 3 - x)", "There is no x here"),
    ("deadly-step", f"(lambda s: s if (x @ (w - s * d) + b < 1e-9).all() else np.inf)({LAST})", "right"),
    ("deadly-step", "max(0, np.max((x @ w + b) / (x @ d), initial=0))", "take only p > 0"),
    ("deadly-step", LAST, "If one of them speaks at that s"),
    (
        "deadly-step",
        f"(lambda s: s if (x @ (w - s * d) < 1e-9).all() else np.inf)({LAST.replace(' + b', '')})",
        "it is part of each sum",
    ),
]


@pytest.mark.parametrize(("exercise", "answer", "said"), REPLIES)
def test_a_typical_answer_gets_its_reply(exercise, answer, said):
    assert said in reply(exercise, PREPARED[exercise], answer)
