"""Data sets of real images: from files in COURSE_DATA_DIR, else downloaded once through Keras."""

import numpy as np

from course_utils.datasets import downloads, files
from course_utils.datasets.dataset import Dataset

MNIST = files.Layout("mnist", tuple("0123456789"), (28, 28, 1))
FASHION_MNIST = files.Layout(
    "fashion_mnist",
    ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"),
    (28, 28, 1),
)
CIFAR10 = files.Layout(
    "cifar10",
    ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    (32, 32, 3),
)

REAL_FACES = files.Layout("real_faces", ("not smiling", "smiling"), (32, 32, 1), {"age": (0, 120), "group": (0, 1)})


def mnist() -> Dataset:
    """70,000 handwritten digits of 28×28 grey pixels in [0, 1], 60,000 of them for training.

    Source: Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998), Gradient-based learning applied to document
    recognition.
    """
    return _load(MNIST)


def fashion_mnist() -> Dataset:
    """70,000 pictures of clothes of 28×28 grey pixels in [0, 1], 60,000 of them for training.

    Source: H. Xiao, K. Rasul and R. Vollgraf (2017), Fashion-MNIST, arXiv:1708.07747.
    """
    return _load(FASHION_MNIST)


def cifar10() -> Dataset:
    """60,000 photographs of animals and vehicles, 32×32 colour pixels in [0, 1], 50,000 of them for training.

    Source: A. Krizhevsky (2009), Learning multiple layers of features from tiny images.
    """
    return _load(CIFAR10)


def real_faces() -> Dataset:
    """Photographs of faces, 32×32 grey pixels in [0, 1], with the attributes "age" in years and "group", 0 or 1.

    They come from `real_faces.npz` in the folder COURSE_DATA_DIR only, with the arrays x_train (n, 32, 32) uint8,
    y_train (0 or 1 for a smile), age_train and group_train, and the same four for test. Nothing is downloaded: use
    photographs whose owners agreed to that.
    """
    path = files.find(REAL_FACES.name)
    if path is None:
        raise downloads.UnavailableError(
            f"real_faces are never downloaded. Put {REAL_FACES.name}.npz with the arrays "
            f"{', '.join(REAL_FACES.arrays)} into the folder that COURSE_DATA_DIR names."
        )
    return _dataset(REAL_FACES, files.read(path, REAL_FACES))


def _load(layout: files.Layout) -> Dataset:
    path = files.find(layout.name)
    return _dataset(layout, downloads.fetch(layout) if path is None else files.read(path, layout))


def _dataset(layout: files.Layout, arrays: files.Arrays) -> Dataset:
    x_train, y_train, x_test, y_test, *attributes = arrays
    rows = [values.ravel() for values in attributes]
    count = len(layout.attributes)
    return Dataset(
        layout.name,
        _rows(x_train),
        y_train.ravel().astype("int32"),
        _rows(x_test),
        y_test.ravel().astype("int32"),
        layout.class_names,
        layout.image_shape,
        dict(zip(layout.attributes, rows[:count], strict=True)),
        dict(zip(layout.attributes, rows[count:], strict=True)),
    )


def _rows(images: np.ndarray) -> np.ndarray:
    """(n, …) bytes to (n, d) float32 in [0, 1]."""
    return images.reshape(len(images), -1).astype("float32") / 255
