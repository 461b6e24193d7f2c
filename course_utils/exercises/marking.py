"""What a check found, as plain data: so that it can be marked in a process in which no code of a student runs.

A notebook hands out the *results* of an answer, never a verdict. They are compared with the key: what the solution
hands out, in the same form.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from course_utils.exercises.checking import Outcomes, as_numbers, difference, is_untried
from course_utils.exercises.exercise import Exercise

RIGHT, WRONG, NOT_TRIED = MARKS = ("right", "wrong", "not tried")
LARGEST_ARRAY = 1_000_000  # entries


@dataclass(frozen=True)
class Key:
    """What is needed to mark an exercise.

    Attributes:
        id: Id of the exercise.
        lecture: Number of its lecture.
        tolerance: Relative and absolute deviation that still counts as equal.
        handed: What the solution hands out, as plain data.
    """

    id: str
    lecture: int
    tolerance: float
    handed: Mapping[str, object]
    cases: ClassVar[tuple] = ()  # a key is asked whether results differ, not to say what was expected


def handed_out(exercise: Exercise, outcomes: Outcomes | Exception) -> dict[str, object]:
    """What a check found, as data for JSON: the results, and whether they come from calls of a function."""
    if isinstance(outcomes, Exception):
        return {"stopped": type(outcomes).__name__}
    called = bool(exercise.cases) and not callable(outcomes[0][1])
    return {"called": called, "results": [_plain(given) for given, _, _ in outcomes]}


def mark(key: Key, handed: Mapping[str, object]) -> str:
    """One of `MARKS` for what a notebook handed out, which may be anything that JSON can say."""
    try:
        given, expected = (list(map(_rebuilt, part["results"])) for part in (handed, key.handed))
        if any(map(is_untried, given)):
            return NOT_TRIED
        if (handed["called"], len(given)) != (key.handed["called"], len(expected)):
            return WRONG
        return WRONG if any(difference(key, *pair, "") for pair in zip(given, expected, strict=True)) else RIGHT
    except Exception:  # it stopped, or it was not made by `handed_out`
        return WRONG


def _plain(value: object) -> object:
    """A value as data for JSON; what `check` could only call wrong becomes {"other": its type}."""
    if value is ...:
        return {"untried": True}
    if value is None or type(value) in (bool, int, float):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, tuple | list):
        parts = [_plain(part) for part in value]
        return {"tuple": parts} if isinstance(value, tuple) else parts
    if isinstance(value, Mapping):
        return {"mapping": [_plain(part) for part in value.values()]}
    if callable(value) and not hasattr(value, "__array__"):
        return {"function": True}
    try:
        numbers = as_numbers(value)
        if numbers.size > LARGEST_ARRAY:
            raise ValueError
    except Exception:  # an object of the student's own may do anything here
        return {"other": type(value).__name__}
    return {"shape": numbers.shape, "numbers": numbers.ravel().tolist()}


def _rebuilt(data: object) -> object:
    """The value that `_plain` took apart, arrays as float."""
    if isinstance(data, list):
        return [_rebuilt(part) for part in data]
    if not isinstance(data, Mapping):
        return data
    (kind, content), *more = data.items()
    if kind == "shape":
        return np.array(dict(more)["numbers"], dtype=float).reshape(content)
    if kind in ("tuple", "mapping"):
        parts = [_rebuilt(part) for part in content]
        return tuple(parts) if kind == "tuple" else dict(enumerate(parts))
    return {"untried": ..., "function": _rebuilt}.get(kind, object())  # any function stands for a function
