"""Tables and measured numbers, and the one mask that strict nbval applies to them."""

import configparser
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import approximately, table
from course_utils.errors import CourseError

ANY_FLOAT = st.floats(allow_nan=True, allow_infinity=True, width=64)


def masked(text):
    """A text as strict nbval compares it."""
    settings_file = configparser.ConfigParser()
    settings_file.read(Path(__file__).with_name("nbval.cfg"), encoding="utf-8")
    for section in settings_file.sections():
        text = re.sub(settings_file[section]["regex"], settings_file[section]["replace"], text)
    return text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.43, "≈ 0.43"),
        (0.123456, "≈ 0.123"),
        (-2.5, "≈ -2.5"),
        (0, "≈ 0"),
        (1e-3, "≈ 0.001"),
        (9.99e-4, "≈ 1.0e-03"),
        (3.4567e-12, "≈ 3.5e-12"),
        (999.4, "≈ 999"),
        (999.6, "≈ 1000"),
        (12345.6, "≈ 12346"),
        (1e6, "≈ 1.0e+06"),
        (np.float32(0.5), "≈ 0.5"),
        (float("nan"), "≈ nan"),
        (float("-inf"), "≈ -inf"),
    ],
)
def test_measured_numbers(value, text):
    assert approximately(value) == text


@given(st.floats(-1e300, 1e300))
def test_a_measured_number_is_within_five_percent(value):
    assert float(approximately(value).removeprefix("≈ ")) == pytest.approx(value, rel=0.05, abs=0)


@given(ANY_FLOAT)
def test_the_mask_covers_all_of_a_measured_number(value):
    assert masked(f"was {approximately(value)} before") == "was MEASURED before"


@given(st.lists(st.tuples(ANY_FLOAT, ANY_FLOAT), min_size=1, max_size=5))
@settings(max_examples=50)
def test_a_masked_table_does_not_depend_on_what_was_measured(pairs):
    names, exact = [f"net {i}" for i in range(len(pairs))], list(range(len(pairs)))
    first, second = zip(*pairs, strict=True)
    assert masked(str(table({"net": names, "error": first, "size": exact}))) == masked(
        str(table({"net": names, "error": second, "size": exact}))
    )


@pytest.mark.parametrize("text", ["over 16 seeds", "needed > 0.4", "exactly 2368", "1e-5", "| 12 | 0.5 |"])
def test_the_mask_leaves_exact_numbers(text):
    assert masked(text) == text


def test_floats_are_measured_and_whole_numbers_exact():
    columns = {
        "name": ["a|b", "c"],
        "count": [2, np.int64(3)],
        "share": [0.5, np.float32(0.25)],
        "found": [True, np.False_],
    }
    assert str(table(columns)).splitlines() == [
        "| name | count | share | found |",
        "| --- | ---: | ---: | --- |",
        r"| a\|b | 2 | ≈ 0.5 | True |",
        "| c | 3 | ≈ 0.25 | False |",
    ]


def test_a_notebook_gets_the_same_table_as_markdown():
    shown = table({"n": [1]})
    assert shown._repr_markdown_() == repr(shown)


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(CourseError, match=r"equally long; these have lengths \{'a': 1, 'b': 2\}"):
        table({"a": [1], "b": [1, 2]})
