"""Data sets from files that somebody put into the folder COURSE_DATA_DIR; nothing in them is trusted."""

import os
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from course_utils.errors import CourseError
from course_utils.progress import bar

Arrays = tuple[np.ndarray, ...]  # x_train, y_train, x_test, y_test, then the attributes
NAMES = ("x_train", "y_train", "x_test", "y_test")
PICTURES = (".jpg", ".jpeg", ".png")
FORMATS = ("JPEG", "PNG")  # by content: Pillow would hand a file of PostScript to another program
LARGEST = 2 * 10**9  # bytes of arrays, ten times those of the largest data set that Keras has
SHUFFLE_SEED = 0


@dataclass(frozen=True)
class Layout:
    """What the arrays of a data set must look like.

    Attributes:
        name: As given to `load`.
        class_names: One name per class; label k means the k-th.
        image_shape: (height, width, channels).
        attributes: Name of each further label → the least and the largest number allowed.
    """

    name: str
    class_names: tuple[str, ...]
    image_shape: tuple[int, int, int]
    attributes: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def arrays(self) -> tuple[str, ...]:
        """The arrays of its file."""
        return NAMES + tuple(f"{name}_{part}" for part in ("train", "test") for name in self.attributes)


class _DamageError(Exception):
    """Something is wrong with a file or folder; the first argument is the path, the second what is wrong."""


def find(name: str) -> Path | None:
    """The file `NAME.npz` or the folder `NAME` in COURSE_DATA_DIR, None if there is neither.

    Raises:
        CourseError: If COURSE_DATA_DIR names no folder, or one that cannot be looked into.
    """
    setting = os.environ.get("COURSE_DATA_DIR")
    if not setting:
        return None
    try:
        folder = Path(setting).expanduser()
        if folder.is_dir():
            there = (path for path in (folder / f"{name}.npz", folder / name) if path.exists() or path.is_symlink())
            return next(there, None)
        what = "is no folder"
    except (OSError, RuntimeError) as error:  # no right to look into it; or ~name of a user whom nobody knows
        what = f"cannot be looked into ({error})"
    raise CourseError(
        f"COURSE_DATA_DIR is {setting!r}, which {what}. Set it to the folder that holds {name}.npz, or unset it."
    )


def read(path: Path, layout: Layout) -> Arrays:
    """The arrays of a data set: images (n, height, width[, channels]) uint8, labels (n,) or (n, 1) whole numbers.

    Args:
        path: An `.npz` file with Keras's four arrays and two for each attribute, such as age_train and age_test; or,
            without attributes, a folder `{train,test}/CLASS/*.jpg|png`.
        layout: What the arrays must look like; the number of images is free.

    Raises:
        CourseError: If anything is missing, damaged or of another shape; the message names the file.
    """
    try:
        _require_inside(path, path.parent)
        arrays = _read_folder(path, layout) if path.is_dir() else _read_npz(path, layout)
        _check(arrays, layout, path)
        _check_attributes(arrays, layout, path)
    except _DamageError as damage:
        where, what = damage.args
    except OSError as error:
        where, what = error.filename or path, f"it cannot be read ({error.strerror or type(error).__name__})"
    else:
        return arrays
    remedy = f"put a good copy there, or take {path.name} out of COURSE_DATA_DIR, then type load({layout.name!r})"
    raise CourseError(f"{where}: {what}. What helps: {remedy} again.")


def _check(arrays: Arrays, layout: Layout, path: Path) -> None:
    """Raise `_DamageError` unless the arrays are what `layout` says."""
    height, width, channels = layout.image_shape
    shape = (height, width) if channels == 1 else layout.image_shape
    for part, x, y in (("train", *arrays[:2]), ("test", *arrays[2:4])):
        if x.dtype != np.uint8 or x.shape[1:] not in (shape, layout.image_shape) or not len(x):
            wanted = ", ".join(map(str, shape))
            raise _DamageError(
                path, f"x_{part} is {x.dtype} of shape {x.shape}, needed is uint8 of shape (n, {wanted})"
            )
        if y.dtype.kind not in "iu" or y.shape not in ((len(x),), (len(x), 1)):
            raise _DamageError(path, f"y_{part} is {y.dtype} of shape {y.shape}, needed are {len(x)} whole numbers")
        if y.min() < 0 or y.max() >= len(layout.class_names):
            last = len(layout.class_names) - 1
            raise _DamageError(path, f"y_{part} has labels from {y.min()} to {y.max()}, allowed are 0 to {last}")


def _check_attributes(arrays: Arrays, layout: Layout, path: Path) -> None:
    """Raise `_DamageError` unless there is a number in its range for each image."""
    for name, values in zip(layout.arrays[len(NAMES) :], arrays[len(NAMES) :], strict=True):
        count = len(arrays[0] if name.endswith("_train") else arrays[2])
        least, largest = layout.attributes[name.rpartition("_")[0]]
        if values.dtype.kind not in "iuf" or values.shape not in ((count,), (count, 1)):
            raise _DamageError(path, f"{name} is {values.dtype} of shape {values.shape}, needed are {count} numbers")
        if not np.all((values >= least) & (values <= largest)):
            raise _DamageError(path, f"{name} has numbers that are not from {least} to {largest}")


def _read_npz(path: Path, layout: Layout) -> Arrays:
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {member.filename: member.file_size for member in archive.infolist()}
        missing = [name for name in layout.arrays if f"{name}.npy" not in sizes]
        if missing:
            raise _DamageError(path, f"it lacks {', '.join(missing)}")
        if sum(sizes[f"{name}.npy"] for name in layout.arrays) > LARGEST:
            raise _DamageError(path, f"its arrays are larger than {LARGEST / 1e9:g} GB, the most that is read")
        with np.load(path, allow_pickle=False) as stored:
            arrays = tuple(stored[name] for name in layout.arrays)
        if all(isinstance(values, np.ndarray) for values in arrays):
            return arrays
        what = "holds something that is no array"
    except zipfile.BadZipFile:
        what = "is truncated or no .npz file" if path.stat().st_size else "is empty"
    except ValueError as error:
        what = "holds pickled objects, which are never opened" if "allow_pickle" in str(error) else "is damaged"
    except tokenize.TokenError:
        what = "is damaged"
    except (OSError, EOFError, KeyError, zlib.error, NotImplementedError, RuntimeError, MemoryError) as error:
        what = f"cannot be read ({type(error).__name__})"
    raise _DamageError(path, f"the file {what}")


def _read_folder(path: Path, layout: Layout) -> Arrays:
    if layout.attributes:
        raise _DamageError(
            path, f"it is a folder, and pictures have no {' or '.join(layout.attributes)}: a file is needed"
        )
    parts = []
    for part in ("train", "test"):
        _require_folders(path / part, layout.class_names)
        pictures = [
            (picture, label)
            for label, name in enumerate(layout.class_names)
            for picture in _pictures(path / part / name, path)
        ]
        parts += _read_pictures(pictures, layout)
    return tuple(parts)


def _require_folders(folder: Path, class_names: tuple[str, ...]) -> None:
    if not folder.is_dir():
        raise _DamageError(folder, "the folder is missing")
    found = {entry.name for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")}
    missing = [name for name in class_names if name not in found]
    if missing:
        raise _DamageError(folder, f"there is no class folder {', '.join(missing)}")
    unknown = sorted(found - set(class_names))
    if unknown:
        raise _DamageError(folder, f"{', '.join(unknown)} is no class; the classes are {', '.join(class_names)}")


def _pictures(folder: Path, root: Path) -> list[Path]:
    """The pictures of one class in the order of their names."""
    _require_inside(folder, root)
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES)
    if not found:
        raise _DamageError(folder, "there is no .jpg or .png in the folder")
    for path in found:
        _require_inside(path, root)
    return found


def _read_pictures(pictures: list[tuple[Path, int]], layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """Pixels and labels in one shuffled order, so that a slice holds all classes."""
    order = np.random.default_rng(SHUFFLE_SEED).permutation(len(pictures))
    with bar(len(order), f"reading {layout.name}", unit=" images") as progress:
        x = np.empty((len(order), *layout.image_shape), dtype=np.uint8)
        for row, i in enumerate(order):
            x[row] = _pixels(pictures[i][0], layout.image_shape)
            progress.update()
    return x, np.array([pictures[i][1] for i in order])


def _pixels(path: Path, shape: tuple[int, int, int]) -> np.ndarray:
    height, width, channels = shape
    try:
        with _without_size_warning(), Image.open(path, formats=FORMATS) as image:
            if image.size != (width, height):
                given = "×".join(map(str, image.size))
                raise _DamageError(path, f"the picture is {given} pixels, needed are {width}×{height}")
            return np.asarray(image.convert("L" if channels == 1 else "RGB")).reshape(shape)
    except Image.DecompressionBombError:
        raise _DamageError(path, f"the picture has millions of pixels, needed are {width}×{height}") from None
    except (OSError, SyntaxError, ValueError):
        what = "the picture is damaged or truncated" if path.stat().st_size else "the file is empty"
        raise _DamageError(path, what) from None


@contextmanager
def _without_size_warning() -> Iterator[None]:
    """A picture of another size than needed is refused, before its pixels are read: nobody need be warned of them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        yield


def _require_inside(path: Path, folder: Path) -> None:
    """Refuse a link that leads out of a folder: data from others must not pull in this machine's files."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        raise _DamageError(path, "the link leads nowhere") from None
    if not target.is_relative_to(folder.resolve()):
        raise _DamageError(path, "the link leads out of the folder, which is refused")
