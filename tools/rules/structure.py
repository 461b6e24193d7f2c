"""Rules about the anatomy: ids, order, and what each kind of cell holds."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from tools import anatomy, notebooks
from tools.format import RANDOM_ID, formatted
from tools.rules.base import FORMAT, WHOLE, bullets, role, rule

FACTS = re.compile(r"^about \d+ s on 2 CPU cores · data: .+ · before: .+$", re.MULTILINE)
MOST_WORDS = 60
MOST_BULLETS = 6
OPTION_MINIMUM = 2


@rule("lecture", FORMAT)
def canonical(lecture):
    """The file is not in its canonical form."""
    if formatted(lecture.text, lecture.path) != lecture.text:
        yield WHOLE, ""


@rule("cell", FORMAT)
def readable_id(cell, lecture):
    """The id is not readable."""
    if RANDOM_ID.fullmatch(cell["id"]) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cell["id"]):
        yield cell["id"]


@rule("lecture", FORMAT)
def unique_id(lecture):
    """The id is given to more than one cell."""
    stored = re.findall(r'^   "id": "(.*)",?$', lecture.text, re.MULTILINE)
    yield from ((cell_id, "") for cell_id, count in Counter(stored).items() if count > 1)


@rule("cell")
def id_names_role(cell, lecture):
    """The id names no role."""
    if anatomy.place(cell["id"]) is None:
        yield f"<section>-<role> with one of {', '.join(anatomy.ROLES)}, or one of {', '.join(anatomy.FIXED)}"


@rule("cell")
def role_fits_type(cell, lecture):
    """The role does not fit the type of the cell."""
    where = anatomy.place(cell["id"])
    if where and cell.cell_type not in where.kind.cell_types:
        yield f"{where.role} is a {' or '.join(where.kind.cell_types)} cell, this is a {cell.cell_type} cell"


@rule("cell")
def known_tags(cell, lecture):
    """A tag that is not known."""
    yield from (tag for tag in notebooks.tags(cell) if tag not in anatomy.TAGS)


@rule("code")
def tagged_plumbing(cell, lecture):
    """The tag is missing."""
    if cell["id"] in ("install", "setup") and cell["id"] not in notebooks.tags(cell):
        yield cell["id"]


@rule("lecture")
def opening(lecture):
    """A lecture opens with title, goals, install, setup."""
    found = [cell["id"] for cell in lecture.cells[: len(anatomy.OPENING)]]
    if found != list(anatomy.OPENING):
        yield found[0] if found else WHOLE, f"this one opens with {', '.join(found)}"


@rule("lecture")
def closing(lecture):
    """A lecture closes with saw, saw-table, references, next."""
    found = [cell["id"] for cell in lecture.cells[-len(anatomy.CLOSING) :]]
    if found != list(anatomy.CLOSING):
        yield found[-1] if found else WHOLE, f"this one closes with {', '.join(found)}"


@rule("lecture")
def has_sections(lecture):
    """A lecture has sections."""
    if not lecture.sections:
        yield WHOLE, "none was found"


@rule("lecture")
def section_together(lecture):
    """The cells of a section stand together."""
    counts = Counter(section.name for section in lecture.sections)
    yield from ((section.cells[0]["id"], "") for section in lecture.sections[1:] if counts[section.name] > 1)


@rule("lecture")
def section_order(lecture):
    """The order of a section is broken."""
    for section in lecture.sections:
        steps = ["", *map(anatomy.step, section.cells), ""]
        owners = [*section.cells, section.cells[-1]]
        for (before, after), cell in zip(pairwise(steps), owners, strict=True):
            allowed = anatomy.AFTER[before]
            if after not in allowed:
                names = [name or "the end of the section" for name in allowed]
                place = f"after {before}" if before else "at the start of a section"
                yield cell["id"], f"{place} comes {' or '.join(names)}, not {after or 'the end'}"
                break


@rule("lecture")
def section_complete(lecture):
    """A section needs a finding, and a claim or a table tagged table-only."""
    for section in lecture.sections:
        steps = {anatomy.step(cell) for cell in section.cells}
        if "finding" not in steps:
            yield section.cells[-1]["id"], f"section {section.name} has no finding"
        if not steps & {"claim", "table"}:
            yield section.cells[-1]["id"], f"section {section.name} claims nothing"


@rule("markdown")
def title(cell, lecture):
    """The title cell is not complete."""
    if role(cell) != "title":
        return
    if not re.match(rf"# Lecture {lecture.number} · \S", cell.source):
        yield f"its first line is `# Lecture {lecture.number} · …`"
    if not FACTS.search(cell.source):
        yield "the facts line is `about 20 s on 2 CPU cores · data: digits (built in) · before: lecture 1`"


@rule("markdown")
def goals(cell, lecture):
    """Goals are 3 to 5 list items."""
    if role(cell) == "goals" and not 3 <= len(bullets(cell.source)) <= 5:
        yield f"{len(bullets(cell.source))} here"


@rule("markdown")
def mechanism(cell, lecture):
    """The mechanism."""
    if role(cell) != "mechanism":
        return
    if not cell.source.startswith("## "):
        yield "begins with no heading `## …`"
    if len(bullets(cell.source)) > MOST_BULLETS:
        yield f"has {len(bullets(cell.source))} list items, {MOST_BULLETS} at most"


@rule("lecture")
def section_asks(lecture):
    """A section begins with a question as its heading."""
    for section in lecture.sections:
        first = section.cells[0]
        if role(first) == "mechanism" and not first.source.splitlines()[0].rstrip().endswith("?"):
            yield first["id"], first.source.splitlines()[0]


@rule("markdown")
def prediction(cell, lecture):
    """The prediction."""
    if role(cell) != "predict":
        return
    if not cell.source.startswith("**Predict.**"):
        yield "begins with no `**Predict.**`"
    if "?" not in cell.source:
        yield "asks no question"
    if len(bullets(cell.source)) < OPTION_MINIMUM:
        yield f"has fewer than {OPTION_MINIMUM} options as list items"


@rule("markdown")
def finding(cell, lecture):
    """The finding begins with no heading `## …`."""
    if role(cell) == "finding" and not cell.source.startswith("## "):
        yield ""


@rule("markdown")
def speaker_note(cell, lecture):
    """The first paragraph of a why, the speaker note, is too long."""
    words = len(cell.source.split("\n\n")[0].split())
    if role(cell) == "why" and words > MOST_WORDS:
        yield f"{words} words, {MOST_WORDS} at most"


@rule("markdown")
def closing_headings(cell, lecture):
    """The closing cell has another heading."""
    wanted = {"saw": "## What we saw", "references": "## Where this comes from"}.get(cell["id"])
    if wanted and cell.source.splitlines()[0] != wanted:
        yield f"it is `{wanted}`"


@rule("lecture")
def unique_headings(lecture):
    """A heading stands twice."""
    seen: set[str] = set()
    for cell in lecture.cells:
        for heading in headings(cell):
            if heading in seen:
                yield cell["id"], heading
            seen.add(heading)


def headings(cell) -> list[str]:
    """The headings of a markdown cell, those in code blocks left out."""
    if cell.cell_type != "markdown":
        return []
    prose = re.sub(r"^```.*?^```", "", cell.source, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^#+ +(.+?)\s*$", prose, re.MULTILINE)


@rule("markdown")
def links(cell, lecture):
    """A link leads to no file."""
    for target in re.findall(r"\]\(<?([^)\s>]+)", cell.source):
        file = target.split("#")[0]
        if file and not re.match(r"[a-z][a-z0-9+.-]*:", target) and not (lecture.path.parent / file).exists():
            yield target
