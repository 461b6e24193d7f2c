"""Fill README's launch links, table of lectures and picture, so that they never say something else than their sources.

README marks where they go: ``<!-- launch -->`` … ``<!-- /launch -->``, the same for ``lectures`` and, with lecture and
cell of a stored figure, ``<!-- picture 02 bug-figure -->`` … ``<!-- /picture -->``.
"""

from __future__ import annotations

import argparse
import base64
import html
import re
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from course_utils.errors import CourseError
from tools import launch, notebooks
from tools.files import replace
from tools.launch import Launch

README = notebooks.ROOT / "README.md"
PICTURES = "docs/pictures"
LARGEST_PICTURE = 150_000  # bytes
MARKED = re.compile(r"(<!-- (launch|lectures|picture)((?: [\w-]+)*) -->\n).*?(<!-- /\2 -->)", re.DOTALL)
TAG = re.compile(r"<(?=[A-Za-z/!?])")
HEADING = re.compile(r"# Lecture \d+ · (.+)")
TABLE_HEAD = "| | Lecture | What it is about | At a glance | {last} |\n|---:|---|---|---|---|\n"


@dataclass(frozen=True)
class Picture:
    """A stored figure.

    Attributes:
        name: File name for the copy.
        png: The file's bytes.
        alt: What is drawn, for those who cannot see it.
        width: Width on a page, in pixels.
        caption: Markdown.
    """

    name: str
    png: bytes
    alt: str
    width: int
    caption: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("--check", action="store_true", help="change nothing; fail where something is out of date")


def run(args: argparse.Namespace) -> int:
    """Write what is out of date, or only say what is; return the exit code."""
    files = wanted(README, launch.read(README.parent))
    stale = {path: content for path, content in files.items() if not is_current(path, content)}
    for path, content in stale.items():
        name = path.relative_to(README.parent).as_posix()
        if args.check:
            print(f"{name} is not what the notebooks say. Type: make readme")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace(path, content)
            print(f"wrote {name}")
    return int(args.check and bool(stale))


def is_current(path: Path, content: bytes) -> bool:
    """Whether the file holds the content already."""
    return path.exists() and path.read_bytes() == content


def wanted(readme: Path, where: Launch | None) -> dict[Path, bytes]:
    """What README and its pictures should hold, by path; the lectures are in `notebooks/` beside it.

    Raises:
        CourseError: README has no place for the table, or a marker names a figure that is not there.
    """
    folder = readme.parent / notebooks.FOLDER.name
    files: dict[Path, bytes] = {}

    def fill(mark: re.Match[str]) -> str:
        if mark[2] == "launch":
            return mark[1] + (launch.line(where.front_links()) + "\n" if where else "") + mark[4]
        if mark[2] == "lectures":
            return mark[1] + table(notebooks.find(folder=folder), where) + mark[4]
        lecture, cell = mark[3].split()
        (path,) = notebooks.find([lecture], folder)
        picture = stored_picture(path, cell)
        files[readme.parent / PICTURES / picture.name] = picture.png
        return mark[1] + page_part(picture, path, cell) + mark[4]

    text = readme.read_text(encoding="utf-8")
    require_marks(text, readme.name)
    files[readme] = MARKED.sub(fill, text).encode()
    return files


def require_marks(text: str, name: str) -> None:
    """Raise CourseError where README lacks a place for the links or the table."""
    for mark in ("launch", "lectures"):
        if f"<!-- {mark} -->" not in text or f"<!-- /{mark} -->" not in text:
            raise CourseError(f"{name} needs the lines <!-- {mark} --> and <!-- /{mark} -->")


def table(lectures: list[Path], where: Launch | None) -> str:
    """One row for each lecture, as markdown."""
    return TABLE_HEAD.format(last="Open" if where else "Slides") + "".join(row(path, where) for path in lectures)


def row(path: Path, where: Launch | None) -> str:
    """A lecture's row: number, title, its sentence, its facts, its launch links or the command that makes its deck."""
    title, sentence, facts = opening(path)
    link = f"[{title}](notebooks/{path.name})"
    number = notebooks.number(path)
    last = launch.line(where.links(path.name)) if where else f"`make deck N={number:02}`"
    return f"| {number} | {link} | {in_table(sentence)} | {in_table(facts)} | {last} |\n"


def opening(path: Path) -> tuple[str, str, str]:
    """Title, sentence and facts line of a lecture, from its first cell.

    Raises:
        CourseError: The cell has another form.
    """
    parts = [" ".join(part.split()) for part in notebooks.read(path).cells[0].source.split("\n\n")]
    heading = HEADING.fullmatch(parts[0])
    if not heading or len(parts) < 3:
        raise CourseError(f"{path.name}, cell title: needed are '# Lecture N · Title', a sentence and the facts line")
    return tuple(map(without_html, (heading[1], parts[1], parts[2])))


def without_html(text: str) -> str:
    """Markdown in which a tag stands as text."""
    return TAG.sub("&lt;", text)


def in_table(text: str) -> str:
    """The text as it may stand in a table."""
    return text.replace("|", r"\|")


def stored_picture(path: Path, cell_id: str) -> Picture:
    """The figure that `show` stored in a cell.

    Raises:
        CourseError: There is none, or it is too large for README.
    """
    outputs = next((cell.outputs for cell in notebooks.code_cells(notebooks.read(path)) if cell["id"] == cell_id), [])
    figures = notebooks.pictures(outputs)
    if len(figures) != 1:
        raise CourseError(f"{path.name}, cell {cell_id}: README needs a code cell that stores one figure")
    png = base64.b64decode(figures[0].data["image/png"])
    if len(png) > LARGEST_PICTURE:
        raise CourseError(f"{path.name}, cell {cell_id}: {len(png)} bytes, at most {LARGEST_PICTURE} fit README")
    about = figures[0].metadata["image/png"]
    name = f"{notebooks.number(path):02}-{cell_id}.png"
    return Picture(name, png, about["alt"], about["width"], caption_of(outputs))


def caption_of(outputs: list[NotebookNode]) -> str:
    """The caption that `show` stored, as markdown."""
    return next(output.data["text/markdown"] for output in outputs if "text/markdown" in output.get("data", {}))


def page_part(picture: Picture, path: Path, cell_id: str) -> str:
    """The picture with its caption and where it comes from."""
    alt = html.escape(picture.alt)
    link = f"[lecture {notebooks.number(path)}](notebooks/{path.name})"
    image = f'<img src="{PICTURES}/{picture.name}" alt="{alt}" width="{picture.width}">'
    return f"{image}\n\n{without_html(picture.caption)} From {link}, cell `{cell_id}`.\n"
