"""Find exercises by id or lecture."""

import importlib
import pkgutil

import course_utils.exercises as package
from course_utils.errors import CourseError, require_choice
from course_utils.exercises.exercise import Exercise

_EXERCISES: dict[str, Exercise] = {}


def get(exercise_id: str) -> Exercise:
    """The exercise of that name; a misspelt name is answered with those that exist."""
    _load_lectures()
    return _EXERCISES[require_choice("exercise", exercise_id, sorted(_EXERCISES))]


def of_lecture(lecture: int) -> list[Exercise]:
    """The exercises of a lecture, in their order."""
    _load_lectures()
    return [exercise for exercise in _EXERCISES.values() if exercise.lecture == lecture]


def register(exercise: Exercise) -> None:
    """Add an exercise, for example one that an instructor writes in a notebook; the same id replaces it."""
    if not isinstance(exercise, Exercise):
        raise CourseError(f"register takes an Exercise; it was given {exercise!r:.60}.")
    _EXERCISES[exercise.id] = exercise


def _load_lectures() -> None:
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("lecture_"):
            for exercise in importlib.import_module(f"{package.__name__}.{module.name}").EXERCISES:
                _EXERCISES.setdefault(exercise.id, exercise)
