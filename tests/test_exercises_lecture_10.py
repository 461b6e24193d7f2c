"""What the exercises of lecture 10 reply to answers that students give."""

from __future__ import annotations

import pytest

from course_utils.exercises import get
from course_utils.exercises.checking import verdict
from tests.replies import reply

UPPER = "(np.array([[-1, -2, -1], [1, 2, 1], [0, 0, 0]]) / rise)"
KERNELS = [
    (f"{UPPER} / 4, {UPPER}[::-1, ::-1] / 4", "✓"),
    (f"{UPPER} / 4, -{UPPER} / 4", "it does not negate it"),
    (f"{UPPER} / 4, {UPPER} / 4", "convolve2d turns its kernel, so"),
    (f"-{UPPER} / 4, -{UPPER}[::-1, ::-1] / 4", "gets darker"),
    (f"{UPPER}.T / 4, {UPPER}.T[::-1, ::-1] / 4", "along a row nothing changes"),
    (f"{UPPER} / 8, {UPPER}[::-1, ::-1] / 8", "rises once, not twice"),
    (f"{UPPER} / 4 * rise, {UPPER}[::-1, ::-1] / 4 * rise", "A steeper picture must still give 1"),
]
SPREAD = (
    "n - len({i * stride + a * dilation for i in range((n - dilation * (k - 1) - 1) // stride + 1) for a in range(k)})"
)
UNREAD = [
    (SPREAD, "right"),
    ("(n - dilation * (k - 1) - 1) % stride", "You count the rest at the end, and not all gaps"),
    (SPREAD.replace("n - len", "len"), "how many inputs are read"),
    (SPREAD.replace("a * dilation", "a"), "The kernel is spread"),
    ("n - k * ((n - dilation * (k - 1) - 1) // stride + 1)", "counted twice"),
]
POOL = """
def attempt(x, k):
    rows, columns, channels = x.shape
    return np.array([[{one} for j in range(columns // k)] for i in range(rows // k)])
"""
WINDOW = "x[i * k:(i + 1) * k, j * k:(j + 1) * k]"
POOLED = [
    (f"{WINDOW}.max(axis=(0, 1))", "right"),
    (f"{WINDOW}.mean(axis=(0, 1))", "average pooling"),
    (f"abs({WINDOW}).max(axis=(0, 1))", "not the one that is largest in size"),
    (f"{WINDOW}[0, 0]", "a stride alone"),
    ("x[i::rows // k, j::columns // k].max(axis=(0, 1))", "every so many rows"),
]
DENSE = [
    ("((side // 32) ** 2 * 512 + 1) * 4096, 513 * 4096", "right"),
    ("((side // 32) ** 2 * 512 + 1) * 4096, 513 * 1000", "keeps its 4,096 units"),
    ("(side // 32) ** 2 * 512 * 4096, 513 * 4096", "The biases are missing: one for each"),
    ("((side // 16) ** 2 * 512 + 1) * 4096, 513 * 4096", "Every stage ends with a pooling"),
    ("((side // 32) ** 2 * 512 + 1) * 4096, 512 * 4096", "missing after global pooling"),
    ("((side // 32) ** 2 * 512 + 1) * 4096, ((side // 32) ** 2 + 1) * 4096", "one number for each channel"),
]


@pytest.mark.parametrize(("answer", "said"), KERNELS)
def test_edge_kernels(answer, said):
    assert said in reply("edge-kernels", "rise", answer)


@pytest.mark.parametrize(("answer", "said"), UNREAD)
def test_unread(answer, said):
    assert said in reply("unread", "n, k, stride, dilation", answer)


@pytest.mark.parametrize(("one", "said"), POOLED)
def test_max_pool(one, said):
    exercise = get("max-pool")
    assert said in verdict(exercise, exercise.defined_by(POOL.format(one=one)))


@pytest.mark.parametrize(("answer", "said"), DENSE)
def test_first_dense(answer, said):
    assert said in reply("first-dense", "side", answer)
