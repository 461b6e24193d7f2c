"""What every data set of the course looks like."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Dataset:
    """Examples split into a training and a test set.

    Attributes:
        name: As given to `load`.
        x_train: (n, d) float32, one example per row.
        y_train: (n,) int32, the class of each example.
        x_test: (m, d) float32.
        y_test: (m,) int32.
        class_names: One name per class.
        image_shape: (height, width, channels) into which a row can be reshaped, or None if it is no image.
        attributes_train: Further labels by name, each (n,), where a data set has any.
        attributes_test: The same for the test set, each (m,).
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]
    image_shape: tuple[int, int, int] | None = None
    attributes_train: Mapping[str, np.ndarray] = field(default_factory=dict)
    attributes_test: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __repr__(self) -> str:
        return (
            f"{self.name}: {len(self.x_train)} training and {len(self.x_test)} test examples, "
            f"{self.x_train.shape[1]} features, {len(self.class_names)} classes"
        )
