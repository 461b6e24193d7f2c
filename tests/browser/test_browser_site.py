"""The built site as a reader sees it: dark and light, on a phone, with the network off."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.site_bench import PHONE, SCREEN, SiteBench
from tools import site as site_builder

pytestmark = [pytest.mark.browser, pytest.mark.slow]
KINDS = [
    "index.html",
    "lectures/02_backpropagation.html",
    "claims.html",
    "glossary.html",
    "references.html",
    "teaching.html",
    "maintaining.html",
    "troubleshooting.html",
    "search.html?q=gradient",
]


@pytest.fixture(scope="module")
def site(browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of this checkout; without a browser it is not built."""
    folder = tmp_path_factory.mktemp("site")
    site_builder.build(folder)
    return folder


@pytest.fixture(params=["light", "dark"])
def bench(request: pytest.FixtureRequest, browser, site: Path) -> Iterator[SiteBench]:
    """A window on the site in each colour scheme."""
    opened = SiteBench(browser, site, request.param, SCREEN)
    yield opened
    opened.close()


@pytest.mark.parametrize("page", KINDS)
def test_axe_finds_nothing_serious(bench: SiteBench, page: str) -> None:
    bench.check_accessibility(page)
    assert not bench.problems, "\n".join(bench.problems)


def test_no_page_scrolls_sideways_on_a_phone(browser, site: Path) -> None:
    bench = SiteBench(browser, site, "light", PHONE)
    for file in sorted(site.rglob("*.html")):
        if "slides" not in file.relative_to(site).parts:
            bench.look(file.relative_to(site).as_posix())
    bench.close()
    assert not bench.problems, "\n".join(bench.problems)


def test_search_finds_a_word(browser, site: Path) -> None:
    bench = SiteBench(browser, site, "light", SCREEN)
    found = bench.search("backpropagation")
    bench.close()
    assert any("02_backpropagation.html" in link for link in found)
    assert not bench.problems, "\n".join(bench.problems)


def test_a_broken_page_is_named(browser, tmp_path: Path) -> None:
    parts = [
        '<script src="https://cdn.example.org/plot.js"></script>',
        '<div style="width: 800px">wide</div>',
        '<p style="color: #ccc">faint</p>',
        '<img src="data:image/png;base64,none" alt="A picture that is not there.">',
    ]
    head = '<!doctype html><html lang="en"><title>Broken</title>'
    (tmp_path / "broken.html").write_text(head + "".join(parts), encoding="utf-8")
    bench = SiteBench(browser, tmp_path, "light", PHONE)
    bench.look("broken.html")
    bench.check_accessibility("broken.html")
    bench.close()
    rules = {problem.split(": ")[1] for problem in bench.problems}
    assert {"external request", "scrolls sideways", "formula or picture", "axe color-contrast"} <= rules
