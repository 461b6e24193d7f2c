"""Every slide of every lecture, as a room sees it."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from slides.build import build
from tests.browser.deck_bench import DeckBench, Problem, pdf_pages
from tools import notebooks

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BYTES = 3_000_000


@pytest.fixture(scope="module", params=notebooks.find(), ids=lambda path: path.stem)
def deck(request: pytest.FixtureRequest, decks: Path) -> Path:
    """The deck of one lecture after the other."""
    (page,) = build([request.param], decks)
    return page


def test_slides_are_fit_to_present(deck: Path, browser, screen) -> None:
    bench = DeckBench(browser, deck, screen).look()
    bench.close()
    assert not bench.problems, told(bench.problems)


def test_dark_slides_have_contrast(deck: Path, browser) -> None:
    bench = DeckBench(browser, deck, theme="dark").look(checks=False)
    bench.close()
    assert not bench.problems, told(bench.problems)


def test_speaker_sees_notes(deck: Path, browser) -> None:
    bench = DeckBench(browser, deck)
    written, shown = bench.speaker_notes()
    bench.close()
    assert written, f"{deck.stem}: no slide has a note"
    assert shown == written


def test_pdf_has_a_page_for_each_slide(deck: Path, browser) -> None:
    from tools import pdf

    bench = DeckBench(browser, deck)
    slides = bench.slides()
    printed = pdf.print_slides(bench.page, deck)
    bench.close()
    assert pdf_pages(printed) == slides


def test_deck_is_small(deck: Path) -> None:
    files = [deck, *(deck.parent / deck.stem).glob("*")]
    assert sum(file.stat().st_size for file in files) <= BYTES


def told(problems: Iterable[Problem]) -> str:
    """The problems, one a line."""
    return "\n".join(map(str, sorted(problems)))
