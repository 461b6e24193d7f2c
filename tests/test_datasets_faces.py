"""Faces: the same bytes for a seed, tables met exactly, and a visible sign for each attribute and only for it."""

from __future__ import annotations

import hashlib
import re

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression, Ridge

from course_utils import load
from course_utils.datasets import cartoons
from course_utils.datasets.cartoons import SIDE, Faces
from course_utils.errors import CourseError

UNEVEN = ((0.45, 0.47), (0.06, 0.02))


def drawn(smile=0.0, age=30.0, group=0):
    """Faces that differ in one thing only, pose, light and noise alike: (values, SIDE, SIDE)."""
    values = np.broadcast_arrays(np.atleast_1d(smile), age, group)
    degree, age, group = (np.asarray(v) for v in values)
    pictures = [
        cartoons._drawn(
            Faces(np.zeros(1, "int32"), degree[i : i + 1], age[i : i + 1], group[i : i + 1]), np.random.RandomState(5)
        )[0]
        for i in range(len(degree))
    ]
    return np.array(pictures)


def test_shapes_range_and_attributes():
    data = load("faces", count=500)
    assert data.x_train.shape == (400, SIDE**2) and data.x_test.shape == (100, SIDE**2)
    assert (data.x_train.dtype, data.y_train.dtype) == (np.float32, np.int32)
    assert data.x_train.min() >= 0 and data.x_train.max() <= 1
    assert data.image_shape == (SIDE, SIDE, 1) and data.class_names == ("not smiling", "smiling")
    for attributes, count in ((data.attributes_train, 400), (data.attributes_test, 100)):
        assert {name: values.shape for name, values in attributes.items()} == dict.fromkeys(
            ("degree", "age", "group"), (count,)
        )
        assert attributes["age"].min() >= 20 and attributes["age"].max() <= 80


@pytest.mark.parametrize(
    ("options", "digest"),
    [
        ({"count": 300}, "bcc69e79cabf6d4a"),
        ({"count": 200, "table": UNEVEN, "ambiguity": 1.5, "noise": 0.4, "seed": 3}, "3a02e92402d19b19"),
    ],
)
def test_a_seed_gives_the_same_bytes_on_every_machine(options, digest):
    data = load("faces", **options)
    pixels = np.rint(255 * np.concatenate([data.x_train, data.x_test])).astype("uint8")
    assert hashlib.sha256(pixels.tobytes()).hexdigest()[:16] == digest


def test_training_and_test_images_and_other_seeds_differ():
    first, other = load("faces", count=100), load("faces", count=100, seed=1)
    seen = {row.tobytes() for row in first.x_train}
    assert len(seen) == 80
    assert not seen & {row.tobytes() for row in np.concatenate([first.x_test, other.x_train, other.x_test])}


def counted(y, attributes, old=False):
    above = attributes["age"] > 50
    index = (attributes["group"], y, above.astype(int)) if old else (attributes["group"], y)
    table = np.zeros([2] * len(index))
    np.add.at(table, index, 1)
    return table


def test_a_table_is_met_to_within_one_face():
    data = load("faces", count=1000, table=UNEVEN, test_table=cartoons.EVEN)
    np.testing.assert_array_equal(counted(data.y_train, data.attributes_train), [[360, 376], [48, 16]])
    np.testing.assert_array_equal(counted(data.y_test, data.attributes_test), [[50, 50], [50, 50]])
    odd = load("faces", count=997, table=UNEVEN)
    assert np.all(abs(counted(odd.y_test, odd.attributes_test) - 199 * np.array(UNEVEN)) <= 1)


def test_a_table_may_have_ages():
    table = np.array([[[0.3, 0.1], [0.1, 0.1]], [[0, 0.2], [0.1, 0.1]]])
    data = load("faces", count=1000, table=table)
    np.testing.assert_array_equal(counted(data.y_train, data.attributes_train, old=True), 800 * table)


def test_ages_and_degrees_have_their_distributions():
    data = load("faces", count=4000, ambiguity=1)
    age, degree = data.attributes_train["age"], data.attributes_train["degree"]
    assert stats.kstest(age, stats.uniform(20, 60).cdf).pvalue > 0.01
    for label in (0, 1):
        assert stats.kstest(degree[data.y_train == label], stats.norm(2 * label - 1, 1).cdf).pvalue > 0.01
    assert set(load("faces", count=20, ambiguity=0).attributes_train["degree"]) == {-1, 1}


def test_a_smile_lifts_the_ends_of_the_mouth():
    lips = drawn(smile=[-2, 0, 2])[:, 20:29]
    rows = np.arange(20, 29)[:, None]
    dark = np.maximum(0.45 - lips, 0)

    def height(part):
        return (dark[:, :, part] * rows).sum(axis=(1, 2)) / dark[:, :, part].sum(axis=(1, 2))

    middle = int(np.rint((dark[1].sum(axis=0) * np.arange(SIDE)).sum() / dark[1].sum()))
    below = height(slice(middle - 1, middle + 2)) - height([middle - 4, middle + 4])  # of the middle below its ends
    assert below[0] + 0.8 < below[1] < below[2] - 0.8


@pytest.mark.parametrize(
    ("change", "rows"),
    [({"smile": [-1, 1]}, slice(19, SIDE)), ({"age": [25, 75]}, slice(0, SIDE)), ({"group": [0, 1]}, slice(0, SIDE))],
)
def test_an_attribute_changes_its_part_of_the_face_only(change, rows):
    one, other = drawn(**change)
    differs = abs(one - other) > 1e-9
    assert differs[rows].any()
    differs[rows] = False
    assert not differs.any()


def test_age_greys_the_hair_and_lines_the_forehead():
    young, old = drawn(age=[20, 80], group=1)
    assert old[2:6].mean() > young[2:6].mean()  # hair
    assert drawn(age=[20, 80])[1].min() > 0  # grey values stay grey values


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"count": 9}, "count=9"),
        ({"ambiguity": 2.5}, "ambiguity=2.5"),
        ({"noise": -1}, "noise=-1"),
        ({"noise": float("nan")}, "noise=nan"),
        ({"table": ((0.5, 0.5), (0.5, 0.5))}, "with the sum 1"),
        ({"table": ((1.5, -0.5), (0, 0))}, "from 0 on"),
        ({"table": (0.5, 0.5)}, r"\[0\.5, 0\.5\]"),
        ({"test_table": ((0.5, float("nan")), (0.5, 0))}, "nan"),
        ({"size": 16}, "size"),
    ],
)
def test_what_cannot_be_drawn_is_named(options, named):
    with pytest.raises(CourseError, match=re.compile(named)):
        load("faces", **options)


def test_each_attribute_can_be_read_from_the_pixels_and_pose_and_light_are_in_the_way():
    data = load("faces", count=4000, ambiguity=0)
    linear = LogisticRegression(C=0.01, max_iter=300)
    smile = linear.fit(data.x_train, data.y_train).score(data.x_test, data.y_test)
    group = linear.fit(data.x_train, data.attributes_train["group"]).score(data.x_test, data.attributes_test["group"])
    age = Ridge(100).fit(data.x_train, data.attributes_train["age"]).score(data.x_test, data.attributes_test["age"])
    assert 0.7 < smile < 0.99 and 0.8 < group < 1 and 0.1 < age < 0.9
