"""Looks at built decks in a browser, slide by slide, and names the cell that each fault comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a user without playwright gets a notice from the fixtures, not an import error here
    from playwright.sync_api import Browser, Page

READY = "html[data-deck-ready='1']"
LOCAL = ("file:", "data:", "blob:", "about:")
CHECKS = Path(__file__).with_name("slide_checks.js").read_text(encoding="utf-8")
AXE = """async () => {
  const slide = Reveal.getCurrentSlide();
  const options = {runOnly: ["wcag2a", "wcag2aa", "wcag21aa"], resultTypes: ["violations"], preload: false};
  // axe reads the whole page, hidden slides too, and takes ten times as long with them.
  const others = Reveal.getSlides().filter((other) => other !== slide).map((other) => [other, [...other.childNodes]]);
  others.forEach(([other]) => other.replaceChildren());
  const {violations} = await axe.run(slide, options);
  others.forEach(([other, children]) => other.replaceChildren(...children));
  return [slide.dataset.cell, violations.map(({id, help, nodes}) => [id, help, nodes[0].html])];
}"""
FRAGMENTS = """() => {
  const slide = Reveal.getCurrentSlide();
  const seen = [...slide.querySelectorAll(".fragment")].map((part) => getComputedStyle(part).visibility);
  return [slide.dataset.cell, seen];
}"""
ALL_SHOWN = """[...Reveal.getCurrentSlide().querySelectorAll(".fragment")].every(
  (part) => getComputedStyle(part).visibility === "visible" && getComputedStyle(part).opacity === "1")"""
FIRST_NOTE = """() => {
  const slide = Reveal.getSlides().find((one) => one.querySelector("aside.notes"));
  if (!slide) return "";
  const {h, v} = Reveal.getIndices(slide);
  Reveal.slide(h, v);
  return slide.querySelector("aside.notes").textContent;
}"""
PDF_PAGE = re.compile(rb"/Type\s*/Page\b")


@dataclass(frozen=True, order=True)
class Problem:
    """One fault, and where it comes from."""

    lecture: str
    cell: str
    rule: str
    seen: str

    def __str__(self) -> str:
        return f"{self.lecture}, cell {self.cell}: {self.rule}: {self.seen}"


class DeckBench:
    """One deck, opened with the network off."""

    def __init__(self, browser: Browser, deck: Path, size: tuple[int, int] = (1280, 720), theme: str = "light") -> None:
        self.lecture = deck.stem
        self.deck = deck
        self.problems: set[Problem] = set()
        self._requests: list[tuple[str, str]] = []
        self.context = browser.new_context(viewport={"width": size[0], "height": size[1]}, offline=True)
        self.page = self._open(f"{deck.resolve().as_uri()}?theme={theme}")

    def _open(self, address: str) -> Page:
        page = self.context.new_page()
        page.on("request", lambda request: self._note_request(request.url, "external request"))
        page.on("requestfailed", lambda request: self._requests.append((request.url, "failed request")))
        page.on("pageerror", lambda error: self._fault("title", "page error", str(error)))
        page.goto(address)
        page.wait_for_selector(READY, state="attached")
        add_axe(page)
        return page

    def _note_request(self, url: str, rule: str) -> None:
        if not url.startswith(LOCAL):
            self._requests.append((url, rule))

    def _fault(self, cell: str, rule: str, seen: str) -> None:
        self.problems.add(Problem(self.lecture, cell, rule, seen))

    def look(self, checks: bool = True) -> DeckBench:
        """Look at all slides, with fragments shown, and at the requests that the deck made.

        Args:
            checks: Whether to measure the slides too; contrast and alternative text are looked at in any case.
        """
        for _ in range(self.page.evaluate("Reveal.getTotalSlides()")):
            self._step_fragments()
            for rule, cell, seen in self.page.evaluate(CHECKS) if checks else ():
                self._fault(cell, rule, seen)
            self._check_contrast()
            self.page.evaluate("Reveal.next()")
        for url, rule in self._requests:
            self._fault(self._cell_with(url), rule, url)
        return self

    def _step_fragments(self) -> None:
        cell, fragments = self.page.evaluate(FRAGMENTS)
        if "visible" in fragments:
            self._fault(cell, "fragment", "the answer is shown before its step")
        for _ in fragments:
            self.page.evaluate("Reveal.next()")
        if fragments:
            self.page.wait_for_function(ALL_SHOWN)

    def _check_contrast(self) -> None:
        cell, violations = self.page.evaluate(AXE)
        for rule, meaning, html in violations:
            self._fault(cell, f"axe {rule}", f"{meaning}: {html[:120]}")

    def _cell_with(self, url: str) -> str:
        find = "url => [...document.querySelectorAll('[data-cell]')].find(s => s.innerHTML.includes(url))?.dataset.cell"
        return self.page.evaluate(find, url.removeprefix(self.deck.parent.resolve().as_uri() + "/")) or "title"

    def speaker_notes(self) -> tuple[str, str]:
        """The first note of the deck, and what the speaker window shows for that slide."""
        written = self.page.evaluate(FIRST_NOTE)
        with self.context.expect_page() as opened:
            self.page.keyboard.press("s")
        value = opened.value.locator(".speaker-controls-notes .value")
        value.filter(has_text=re.compile(r"\S")).wait_for(timeout=20_000)
        shown = value.text_content()
        opened.value.close()
        return " ".join(written.split()), " ".join(shown.split())

    def slides(self) -> int:
        """Number of slides."""
        return self.page.evaluate("Reveal.getTotalSlides()")

    def close(self) -> None:
        """Close the deck and what it opened."""
        self.context.close()


def add_axe(page: Page) -> None:
    """Load the accessibility rules into a page."""
    page.add_script_tag(path=Path(find_spec("axe_playwright_python").origin).with_name("axe.min.js"))


def pdf_pages(file: Path) -> int:
    """Number of pages of a PDF that Chromium wrote."""
    return len(PDF_PAGE.findall(file.read_bytes()))
