"""The bench itself: a right notebook passes, and each deliberate break is named with its cell."""

from pathlib import Path

import pytest

from slides.build import build
from tests.browser import samples
from tests.browser.deck_bench import DeckBench, pdf_pages
from tests.browser.lab_bench import LabBench
from tests.browser.test_browser_decks import told

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_right_deck_passes(browser, tmp_path: Path) -> None:
    (deck,) = build([samples.save(samples.lecture(), tmp_path)], tmp_path)
    bench = DeckBench(browser, deck).look()
    written, shown = bench.speaker_notes()
    slides = bench.slides()
    bench.close()
    assert not bench.problems, told(bench.problems)
    assert "4 min" in written
    assert shown == written
    assert slides == 10


@pytest.mark.parametrize("name", samples.DECK_BREAKS)
def test_a_broken_deck_is_named(name: str, browser, tmp_path: Path) -> None:
    do, cell, rule = samples.DECK_BREAKS[name]
    notebook = samples.lecture()
    do(notebook)
    (deck,) = build([samples.save(notebook, tmp_path)], tmp_path)
    bench = DeckBench(browser, deck).look()
    bench.close()
    assert (cell, rule) in {(problem.cell, problem.rule) for problem in bench.problems}, told(bench.problems)
    assert {problem.cell for problem in bench.problems} == {cell}, told(bench.problems)


def test_pdf_of_slides_and_handout(browser, tmp_path: Path) -> None:
    from tools import pdf

    (deck,) = build([samples.save(samples.lecture(), tmp_path)], tmp_path)
    page = browser.new_context(offline=True).new_page()
    slides, handout = pdf.print_slides(page, deck), pdf.print_handout(page, deck)
    page.context.close()
    assert pdf_pages(slides) == 10
    assert 4 <= pdf_pages(handout) <= 6
    assert slides.stat().st_size > 50_000, "pages without pictures and fonts are blank"


def test_a_right_notebook_runs_in_lab(browser, lab, tmp_path: Path) -> None:
    bench = LabBench(browser, *lab, samples.save(samples.runnable(), tmp_path)).use()
    bench.close()
    assert not bench.problems, told(bench.problems)
    assert len(bench.answers) == 4, "two sliders, by keyboard and by mouse"


@pytest.mark.parametrize("name", samples.LAB_BREAKS)
def test_a_broken_notebook_is_named_in_lab(name: str, browser, lab, tmp_path: Path) -> None:
    do, cell, rule = samples.LAB_BREAKS[name]
    notebook = samples.runnable()
    do(notebook)
    bench = LabBench(browser, *lab, samples.save(notebook, tmp_path)).use()
    bench.close()
    assert {(problem.cell, problem.rule) for problem in bench.problems} == {(cell, rule)}, told(bench.problems)
