"""A lecture as a page of the web site: its text and stored outputs, plumbing folded, exercises with their answers."""

from __future__ import annotations

import ast
import html
import re

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from course_utils import exercises
from slides import markup, outputs
from slides.lecture import CHECKED
from tools import anatomy, launch, notebooks

DROPPED = ("install", "setup")
MARKDOWN_SIGNS = re.compile(r"([\\*_$\[\]{}|~])")
QUOTED_CODE = re.compile(r"(`[^`]+`)")
CAPTION = re.compile(r"\*(.+)\*", re.DOTALL)


def page(notebook: NotebookNode, number: int, links: str) -> NotebookNode:
    """The notebook that Sphinx reads in place of a lecture.

    Args:
        notebook: The lecture; it stays as it is.
        number: The lecture's number.
        links: HTML that goes under the title: its slides and where else it opens.
    """
    kept = [cell for cell in notebook.cells if cell["id"] not in DROPPED]
    cells = [made for cell in kept for made in cells_for(NotebookNode(cell), number)]
    cells[0]["source"] = titled(cells[0]["source"], links)
    return NotebookNode({**notebook, "metadata": {"language_info": {"name": "python"}}, "cells": cells})


def titled(source: str, links: str) -> str:
    """The title cell with the page's links in place of those that publishing wrote."""
    heading, *rest = markup.paragraphs(launch.without_line(source))
    return "\n\n".join([heading, *rest, links]).rstrip()


def cells_for(cell: NotebookNode, number: int) -> list[NotebookNode]:
    """The cells of the page that stand for one cell of the lecture."""
    role = getattr(anatomy.place(cell["id"]), "role", "")
    if cell.cell_type != "code":
        boxed = ":::{container} predict\n" + cell.source + "\n:::" if role == "predict" else cell.source
        return [NotebookNode({**cell, "source": boxed})]
    results = outputs.read(cell).results
    shown = NotebookNode({**cell, "metadata": code_metadata(cell, role), "outputs": page_outputs(cell, role)})
    if results:
        return [shown, new_markdown_cell(claims_block(results, claim_target(number, cell["id"])))]
    return [shown, *answers(cell, number)] if role == "attempt" else [shown]


def code_metadata(cell: NotebookNode, role: str) -> dict:
    """What tells myst-nb to fold the code, and how to describe its figure."""
    metadata: dict = {"mystnb": figure_options(cell)}
    if role == "saw-table":  # one call; what it shows is the point
        metadata["tags"] = ["remove-input"]
    elif role != "attempt" and "show-code" not in notebooks.tags(cell):
        metadata["tags"] = ["hide-input"]
        metadata["mystnb"] |= dict.fromkeys(("code_prompt_show", "code_prompt_hide"), code_label(cell.source))
    return metadata


def code_label(source: str) -> str:
    """What stands on folded code: the functions and classes that it defines."""
    defined = [f"{part.name}" for part in ast.parse(source).body if isinstance(part, ast.FunctionDef | ast.ClassDef)]
    return f"Code: {', '.join(defined)}" if defined else "Code"


def figure_options(cell: NotebookNode) -> dict:
    """Alternative text and caption of the cell's stored figure, where myst-nb looks for them."""
    pictures = notebooks.pictures(cell.outputs)
    if not pictures:
        return {}
    captions = [found[1] for output in cell.outputs if (found := CAPTION.fullmatch(markdown_of(output)))]
    image = {"alt": pictures[0].metadata.get("image/png", {}).get("alt", "")}
    return {"image": image, "figure": {"caption": captions[0]}} if captions else {"image": image}


def markdown_of(output: NotebookNode) -> str:
    """The markdown that an output shows, or ""."""
    return output.get("data", {}).get("text/markdown", "").strip()


def page_outputs(cell: NotebookNode, role: str) -> list[NotebookNode]:
    """The outputs without what the page shows in another way: claims, captions, the word on an untried exercise."""
    if role == "attempt":
        return []
    has_figure = bool(notebooks.pictures(cell.outputs))
    kept = [output for output in cell.outputs if not (has_figure and CAPTION.fullmatch(markdown_of(output)))]
    return [page_output(output) for output in kept if not is_claims(output)]


def is_claims(output: NotebookNode) -> bool:
    """Whether the output is lines that `claim` printed, and nothing else."""
    return output.output_type == "stream" and all(outputs.CLAIM.match(line) for line in output.text.splitlines())


def page_output(output: NotebookNode) -> NotebookNode:
    """The output as it goes on the page: a picture as wide as it was drawn for, numbers in tables as in print."""
    output = NotebookNode(output)
    if "image/png" in output.get("data", {}):
        stored = output.metadata.get("image/png", {})
        output.metadata = {"image/png": {"width": stored["width"]} if "width" in stored else {}}
    elif (table := markdown_of(output)).startswith("|"):
        output.data = {"text/markdown": markup.numbers(html.escape(table, quote=False))}
    return output


def claim_target(number: int, cell_id: str) -> str:
    """The name under which the page of all claims links to those of a cell."""
    return f"lecture-{number:02}-{cell_id}"


def claims_block(results: list[outputs.Result], target: str) -> str:
    """What a cell's claims printed, as a list."""
    lines = [f"* {'✓' if one.holds else '✗'} {as_markdown(one.statement)} {evidence(one)}".rstrip() for one in results]
    return "\n".join([":::{container} claims", f":name: {target}", "", *lines, ":::"])


def evidence(result: outputs.Result) -> str:
    """The numbers behind a claim, in small type."""
    return f'<span class="evidence">({as_markdown(result.evidence)})</span>' if result.evidence else ""


def as_markdown(text: str) -> str:
    """Plain text, in which only `code` is marked, as markdown that shows just that; numbers are set as in print."""
    parts = QUOTED_CODE.split(text)
    signs = [MARKDOWN_SIGNS.sub(r"\\\1", html.escape(part, quote=False).replace("`", r"\`")) for part in parts[::2]]
    parts[::2] = [markup.numbers(part) for part in signs]
    return "".join(parts)


def answers(attempt: NotebookNode, number: int) -> list[NotebookNode]:
    """The hints and the solution of the exercise that a cell checks, each to be opened."""
    checked = CHECKED.search(attempt.source)
    known = {exercise.id: exercise for exercise in exercises.of_lecture(number)}
    if not checked or checked["id"] not in known:  # registered in the notebook: the notebook has the answers
        return []
    exercise = known[checked["id"]]
    count = len(exercise.hints)
    hints = [folded(f"Hint {place} of {count}", as_markdown(hint)) for place, hint in enumerate(exercise.hints, 1)]
    worked = f"```python\n{exercise.solution}\n```\n\n{as_markdown(exercise.explanation)}"
    return [new_markdown_cell("\n\n".join([*hints, folded("Solution", worked)]))]


def folded(summary: str, body: str) -> str:
    """Markdown that opens by a click."""
    return f'<details class="answer"><summary>{summary}</summary>\n\n{body}\n\n</details>'
