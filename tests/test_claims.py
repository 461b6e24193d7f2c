"""A claim holds for the reasons it says, and only for those."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import median_abs_deviation

from course_utils import claim, claims_table
from course_utils.claims import Claim, forget, in_fours, made, robust_standard_error
from course_utils.errors import CourseError

STEADY = np.linspace(0.9, 1.1, 20)  # median 1, deviation 0.05
ERROR = robust_standard_error(STEADY)


@pytest.fixture(autouse=True)
def no_earlier_claims():
    forget()


def holds(values, relation, bound, without=None):
    control = None if without is None else np.ravel(without).astype(float)
    return Claim("it works", np.ravel(values).astype(float), relation, bound, control).holds


@pytest.mark.parametrize(("factor", "expected"), [(2.99, False), (3.01, True)])
def test_the_median_must_clear_the_bound_by_three_standard_errors(factor, expected):
    bound = 1 - factor * ERROR
    values = np.maximum(STEADY, bound + 1e-9)  # every seed clears it: only the margin decides
    assert robust_standard_error(values) == ERROR
    assert holds(values, ">", bound) is expected
    assert holds(-values, "<", -bound) is expected


@pytest.mark.parametrize(
    ("size", "failing", "expected"), [(20, 1, True), (20, 2, False), (16, 1, False), (16, 0, True)]
)
def test_95_percent_of_the_seeds_must_clear_the_bound(size, failing, expected):
    values = np.where(np.arange(size) < failing, 0.0, 1.0)
    assert holds(values, ">", 0.5) is expected
    assert holds(-values, "<", -0.5) is expected


@pytest.mark.parametrize(
    ("values", "relation", "bound", "expected"),
    [
        (STEADY, ">", 1 - 2 * ERROR, 2),
        (STEADY, "<=", 1 - 2 * ERROR, -2),
        (STEADY, "<", 1 + 5 * ERROR, 5),
        ([1.0] * 8, ">", 0.5, math.inf),
        ([1.0] * 8, "<", 0.5, -math.inf),
        ([math.nan] * 8, ">", 0.5, -math.inf),
        ([7], "==", 7, math.inf),
        ([7], "==", 8, -math.inf),
    ],
)
def test_clearance_counts_standard_errors_from_the_bound(values, relation, bound, expected):
    assert Claim("it works", np.asarray(values, float), relation, bound).clearance == pytest.approx(expected)


def test_made_gives_the_claims_in_order_and_the_later_of_two_alike():
    for statement, value in (("a", 1), ("b", 2), ("a", 3)):
        claim(statement, value, ">", 0)
    assert [(one.statement, *one.values) for one in made()] == [("a", 3), ("b", 2)]


@pytest.mark.parametrize(("control", "expected"), [(0.49, True), (0.51, False)])
def test_the_control_must_not_clear_the_bound(control, expected):
    assert holds(STEADY, ">", 0.5, without=[control] * 8) is expected
    assert holds(-STEADY, "<", -0.5, without=[-control] * 8) is expected


def test_the_control_is_judged_by_its_median():
    assert holds(STEADY, ">", 0.5, without=[0, 0, 0, 9, 9])


@pytest.mark.parametrize(("relation", "expected"), [(">", False), (">=", True), ("<", False), ("<=", True)])
def test_a_value_on_the_bound(relation, expected):
    assert holds(1.0, relation, 1.0) is expected


@pytest.mark.parametrize("relation", [">", ">=", "<", "<=", "=="])
def test_nan_never_clears(relation):
    assert not holds([math.nan] * 8, relation, 0.0)
    assert not holds([1.0] * 7 + [math.nan], relation, 0.0)
    assert not holds(1.0, relation, math.nan)


@pytest.mark.filterwarnings("error")
def test_diverged_values_give_no_warning():
    assert not holds([math.inf] * 8, "<", 1.0)
    assert not holds([math.inf] * 5 + [0.0] * 3, "<", 1.0)


def test_equality_is_exact_and_holds_for_every_value():
    assert holds([7, 7], "==", 7)
    assert not holds([7, 8], "==", 7)
    assert not holds(0.1 + 0.2, "==", 0.3)


@given(arrays(float, st.integers(1, 20), elements=st.integers(-50, 50).map(float)), st.integers(-50, 50))
@settings(max_examples=50)
def test_both_directions_obey_the_same_rule(values, bound):
    assert holds(values, ">", bound) == holds(-values, "<", -bound)
    assert holds(values, ">=", bound) == holds(-values, "<=", -bound)


@given(arrays(float, st.integers(1, 30), elements=st.floats(-1e3, 1e3)))
@settings(max_examples=50)
def test_the_standard_error_is_scipys_deviation_times_that_of_a_normal_median(values):
    expected = median_abs_deviation(values, scale="normal") * math.sqrt(math.pi / 2 / values.size)
    assert robust_standard_error(values) == pytest.approx(expected, rel=1e-5, abs=1e-12)


def test_the_standard_error_is_the_spread_of_medians():
    samples = np.random.default_rng(0).normal(size=(4000, 51))
    spread = np.median(samples, axis=1).std()
    assert np.mean([robust_standard_error(sample) for sample in samples]) == pytest.approx(spread, rel=0.05)


def test_one_outlier_hardly_moves_the_standard_error():
    assert robust_standard_error(np.append(STEADY, 1e6)) < 1.2 * ERROR


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (([0.43] * 16, ">", 0.4, [0.02]), "✓ it works (≈ 0.43 over 16 seeds; without ≈ 0.02; needed > 0.4)"),
        (
            ([0.43] * 16, ">", 0.4, {"no error": [0.02]}),
            "✓ it works (≈ 0.43 over 16 seeds; no error: ≈ 0.02; needed > 0.4)",
        ),
        (([0.43] * 16, "<=", 0.4), "✗ not with these settings: it works (≈ 0.43 over 16 seeds; needed <= 0.4)"),
        ((0.5, ">", 0.25), "✓ it works (≈ 0.5; needed > 0.25)"),
        ((7, "==", 7), "✓ it works (exactly 7)"),
        ((0.5, "<", 2 / 3), "✓ it works (≈ 0.5; needed < 0.6667)"),
        ((2e5, ">", 123456), "✓ it works (≈ 200000; needed > 123,500)"),
        ((3, "==", 7), "✗ not with these settings: it works (exactly 3; needed = 7)"),
        (([7, 8], "==", 7), "✗ not with these settings: it works (exactly 8; needed = 7)"),
    ],
)
def test_the_line_that_is_printed(arguments, line, capsys):
    claim("it works", *arguments)
    assert capsys.readouterr().out == line + "\n"


def test_the_line_names_what_there_is_one_value_for(capsys):
    claim("it works", [0.43] * 8, ">", 0.4, of="means of two seeds")
    assert capsys.readouterr().out == "✓ it works (≈ 0.43 over 8 means of two seeds; needed > 0.4)\n"


def test_values_may_have_any_shape(capsys):
    claim("it works", np.ones((2, 4)), ">", 0.5, without=np.zeros((4, 2)))
    assert capsys.readouterr().out.startswith("✓ it works (≈ 1 over 8 seeds")


def test_the_table_shows_every_claim():
    claim("a | b", [0.5] * 8, ">", 0.25)
    claim("seven", 8, "==", 7)
    assert str(claims_table()).splitlines()[2:] == [
        r"| ✓ | a \| b | ≈ 0.5 over 8 seeds | > 0.25 |",
        "| ✗ | seven | exactly 8 | = 7 |",
    ]


def test_running_a_cell_again_replaces_its_claim():
    claim("first", 1, ">", 0)
    claim("second", 1, ">", 0)
    claim("first", 2, ">", 0)
    assert list(claims_table().columns["Claim"]) == ["first", "second"]
    assert claims_table().columns["Measured"][0] == "≈ 2"


@pytest.mark.parametrize(
    ("values", "relation", "bound", "said"),
    [
        (1, "=>", 0, r"no relation '=>'.*Choose one of: >, >=, <, <=, =="),
        ("many", ">", 0, "needs numbers as values"),
        ([1, 2], ">", "few", "needs numbers as bound"),
        ([[1], [1, 2]], ">", 0, "needs numbers as values"),
        ([], ">", 0, "at least one number as values"),
    ],
)
def test_what_is_no_claim_gets_one_sentence(values, relation, bound, said):
    with pytest.raises(CourseError, match=said):
        claim("it works", values, relation, bound)


@pytest.mark.parametrize(
    ("without", "said"),
    [
        ("many", "needs numbers as without,"),
        ({"mixed-up labels": "many"}, r"needs numbers as without \(mixed-up labels\)"),
        ({"one": 1, "another": 2}, "a claim has one control; it was given 2: one, another"),
    ],
)
def test_what_is_no_control_gets_one_sentence(without, said):
    with pytest.raises(CourseError, match=said):
        claim("it works", 1, ">", 0, without=without)


def test_a_table_without_claims_says_what_to_do():
    with pytest.raises(CourseError, match="Run the cells above"):
        claims_table()


def test_in_fours_takes_the_median_of_each_four_seeds():
    np.testing.assert_array_equal(in_fours([1.0, 3, 2, 9, 5, 5, 0, 6]), [2.5, 5])
