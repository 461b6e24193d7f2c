"""Exercises answer truthfully: first the checking itself on a small one, then every exercise of the course."""

from __future__ import annotations

import inspect
import itertools

import numpy as np
import pytest

from course_utils import check, hint, solution
from course_utils.errors import CourseError
from course_utils.exercises import Exercise, Mistake, get, of_lecture, register, registry
from course_utils.exercises.checking import verdict

DOUBLE = {
    "id": "double-it",
    "lecture": 90,
    "task": "Double it.",
    "stub": "def double(x):\n    return ...",
    "solution": "def double(x):\n    return 2 * x",
    "explanation": "Twice is once more.",
    "hints": ("Once is not enough.", "Try 2 * x."),
    "mistakes": (Mistake("2 * x", "x**2", "That is the square."),),
    "cases": [{"x": np.array([1.0, 3.0])}, {"x": np.array([[-2.0]])}],
}
EXERCISE = Exercise(**DOUBLE)
VALUE = Exercise(**DOUBLE | {"solution": "answer = 2 * 3.5", "mistakes": (), "cases": ()})
PAIR = Exercise(**DOUBLE | {"solution": "def both(x):\n    return x, 2 * x"} | {"mistakes": ()})
NESTED = Exercise(
    **DOUBLE
    | {"solution": "def nested(x):\n    return x, (x, 2 * x)"}
    | {"mistakes": (Mistake("(x, 2 * x)", "x, 2 * x", "Make a pair."),)}
)
SCALAR = Exercise(**DOUBLE | {"cases": [{"x": 1.5}, {"x": -2.0}]})
TRUTH = Exercise(**DOUBLE | {"solution": "def positive(x):\n    return x > 0", "mistakes": ()})
NOT_TRIED = "· double-it: not tried yet. Replace the `...` and run the cell again; hint('double-it') helps."
RIGHT = "✓ double-it: right. Compare with solution('double-it')."


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    of_lecture(0)  # the lectures' own are loaded
    monkeypatch.setattr(registry, "_EXERCISES", {**registry._EXERCISES, "double-it": EXERCISE})


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (EXERCISE, lambda x: x + x),
        (EXERCISE, lambda x: (2 * x.astype("float32")).tolist()),
        (VALUE, 7),
        (VALUE, 7.0000001),
        (PAIR, lambda x: [x, x + x]),
    ],
)
def test_a_right_answer(exercise, answer):
    assert verdict(exercise, answer) == RIGHT


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (EXERCISE, ...),
        (EXERCISE, lambda x: ...),
        (VALUE, ...),
        (PAIR, lambda x: (x, ...)),
        (PAIR, lambda x: [..., ...]),
    ],
)
def test_an_answer_that_was_not_tried(exercise, answer):
    assert verdict(exercise, answer) == NOT_TRIED


@pytest.mark.parametrize(
    ("exercise", "answer", "difference"),
    [
        (EXERCISE, lambda x: x, "entry [0]: you gave 1, expected 2."),
        (EXERCISE, lambda x: np.maximum(2 * x, 0), "entry [0, 0]: you gave 0, expected -4."),
        (EXERCISE, lambda x: x * np.nan, "entry [0]: you gave nan, expected 2."),
        (EXERCISE, lambda x: x.sum(), "your result has shape (), expected (2,)."),
        (EXERCISE, lambda x: [[1], [2, 3]], "numbers are asked for, you gave [[1], [2, 3]]."),
        (EXERCISE, lambda x: None, "your code gives nothing back. Does it end with `return …`?"),
        (EXERCISE, lambda x: "two", "numbers are asked for, you gave 'two'."),
        (EXERCISE, np.ones(2), "a function is asked for, you gave array([1., 1.])."),
        (VALUE, None, "your code gives nothing back"),
        (EXERCISE, None, "a function is asked for, you gave None."),
        (SCALAR, lambda x: max(2 * x, 0.0), "at x = -2: you gave 0, expected -4."),
        (SCALAR, lambda x: 2.00003 * x, "at x = 1.5: you gave 3.00005, expected 3."),
        (TRUTH, lambda x: x < 0, "entry [0]: you gave False, expected True."),
        (TRUTH, lambda x: 2 * x, "entry [0]: you gave 2, expected 1."),
        (VALUE, 8, "you gave 8."),
        (VALUE, 10**400, "numbers are asked for, you gave 1000"),
        (VALUE, np.complex64(7), "numbers are asked for, you gave np.complex64(7+0j)."),
        (VALUE, lambda: 7, "numbers are asked for, you gave <function"),
        (PAIR, lambda x: (x, x), "result 2: entry [0]: you gave 1, expected 2."),
        (PAIR, lambda x: x, "2 results are asked for, you gave array([1., 3.])."),
        (PAIR, lambda x: (x, x, x), "2 results are asked for, you gave"),
        (NESTED, lambda x: (x, (x, x)), "part 2 of result 2: entry [0]: you gave 1, expected 2."),
        (NESTED, lambda x: (x, x), "result 2: 2 parts are asked for, you gave array([1., 3.])."),
    ],
)
def test_a_wrong_answer_gets_the_first_difference_and_a_hint(exercise, answer, difference):
    first, second = verdict(exercise, answer).split("\n")
    assert first.startswith(f"✗ double-it: {difference}")
    assert second == "  Once is not enough."


@pytest.mark.parametrize("collected", [list, tuple, np.array, iter, lambda results: (r for r in results)])
@pytest.mark.parametrize("name", ["same-path", "rms-elsewhere"])
def test_several_results_may_come_in_any_sequence(name, collected):
    exercise = get(name)
    assert verdict(exercise, lambda *case: collected(exercise.reference(*case))).startswith(f"✓ {name}: right")
    for wrong, advice in exercise.wrong_answers:
        assert verdict(exercise, lambda *case, w=wrong: collected(w(*case))).endswith(f"\n  {advice}")
    short = verdict(exercise, lambda *case: collected(exercise.reference(*case)[:-1]))
    assert f" {len(exercise.reference(**exercise.cases[0]))} results are asked for, you gave" in short


def test_an_array_may_come_value_by_value_and_a_sequence_without_end_is_only_too_long():
    assert verdict(VALUE, iter([7])) != RIGHT
    assert verdict(EXERCISE, lambda x: map(np.array, (2 * x).tolist())) == RIGHT
    assert "2 results are asked for" in verdict(PAIR, lambda x: itertools.repeat(x))
    assert verdict(PAIR, lambda x: np.stack([x, 2 * x])) == RIGHT


def test_a_known_mistake_gets_its_own_hint():
    assert verdict(EXERCISE, lambda x: x * x) == (
        "✗ double-it: entry [0]: you gave 1, expected 2.\n  That is the square."
    )


def test_a_known_mistake_that_explains_the_first_difference_gets_its_hint_too():
    assert verdict(EXERCISE, lambda x: 2 * abs(x)) == (
        "✗ double-it: entry [0, 0]: you gave 4, expected -4.\n  That is the square."
    )


def test_a_hint_may_be_about_one_result():
    exercise = Exercise(**DOUBLE | {"solution": "answer = 1, 2", "mistakes": (), "cases": (), "hint_for_each": True})
    assert verdict(exercise, (0, 2)).endswith("\n  Once is not enough.")
    assert verdict(exercise, (1, 0)).endswith("\n  Try 2 * x.")


def test_a_known_mistake_with_another_number_of_results_gets_its_own_hint():
    assert verdict(NESTED, lambda x: (x, x, x + x)).endswith("\n  Make a pair.")


def test_a_known_mistake_that_stops_with_the_same_error_gets_its_own_hint():
    exercise = Exercise(**DOUBLE | {"mistakes": (Mistake("2 * x", "x @ np.ones(9)", "Not a product of matrices."),)})
    assert verdict(exercise, lambda x: x @ np.ones(9)).endswith("\n  Not a product of matrices.")
    assert verdict(exercise, lambda x: x @ np.ones(8)).endswith("\n  Once is not enough.")


def test_an_answer_that_stops_with_an_error():
    assert verdict(EXERCISE, lambda x: 1 / 0) == (
        "✗ double-it: your code stopped with ZeroDivisionError: division by zero\n  Once is not enough."
    )


def test_an_answer_with_other_arguments():
    assert "your code stopped with TypeError" in verdict(EXERCISE, lambda: 1)


@pytest.mark.parametrize("answer", [lambda values: 2 * values, np.float64(2).__mul__, lambda *both: 2 * both[0]])
def test_arguments_may_have_other_names(answer):
    assert verdict(EXERCISE, answer) == RIGHT


def test_an_answer_that_changes_its_arguments_does_no_harm():
    def double(x):
        x *= 2
        return x

    assert [verdict(EXERCISE, double) for _ in range(2)] == [RIGHT, RIGHT]
    np.testing.assert_array_equal(EXERCISE.cases[0]["x"], [1, 3])


def test_hints_come_one_after_the_other_and_start_again(capsys):
    for _ in range(3):
        hint("double-it")
    assert capsys.readouterr().out.splitlines() == [
        "Hint 1 of 2: Once is not enough.",
        "Hint 2 of 2: Try 2 * x.",
        "Hint 1 of 2: Once is not enough.",
    ]


def test_a_solution_is_printed_with_its_reason(capsys):
    solution("double-it")
    assert capsys.readouterr().out == "def double(x):\n    return 2 * x\n\nTwice is once more.\n"


@pytest.mark.parametrize("asked", [lambda name: check(name, ...), hint, solution, get])
def test_a_misspelt_id(asked):
    with pytest.raises(CourseError, match=r"there is no exercise 'double-its'\. Did you mean 'double-it'\?"):
        asked("double-its")


def test_an_instructor_can_register_an_exercise(capsys):
    register(Exercise(**DOUBLE | {"id": "my-own"}))
    check("my-own", lambda x: 2 * x)
    assert capsys.readouterr().out == "✓ my-own: right. Compare with solution('my-own').\n"
    assert [exercise.id for exercise in of_lecture(90)] == ["double-it", "my-own"]


def test_only_exercises_are_registered():
    with pytest.raises(CourseError, match="register takes an Exercise; it was given 'double-it'"):
        register("double-it")


def test_a_mistake_must_have_one_place_in_the_solution():
    with pytest.raises(CourseError, match="exercise double-it: '3 \\* x' must stand in its solution exactly once"):
        Exercise(**DOUBLE | {"mistakes": (Mistake("3 * x", "x", "No."),)})


@pytest.mark.parametrize("given", [(1, 64), 64, (64, 1), (65,)], ids=str)
def test_a_wrong_shape_is_named_as_a_whole_and_the_right_one_is_not_given_away(given):
    said = verdict(get("read-a-shape"), [given, (32, 64), (32,), (10, 64)])
    assert f"result 1: the shape is not {given}." in said


# Every exercise of every lecture

EVERY = [exercise for lecture in range(17) for exercise in of_lecture(lecture)]
MECHANICAL = {
    "sign": lambda result: ~result if result.dtype == bool else -result,
    "transpose": np.transpose,
    "factor 2": lambda result: 2 * result,
    "wrong axis": lambda result: np.roll(result, 1, axis=-1) if np.ndim(result) else result,
    "off by one": lambda result: result + 1,
}
every_exercise = pytest.mark.parametrize("exercise", EVERY, ids=lambda exercise: exercise.id)


def spoiled(exercise, place, mistake):
    """The reference with one part of its result changed."""

    def spoil(result):
        parts = parts_of(result)
        parts[place] = mistake(parts[place])
        return rebuilt(result, iter(parts))

    if not exercise.cases:
        return spoil(exercise.reference)
    return lambda **arguments: spoil(exercise.reference(**arguments))


def parts_of(result):
    """A result, or the results that a tuple or a list holds, as arrays."""
    if isinstance(result, tuple | list):
        return [part for inner in result for part in parts_of(inner)]
    return [np.asarray(result)]


def rebuilt(result, parts):
    """The parts in the tuples and lists of a result."""
    if isinstance(result, tuple | list):
        return type(result)(rebuilt(inner, parts) for inner in result)
    return next(parts)


def results(exercise, answer):
    """All that an answer gives, case after case, as arrays."""
    return [part for case in exercise.cases for part in parts_of(answer(**case))] or parts_of(answer)


def spoiled_in_every_place(exercise, mistake):
    """The references with one part changed, for each part that the change alters."""
    right = results(exercise, exercise.reference)
    for place in range(len(right) // max(1, len(exercise.cases))):
        answer = spoiled(exercise, place, mistake)
        if not all(map(np.array_equal, results(exercise, answer), right)):
            yield answer


@every_exercise
def test_the_stub_is_not_tried(exercise):
    assert verdict(exercise, exercise.defined_by(exercise.stub)).startswith(f"· {exercise.id}: not tried yet")


@every_exercise
def test_the_solution_is_right(exercise):
    assert verdict(exercise, exercise.reference).startswith(f"✓ {exercise.id}: right")


@pytest.mark.parametrize(
    ("exercise", "number"),
    [pytest.param(e, i, id=f"{e.id}-{i}") for e in EVERY for i in range(len(e.mistakes))],
)
def test_each_listed_mistake_gets_its_own_hint(exercise, number):
    answer, advice = exercise.wrong_answers[number]
    said = verdict(exercise, answer)
    assert said.startswith(f"✗ {exercise.id}: ")
    assert said.endswith(f"\n  {advice}")


@every_exercise
def test_each_mistake_has_a_hint_of_its_own(exercise):
    advice = [mistake.hint for mistake in exercise.mistakes] + [exercise.hints[0]]
    assert len(set(advice)) == len(advice)


@every_exercise
@pytest.mark.parametrize("mistake", MECHANICAL)
def test_mechanical_mistakes_are_never_right(exercise, mistake):
    for answer in spoiled_in_every_place(exercise, MECHANICAL[mistake]):
        assert verdict(exercise, answer).startswith(f"✗ {exercise.id}: ")


@every_exercise
def test_mechanical_mistakes_change_the_result(exercise):
    assert sum(any(True for _ in spoiled_in_every_place(exercise, mistake)) for mistake in MECHANICAL.values()) >= 3


@every_exercise
@pytest.mark.parametrize("answer", [None, 0, "text", [], {}, object(), np.ones((2, 2)), print, lambda *a, **k: None])
def test_anything_may_be_given_as_an_answer(exercise, answer):
    assert verdict(exercise, answer).startswith(f"✗ {exercise.id}: ")


@every_exercise
def test_cases_have_the_order_of_the_arguments(exercise):
    for case in exercise.cases:
        assert list(case) == list(inspect.signature(exercise.reference).parameters)[: len(case)]


@every_exercise
def test_an_exercise_is_complete(exercise):
    assert exercise.task.endswith(".")
    assert len(exercise.hints) >= 2 and len(exercise.mistakes) >= 2
    assert all(text.strip() for text in (exercise.explanation, *exercise.hints, *(m.hint for m in exercise.mistakes)))
