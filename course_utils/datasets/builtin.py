"""Data sets that need no network: real digits that come with scikit-learn, and points in the plane."""

import numpy as np
from sklearn import datasets as sklearn_datasets
from sklearn.model_selection import train_test_split

from course_utils.datasets.dataset import Dataset
from course_utils.errors import CourseError, require_choice

TEST_SHARE = 0.2
SPLIT_SEED = 0  # one split for everyone, so that results can be compared


def digits() -> Dataset:
    """1,797 real handwritten digits of 8×8 pixels in [0, 1], 1,437 of them for training.

    Split shuffled and stratified, because neighbouring rows come from the same writers.
    Source: E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI repository.
    """
    x, y = sklearn_datasets.load_digits(return_X_y=True)
    return _split("digits", x / 16, y, tuple("0123456789"), image_shape=(8, 8, 1))


def toy2d(*, kind: str = "moons", size: int = 500, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Points in the plane with two classes.

    Args:
        kind: "moons", "circles", "spirals", "blobs" or "xor".
        size: Number of points in all, at least 10.
        noise: Standard deviation of what is added to each coordinate.
        seed: Another seed draws other points.
    """
    make = TOYS[require_choice("kind of toy2d", kind, TOYS)]
    if size < 10 or noise < 0:
        raise CourseError(f"toy2d needs size >= 10 and noise >= 0; it was given size={size}, noise={noise}.")
    x, y = make(size, np.random.default_rng(seed))
    x = x + noise * np.random.default_rng([seed, 1]).standard_normal(x.shape)
    return _split(f"toy2d {kind}", x, y, ("blue", "orange"))


def _split(name: str, x: np.ndarray, y: np.ndarray, class_names: tuple[str, ...], image_shape=None) -> Dataset:
    x_train, x_test, y_train, y_test = train_test_split(
        x.astype("float32"), y.astype("int32"), test_size=TEST_SHARE, stratify=y, random_state=SPLIT_SEED
    )
    return Dataset(name, x_train, y_train, x_test, y_test, class_names, image_shape)


def _moons(size: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return sklearn_datasets.make_moons(size, random_state=int(rng.integers(2**31)))


def _circles(size: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return sklearn_datasets.make_circles(size, factor=0.5, random_state=int(rng.integers(2**31)))


def _spirals(size: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two arms of one and a half turns each."""
    y = np.arange(size) % 2
    angle = 3 * np.pi * np.sqrt(rng.uniform(0.02, 1, size))
    radius = angle / (3 * np.pi)
    turned = angle + np.pi * y
    return np.stack([radius * np.cos(turned), radius * np.sin(turned)], axis=1), y


def _blobs(size: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two round clouds of standard deviation 0.5 at (-1, -1) and (1, 1)."""
    y = np.arange(size) % 2
    return (2 * y[:, None] - 1) + 0.5 * rng.standard_normal((size, 2)), y


def _xor(size: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Uniform in the square [-1, 1]²; the class says whether the two signs differ."""
    x = rng.uniform(-1, 1, (size, 2))
    return x, (x[:, 0] * x[:, 1] < 0).astype(int)


TOYS = {"moons": _moons, "circles": _circles, "spirals": _spirals, "blobs": _blobs, "xor": _xor}
