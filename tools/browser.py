"""The browser that prints decks and runs the browser tests: the system's Chromium, else playwright's own."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright

from course_utils.errors import CourseError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A container has no user namespaces and a small /dev/shm; only our own pages are opened.
SWITCHES = ["--no-sandbox", "--disable-dev-shm-usage"]


def open_browser(playwright: Playwright) -> Browser:
    """Start Chromium without a window.

    Raises:
        CourseError: If there is none; the message says what to type.
    """
    system = next(filter(None, map(shutil.which, NAMES)), None)
    if not system and not Path(playwright.chromium.executable_path).exists():
        raise CourseError("no Chromium found. Install your system's, or type: python -m playwright install chromium")
    return playwright.chromium.launch(executable_path=system, args=SWITCHES)
