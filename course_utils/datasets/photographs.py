"""Patches of two photographs that come with scikit-learn."""

import numpy as np
from sklearn.datasets import load_sample_image

from course_utils.datasets.dataset import Dataset
from course_utils.errors import CourseError

PHOTOGRAPHS = ("china", "flower")
TILE = 61  # the photographs, 427×640 pixels, fall into 7 rows of 10 tiles
TEST_TILES = 14
SPLIT_SEED = 0
GREY = np.array([0.299, 0.587, 0.114], dtype="float32")  # luminance, ITU-R BT.601


def patches(*, size: int = 8, count: int = 2000, channels: int = 1, seed: int = 0) -> Dataset:
    """Square patches of two photographs, pixels in [0, 1]; the class says which photograph.

    The photographs are cut into tiles of 61×61 pixels. A patch lies inside one tile, and a fifth of the tiles
    give test patches only, so no pixel is in both sets. Training patches may overlap each other.

    Args:
        size: Height and width of a patch, 2 to 61 pixels.
        count: Number of patches in all, at least 10; four fifths of them are for training, half of each set are
            from each photograph.
        channels: 1 for grey, 3 for colour.
        seed: Another seed takes other patches, from the same tiles.

    Source: "china" by danielbuechele and "flower" by vultilion, CC BY 2.0, as distributed with scikit-learn.
    """
    if not 2 <= size <= TILE or count < 10:
        raise CourseError(
            f"patches needs size from 2 to {TILE} and count >= 10; it was given size={size}, count={count}."
        )
    if channels not in (1, 3):
        raise CourseError(f"patches needs channels=1 (grey) or channels=3 (colour), not {channels!r}.")
    photographs = [_pixels(name, channels) for name in PHOTOGRAPHS]
    tiles = np.random.default_rng(SPLIT_SEED).permutation(7 * 10)
    rng = np.random.default_rng(seed)
    test_count = count // 5
    train = _cut(photographs, tiles[TEST_TILES:], size, count - test_count, rng)
    test = _cut(photographs, tiles[:TEST_TILES], size, test_count, rng)
    return Dataset("patches", *train, *test, PHOTOGRAPHS, (size, size, channels))


def _pixels(name: str, channels: int) -> np.ndarray:
    """(427, 640, channels) float32."""
    image = load_sample_image(f"{name}.jpg").astype("float32") / 255
    return image if channels == 3 else (image @ GREY)[..., None]


def _cut(photographs: list, tiles: np.ndarray, size: int, count: int, rng: np.random.Generator) -> tuple:
    """(count, size² × channels) patches at random places of the given tiles, and (count,) classes."""
    y = (np.arange(count) % 2).astype("int32")
    corners = np.stack(np.divmod(rng.choice(tiles, count), 10), axis=1) * TILE
    corners += rng.integers(0, TILE - size + 1, (count, 2))
    x = [photographs[k][top : top + size, left : left + size] for k, (top, left) in zip(y, corners, strict=True)]
    return np.stack(x).reshape(count, -1), y
