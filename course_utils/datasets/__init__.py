"""The data sets of the course, by name."""

from course_utils.datasets.builtin import digits, toy2d
from course_utils.datasets.dataset import Dataset
from course_utils.errors import CourseError, require_choice

__all__ = ["Dataset", "load"]

LOADERS = {"digits": digits, "toy2d": toy2d}


def load(name: str, **options) -> Dataset:
    """A data set, split into training and test set; the same split every time.

    Args:
        name: "digits" or "toy2d".
        **options: What the data set lets you choose; `toy2d` takes `kind`, `size`, `noise` and `seed`.

    Raises:
        CourseError: For an unknown name or option; the message lists those that exist.

    Taught in lecture 00.
    """
    loader = LOADERS[require_choice("data set", name, LOADERS)]
    allowed = loader.__kwdefaults__ or {}
    for option in options:
        if not allowed:
            raise CourseError(f"load({name!r}) takes no options; it was given {option!r}.")
        require_choice(f"option of load({name!r})", option, allowed)
    return loader(**options)
