"""Printed letters and digits under distortions, drawn from committed bitmaps.

All arithmetic on images is in whole numbers and all chance comes from NumPy's frozen generator `RandomState`, so that
a seed gives the same bytes on every machine and with every version of NumPy.
"""

from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from course_utils.datasets.dataset import Dataset
from course_utils.errors import CourseError, require_choice

BITMAPS = Path(__file__).with_name("glyphs.png")
CELL = 24  # pixels of a bitmap's side
CAPITALS, SMALL, DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789"
CHARACTERS = CAPITALS + SMALL + DIGITS
CLASSES = {"letters": CAPITALS, "small letters": SMALL, "digits": DIGITS}
SIZES = range(8, 65)
LARGEST_DIFFICULTY = 2
CHUNK = 500  # images drawn at once: their arrays stay in the processor's cache

# Ranges at difficulty 1; each grows in proportion to the difficulty.
ROTATION = np.pi / 9  # radians: 20 degrees to either side
SHEAR = 0.2  # horizontal, per unit of height
LOG_SCALE = 0.2  # natural logarithm: 0.82 to 1.22 times as large
SHIFT = 0.1  # of the image's side
FADING = 0.2  # how far ink falls short of 1
BACKGROUND = 0.3  # how far the smooth background rises above 0
NOISE = 0.1  # standard deviation per pixel
UNIT = 256  # steps of a position per pixel, and of a grey value from 0 to 1


def glyphs(
    *, classes: str = "letters", size: int = 20, count: int = 8000, difficulty: float = 1, seed: int = 0
) -> Dataset:
    """Printed characters in 16 fonts, turned, sheared, scaled, shifted, faded, inverted, on a background with noise.

    Every image is drawn once: test images show the same fonts as training images, under other distortions. Each part
    holds every class equally often, to within one.

    Args:
        classes: "letters" (capitals, 26 classes), "small letters" (26) or "digits" (10).
        size: Height and width of an image, 8 to 64 pixels; the character fills the same share of it.
        count: Number of images in all, at least 10; four fifths of them are for training.
        difficulty: 0 shows white characters upright on black, 1 distorts them, 2 twice as far; from any difficulty
            above 0 on, half of the images are inverted.
        seed: Another seed draws other images.

    Source: the fonts DejaVu and STIX as distributed with matplotlib (licences in NOTICE).
    """
    characters = CLASSES[require_choice("classes of glyphs", classes, CLASSES)]
    if size not in SIZES or count < 10 or not 0 <= difficulty <= LARGEST_DIFFICULTY:
        raise CourseError(
            f"glyphs needs a whole size from {SIZES.start} to {SIZES.stop - 1}, count >= 10 and difficulty from 0 to "
            f"{LARGEST_DIFFICULTY}; it was given size={size}, count={count}, difficulty={difficulty}."
        )
    test_count = count // 5
    parts = [
        _draw(characters, size, part_count, difficulty, np.random.RandomState([seed, part]))
        for part, part_count in enumerate((count - test_count, test_count))
    ]
    return Dataset(f"glyphs {classes}", *parts[0], *parts[1], tuple(characters), (size, size, 1))


@cache
def bitmaps() -> np.ndarray:
    """(fonts, characters, CELL, CELL) uint8, ink 255 on ground 0; the characters in the order of CHARACTERS."""
    try:
        with Image.open(BITMAPS) as picture:
            pixels = np.asarray(picture)
    except OSError as error:
        raise CourseError(f"{BITMAPS} is missing or damaged. Install the course anew: make setup") from error
    return pixels.reshape(-1, CELL, len(CHARACTERS), CELL).swapaxes(1, 2)


def _draw(characters: str, size: int, count: int, difficulty: float, rng: np.random.RandomState) -> tuple:
    """(count, size²) float32 images of the characters in turn, and (count,) int32 classes."""
    y = (np.arange(count) % len(characters)).astype("int32")
    x = np.empty((count, size, size), dtype="float32")
    first = CHARACTERS.index(characters)
    for start in range(0, count, CHUNK):
        ink = _distorted(first + y[start : start + CHUNK], size, difficulty, rng)
        x[start : start + CHUNK] = _printed(ink, difficulty, rng) / np.float32(255)
    return x.reshape(count, -1), y


def _distorted(columns: np.ndarray, size: int, difficulty: float, rng: np.random.RandomState) -> np.ndarray:
    """(n, size, size) int32 ink from 0 to 255: each character in a font and a place of its own."""
    n = len(columns)
    font = rng.randint(len(bitmaps()), size=n)
    turn, shear, stretch, down, right = difficulty * rng.uniform(-1, 1, (5, n))
    matrix = _inverse_map(ROTATION * turn, SHEAR * shear, np.exp(LOG_SCALE * stretch)) * CELL / size
    shift = SHIFT * size * np.stack([down, right])
    places = np.arange(size) - (size - 1) / 2
    from_centre = np.stack(np.meshgrid(places, places, indexing="ij")).reshape(2, 1, -1) - shift[..., None]
    source = np.einsum("rcn,cnp->rnp", matrix, from_centre) + (CELL - 1) / 2
    row, column = np.rint(UNIT * source).astype("int32")
    return _interpolated(bitmaps()[font, columns], row, column).reshape(n, size, size)


def _inverse_map(turn: np.ndarray, shear: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """(2, 2, n): from a pixel's (down, right) of the centre to the place in the bitmap that it shows."""
    cos, sin = np.cos(turn) / scale, np.sin(turn) / scale
    return np.array([[cos, sin], [shear * cos - sin, shear * sin + cos]])


def _interpolated(bitmap: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """(n, p) ink, bilinear between the pixels of (n, CELL, CELL) bitmaps; positions in units of 1/UNIT pixel.

    Outside of its bitmap a character has no ink.
    """
    padded = np.pad(bitmap, ((0, 0), (1, 1), (1, 1))).reshape(len(bitmap), -1).astype("int32")
    side, last = CELL + 2, UNIT * (CELL + 1) - 1
    row, column = (np.clip(position + UNIT, 0, last) for position in (row, column))
    (top, down), (left, right) = np.divmod(row, UNIT), np.divmod(column, UNIT)
    corner = side * top + left
    upper, lower = (
        (UNIT - right) * np.take_along_axis(padded, corner + step, axis=1)
        + right * np.take_along_axis(padded, corner + step + 1, axis=1)
        for step in (0, side)
    )
    return ((UNIT - down) * upper + down * lower + UNIT * UNIT // 2) // (UNIT * UNIT)


def _printed(ink: np.ndarray, difficulty: float, rng: np.random.RandomState) -> np.ndarray:
    """(n, size, size) int32 grey values from 0 to 255: ink on a background, faded, with noise, half of it inverted."""
    n, size, _ = ink.shape
    contrast = _steps(1 - FADING * difficulty * rng.uniform(0, 1, (n, 1, 1)))
    ground = _smooth(_steps(BACKGROUND * difficulty * rng.uniform(0, 1, (n, 3, 3))), size)
    noise = _steps(NOISE * difficulty * np.sqrt(3) * (rng.uniform(0, 1, (4, n, size, size)).sum(axis=0) - 2))
    grey = np.clip((ground * (255 - ink) + contrast * ink) // UNIT + noise, 0, 255)
    inverted = (rng.uniform(0, 1, (n, 1, 1)) < 0.5) & (difficulty > 0)
    return np.where(inverted, 255 - grey, grey)


def _steps(share: np.ndarray) -> np.ndarray:
    """Shares of full intensity in whole steps of 1/UNIT."""
    return np.rint(UNIT * share).astype("int32")


def _smooth(corners: np.ndarray, size: int) -> np.ndarray:
    """(n, size, size): bilinear between (n, 3, 3) values at corners, edges and centre of the image."""
    place = 2 * UNIT * np.arange(size) // (size - 1)
    weights = np.maximum(UNIT - np.abs(place[:, None] - UNIT * np.arange(3)), 0).astype("int32")  # (size, 3)
    return np.einsum("ia,nab,jb->nij", weights, corners, weights) // (UNIT * UNIT)
