"""Marks from plain data are those of `check`, for every exercise; and plain data can be anything."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from course_utils.exercises import Exercise
from course_utils.exercises.checking import outcomes_of, verdict
from course_utils.exercises.marking import Key, handed_out, mark
from tests.test_exercises import DOUBLE, EXERCISE, NESTED, PAIR, SCALAR, TRUTH, VALUE, every_exercise

MARK_OF = {"✓": "right", "✗": "wrong", "·": "not tried"}
FUNCTION = Exercise(**DOUBLE | {"mistakes": (), "cases": ()})
ODD = [
    ...,
    None,
    "text",
    b"7",
    7,
    np.float32(7),
    np.array(7),
    [7],
    True,
    Fraction(7),
    Decimal(7),
    7 + 0j,
    10**400,
    {"a": 7},
    {"a": ...},
    {7},
    object(),
    np.array(["7"]),
    np.nan,
    iter([7]),
    lambda: 7,
    lambda x: x + x,
    lambda x: x,
    lambda x: ...,
    lambda x: None,
    lambda x: 1 / 0,
    lambda x: (x, 2 * x),
    lambda x: [x, (x, 2 * x)],
    lambda x: (x, ...),
    lambda x: 2 * np.asarray(x, dtype=complex),
    lambda x: np.asarray(2 * x, dtype=object),
    lambda x: (2 * np.asarray(x)).tolist(),
    lambda x: np.asarray(x) > 0,
    lambda x: np.zeros(2_000_000),
]


def key_of(exercise):
    """The key of an exercise, as it comes out of another process."""
    return Key(exercise.id, exercise.lecture, exercise.tolerance, sent(exercise, exercise.reference))


def sent(exercise, answer):
    return json.loads(json.dumps(handed_out(exercise, outcomes_of(exercise, answer))))


def marked(exercise, answer):
    return mark(key_of(exercise), sent(exercise, answer))


@pytest.mark.parametrize("exercise", [EXERCISE, VALUE, PAIR, NESTED, SCALAR, TRUTH, FUNCTION])
@pytest.mark.parametrize("make", [lambda i=i: ODD[i] for i in range(len(ODD))])
def test_a_mark_is_the_verdict_of_check(exercise, make):
    assert marked(exercise, make()) == MARK_OF[verdict(exercise, make())[0]]


def test_a_value_in_place_of_a_function_of_one_case_is_wrong():
    once = Exercise(**DOUBLE | {"cases": [{"x": 1.5}]})
    assert marked(once, 3.0) == "wrong"
    assert marked(once, lambda x: 3.0) == "right"


@every_exercise
def test_solutions_stubs_and_mistakes_of_the_course(exercise):
    assert marked(exercise, exercise.reference) == "right"
    assert marked(exercise, exercise.defined_by(exercise.stub)) == "not tried"
    assert {marked(exercise, wrong) for wrong, _ in exercise.wrong_answers} == {"wrong"}


@pytest.mark.parametrize(
    "forged",
    [
        {},
        [],
        "✓",
        None,
        {"results": None},
        {"results": [[]] * 2, "called": True},
        {"results": [{}, {}], "called": True},
        {"results": [{"shape": [2], "numbers": ["a", "b"]}] * 2, "called": True},
        {"results": [{"shape": [10**12], "numbers": []}] * 2, "called": True},
        {"results": [{"shape": "right", "numbers": {}}] * 2, "called": True},
        {"stopped": "right"},
        {"called": True, "results": ["right", "✓"]},
    ],
)
def test_what_no_check_handed_out_is_wrong(forged):
    assert mark(key_of(EXERCISE), forged) == "wrong"
