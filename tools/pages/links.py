"""The links of a built site: each that stays on the site must lead to a page, and to a part that is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: Slides have addresses of their own (#/3): the bench of the decks looks at them.
LEFT_OUT = "slides"


@dataclass
class Page(HTMLParser):
    """The names of a page's parts, and where its links lead."""

    names: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note what a tag is called and where it leads."""
        given = dict(attributes)
        self.names |= {given[key] for key in ("id", "name") if given.get(key)}
        self.links += [given[key] for key in ("href", "src") if given.get(key)]


def broken(site: Path) -> list[str]:
    """The links that lead nowhere, each with the page on which it stands."""
    files = sorted(file for file in site.rglob("*.html") if file.relative_to(site).parts[0] != LEFT_OUT)
    pages = {file: read(file) for file in files}
    return [f"{file.relative_to(site).as_posix()}: {link}" for file in files for link in dead_links(file, pages)]


def read(file: Path) -> Page:
    """The page in a file."""
    page = Page()
    page.feed(file.read_text(encoding="utf-8"))
    return page


def dead_links(file: Path, pages: dict[Path, Page]) -> Iterator[str]:
    """The links of one page to files or parts that are not there."""
    for link in pages[file].links:
        address = urlsplit(link)
        if address.scheme or address.netloc:
            continue
        target = file.parent.joinpath(unquote(address.path)).resolve() if address.path else file
        part = unquote(address.fragment)
        if not target.is_file() or (part and target in pages and part not in pages[target].names):
            yield link
