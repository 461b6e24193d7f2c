"""What the exercises of lecture 05 reply to answers that students give."""

from __future__ import annotations

import pytest

from tests.replies import reply

PREPARED = {
    "different-units": "kernel",
    "he-scale": "n_in",
    "leaky-gain": "alpha",
    "gain-from-sample": "h, x",
    "glorot-variance": "shape",
    "repair-scale": "squares",
    "informed-start": "counts",
}
REPLIES = [
    ("different-units", "len({tuple(column) for column in kernel.T})", "right"),
    ("different-units", "np.linalg.matrix_rank(kernel)", "but is no copy"),
    ("different-units", "np.unique(np.round(kernel / abs(kernel).max(axis=0), 9), axis=1).shape[1]", "directions"),
    ("different-units", "len({tuple(row) for row in kernel})", "the units are columns"),
    ("he-scale", "(2 / n_in) ** 0.5, (6 / n_in) ** 0.5", "right"),
    ("he-scale", "2 / n_in**0.5, (6 / n_in) ** 0.5", "The common slip"),
    ("he-scale", "(2 / n_in) ** 0.5, (2 / n_in) ** 0.5", "has variance a²/3"),
    ("he-scale", "(2 / n_in) ** 0.5, (2 / n_in) ** 0.5 / 2", "a = √3 · scale"),
    ("he-scale", "(2 / n_in) ** 0.5, (3 / n_in) ** 0.5", "the bound of variance 1/n, LeCun's"),
    ("leaky-gain", "(2 / (1 + alpha * alpha)) ** 0.5", "right"),
    ("leaky-gain", "2 / (1 + alpha * alpha)", "That is g²"),
    ("gain-from-sample", "(x**2).mean() ** -0.5", "right"),
    ("gain-from-sample", "1 / x.std()", "use the mean square"),
    ("gain-from-sample", "1 / (x**2).mean()", "That is g²"),
    ("glorot-variance", "2 / (np.prod(shape) / shape[-1] + np.prod(shape) / shape[-2])", "right"),
    ("glorot-variance", "2 / (shape[-2] + shape[-1])", "Right for dense kernels"),
    ("glorot-variance", "2 / (shape[0] + shape[1])", "channels in and out stand last"),
    ("repair-scale", "np.exp(-np.diff(np.log(squares)).mean(axis=1) / 2)", "right"),
    ("repair-scale", "(squares[:, 0] / squares[:, -1]) ** (1 / 20)", "take the number from the shape"),
    ("repair-scale", "2**0.5", "√2 repairs a gain of 1"),
    ("repair-scale", "np.exp(-np.diff(np.log(squares)).mean(axis=1))", "one more root"),
    ("repair-scale", "np.sqrt(squares[:, 0] / squares[:, -1])", "far too much"),
    (
        "informed-start",
        "np.log(counts) - np.log(counts).mean(), -(p := counts / counts.sum()) @ np.log(p)",
        "right",
    ),
    (
        "informed-start",
        "np.log(counts) - np.log(counts).mean(), -np.log(counts / counts.sum()).sum()",
        "weigh each -ln p",
    ),
    (
        "informed-start",
        "np.log(counts) - np.log(counts).mean(), -np.log(counts / counts.sum()).mean()",
        "weigh each -ln p",
    ),
    ("informed-start", "np.log(p := counts / counts.sum()), -p @ np.log(p)", "Right up to a shift"),
]


@pytest.mark.parametrize(("exercise", "answer", "said"), REPLIES)
def test_a_typical_answer_gets_its_reply(exercise, answer, said):
    assert said in reply(exercise, PREPARED[exercise], answer)
