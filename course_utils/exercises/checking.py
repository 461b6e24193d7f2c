"""Compare an attempt with the solution and say something useful about it."""

import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import islice

import numpy as np

from course_utils.exercises.exercise import Exercise
from course_utils.exercises.registry import get

Outcomes = list[tuple[object, object, str]]  # what was given, what was expected, and where: one triple per case

_HINTS_GIVEN: Counter[str] = Counter()
listeners: list[Callable[[Exercise, Outcomes | Exception], None]] = []  # told of each check; grading a class needs it


def check(exercise_id: str, answer: object) -> None:
    """Print whether an answer is right, and if not, the first difference in numbers with a hint.

    Args:
        exercise_id: As in the notebook, for example "tanh-slope".
        answer: What you wrote in place of the `...`: a function or a value, or the error that stopped a report on it.

    Raises:
        CourseError: If there is no such exercise.

    Taught in lecture 00.
    """
    exercise = get(exercise_id)
    outcomes = outcomes_of(exercise, answer)
    print(_told(exercise, outcomes))
    for listener in listeners:
        listener(exercise, outcomes)


def hint(exercise_id: str) -> None:
    """Print the next hint of an exercise; after the last one it starts again. Taught in lecture 00."""
    hints = get(exercise_id).hints
    given = _HINTS_GIVEN[exercise_id] % len(hints)
    _HINTS_GIVEN[exercise_id] += 1
    print(f"Hint {given + 1} of {len(hints)}: {hints[given]}")


def solution(exercise_id: str) -> None:
    """Print a worked solution of an exercise and why it is right. Taught in lecture 00."""
    exercise = get(exercise_id)
    print(f"{exercise.solution}\n\n{exercise.explanation}")


def verdict(exercise: Exercise, answer: object) -> str:
    """One sentence about an answer: right, not tried yet, or the first difference and a hint."""
    return _told(exercise, outcomes_of(exercise, answer))


def outcomes_of(exercise: Exercise, answer: object) -> Outcomes | Exception:
    """What an answer gives on each case of an exercise, or the error that stopped it."""
    try:
        return _outcomes(exercise, answer)
    except Exception as error:
        return error


def _told(exercise: Exercise, outcomes: Outcomes | Exception) -> str:
    if isinstance(outcomes, Exception):
        stopped = f"✗ {exercise.id}: your code stopped with {type(outcomes).__name__}: {outcomes}"
        return f"{stopped}\n  {_hint_for_stop(exercise, outcomes)}"
    if any(is_untried(given) for given, _, _ in outcomes):
        return f"· {exercise.id}: not tried yet. Replace the `...` and run the cell again; hint({exercise.id!r}) helps."
    differences = [
        text for given, expected, where in outcomes if (text := difference(exercise, given, expected, where))
    ]
    if not differences:
        return f"✓ {exercise.id}: right. Compare with solution({exercise.id!r})."
    return f"✗ {exercise.id}: {differences[0]}\n  {_hint_for(exercise, outcomes)}"


def _outcomes(exercise: Exercise, answer: object) -> Outcomes:
    if isinstance(answer, Exception):  # what a lecture's own report met when it tried the answer
        raise answer
    if not exercise.cases or not callable(answer):
        return [(_listed(answer, exercise.reference), exercise.reference, "")]
    outcomes = []
    for case in exercise.cases:
        expected = exercise.reference(**_copy(case))
        outcomes.append((_listed(_called(answer, _copy(case)), expected), expected, _name(case)))
    return outcomes


def _listed(given: object, expected: object) -> object:
    """An answer of several results as a list, whether they came in an array or one by one; any other as it is."""
    if isinstance(given, list | tuple | str | bytes | Mapping) or not isinstance(given, Iterable):
        return given
    several = isinstance(expected, list | tuple)
    if hasattr(given, "__array__"):
        if not several or {np.ndim(part) + 1 for part in expected} != {np.ndim(given)}:
            return given
        rows = list(np.asarray(given))
        return [*map(_listed, rows, expected), *rows[len(expected) :]]
    if several or np.ndim(expected):
        return list(islice(given, len(expected) + 1))  # one more tells of too many, and it may have no end
    return given


def _called(answer: Callable, case: Mapping[str, object]) -> object:
    """What an attempt gives; its arguments may have been renamed."""
    try:
        names = inspect.signature(answer).parameters
    except ValueError:  # a function of NumPy tells nothing of its arguments
        names = {}
    return answer(**case) if case.keys() <= names.keys() else answer(*case.values())


def _hint_for(exercise: Exercise, outcomes: Outcomes) -> str:
    """The hint of the known mistake that explains the answer or its first difference; else a general hint."""
    given, expected = (_parts([outcome[i] for outcome in outcomes]) for i in (0, 1))
    pairs = enumerate(zip(given, expected, strict=False))
    first_wrong = next(([i] for i, pair in pairs if not _equal(exercise, *pair)), [])
    for explained in filter(None, (range(len(given)), first_wrong)):
        for wrong, advice in exercise.wrong_answers:
            parts = _parts_of_mistake(exercise, wrong)
            if len(parts) == len(given) and all(_equal(exercise, given[i], parts[i]) for i in explained):
                return advice
    return exercise.hints[first_wrong[0] % len(exercise.hints) if exercise.hint_for_each and first_wrong else 0]


def _hint_for_stop(exercise: Exercise, error: Exception) -> str:
    """The hint of the known mistake that stops in the same way, else the first hint."""
    for wrong, advice in exercise.wrong_answers:
        try:
            _outcomes(exercise, wrong)
        except Exception as known:
            if (type(known), str(known)) == (type(error), str(error)):
                return advice
    return exercise.hints[0]


def _parts_of_mistake(exercise: Exercise, wrong: object) -> list[object]:
    try:
        return _parts([given for given, _, _ in _outcomes(exercise, wrong)])
    except Exception:
        return []  # a mistake that cannot even run on these cases is not the one that was made


def _parts(results: list[object]) -> list[object]:
    """The results of all cases, one after the other, with those that have several parts taken apart."""
    return [part for result in results for part in (result if isinstance(result, list | tuple) else [result])]


def difference(exercise: Exercise, given: object, expected: object, case: str, piece: str = "") -> str:
    """The first entry that differs, in words; empty if none does. A piece is a result, or a part of one."""
    where = f"{case}{piece}: " if piece else case
    if callable(expected):
        return "" if callable(given) else f"a function is asked for, you gave {given!r:.40}."
    if piece and _is_shape(expected):
        return "" if given == expected else f"{where}the shape is not {given!r:.40}."
    if isinstance(expected, list | tuple):
        if not isinstance(given, list | tuple) or len(given) != len(expected):
            wanted = f"{len(expected)} {'part' if piece else 'result'}{' is' if len(expected) == 1 else 's are'}"
            return f"{where}{wanted} asked for, you gave {given!r:.40}."
        names = (f"part {i} of {piece}" if piece else f"result {i}" for i in range(1, len(expected) + 1))
        pieces = zip(given, expected, names, strict=True)
        return next(filter(None, (difference(exercise, g, e, case, name) for g, e, name in pieces)), "")
    if isinstance(expected, str):
        return "" if isinstance(given, str) and given == expected else f"{where}you gave {given!r:.40}."
    return _difference_of_numbers(exercise, given, np.asarray(expected), where)


def _difference_of_numbers(exercise: Exercise, given: object, expected: np.ndarray, where: str) -> str:
    if given is None:  # NumPy would take it for nan
        return f"{where}your code gives nothing back. Does it end with `return …`?"
    try:
        numbers = as_numbers(given)
    except (TypeError, ValueError, OverflowError):
        return f"{where}numbers are asked for, you gave {given!r:.40}."
    if numbers.shape != expected.shape:
        return f"{where}your result has shape {numbers.shape}, expected {expected.shape}."
    wrong = ~np.isclose(numbers, expected.astype(float), rtol=exercise.tolerance, atol=exercise.tolerance)
    if not wrong.any():
        return ""
    at = tuple(int(i) for i in np.argwhere(wrong)[0])
    place = f"entry {list(at)}: " if at else ""
    are_truths = expected.dtype == bool and numbers[at] in (0, 1)
    pair = numbers[at], expected[at]
    given_text, expected_text = (str(bool(value)) for value in pair) if are_truths else _apart(*pair)
    told = f", expected {expected_text}" if exercise.cases else ""  # a single value would be the whole answer
    return f"{where}{place}you gave {given_text}{told}."


def as_numbers(value: object) -> np.ndarray:
    """The value as an array of float; raises what NumPy raises where it is none."""
    if np.asarray(value).dtype.kind in "USc":  # NumPy would read "610" as a number, and forget an imaginary part
        raise TypeError
    return np.asarray(value, dtype=float)


def _is_shape(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and all(type(size) is int for size in value)


def _equal(exercise: Exercise, a: object, b: object) -> bool:
    return not difference(exercise, a, b, "")


def is_untried(answer: object) -> bool:
    """Whether an answer, or a part of it, is still the `...` of the stub."""
    if isinstance(answer, Mapping):
        answer = list(answer.values())
    return answer is ... or (isinstance(answer, list | tuple) and any(map(is_untried, answer)))


def _copy(case: Mapping[str, object]) -> dict[str, object]:
    """The arguments of a case, so that an answer which changes them spoils nothing."""
    return {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in case.items()}


def _name(case: Mapping[str, object]) -> str:
    """Where a difference lies: "at h = -2: "; arguments too long to print are left out."""
    short = [f"{name} = {_short(value)}" for name, value in case.items() if np.ndim(value) == 0]
    return f"at {', '.join(short)}: " if short else ""


def _apart(a: float, b: float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to tell them apart."""
    texts = ((f"{a:.{digits}g}", f"{b:.{digits}g}") for digits in (4, 6, 9))
    return next((pair for pair in texts if pair[0] != pair[1]), (repr(float(a)), repr(float(b))))


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float | np.floating) else str(value)
