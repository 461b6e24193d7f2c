"""The built-in data sets: what is in them, and the same split every time."""

import numpy as np
import pytest

from course_utils import load
from course_utils.datasets.builtin import TOYS
from course_utils.errors import CourseError


def same(a, b):
    return all(
        np.array_equal(getattr(a, part), getattr(b, part)) for part in ("x_train", "y_train", "x_test", "y_test")
    )


def test_digits():
    digits = load("digits")
    assert (digits.x_train.shape, digits.x_test.shape) == ((1437, 64), (360, 64))
    assert (digits.x_train.dtype, digits.y_train.dtype) == (np.float32, np.int32)
    assert (digits.x_train.min(), digits.x_train.max()) == (0, 1)
    assert digits.class_names == tuple("0123456789")
    assert np.prod(digits.image_shape) == digits.x_train.shape[1]


def test_a_data_set_says_what_it_holds():
    assert repr(load("digits")) == "digits: 1437 training and 360 test examples, 64 features, 10 classes"


@pytest.mark.parametrize("kind", TOYS)
def test_points_in_the_plane(kind):
    toy = load("toy2d", kind=kind, size=100)
    assert (toy.x_train.shape, toy.x_test.shape) == ((80, 2), (20, 2))
    assert (toy.x_train.dtype, toy.y_train.dtype) == (np.float32, np.int32)
    assert np.abs(toy.x_train).max() < 4
    assert set(toy.y_train) == {0, 1}
    assert toy.image_shape is None


@pytest.mark.parametrize(("name", "options"), [("digits", {}), *(("toy2d", {"kind": kind}) for kind in TOYS)])
def test_the_split_is_stratified(name, options):
    data = load(name, **options)
    train, test = (np.bincount(y) / len(y) for y in (data.y_train, data.y_test))
    np.testing.assert_allclose(train, test, atol=0.01)


@pytest.mark.parametrize(("name", "options"), [("digits", {}), *(("toy2d", {"kind": kind}) for kind in TOYS)])
def test_the_split_is_the_same_every_time(name, options):
    assert same(load(name, **options), load(name, **options))


@pytest.mark.parametrize("kind", TOYS)
def test_another_seed_draws_other_points(kind):
    assert not same(load("toy2d", kind=kind), load("toy2d", kind=kind, seed=1))


@pytest.mark.parametrize("kind", TOYS)
def test_noise_moves_points_by_its_standard_deviation(kind):
    clean, noisy = (load("toy2d", kind=kind, size=2000, noise=noise) for noise in (0, 0.3))
    assert (noisy.x_train - clean.x_train).std() == pytest.approx(0.3, rel=0.05)


def test_the_shapes_of_the_plane_without_noise():
    def examples(kind):
        toy = load("toy2d", kind=kind, noise=0)
        return toy.x_train, toy.y_train

    x, y = examples("circles")
    np.testing.assert_allclose(np.linalg.norm(x, axis=1), np.where(y == 0, 1, 0.5), rtol=1e-5)
    x, y = examples("xor")
    assert np.array_equal(y, x.prod(axis=1) < 0)
    x, y = examples("blobs")
    np.testing.assert_allclose([x[y == 0].mean(), x[y == 1].mean()], [-1, 1], atol=0.1)
    x, y = examples("spirals")
    turned = np.arctan2(x[:, 1], x[:, 0]) - 3 * np.pi * np.linalg.norm(x, axis=1) - np.pi * y
    np.testing.assert_allclose(np.cos(turned), 1, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("digit", {}, "there is no data set 'digit'. Did you mean 'digits'? Choose one of: digits, toy2d"),
        ("digits", {"size": 100}, "load('digits') takes no options; it was given 'size'."),
        ("toy2d", {"sise": 100}, "there is no option of load('toy2d') 'sise'. Did you mean 'size'?"),
        ("toy2d", {"kind": "moon"}, "there is no kind of toy2d 'moon'. Did you mean 'moons'?"),
        ("toy2d", {"size": 5}, "toy2d needs size >= 10 and noise >= 0; it was given size=5, noise=0.1."),
        ("toy2d", {"noise": -1}, "it was given size=500, noise=-1."),
    ],
)
def test_what_cannot_be_loaded_gets_one_line(name, options, said):
    with pytest.raises(CourseError) as error:
        load(name, **options)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
