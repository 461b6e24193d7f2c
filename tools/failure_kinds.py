"""A pytest plugin (`-p tools.failure_kinds --failure-kinds FILE`): says of each failure whether it was a comparison.

A comparison that did not hold, an assertion or an output that differs, shows that a test looks at a result; any other
exception only shows that something broke.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

DIFFERS = "Cell outputs differ"  # what nbval says


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the file to write."""
    parser.addoption("--failure-kinds", type=Path, required=True)


def pytest_configure(config: pytest.Config) -> None:
    """Start the list of failures."""
    config.failures = []


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> None:
    """Note the failure of a test, a fixture or a cell."""
    if call.excinfo is None or isinstance(call.excinfo.value, pytest.skip.Exception):
        return
    error = call.excinfo.value
    compared = isinstance(error, AssertionError | pytest.fail.Exception) or str(error) == DIFFERS
    item.config.failures.append(
        {"test": item.nodeid, "compared": compared, "error": f"{type(error).__name__}: {error}"}
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the list as JSON."""
    session.config.getoption("failure_kinds").write_text(json.dumps(session.config.failures), encoding="utf-8")
