"""What a lint rule is: a function that yields what is wrong, with a message and the command that repairs it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbformat import NotebookNode

from tools import anatomy, notebooks

EXECUTE = "make notebooks N={number}"
FORMAT = "python -m tools format {number}"
EDIT = "python -m tools text {number}, edit the cell, python -m tools from-text {number}"
EDIT_AND_EXECUTE = EDIT + ", make notebooks N={number}"
WHOLE = "whole lecture"


@dataclass(frozen=True)
class Lecture:
    """A lecture under lint: its file and what is in it."""

    path: Path
    text: str
    notebook: NotebookNode

    @classmethod
    def read(cls, path: Path) -> Lecture:
        """The lecture in the file."""
        text = notebooks.text_of(path)
        return cls(path, text, notebooks.loads(text, path.name))

    @property
    def number(self) -> int:
        """The lecture's number."""
        return notebooks.number(self.path)

    @property
    def cells(self) -> list[NotebookNode]:
        """All cells in order."""
        return self.notebook.cells

    @property
    def code_cells(self) -> list[NotebookNode]:
        """The code cells in order."""
        return notebooks.code_cells(self.notebook)

    @cached_property
    def sections(self) -> list[anatomy.Section]:
        """The sections in order."""
        return anatomy.sections(self.cells)


@dataclass(frozen=True)
class Finding:
    """Something wrong: where, what, and what to type."""

    lecture: str
    cell: str
    message: str
    repair: str

    def __str__(self) -> str:
        return f"{self.lecture} {self.cell}: {self.message} — repair: {self.repair}"


@dataclass(frozen=True)
class Rule:
    """A named condition on every cell of some kind, or on the lecture as a whole.

    Attributes:
        name: what `--rule` takes.
        scope: "cell", "code", "markdown", or "lecture".
        message: what is wrong, without the detail.
        repair: the command that repairs it, with `{number}` for the lecture's.
        condition: yields one detail for each thing that is wrong (scope "lecture": a cell id and a detail).
    """

    name: str
    scope: str
    message: str
    repair: str
    condition: Callable[..., Iterable]

    def findings(self, lecture: Lecture) -> Iterator[Finding]:
        """What this rule finds in a lecture."""
        for cell_id, detail in dict.fromkeys(self._details(lecture)):
            message = self.message + (f": {detail}" if detail else "")
            yield Finding(lecture.path.stem, cell_id, message, self.repair.format(number=f"{lecture.number:02d}"))

    def _details(self, lecture: Lecture) -> Iterator[tuple[str, str]]:
        if self.scope == "lecture":
            yield from self.condition(lecture)
            return
        for cell in lecture.cells:
            if self.scope in ("cell", cell.cell_type):
                yield from ((cell["id"], detail) for detail in self.condition(cell, lecture))


RULES: dict[str, Rule] = {}


def rule(scope: str, repair: str = EDIT) -> Callable:
    """Make a condition a rule: its docstring is the message, its name (with dashes) what `--rule` takes."""

    def register(condition: Callable) -> Callable:
        name = condition.__name__.replace("_", "-")
        RULES[name] = Rule(name, scope, condition.__doc__.removesuffix("."), repair, condition)
        return condition

    return register


def role(cell: NotebookNode) -> str:
    """The cell's role, or "" when its id does not say."""
    where = anatomy.place(cell["id"])
    return where.role if where else ""


def bullets(source: str) -> list[str]:
    """The list items of a markdown source, without sub-items."""
    return re.findall(r"^(?:[*+-]|\d+\.) +(.+)$", source, re.MULTILINE)


def python_tree(cell: NotebookNode) -> ast.Module:
    """The cell's syntax tree; shell and magic lines are left out, and a cell that is not Python gives an empty tree."""
    lines = ["pass" if line.lstrip().startswith(("!", "%")) else line for line in cell.source.splitlines()]
    try:
        return ast.parse("\n".join(lines))
    except SyntaxError:
        return ast.parse("")


def calls(cell: NotebookNode) -> Iterator[tuple[str, ast.Call]]:
    """The calls in a code cell with their dotted names ("np.random.seed"), in source order."""
    nodes = [node for node in ast.walk(python_tree(cell)) if isinstance(node, ast.Call)]
    for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset)):
        yield dotted(node.func), node


def dotted(node: ast.expr) -> str:
    """The dotted name of an expression, or "" where it is none."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""
