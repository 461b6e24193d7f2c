"""What the exercises of lecture 05 reply to answers that students give."""

from __future__ import annotations

import pytest

from tests.replies import reply

PREPARED = {
    "different-units": "kernel",
    "mixed-start": "n_relu, n_raw",
    "two-slopes": "a, b, p",
    "repair-scale": "squares",
    "bias-cost": "counts, bias",
}
REPLIES = [
    ("different-units", "len({tuple(column) for column in kernel.T})", "right"),
    ("different-units", "np.linalg.matrix_rank(kernel)", "but is no copy"),
    ("different-units", "np.unique(np.round(kernel / abs(kernel).max(axis=0), 9), axis=1).shape[1]", "directions"),
    ("different-units", "len({tuple(row) for row in kernel})", "the units are columns"),
    ("mixed-start", "(v := 1 / (0.5 * n_relu + n_raw)) ** 0.5, (3 * v) ** 0.5", "right"),
    ("mixed-start", "(v := 2 / (n_relu + n_raw)) ** 0.5, (3 * v) ** 0.5", "He's for all inputs"),
    ("mixed-start", "(v := 1 / (n_relu + n_raw)) ** 0.5, (3 * v) ** 0.5", "LeCun's for all inputs"),
    ("mixed-start", "(v := 1 / (0.5 * n_relu + n_raw)) ** 0.5, v**0.5", "has variance a²/3"),
    ("mixed-start", "(v := 1 / (0.5 * n_relu + n_raw)), (3 * v) ** 0.5", "That is the variance"),
    ("two-slopes", "(2 / (a * a + b * b) / (1 - p)) ** 0.5", "right"),
    ("two-slopes", "2 / (a * a + b * b) / (1 - p)", "That is g²"),
    ("two-slopes", "(2 / (a * a + b * b)) ** 0.5 / (1 - p)", "kept whole or not at all"),
    ("two-slopes", "(2 / (a * a + b * b)) ** 0.5", "the share that is set to 0"),
    ("repair-scale", "np.exp(-np.diff(np.log(squares)).mean(axis=1) / 2)", "right"),
    ("repair-scale", "(squares[:, 0] / squares[:, -1]) ** (1 / 20)", "take the number from the shape"),
    ("repair-scale", "2**0.5", "√2 repairs a gain of 1"),
    ("repair-scale", "np.exp(-np.diff(np.log(squares)).mean(axis=1))", "one more root"),
    ("repair-scale", "np.sqrt(squares[:, 0] / squares[:, -1])", "far too much"),
    ("bias-cost", "(p := counts / counts.sum()) @ (np.log(p) - bias) + np.log(np.exp(bias).sum())", "right"),
    ("bias-cost", "np.log(np.exp(bias).sum()) - counts / counts.sum() @ bias", "the loss with this bias"),
    ("bias-cost", "np.log(len(counts)) + (p := counts / counts.sum()) @ np.log(p)", "right for bias 0"),
    ("bias-cost", "-(p := counts / counts.sum()) @ np.log(p)", "what the best bias pays"),
]


@pytest.mark.parametrize(("exercise", "answer", "said"), REPLIES)
def test_a_typical_answer_gets_its_reply(exercise, answer, said):
    assert said in reply(exercise, PREPARED[exercise], answer)
