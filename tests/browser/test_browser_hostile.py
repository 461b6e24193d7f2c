"""A deck of a notebook from somebody who means no good, in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from slides import build
from tests import hostile, tiny

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def test_a_browser_runs_nothing_of_a_hostile_deck(browser, tmp_path: Path) -> None:
    (deck,) = build.build([tiny.write(tmp_path, hostile.lecture())], tmp_path / "out")
    for page_file in (deck, deck.with_name("90_tiny-handout.html")):
        page, said = browser.new_page(), []
        page.on("dialog", lambda dialog, said=said: (said.append(dialog.message), dialog.dismiss()))
        page.goto(page_file.as_uri())
        page.wait_for_selector("html[data-deck-ready='1']", state="attached")
        assert page.locator("a[*|href^='javascript']").count() == 0  # MathJax writes links, too
        assert said == []
        page.close()
