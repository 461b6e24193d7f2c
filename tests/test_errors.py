"""Errors for the person who typed: one line, what is allowed, a guess."""

import pytest

from course_utils.errors import CourseError, require_choice


def test_a_known_name_is_returned():
    assert require_choice("fruit", "pear", ["apple", "pear"]) == "pear"


def test_an_unknown_name_is_answered_with_those_that_exist():
    with pytest.raises(CourseError, match=r"^there is no fruit 'kiwi'\. Choose one of: apple, pear\.$"):
        require_choice("fruit", "kiwi", ["apple", "pear"])


def test_a_misspelt_name_is_guessed():
    with pytest.raises(CourseError, match=r"Did you mean 'apple'\?"):
        require_choice("fruit", "appel", ["apple", "pear"])


@pytest.mark.parametrize("given", [None, 3, ["apple"], ...])
def test_anything_may_be_given_as_a_name(given):
    with pytest.raises(CourseError, match="there is no fruit"):
        require_choice("fruit", given, ["apple", "pear"])


def test_a_notebook_shows_only_the_message():
    assert CourseError("no such thing.")._render_traceback_() == ["CourseError: no such thing."]


def test_it_can_be_caught_as_a_value_error():
    assert issubclass(CourseError, ValueError)
