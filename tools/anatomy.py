"""The anatomy of a lecture: what a cell's id says about the cell.

A cell inside a section has the id ``<section>-<role>`` or ``<section>-<role>-<more>`` (``dead-relu-experiment-2``);
the few cells outside sections have fixed ids (``title``, ``goals`` …). Formatting, lint and the deck builder all
read this one table. A section's name contains no role word after its first word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

MARKDOWN = ("markdown",)
CODE = ("code",)


@dataclass(frozen=True)
class Role:
    """What kind of cell a role is.

    Attributes:
        cell_types: the notebook cell types that may play it.
        slide_type: the value of ``metadata.slideshow.slide_type``.
        tagged: tag → slide type, where a tag changes the slide type.
    """

    cell_types: tuple[str, ...]
    slide_type: str
    tagged: Mapping[str, str] = field(default_factory=dict)


FIXED: dict[str, Role] = {
    "title": Role(MARKDOWN, "slide"),
    "goals": Role(MARKDOWN, "slide"),
    "install": Role(CODE, "skip"),
    "setup": Role(CODE, "skip"),
    "saw": Role(MARKDOWN, "slide"),
    "saw-table": Role(CODE, "-"),
    "references": Role(MARKDOWN, "skip"),
    "next": Role(MARKDOWN, "slide"),
}
OPENING = ("title", "goals", "install", "setup")
CLOSING = ("saw", "saw-table", "references", "next")

ROLES: dict[str, Role] = {
    "mechanism": Role(MARKDOWN, "slide"),
    "picture": Role(CODE, "-"),
    "predict": Role(MARKDOWN, "subslide"),
    "experiment": Role(MARKDOWN + CODE, "skip", {"show-code": "subslide"}),
    "finding": Role(MARKDOWN, "subslide"),
    "figure": Role(CODE, "-"),
    "answer": Role(MARKDOWN, "fragment"),
    "claim": Role(CODE, "-"),
    "why": Role(MARKDOWN, "notes"),
    "try": Role(MARKDOWN, "skip"),
    "explore": Role(CODE, "skip"),
    "exercise": Role(MARKDOWN, "skip", {"class-work": "subslide"}),
    "attempt": Role(CODE, "skip"),
}

#: `timing` marks a figure of run times: every machine draws it differently, so the strict run only asks for its size.
TAGS = ("install", "setup", "show-code", "table-only", "no-deck", "class-work", "timing", "main-result")

RESULTS = ("experiment", "finding", "figure", "table", "answer", "claim")
AFTER_RESULT = (*RESULTS, "why", "predict")

#: What may come after each role within a section; "" is the section's edge, "table" a cell tagged `table-only`.
#: A round is prediction, experiment, finding, figure, answer, claim, why; a section may have several. Only its first
#: needs a prediction, only its last a why.
AFTER: dict[str, tuple[str, ...]] = {
    "": ("mechanism",),
    "mechanism": ("mechanism", "picture", "predict"),
    "picture": ("mechanism", "predict"),
    "predict": ("experiment",),
    "experiment": ("experiment", "finding", "figure", "table", "claim"),
    "finding": ("experiment", "figure", "table", "answer", "claim"),
    "figure": RESULTS,
    "table": AFTER_RESULT,
    "answer": AFTER_RESULT,
    "claim": AFTER_RESULT,
    "why": ("predict", "experiment", "finding", "try", "exercise", ""),
    "try": ("explore",),
    "explore": ("exercise", ""),
    "exercise": ("attempt",),
    "attempt": ("exercise", ""),
}


@dataclass(frozen=True)
class Place:
    """Where a cell stands: its section ("" for fixed cells) and its role."""

    section: str
    role: str

    @property
    def kind(self) -> Role:
        """The role's description."""
        return ROLES[self.role] if self.section else FIXED[self.role]


def place(cell_id: str) -> Place | None:
    """Where the cell with this id stands, or None when the id does not follow the anatomy."""
    if cell_id in FIXED:
        return Place("", cell_id)
    words = cell_id.split("-")
    for position, word in enumerate(words[1:], start=1):
        if word in ROLES:
            return Place("-".join(words[:position]), word)
    return None


def slide_type(cell_id: str, tags: Iterable[str] = ()) -> str | None:
    """The slide type of a cell, or None when its id does not follow the anatomy."""
    where = place(cell_id)
    if where is None:
        return None
    changed = [where.kind.tagged[tag] for tag in tags if tag in where.kind.tagged]
    return changed[0] if changed else where.kind.slide_type


@dataclass(frozen=True)
class Section:
    """The consecutive cells of one section, in order."""

    name: str
    cells: list[Any]


def sections(cells: Iterable[Any]) -> list[Section]:
    """The sections of a lecture in order; a name that comes twice (cells apart) gives two sections."""
    found: list[Section] = []
    current = ""
    for cell in cells:
        where = place(cell["id"])
        name = where.section if where else ""
        if name and name != current:
            found.append(Section(name, []))
        if name:
            found[-1].cells.append(cell)
        current = name
    return found


def step(cell: Any) -> str:
    """The cell's name in `AFTER`: its role, or "table" where the tag `table-only` stands for a claim."""
    if "table-only" in cell.get("metadata", {}).get("tags", []):
        return "table"
    where = place(cell["id"])
    return where.role if where else ""
