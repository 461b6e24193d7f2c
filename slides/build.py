"""Decks from notebooks: one page a lecture, a handout beside it, an overview, and shared assets once.

Everything a page needs lies in the output folder, so that a deck opens from disk with the network off.
"""

import re
import sysconfig
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import jinja2

from slides import lecture as lectures
from slides import markup
from slides.lecture import Lecture
from tools import files, notebooks

HERE = Path(__file__).resolve().parent
OUT = HERE / "build"
COURSE = "A deep-learning course that runs"
ASSETS = "assets"
FONTS = ("regular", "italic", "semibold", "semibolditalic")
LINK = re.compile(r'href="(?:\./)?(?P<name>[\w-]+)\.ipynb"')


def build(paths: Iterable[Path], out: Path = OUT) -> list[Path]:
    """Write the decks of some notebooks, with handouts, and bring the overview up to date.

    Args:
        paths: Notebooks.
        out: Folder of the decks; it is made if missing.

    Returns:
        The decks' pages, in order.

    Raises:
        CourseError: If a file is no notebook.
    """
    copy_assets(out / ASSETS)
    talks = [lectures.read(path) for path in paths]
    pages = [write_deck(talk, out) for talk in talks]
    write_overview(talks, out)
    return pages


def write_deck(talk: Lecture, out: Path) -> Path:
    """Write a lecture's deck, handout and pictures; return the deck's page."""
    page = out / f"{talk.name}.html"
    with files.renewed(out / talk.name) as folder:
        write_pictures(talk, folder)
        for target, template in ((page, "deck"), (out / f"{talk.name}-handout.html", "handout")):
            text = environment().get_template(f"{template}.html.j2").render(lecture=talk)
            files.replace(target, _linked(text, talk.path.parent).encode())
    return page


def write_pictures(talk: Lecture, folder: Path) -> None:
    """Write a lecture's pictures into a folder, which will have the lecture's name."""
    for picture in (picture for slide in talk.slides for picture in slide.pictures):
        files.replace(folder / f"{picture.name}.png", picture.data)
        picture.file = f"{talk.name}/{picture.name}.png"


def write_overview(talks: list[Lecture], out: Path) -> None:
    """Write the page that lists the given lectures and all others that have a deck already."""
    given = {talk.name: talk for talk in talks}
    others = [path for path in notebooks.find() if path.stem not in given and (out / f"{path.stem}.html").exists()]
    listed = given | {path.stem: lectures.read(path) for path in others}
    text = environment().get_template("index.html.j2").render(lectures=[listed[name] for name in sorted(listed)])
    files.replace(out / "index.html", text.encode())


def environment() -> jinja2.Environment:
    """The templates with what all pages share."""
    loader = jinja2.FileSystemLoader(HERE / "template")
    made = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, autoescape=False)
    made.globals.update(course=COURSE, assets=ASSETS)
    made.filters["numbers"] = markup.numbers
    return made


def copy_assets(folder: Path) -> None:
    """Copy reveal.js, MathJax, fonts and our theme, from the installed packages and from here."""
    reveal = Path(find_spec("sphinx_revealjs").origin).parent / "_static" / "revealjs"
    symbols = Path(find_spec("matplotlib").origin).parent / "mpl-data" / "fonts" / "ttf"
    sans = reveal / "dist" / "theme" / "fonts" / "source-sans-pro"
    for source, target in {
        reveal / "dist" / "reset.css": "reveal/reset.css",
        reveal / "dist" / "reveal.css": "reveal/reveal.css",
        reveal / "dist" / "reveal.js": "reveal/reveal.js",
        reveal / "plugin" / "notes" / "notes.js": "reveal/notes.js",
        reveal / "LICENSE": "reveal/LICENSE",
        mathjax(): "mathjax/tex-svg-full.js",
        **{sans / f"source-sans-pro-{face}.woff": f"fonts/source-sans-pro-{face}.woff" for face in FONTS},
        sans / "LICENSE": "fonts/LICENSE-source-sans-pro",
        symbols / "DejaVuSans.ttf": "fonts/DejaVuSans.ttf",
        symbols / "DejaVuSansMono.ttf": "fonts/DejaVuSansMono.ttf",
        symbols / "LICENSE_DEJAVU": "fonts/LICENSE-DejaVu",
        HERE / "template" / "deck.js": "deck.js",
        HERE / "theme.css": "theme.css",
    }.items():
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        files.replace(folder / target, source.read_bytes())


def mathjax() -> Path:
    """The one file of MathJax that sets formulas without a network."""
    # The folder's name has hyphens: no import finds it.
    package = Path(sysconfig.get_paths()["purelib"]) / "sphinx-mathjax-offline"
    return package / "static" / "mathjax" / "tex-svg-full.js"


def _linked(text: str, folder: Path) -> str:
    """Let links to other lectures lead to their decks; a lecture that does not exist yet is not linked."""

    def deck_of(match: re.Match) -> str:
        return f'href="{match["name"]}.html"' if (folder / f"{match['name']}.ipynb").exists() else ""

    return LINK.sub(deck_of, text)
