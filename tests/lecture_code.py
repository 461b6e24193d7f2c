"""Take functions out of a lecture's notebook, so that tests run the very code that students read."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace

from course_utils.errors import require_choice
from tools import notebooks


def take(lecture: int, *names: str) -> SimpleNamespace:
    """What the lecture calls by these names, with all that they need, and nothing else executed.

    Needed are the imports, functions, classes and assignments that a name refers to, directly or through others.
    A cell's loops and calls are not run: no experiment, and not `start`.
    """
    statements = _statements(lecture)
    bound = {name: statement for statement in statements for name in _binds(statement)}
    needed, waiting = set(), [require_choice(f"name in lecture {lecture}", name, bound) for name in names]
    while waiting:
        statement = bound[waiting.pop()]
        if statement not in needed:
            needed.add(statement)
            waiting += [name for name in _uses(ast.unparse(statement)) if name in bound]
    namespace: dict[str, object] = {}
    body = [statement for statement in statements if statement in needed]
    exec(compile(ast.Module(body, type_ignores=[]), f"lecture {lecture}", "exec"), namespace)
    return SimpleNamespace(**namespace)


@cache
def _statements(lecture: int) -> list[ast.stmt]:
    (path,) = notebooks.find([str(lecture)])
    cells = notebooks.code_cells(notebooks.read(path))
    return [statement for cell in cells for statement in ast.parse(cell.source).body]


def _binds(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement gives a meaning."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.split(".")[0] for alias in statement.names)
    elif isinstance(statement, ast.Assign):
        targets = [node for target in statement.targets for node in ast.walk(target)]
        yield from (node.id for node in targets if isinstance(node, ast.Name))


def _uses(source: str) -> set[str]:
    """The names that a statement takes from outside, those inside its functions included."""
    found, tables = set(), [symtable.symtable(source, "cell", "exec")]
    while tables:
        table = tables.pop()
        outermost = table.get_type() == "module"
        found |= {s.get_name() for s in table.get_symbols() if s.is_referenced() and (outermost or s.is_global())}
        tables += table.get_children()
    return found
