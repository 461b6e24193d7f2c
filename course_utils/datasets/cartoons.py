"""Drawn faces with a smile, an age and a group, under changing pose and light.

These are cartoons. What is called a group here is a drawn sign, long hair and lashes or short hair and none, and
nobody's identity. That is enough for the mathematics of several tasks and of fairness, since every cause is known and
every table of attributes can be had; it says nothing about real faces and is no ground for a product.

All chance comes from NumPy's frozen generator `RandomState`, and grey values are rounded to 1/256, so that a seed
gives the same bytes on every machine and with every version of NumPy.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from course_utils.datasets.dataset import Dataset
from course_utils.errors import CourseError

SIDE = 32  # pixels
CLASSES = ("not smiling", "smiling")
YOUNGEST, OLDEST = 20, 80  # years
EVEN = ((1 / 4, 1 / 4), (1 / 4, 1 / 4))
LARGEST_AMBIGUITY, LARGEST_NOISE = 2, 2
CHUNK = 250  # faces drawn at once: their arrays stay in the processor's cache

# Ranges at their parameter 1. Lengths are in half heights of the image.
NOISE = 0.08  # standard deviation per pixel
ROTATION = np.pi / 15  # radians: 12 degrees to either side
LOG_SCALE = 0.1  # natural logarithm: 0.9 to 1.1 times as large
SHIFT = 0.1
TURN = 0.08  # how far eyes, nose and mouth lie beside the middle of a head that looks aside
LIGHT = 0.35  # how much brighter one end of the face is than its middle
UNIT = 256  # steps of a grey value from 0 to 1


def faces(
    *,
    count: int = 6000,
    table: ArrayLike = EVEN,
    test_table: ArrayLike | None = None,
    ambiguity: float = 0.5,
    noise: float = 1,
    seed: int = 0,
) -> Dataset:
    """Drawn faces of 32×32 grey pixels in [0, 1]; the class says whether the face smiles.

    Attributes, for training and test images: "degree", the drawn degree of the smile, float32, normal around 1 for
    faces labelled as smiling and around -1 for others; "age", 20 to 80 years, float32, which greys the hair, lines the
    forehead and marks the eyes; "group", int32, 0 for short hair without lashes ("man"), 1 for long hair with lashes
    ("woman"). Age does not depend on the others unless the table says so. Pose and light vary and mean nothing.

    Args:
        count: Number of faces in all, at least 10; four fifths of them are for training.
        table: Shares of the training faces, (groups, smiles): [[man not smiling, man smiling], [woman not smiling,
            woman smiling]]; or (groups, smiles, ages) with two ages, below and above 50 years. They are met exactly,
            to within one face.
        test_table: The same for test faces, `table` if it is None.
        ambiguity: Standard deviation of the degree within a label, 0 to 2. At 0 every degree is -1 or 1; at 0.5 one
            face in 44 has the other label than the sign of its degree, at 1 one in six.
        noise: Of the pixels, at 1 with a standard deviation of 0.08; from 0 to 2.
        seed: Another seed draws other faces.
    """
    if count < 10 or not 0 <= ambiguity <= LARGEST_AMBIGUITY or not 0 <= noise <= LARGEST_NOISE:
        raise CourseError(
            f"faces needs count >= 10, ambiguity from 0 to {LARGEST_AMBIGUITY} and noise from 0 to {LARGEST_NOISE}; "
            f"it was given count={count}, ambiguity={ambiguity}, noise={noise}."
        )
    tables = table, table if test_table is None else test_table
    parts = []
    for part, (part_count, shares) in enumerate(zip((count - count // 5, count // 5), tables, strict=True)):
        rng = np.random.RandomState([seed, part])
        face = _people(_cells(shares, part_count, rng), ambiguity, rng)
        parts.append((_photographed(face, noise, rng), face))
    (x_train, train), (x_test, test) = parts
    return Dataset(
        "faces",
        x_train,
        train.smiles,
        x_test,
        test.smiles,
        CLASSES,
        (SIDE, SIDE, 1),
        train.attributes(),
        test.attributes(),
    )


@dataclass(frozen=True)
class Faces:
    """What is known of n faces before they are drawn; each an array (n,)."""

    smiles: np.ndarray  # int32, 0 or 1
    degree: np.ndarray  # float32
    age: np.ndarray  # float32, years
    group: np.ndarray  # int32, 0 or 1

    def attributes(self) -> dict[str, np.ndarray]:
        """All but the class."""
        return {"degree": self.degree, "age": self.age, "group": self.group}


def _cells(table: ArrayLike, count: int, rng: np.random.RandomState) -> np.ndarray:
    """(count, 3) in random order: group, smile, and 1 above 50 years; as often as the table says."""
    shares = np.asarray(table, dtype=float)
    if shares.shape not in ((2, 2), (2, 2, 2)) or not np.all(shares >= 0) or not np.isclose(shares.sum(), 1):
        raise CourseError(
            "the table of faces needs shares of shape (2, 2), groups by smiles, or (2, 2, 2), groups by smiles by "
            f"ages, from 0 on with the sum 1; it was given {np.asarray(table).tolist()}."
        )
    if shares.ndim == 2:
        shares = np.stack([shares / 2, shares / 2], axis=-1)
    ends = np.rint(count * np.cumsum(shares.ravel())).astype(int)
    cell = np.repeat(np.arange(8), np.diff(ends, prepend=0))
    return np.stack(np.unravel_index(rng.permutation(cell), (2, 2, 2)), axis=-1)


def _people(cells: np.ndarray, ambiguity: float, rng: np.random.RandomState) -> Faces:
    """A degree of smile and an age for each face of the table."""
    group, smiles, above = cells.T
    degree = 2 * smiles - 1 + ambiguity * rng.normal(size=len(cells))
    half = (OLDEST - YOUNGEST) / 2
    age = YOUNGEST + half * (above + rng.uniform(size=len(cells)))
    return Faces(smiles.astype("int32"), degree.astype("float32"), age.astype("float32"), group.astype("int32"))


def _photographed(face: Faces, noise: float, rng: np.random.RandomState) -> np.ndarray:
    """(n, SIDE²) float32 pixels in [0, 1]."""
    x = np.empty((len(face.smiles), SIDE, SIDE), dtype="float32")
    for start in range(0, len(x), CHUNK):
        piece = Faces(*(values[start : start + CHUNK] for values in vars(face).values()))
        grey = np.rint(UNIT * np.clip(_drawn(piece, rng), 0, 1))
        grain = rng.uniform(size=(4, *grey.shape)).sum(axis=0) - 2  # four uniform numbers are nearly normal
        grey += np.rint(UNIT * NOISE * noise * np.sqrt(3) * grain)
        x[start : start + CHUNK] = np.clip(grey, 0, UNIT - 1) / (UNIT - 1)
    return x.reshape(len(x), -1)


def _drawn(face: Faces, rng: np.random.RandomState) -> np.ndarray:
    """(n, SIDE, SIDE) grey values, before noise."""
    n = len(face.smiles)
    down, right = _places(n, rng)
    aside, light, from_above, skin, ground, dark = rng.uniform(-1, 1, (6, n, 1, 1))
    degree, age, woman = (values.astype(float)[:, None, None] for values in (face.degree, face.age, face.group))
    old = (age - YOUNGEST) / (OLDEST - YOUNGEST)
    inner = right - TURN * aside  # the frame of eyes, nose and mouth

    skin = 0.72 + 0.1 * skin
    hair = 0.12 + 0.06 * dark + 0.36 * old
    picture = 0.55 + 0.2 * ground + np.zeros_like(down)
    short = _ellipse(down, right, 0.82, 0.68) * _soft(-0.1 - down)
    long = np.where(down < 0, _ellipse(down, right, 0.88, 0.78), _soft(0.78 - abs(right)) * _soft(0.85 - down))
    picture = _over(picture, woman * long + (1 - woman) * short, hair)
    picture = _over(picture, _ellipse(down - 0.12, right, 0.74, 0.56), skin)
    for side in (-1, 1):
        eye = inner - 0.24 * side
        picture = _over(picture, _ellipse(down + 0.02, eye, 0.06 + 0.03 * woman, 0.1), 0.1)
        picture = _over(picture, _stroke(down + 0.18, eye, 0.15, 0, 0.05), hair)
        picture = _over(picture, _stroke(down + 0.1 - 0.02 * woman, eye - 0.06 * side, 0.15, 0, 0.03) * woman, 0.05)
        picture = _over(picture, _stroke(down - 0.17, eye, 0.12, 0.06, 0.03) * old, skin - 0.3)
    for height in (0.33, 0.42):
        picture = _over(picture, _stroke(down + height, inner, 0.26, 0, 0.03) * old, skin - 0.3)
    picture = _over(picture, _ellipse(down - 0.22, inner, 0.12, 0.04), skin - 0.15)
    picture = _over(picture, _stroke(down - 0.5, inner, 0.26, 0.05 * degree, 0.055), 0.25)
    return picture * (1 + LIGHT * light * (right * (1 - abs(from_above)) + down * from_above))


def _places(n: int, rng: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
    """Down and right of each pixel (n, SIDE, SIDE) from the middle of the head, in half heights, upright."""
    turn, scale, shift_down, shift_right = rng.uniform(-1, 1, (4, n, 1, 1))
    line = (2 * np.arange(SIDE) + 1) / SIDE - 1
    down, right = line[:, None] - SHIFT * shift_down, line - SHIFT * shift_right
    cos, sin = (f(ROTATION * turn) / np.exp(LOG_SCALE * scale) for f in (np.cos, np.sin))
    return cos * down - sin * right, sin * down + cos * right


def _over(picture: np.ndarray, cover: np.ndarray, grey: ArrayLike) -> np.ndarray:
    """The picture with a grey value laid over it where `cover` is 1."""
    return picture + cover * (grey - picture)


def _ellipse(down: np.ndarray, right: np.ndarray, height: ArrayLike, width: ArrayLike) -> np.ndarray:
    """1 inside of an ellipse with these half axes, 0 outside, and a border of one pixel between."""
    radius = np.sqrt((down / height) ** 2 + (right / width) ** 2)
    return _soft((1 - radius) * np.minimum(height, width))


def _stroke(down: np.ndarray, right: np.ndarray, length: float, bend: ArrayLike, thickness: float) -> np.ndarray:
    """1 on a parabola of this half length whose ends lie `bend` above and whose middle as much below; 0 elsewhere."""
    along = right / length
    off = down - bend * (1 - 2 * along**2)
    slope = 4 * bend * along / length
    return _soft(np.minimum(thickness - abs(off) / np.sqrt(1 + slope**2), length * (1 - abs(along))))


def _soft(inside: np.ndarray) -> np.ndarray:
    """From 0 to 1 across one pixel, for the distance to a border, positive inside."""
    return np.clip(0.5 + inside * SIDE / 2, 0, 1)
