"""A browser for the tests of this folder: a user without one gets a notice, CI a failure."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `release-check` look at the decks on a larger screen."""
    parser.addoption("--screen", default="1280x720", help="size at which decks are looked at (default: 1280x720)")


@pytest.fixture(scope="session")
def screen(request: pytest.FixtureRequest) -> tuple[int, int]:
    """Width and height of the screen, px."""
    width, height = request.config.getoption("--screen", default="1280x720").split("x")
    return int(width), int(height)


@pytest.fixture(scope="session")
def browser():
    """Chromium without a window."""
    try:
        from playwright.sync_api import sync_playwright

        from tools.browser import open_browser
    except ImportError as error:
        _without_browser(f"{error.name} is not installed; type: python -m tools setup --extras test")
    with sync_playwright() as playwright:
        try:
            opened = open_browser(playwright)
        except ValueError as error:
            _without_browser(str(error))
        yield opened
        opened.close()


def _without_browser(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"CI must look at the decks: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def decks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder for the decks that the tests build."""
    return tmp_path_factory.mktemp("decks")


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Address of a JupyterLab and the folder that it shows."""
    if not find_spec("jupyterlab"):
        _without_browser("jupyterlab is not installed; type: python -m tools setup --extras lab")
    from tests.browser.lab_server import lab_server

    folder = tmp_path_factory.mktemp("lab")
    with lab_server(folder, tmp_path_factory.mktemp("lab-settings")) as address:
        yield address, folder
