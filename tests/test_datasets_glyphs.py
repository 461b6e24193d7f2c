"""Glyphs: the same bytes for a seed, what each distortion does, and bitmaps that their script draws again."""

import hashlib

import numpy as np
import pytest
from scipy import ndimage
from sklearn.neighbors import KNeighborsClassifier

from course_utils import load
from course_utils.datasets import printed
from course_utils.datasets.printed import CELL, CHARACTERS, CLASSES, bitmaps
from course_utils.errors import CourseError
from tools.glyphs import FONTS, sheet


def images(**options):
    data = load("glyphs", **options)
    return data.x_train.reshape(-1, *data.image_shape[:2])


@pytest.mark.parametrize("classes", CLASSES)
def test_shapes_range_and_classes(classes):
    data = load("glyphs", classes=classes, size=16, count=1000)
    assert data.x_train.shape == (800, 256) and data.x_test.shape == (200, 256)
    assert (data.x_train.dtype, data.y_train.dtype) == (np.float32, np.int32)
    assert data.x_train.min() >= 0 and data.x_train.max() <= 1
    assert data.image_shape == (16, 16, 1) and data.class_names == tuple(CLASSES[classes])
    for y in (data.y_train, data.y_test):
        assert np.ptp(np.bincount(y, minlength=len(data.class_names))) <= 1


@pytest.mark.parametrize(
    ("options", "digest"),
    [
        ({}, "4232fc2279a9d48f"),
        ({"classes": "digits", "size": 32, "count": 500, "seed": 3}, "5a4f70fe0a89aa18"),
        ({"classes": "small letters", "size": 13, "count": 300, "difficulty": 1.7}, "2f943d3a1f8c6810"),
    ],
)
def test_a_seed_gives_the_same_bytes_on_every_machine(options, digest):
    data = load("glyphs", **options)
    pixels = np.rint(255 * np.concatenate([data.x_train, data.x_test])).astype("uint8")
    assert hashlib.sha256(pixels.tobytes()).hexdigest()[:16] == digest


def test_training_and_test_images_and_other_seeds_differ():
    first, other = load("glyphs", count=200), load("glyphs", count=200, seed=1)
    seen = {row.tobytes() for row in first.x_train}
    assert len(seen) == 160
    assert not seen & {row.tobytes() for row in np.concatenate([first.x_test, other.x_train, other.x_test])}


def test_without_difficulty_the_bitmaps_themselves_are_shown():
    data = load("glyphs", classes="digits", size=CELL, count=400, difficulty=0)
    shown = {(y, np.rint(255 * x).astype("uint8").tobytes()) for x, y in zip(data.x_train, data.y_train, strict=True)}
    first = CHARACTERS.index("0")
    assert shown <= {(k, font[first + k].tobytes()) for font in bitmaps() for k in range(10)}


@pytest.mark.parametrize(("turn", "shear", "scale"), [(0.3, 0, 1), (0, 0.2, 1), (0, 0, 1.3), (-0.2, 0.1, 0.8)])
def test_positions_and_interpolation_agree_with_scipy(turn, shear, scale):
    bitmap = bitmaps()[0, CHARACTERS.index("R")]
    matrix = printed._inverse_map(*(np.array([value]) for value in (turn, shear, scale)))[..., 0]
    places = np.stack(np.mgrid[:CELL, :CELL]).reshape(2, -1)
    source = matrix @ (places - (CELL - 1) / 2) + (CELL - 1) / 2
    row, column = np.rint(printed.UNIT * source).astype("int32")
    ours = printed._interpolated(bitmap[None], row[None], column[None])[0]
    theirs = ndimage.map_coordinates(bitmap.astype(float), source, order=1, mode="grid-constant")
    np.testing.assert_allclose(ours, theirs, atol=3)  # a position is rounded to 1/256 pixel, a grey value to 1/255


def test_a_positive_angle_turns_counterclockwise_and_a_larger_scale_enlarges():
    bar = np.zeros((1, CELL, CELL), "uint8")
    bar[0, 11:13, 4:20] = 255  # horizontal

    def drawn(turn, scale):
        places = np.stack(np.mgrid[:CELL, :CELL]).reshape(2, -1) - (CELL - 1) / 2
        source = np.einsum("rcn,cp->rp", printed._inverse_map(np.array([turn]), 0, np.array([scale])), places)
        row, column = np.rint(printed.UNIT * (source + (CELL - 1) / 2)).astype("int32")
        return printed._interpolated(bar, row[None], column[None]).reshape(CELL, CELL)

    turned = drawn(0.4, 1.0)
    assert turned[:12, 12:].sum() > 5 * turned[12:, 12:].sum()  # its right end is in the upper half
    assert drawn(0.0, 1.25).sum() > 1.3 * drawn(0.0, 1.0).sum()


def test_noise_has_its_standard_deviation_and_the_background_is_smooth():
    ink = np.full((400, 32, 32), 128)  # half ink, so that nothing is cut off at 0 or 255
    grey = printed._printed(ink, 1, np.random.RandomState(0)) / 255
    assert grey.min() > 0 and grey.max() < 1
    steps = [np.diff(grey, axis=axis) for axis in (1, 2)]
    assert np.std(steps[0]) / np.sqrt(2) == pytest.approx(printed.NOISE, rel=0.05)
    assert np.std(steps[1]) / np.sqrt(2) == pytest.approx(printed.NOISE, rel=0.05)
    means = grey.reshape(400, 2, 16, 2, 16).mean(axis=(2, 4))
    assert np.ptp(means, axis=(1, 2)).mean() > 0.03  # noise alone gives less than 0.02


def test_half_of_the_images_are_inverted():
    light = images(count=2000, difficulty=0.3).mean(axis=(1, 2)) > 0.5
    assert 0.46 < light.mean() < 0.54
    assert not (images(count=100, difficulty=0).mean(axis=(1, 2)) > 0.5).any()


def test_difficulty_makes_the_task_harder():
    def nearest_neighbour(difficulty):
        data = load("glyphs", classes="digits", count=2000, difficulty=difficulty)
        return KNeighborsClassifier(1).fit(data.x_train, data.y_train).score(data.x_test, data.y_test)

    easy, usual, hard = map(nearest_neighbour, (0, 1, 2))
    assert easy > 0.99 and usual < easy - 0.1 and hard < usual - 0.1


def test_the_bitmaps_are_those_that_the_script_draws():
    """Another version of FreeType moves grey values a little."""
    drawn = np.asarray(sheet()).reshape(len(FONTS), CELL, len(CHARACTERS), CELL).swapaxes(1, 2)
    assert drawn.shape == bitmaps().shape
    assert np.abs(drawn.astype(int) - bitmaps()).mean() < 2
    edge = np.concatenate([bitmaps()[..., [0, -1], :].ravel(), bitmaps()[..., [0, -1]].ravel()])
    assert edge.max() < 255 and edge.mean() < 1  # no character is cut off


@pytest.mark.parametrize(
    "options",
    [
        *({"classes": "greek"}, {"size": 7}, {"size": 65}, {"size": 20.5}, {"count": 9}),
        *({"difficulty": -0.1}, {"difficulty": 2.1}, {"difficulty": float("nan")}, {"fonts": 3}),
    ],
)
def test_what_cannot_be_is_refused(options):
    with pytest.raises(CourseError, match=r"glyphs"):
        load("glyphs", **options)


def test_a_damaged_picture_is_named(monkeypatch, tmp_path):
    broken = tmp_path / "glyphs.png"
    broken.write_bytes(b"\x89PNG")
    monkeypatch.setattr(printed, "BITMAPS", broken)
    bitmaps.cache_clear()
    with pytest.raises(CourseError, match=r"glyphs\.png is missing or damaged"):
        load("glyphs", count=10)
