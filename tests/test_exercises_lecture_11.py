"""What the exercises of lecture 11 reply to answers that students give."""

from __future__ import annotations

import pytest

from course_utils.exercises import get
from course_utils.exercises.checking import verdict
from tests.replies import reply

I = "np.eye(len(b))"  # noqa: E741
Z = "np.zeros(2 * len(b))"
WITHOUT = [
    (f"np.hstack([{I}, -{I}, W]), np.append({Z}, b), np.vstack([{I}, -{I}, {I}])", "right"),
    (f"np.hstack([{I}, -{I}, W]), np.append({Z}, b), np.vstack([{I}, {I}, {I}])", "the absolute value"),
    (f"np.hstack([{I}, -{I}, W.T]), np.append({Z}, b), np.vstack([{I}, -{I}, {I}])", "transposed"),
    (f"np.hstack([{I}, -{I}, W]), np.append({Z}, 0 * b), np.vstack([{I}, -{I}, {I}])", "bias b is missing"),
    (f"np.hstack([{I}, -{I}, W]), np.tile(b, 3), np.vstack([{I}, -{I}, {I}])", "Only the branch has the bias"),
]
LEFT = "__import__('math').comb(blocks - dropped, k)"
PATHS = [
    (f"{LEFT}, 1 / 2**dropped", "right"),
    ("__import__('math').comb(blocks, k), 1 / 2**dropped", "before any block is taken out"),
    (f"{LEFT}, 1 - 1 / 2**dropped", "the share that is lost"),
    (f"{LEFT}, (blocks - dropped) / blocks", "the share of blocks"),
    (f"{LEFT}, 2 ** (blocks - dropped)", "divide by how many there were"),
]
BLOCK = """
def attempt(x, W1, W2, P=None):
    norm = lambda h: (h - h.mean(0)) / h.std(0)
    y = {before} @ W1
    y = {between} @ W2
    return {sum}
"""
RELU, SKIP = "np.maximum(norm({}), 0)", "(x if P is None else x @ P) + y"
BLOCKS = [
    (RELU.format("x"), RELU.format("y"), SKIP, "right"),
    (RELU.format("x"), RELU.format("y"), f"np.maximum({SKIP}, 0)", "post-activation"),
    (RELU.format("x"), RELU.format("y"), "y", "The skip is missing"),
    ("x", RELU.format("y"), SKIP, "in front of the first product"),
    (RELU.format("x"), "np.maximum(y, 0)", SKIP, "The second norm is missing"),
]
ONE = "17 * w * w + 12 * w"
FIRST = "c * w + 13 * w * w + 12 * w"
PROJECTION = "(c != 4 * w) * (4 * c * w + 8 * w)"
STAGES = [
    (f"{FIRST} + (count - 1) * ({ONE}) + {PROJECTION}", "right"),
    (f"{FIRST} + (count - 1) * ({ONE})", "Without a projection"),
    (f"{FIRST} + (count - 1) * ({ONE}) + 4 * c * w + 8 * w", "needs no projection"),
    (f"count * ({FIRST}) + {PROJECTION}", "what does it hand on"),
    (f"{FIRST} + (count - 1) * ({ONE}) + count * {PROJECTION}", "One projection in a stage"),
]


@pytest.mark.parametrize(("answer", "said"), WITHOUT)
def test_without_skip(answer, said):
    assert said in reply("without-skip", "W, b", answer)


@pytest.mark.parametrize(("answer", "said"), PATHS)
def test_paths(answer, said):
    assert said in reply("paths", "blocks, k, dropped", answer)


@pytest.mark.parametrize(("before", "between", "total", "said"), BLOCKS)
def test_add_back(before, between, total, said):
    exercise = get("add-back")
    attempt = exercise.defined_by(BLOCK.format(before=before, between=between, sum=total))
    assert said in verdict(exercise, attempt)


@pytest.mark.parametrize(("answer", "said"), STAGES)
def test_bottleneck_stages(answer, said):
    assert said in reply("bottleneck", "c, w, count", answer)
