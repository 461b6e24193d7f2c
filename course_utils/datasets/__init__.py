"""The data sets of the course, by name."""

from course_utils.datasets.builtin import digits, toy2d
from course_utils.datasets.cartoons import faces
from course_utils.datasets.dataset import Dataset
from course_utils.datasets.downloads import UnavailableError
from course_utils.datasets.images import cifar10, fashion_mnist, mnist, real_faces
from course_utils.datasets.photographs import patches
from course_utils.datasets.printed import glyphs
from course_utils.errors import CourseError, require_choice
from course_utils.session import current_profile

__all__ = ["Dataset", "load"]

LOADERS = {
    "digits": digits,
    "toy2d": toy2d,
    "patches": patches,
    "glyphs": glyphs,
    "faces": faces,
    "mnist": mnist,
    "fashion_mnist": fashion_mnist,
    "cifar10": cifar10,
    "real_faces": real_faces,
}


def load(name: str, full: str | None = None, **options) -> Dataset:
    """A data set, split into training and test set; the same split every time.

    Args:
        name: "digits", "toy2d", "patches", "glyphs" or "faces", which need no network; "mnist", "fashion_mnist" or
            "cifar10", which come from the folder `COURSE_DATA_DIR` or are downloaded once; "real_faces", which
            come from that folder only.
        full: What the profile "full" loads instead, without options. If it cannot be had, one line says so and
            `name` is loaded.
        **options: What the data set lets you choose; `toy2d` takes `kind`, `size`, `noise` and `seed`, `patches`
            takes `size`, `count`, `channels` and `seed`, `glyphs` takes `classes`, `size`, `count`, `difficulty` and
            `seed`, `faces` takes `count`, `table`, `test_table`, `ambiguity`, `noise` and `seed`.

    Raises:
        CourseError: For an unknown name or option; the message lists those that exist. Also for a file that is
            damaged; the message names it.

    Taught in lecture 00.
    """
    loader = LOADERS[require_choice("data set", name, LOADERS)]
    _require_options(name, loader.__kwdefaults__ or {}, options)
    if full is not None:
        larger = LOADERS[require_choice("data set", full, LOADERS)]
        if current_profile() == "full":
            try:
                return larger()
            except UnavailableError as missing:
                print(f"{missing} Until then, {name} is used instead.")
    return loader(**options)


def _require_options(name: str, allowed: dict, given: dict) -> None:
    for option in given:
        if not allowed:
            raise CourseError(f"load({name!r}) takes no options; it was given {option!r}.")
        require_choice(f"option of load({name!r})", option, allowed)
