"""Rules about exercises: each is registered, starts from its stub, and is used."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from course_utils import exercises
from course_utils.errors import CourseError
from tools.rules.base import EDIT_AND_EXECUTE, WHOLE, calls, role, rule


def checked(cell) -> list[str]:
    """The exercise ids that a code cell checks."""
    return [
        call.args[0].value
        for name, call in calls(cell)
        if name == "check" and call.args and isinstance(call.args[0], ast.Constant)
    ]


@rule("code", EDIT_AND_EXECUTE)
def attempt_checks(cell, lecture):
    """An attempt checks one exercise: check("id", answer)."""
    if role(cell) == "attempt" and len(checked(cell)) != 1:
        yield f"{len(checked(cell))} here"


@rule("code", EDIT_AND_EXECUTE)
def attempt_is_registered(cell, lecture):
    """The exercise."""
    for exercise_id in checked(cell):
        yield from registration_faults(exercise_id, cell, lecture)


def registration_faults(exercise_id: str, cell, lecture) -> Iterator[str]:
    """What is wrong between a checked exercise and its registered object."""
    try:
        exercise = exercises.get(exercise_id)
    except CourseError as error:
        yield str(error)
        return
    if exercise.lecture != lecture.number:
        yield f"{exercise_id} belongs to lecture {exercise.lecture}"
    if not cell.source.startswith(exercise.stub.strip()):
        yield f"{exercise_id}: the cell does not begin with its stub"


@rule("lecture")
def exercises_used(lecture):
    """An exercise of this lecture is not used."""
    used = {exercise_id for cell in lecture.code_cells for exercise_id in checked(cell)}
    yield from ((WHOLE, e.id) for e in exercises.of_lecture(lecture.number) if e.id not in used)
