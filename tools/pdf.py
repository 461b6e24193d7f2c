"""Decks and handouts printed as PDF, through Chromium."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tools.browser import open_browser
from tools.files import replace

READY = "html[data-deck-ready='1']"
DRAWN = "Promise.all([document.fonts.ready, ...[...document.images].map((image) => image.decode())])"
SLIDE = {"width": "1280px", "height": "720px"}
HANDOUT = {"format": "A4", "margin": dict.fromkeys(("top", "right", "bottom", "left"), "13mm")}


def print_decks(decks: Iterable[Path]) -> list[Path]:
    """Print each deck as slides and as a handout beside its page.

    Args:
        decks: Pages that `slides.build` wrote.

    Returns:
        The PDF files, slides and handout of each deck in turn.

    Raises:
        CourseError: If there is no browser.
    """
    with sync_playwright() as playwright:
        browser = open_browser(playwright)
        page = browser.new_context(offline=True).new_page()
        written = [file for deck in decks for file in (print_slides(page, deck), print_handout(page, deck))]
        browser.close()
    return written


def print_slides(page: Page, deck: Path) -> Path:
    """Print a deck, one slide a page with all fragments shown."""
    return _print(page, f"{deck.resolve().as_uri()}?print-pdf", deck.with_suffix(".pdf"), **SLIDE)


def print_handout(page: Page, deck: Path) -> Path:
    """Print a deck's handout: slides and explanations on A4."""
    handout = deck.with_name(f"{deck.stem}-handout.html")
    return _print(page, handout.resolve().as_uri(), handout.with_suffix(".pdf"), **HANDOUT)


def _print(page: Page, address: str, target: Path, **paper) -> Path:
    page.goto(address)
    page.wait_for_selector(READY, state="attached")
    page.evaluate(DRAWN)
    replace(target, page.pdf(print_background=True, **paper))
    return target
