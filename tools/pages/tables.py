"""What the web site collects from all lectures: the syllabus, the claims, the references."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from slides import outputs
from slides.outputs import Result
from tools import notebooks, readme
from tools.pages.lecture import as_markdown, claim_target

SYLLABUS_HEAD = "| | Lecture | On 2 CPU cores | Data | Before | To present |\n|---:|---|---|---|---|---|\n"
CLAIMS_HEAD = "| | Claim | Measured | Control | Needed |\n|---|---|---|---|---|\n"


def syllabus(lectures: Iterable[Path], links: dict[str, str]) -> str:
    """The table of lectures, as markdown.

    Args:
        lectures: Notebooks.
        links: By the notebook's name without its ending, HTML that leads to its slides.

    Raises:
        CourseError: A title cell has another form.
    """
    return SYLLABUS_HEAD + "".join(syllabus_row(path, links.get(path.stem, "")) for path in lectures)


def syllabus_row(path: Path, links: str) -> str:
    """A lecture's row: number, title with its sentence, and what its facts line says."""
    title, sentence, facts = readme.opening(path)
    runs, data, before = [*facts.split(" · "), "", ""][:3]
    cells = (
        f"[**{title}**](../notebooks/{path.name})<br>{sentence}",
        runs.removesuffix(" on 2 CPU cores"),
        without_label(data),
        without_label(before),
    )
    return f"| {notebooks.number(path)} | {' | '.join(map(readme.in_table, cells))} | {links} |\n"


def without_label(fact: str) -> str:
    """A fact without the word before its colon."""
    return fact.partition(": ")[2] or fact


def claims(lectures: Iterable[Path]) -> str:
    """All claims with what was measured when the stored outputs were made: one table a lecture, as markdown."""
    return "\n".join(claims_of(path) for path in lectures)


def claims_of(path: Path) -> str:
    """The claims of one lecture."""
    title, _, _ = readme.opening(path)
    number = notebooks.number(path)
    cells = [(cell["id"], outputs.read(cell).results) for cell in notebooks.code_cells(notebooks.read(path))]
    rows = [claim_row(result, claim_target(number, cell_id)) for cell_id, results in cells for result in results]
    table = CLAIMS_HEAD + "".join(rows) if rows else "This lecture makes no claim.\n"
    return f"## Lecture {number} · [{title}](../notebooks/{path.name})\n\n{table}"


def claim_row(result: Result, target: str) -> str:
    """One claim: its statement leads to its place in the lecture."""
    measured, *others = result.evidence.split("; ")
    needed = [part.removeprefix("needed ") for part in others if part.startswith("needed ")]
    control = [part for part in others if not part.startswith("needed ")]
    cells = (measured, "; ".join(control), "; ".join(needed))
    statement = f"[{as_markdown(result.statement)}](#{target})"
    return f"| {'✓' if result.holds else '✗'} | {statement} | {' | '.join(map(as_markdown, cells))} |\n"


def references(lectures: Iterable[Path]) -> str:
    """What the lectures' last cells say about where things come from, as markdown."""
    return "\n".join(references_of(path) for path in lectures)


def references_of(path: Path) -> str:
    """The references of one lecture, under its title."""
    title, _, _ = readme.opening(path)
    found = (cell.source for cell in notebooks.read(path).cells if cell["id"] == "references")
    _, _, text = next(found, "").partition("\n")
    return f"## Lecture {notebooks.number(path)} · [{title}](../notebooks/{path.name})\n\n{text.strip()}\n"
