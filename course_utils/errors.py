"""The one error that is meant to be read by the person who typed something."""

import difflib
from collections.abc import Iterable


class CourseError(ValueError):
    """Something was given that cannot work; the message says what, what is allowed and what to type.

    In a notebook only the message is shown, without the stack of calls that led to it.
    """

    def _render_traceback_(self) -> list[str]:
        return [f"CourseError: {self}"]


def require_choice(what: str, given: object, allowed: Iterable[str]) -> str:
    """Return `given` if it is one of the `allowed` names, else raise a `CourseError` that lists them.

    Args:
        what: What is being named, for the message: "data set", "exercise".
        given: The name that was typed.
        allowed: The names that exist.
    """
    names = list(allowed)
    if given in names:
        return given
    near = difflib.get_close_matches(str(given), names, n=1)
    guess = f" Did you mean {near[0]!r}?" if near else ""
    raise CourseError(f"there is no {what} {given!r}.{guess} Choose one of: {', '.join(names)}.")
