"""What the exercises of lecture 09 reply to answers that students give."""

from __future__ import annotations

import pytest

from course_utils.exercises import get
from course_utils.exercises.checking import verdict
from tests.replies import reply

NOISE = [
    ("sigma**2 * ((G @ np.linalg.pinv(F)) ** 2).sum() / len(G)", "right"),
    ("sigma**2 * np.trace(np.linalg.pinv(F).T @ G.T @ G @ np.linalg.pinv(F)) / len(G)", "right"),
    ("sigma**2 * ((G @ np.linalg.pinv(F)) ** 2).mean()", "Squares are summed"),
    ("sigma * ((G @ np.linalg.pinv(F)) ** 2).sum(axis=1).mean()", "not σ"),
    ("sigma**2 * (np.linalg.pinv(F) ** 2).sum(axis=1).mean()", "size of the weights"),
]
PEAKS = [
    ([60, 60, 300, 0], "right"),
    ([600, 60, 300, 0], "A: 600 targets"),
    ([60, 120, 300, 0], "B: the second copy"),
    ([60, 60, 100, 0], "C: 100 columns"),
    ([60, 60, 300, 300], "D: without ReLU"),
    ([60, 60, 300, 64], "D: at 64"),
    ([60, ..., 300, 0], "not tried yet"),
]
RIDGE = [
    ("max(0, np.max(s * (1 / limit - s))) / n", "right"),
    ("max(0, np.max(s / limit - s**2))", "That is nλ"),
    ("max(0, s.min() / limit - s.min() ** 2) / n", "smallest singular value"),
    ("np.max(s / limit - s**2) / n", "No λ is negative"),
    ("1 / (4 * n * limit**2)", "any singular values"),
]
UNITS = [
    ("c * (np.linalg.pinv(F @ np.diag(c)) @ y)", "right"),
    ("c**2 * (F.T @ np.linalg.solve((F * c**2) @ F.T, y))", "right"),
    ("np.linalg.pinv(F * c) @ y", "weights of the new features"),
    ("np.linalg.pinv(F) @ y", "shortest in the old units"),
    ("np.linalg.pinv(F * c) @ y / c", "Upside down"),
]


@pytest.mark.parametrize(("answer", "said"), NOISE)
def test_noise_errors(answer, said):
    assert said in reply("noise-error", "F, G, sigma", answer)


@pytest.mark.parametrize(("places", "said"), PEAKS)
def test_peaks(places, said):
    assert said in verdict(get("where-peak"), places)


@pytest.mark.parametrize(("answer", "said"), RIDGE)
def test_ridges(answer, said):
    assert said in reply("enough-ridge", "s, n, limit", answer)


@pytest.mark.parametrize(("answer", "said"), UNITS)
def test_units(answer, said):
    assert said in reply("in-other-units", "F, y, c", answer)
