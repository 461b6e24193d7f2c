"""A deprecated call in our own code fails the test that makes it; what libraries warn of each other does not."""

import warnings

import pytest


def warn_as(module: str, kind: type[Warning]) -> None:
    """What Python does when a deprecated function was called from a module."""
    warnings.warn_explicit("old", kind, "somewhere.py", 1, module=module)


@pytest.mark.parametrize("module", ["course_utils.plots.curves", "course_utils", "tools.lint", "slides.build"])
@pytest.mark.parametrize("kind", [DeprecationWarning, PendingDeprecationWarning, FutureWarning, UserWarning])
def test_our_own_code_may_not_warn(module, kind):
    with pytest.raises(kind, match="old"):
        warn_as(module, kind)


@pytest.mark.parametrize("module", ["keras.src.trainers", "matplotlib.figure"])
def test_libraries_may(module):
    with pytest.warns(DeprecationWarning, match="old"):
        warn_as(module, DeprecationWarning)
