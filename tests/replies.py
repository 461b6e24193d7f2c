"""What an exercise replies to an answer that is typed as one expression."""

from course_utils.exercises import get
from course_utils.exercises.checking import verdict


def reply(exercise_id: str, arguments: str, expression: str) -> str:
    """The verdict on a function of these arguments that returns the expression."""
    exercise = get(exercise_id)
    return verdict(exercise, exercise.defined_by(f"def attempt({arguments}):\n    return {expression}"))
