"""Looks at the pages of a built site in a browser with the network off, and names the page of each fault."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.deck_bench import LOCAL, add_axe

if TYPE_CHECKING:  # a user without playwright gets a notice from the fixtures, not an import error here
    from playwright.sync_api import Browser, Page

PHONE = (390, 844)
SCREEN = (1280, 900)
SERIOUS = ("serious", "critical")
FORMULAS = "() => window.MathJax?.startup?.promise?.then(() => true) ?? document.readyState === 'complete'"
AXE = """async () => {
  const options = {runOnly: ["wcag2a", "wcag2aa", "wcag21aa"], resultTypes: ["violations"], preload: false};
  const {violations} = await axe.run(document, options);
  return violations.map(({id, impact, help, nodes}) => [id, impact, help, nodes[0].html]);
}"""
UNFOLD = "(most) => [...document.querySelectorAll('details')].slice(0, most).forEach((part) => { part.open = true; })"
ALL, SOME = 1000, 6  # parts to unfold; axe looks at each word of code, which takes half a minute for all of a lecture
WIDTH = "() => document.documentElement.scrollWidth"
RAW = r"""() => {
  const wrong = [...document.querySelectorAll('[data-mml-node="merror"]')].map((one) => one.textContent);
  const missing = [...document.images].filter((one) => !one.complete || !one.naturalWidth).map((one) => one.src);
  return [...wrong, ...missing];
}"""


class SiteBench:
    """A site in a browser window of one size and one colour scheme."""

    def __init__(self, browser: Browser, site: Path, scheme: str, size: tuple[int, int]) -> None:
        self.site = site
        self.width = size[0]
        self.problems: list[str] = []
        viewport = {"width": size[0], "height": size[1]}
        self.context = browser.new_context(viewport=viewport, color_scheme=scheme, offline=True)

    def open(self, name: str) -> Page:
        """Open a page; requests to other servers, failed ones and errors are faults."""
        page = self.context.new_page()
        page.on("request", lambda request: self._note_request(name, request.url))
        page.on("requestfailed", lambda request: self._fault(name, "failed request", request.url))
        page.on("pageerror", lambda error: self._fault(name, "page error", str(error)))
        file, _, query = name.partition("?")
        page.goto((self.site / file).resolve().as_uri() + (f"?{query}" if query else ""))
        page.wait_for_function(FORMULAS)
        return page

    def look(self, name: str) -> None:
        """See that a page does not scroll sideways, sets its formulas and shows its pictures."""
        page = self.open(name)
        page.evaluate(UNFOLD, ALL)
        width = page.evaluate(WIDTH)
        if width > self.width:
            self._fault(name, "scrolls sideways", f"{width} px wide on a screen of {self.width}")
        for seen in page.evaluate(RAW):
            self._fault(name, "formula or picture", seen)
        page.close()

    def check_accessibility(self, name: str) -> None:
        """See that axe finds nothing serious on a page."""
        page = self.open(name)
        page.evaluate(UNFOLD, SOME)
        add_axe(page)
        for rule, impact, meaning, html in page.evaluate(AXE):
            if impact in SERIOUS:
                self._fault(name, f"axe {rule}", f"{meaning}: {html[:160]}")
        page.close()

    def search(self, word: str) -> list[str]:
        """The addresses of the pages that the site's own search finds."""
        page = self.open(f"search.html?q={word}")
        page.wait_for_selector("#search-results ul.search li a")
        found = page.eval_on_selector_all("#search-results ul.search li a", "links => links.map((one) => one.href)")
        page.close()
        return found

    def close(self) -> None:
        """Close the window."""
        self.context.close()

    def _note_request(self, name: str, url: str) -> None:
        if not url.startswith(LOCAL):
            self._fault(name, "external request", url)

    def _fault(self, name: str, rule: str, seen: str) -> None:
        self.problems.append(f"{name}: {rule}: {seen}")
