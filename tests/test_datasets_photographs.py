"""Patches: shapes, the range of pixels, and no pixel in both sets."""

import numpy as np
import pytest

from course_utils import load
from course_utils.datasets import photographs
from course_utils.errors import CourseError


@pytest.mark.parametrize(("size", "channels"), [(8, 1), (12, 3), (61, 1)])
def test_shapes_and_range(size, channels):
    data = load("patches", size=size, count=100, channels=channels)
    assert data.x_train.shape == (80, size * size * channels) and data.x_test.shape == (20, size * size * channels)
    assert data.image_shape == (size, size, channels)
    assert data.x_train.dtype == np.float32 and data.y_train.dtype == np.int32
    assert data.x_train.min() >= 0 and data.x_train.max() <= 1 and data.x_train.std() > 0.1
    assert np.bincount(data.y_train).tolist() == [40, 40] and np.bincount(data.y_test).tolist() == [10, 10]


def test_a_seed_gives_the_same_patches_and_another_seed_others():
    first, again, other = (load("patches", count=50, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.x_train, again.x_train)
    assert not np.array_equal(first.x_train, other.x_train)


@pytest.mark.parametrize("seed", [0, 1])
def test_training_and_test_patches_share_no_pixel(monkeypatch, seed):
    """Photographs whose pixels are their own places."""
    places = np.arange(427 * 640, dtype="float64").reshape(427, 640, 1)
    monkeypatch.setattr(photographs, "_pixels", lambda name, channels: places)
    data = photographs.patches(size=16, count=4000, seed=seed)
    assert not set(data.x_train.ravel()) & set(data.x_test.ravel())
    assert data.x_train.max() < 427 * 640


def test_grey_is_the_luminance_of_colour():
    colour, grey = (load("patches", count=20, channels=channels) for channels in (3, 1))
    np.testing.assert_allclose(colour.x_train.reshape(-1, 3) @ [0.299, 0.587, 0.114], grey.x_train.ravel(), rtol=1e-4)


@pytest.mark.parametrize("options", [{"size": 62}, {"size": 1}, {"count": 9}, {"channels": 2}, {"grey": True}])
def test_what_cannot_be_is_refused(options):
    with pytest.raises(CourseError, match=r"patches"):
        load("patches", **options)
