"""How long a lecture's deck takes: to be built, and to be looked at slide by slide in a browser."""

import tempfile
import time
from pathlib import Path

from slides.build import build
from tests.browser.deck_bench import DeckBench
from tools import notebooks
from tools.browser import open_browser


def run() -> str:
    """The table: the slides of each deck, the seconds to build it, and those to look at it."""
    from playwright.sync_api import sync_playwright

    rows = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = open_browser(playwright)
        for lecture in notebooks.find():
            start = time.perf_counter()
            (deck,) = build([lecture], Path(folder))
            built = time.perf_counter()
            bench = DeckBench(browser, deck).look()
            looked = time.perf_counter()
            rows.append(f"| {lecture.stem[:2]} | {bench.slides()} | {built - start:.1f} | {looked - built:.0f} |")
            bench.close()
        browser.close()
    return "\n".join(
        [
            "Seconds, once each, with handout and overview; a look is what the browser tests do to each slide.",
            "",
            "| lecture | slides | to build | to look |",
            "|---|---|---|---|",
            *rows,
        ]
    )
