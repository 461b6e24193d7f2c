"""Exercises that answer: `check` an attempt, take a `hint`, read a `solution`.

One module a lecture, one object an exercise. `register` adds an exercise of your own from a notebook.
"""

from course_utils.exercises.checking import check, hint, solution
from course_utils.exercises.exercise import Exercise, Mistake
from course_utils.exercises.registry import get, of_lecture, register

__all__ = ["Exercise", "Mistake", "check", "get", "hint", "of_lecture", "register", "solution"]
