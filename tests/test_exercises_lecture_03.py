"""What the exercises of lecture 03 reply to answers that students give."""

from __future__ import annotations

import pytest

from course_utils.exercises import get
from course_utils.exercises.checking import verdict
from tests.replies import reply

REPLIES = [
    ("moved-columns", "W, order", "np.array([row[order] for row in W])", "right"),
    ("moved-columns", "W, order", "W @ np.eye(len(order))[:, order]", "right"),
    ("moved-columns", "W, order", "W[:, np.argsort(order)]", "moves the columns back"),
    ("moved-columns", "W, order", "W", "another pixel"),
    ("moved-columns", "W, order", "W[order]", "Rows belong to units"),
    ("active-share", "W, x, share", "np.quantile(-(x @ W.T), share, axis=0)", "right"),
    ("active-share", "W, x, share", "-np.quantile(x @ W.T, share, axis=0)", "units are silent"),
    ("active-share", "W, x, share", "-np.median(x @ W.T, axis=0)", "right for one half"),
    ("eight-pieces", "network", "network([2, 2, 2], [-1, -1, -1])", "right"),
    ("eight-pieces", "network", "network([-2, 2, -2], [1, -1, 1])", "right"),
    ("eight-pieces", "network", "network([2, 4, 8], [-1, -1, -1])", "values from 0 to 1 again"),
    ("eight-pieces", "network", "network([2, 2, 2], [0, 0, 0])", "bend at 0"),
    ("eight-pieces", "network", "network([2, 2, 2], [1, 1, 1])", "nothing folds"),
    ("eight-pieces", "network", "network([-2, -2, -2], [-1, -1, -1])", "nothing folds"),
    ("eight-pieces", "network", "network([2, 2], [-1, -1])", "w has shape (2,)"),
    ("eight-pieces", "network", "network(..., [-1, -1, -1])", "not tried yet"),
    ("eight-pieces", "network", "network", "call it"),
    ("count-pieces", "y", "1 + np.sum(np.abs(np.diff(y, n=2)) > 1e-8)", "right"),
    ("count-pieces", "y", "np.sum(np.abs(np.diff(y, n=2)) > 1e-7)", "One bend makes two pieces"),
    ("count-pieces", "y", "1 + np.count_nonzero(np.diff(y, n=2))", "Rounding is no bend"),
    ("count-pieces", "y", "1 + np.sum(np.diff(np.sign(np.diff(y))) != 0)", "need not turn"),
    ("count-pieces", "y", "1 + np.sum(np.diff(y, n=2) > 1e-7)", "bend downwards"),
    ("flat-price", "k", "3 * 2**k - 2", "right"),
    ("flat-price", "k", "3 * 2**k + 1", "one bend less"),
    ("flat-price", "k", "6 * k + 1", "not as many pieces"),
    ("flat-price", "k", "2**k - 1", "Those are the units"),
    (
        "deepest",
        "inputs, units, outputs, budget",
        "int((budget - (inputs + 1) * units - outputs * (units + 1)) / (units * (units + 1))) + 1",
        "right",
    ),
    ("deepest", "inputs, units, outputs, budget", "budget // ((units + 1) * units)", "pay them first"),
    (
        "deepest",
        "inputs, units, outputs, budget",
        "(budget - (inputs + 1) * units - outputs * (units + 1)) // (units * (units + 1))",
        "first hidden layer counts",
    ),
]
RIGHT = [3, 2, 4, 1]


@pytest.mark.parametrize(("exercise", "arguments", "answer", "said"), REPLIES)
def test_a_typical_answer_gets_its_reply(exercise, arguments, answer, said):
    assert said in reply(exercise, arguments, answer)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (RIGHT, "right"),
        ([4, 2, 3, 1], "ten classes to 97 %"),
        ([3, 1, 4, 2], "Compare the last layers"),
        ([3, 2, 1, 4], "something draws together"),
        ([3, 2, 4, 3], "scatter more and more"),
        ([..., 2, 4, 1], "not tried yet"),
    ],
)
def test_a_reading_of_probes_gets_its_reply(answer, said):
    assert said in verdict(get("read-probes"), answer)
