"""What the exercises of lecture 01 reply to answers that students give."""

from __future__ import annotations

import pytest

from course_utils.exercises import get
from course_utils.exercises.checking import verdict
from tests.replies import reply

SUM = "[[1, 1, 1]] * 3"
REPLIES = [
    ("half-life", "steps, eta", "(1 - 2 ** (-1 / steps)) / (2 * eta)", "right"),
    ("half-life", "steps, eta", "(1 - 2 ** (-1 / steps)) / eta", "right for weight_decay"),
    ("half-life", "steps, eta", "np.log(2) / (2 * eta * steps)", "for small ηλ"),
    ("half-life", "steps, eta", "(1 - 0.5 / steps) / (2 * eta)", "multiply up"),
    ("odd-of-three", "network", f"network({SUM}, [0, -1, -2], [1, -2, 2])", "right"),
    ("odd-of-three", "network", "network([[1, 1, 1], [2, 2, 2], [2, 2, 2]], [0, -2, -4], [1, -1, 1])", "right"),
    ("odd-of-three", "network", f"network({SUM}, [0, -1, -2], [1, -2, 0])", "A third bend"),
    ("odd-of-three", "network", "network([1, 1, 1], [0, -1, -2], [1, -2, 2])", "one row for each hidden unit"),
    ("odd-of-three", "network", f"network({SUM}, [0, -1, -2], [[1, -2, 2]])", "w2 has shape (1, 3)"),
    ("odd-of-three", "network", f"network({SUM}, ..., [1, -2, 2])", "not tried yet"),
    ("odd-of-three", "network", "network", "you gave the network."),
    ("odd-of-three", "network", "network", "call it"),
    ("odd-of-three", "network", f"network({SUM}, [0, -1, -2], [1, -2, 5])", "odd-of-three: entry [7]: you gave 4"),
    (
        "forward-pass",
        "weights, X",
        "np.maximum(X @ weights[0] + weights[1], 0) @ weights[2] + weights[3]",
        "the first layer",
    ),
    ("widest", "inputs, outputs, budget", "int(budget / (inputs + outputs))", "how many weights and biases"),
    ("staircase", "heights", "np.diff(np.append(0, heights))", "right"),
    ("staircase", "heights", "[h - g for g, h in zip([0, *heights], heights)]", "right"),
    ("staircase", "heights", "heights", "stay on"),
    ("staircase", "heights", "np.diff(heights)", "From where does the first one climb"),
    (
        "widest",
        "inputs, outputs, budget",
        "int((-(inputs + outputs + 2) + ((inputs + outputs + 2)**2 + 4 * (budget - outputs))**.5) / 2)",
        "right",
    ),
]
RIGHT = [1, 6, 7, 4]


@pytest.mark.parametrize(("exercise", "arguments", "answer", "said"), REPLIES)
def test_a_typical_answer_gets_its_reply(exercise, arguments, answer, said):
    assert said in reply(exercise, arguments, answer)


@pytest.mark.parametrize(
    ("task", "head", "said"),
    [
        (0, 1, "right"),
        (0, 2, "Rents do not"),
        (1, 7, "say yes several times"),
        (2, 6, "a cat and a dog"),
        (3, 3, "never exactly 0"),
        (3, 8, "slope 0 beyond a margin"),
    ],
)
def test_the_choice_of_a_head_gets_its_reply(task, head, said):
    answer = [*RIGHT[:task], head, *RIGHT[task + 1 :]]
    assert said in verdict(get("pick-the-loss"), answer)
