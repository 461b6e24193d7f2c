"""Rules about the code cells of a lecture."""

from __future__ import annotations

import ast
import re
import symtable

from tools import notebooks
from tools.rules.base import EDIT_AND_EXECUTE, calls, python_tree, role, rule

MOST_LINES = 25
MOST_LINES_SHOWN = 12
MOST_CHARACTERS_SHOWN = 95
CAPTION_AT = {"show": 1, "explore": 2}
FRAMEWORKS = ("keras", "tensorflow", "jax")


@rule("code", EDIT_AND_EXECUTE)
def short_cell(cell, lecture):
    """A code cell is too long."""
    lines = len(cell.source.splitlines())
    if lines > MOST_LINES:
        yield f"{lines} lines, {MOST_LINES} at most"


@rule("code", EDIT_AND_EXECUTE)
def short_shown_code(cell, lecture):
    """A cell tagged show-code does not fit on a slide."""
    lines = cell.source.splitlines()
    widest = max(map(len, lines), default=0)
    if "show-code" not in notebooks.tags(cell):
        return
    if len(lines) > MOST_LINES_SHOWN:
        yield f"{len(lines)} lines, {MOST_LINES_SHOWN} at most"
    if widest > MOST_CHARACTERS_SHOWN:
        yield f"a line of {widest} characters, {MOST_CHARACTERS_SHOWN} at most"


@rule("code", EDIT_AND_EXECUTE)
def caption(cell, lecture):
    """A figure needs a caption."""
    for name, call in calls(cell):
        if name not in CAPTION_AT:
            continue
        given = call.args[CAPTION_AT[name] :][:1] + [key.value for key in call.keywords if key.arg == "caption"]
        if not given or (isinstance(given[0], ast.Constant) and not str(given[0].value or "").strip()):
            yield f"{name}(…) in line {call.lineno} has none"


@rule("code", EDIT_AND_EXECUTE)
def no_global_seed(cell, lecture):
    """Randomness is seeded globally; give each experiment its own seed."""
    for name, call in calls(cell):
        if name.endswith(("random.seed", "set_random_seed", "random.set_seed")) or name == "seed":
            yield f"{name}(…) in line {call.lineno}"


@rule("lecture", EDIT_AND_EXECUTE)
def control_keeps_its_names(lecture):
    """A name that a control uses gets another meaning in a later cell, so the control stops working."""
    used = {}
    for cell in lecture.code_cells:
        names = symtable.symtable(ast.unparse(python_tree(cell)), cell["id"], "exec")
        for name in sorted({symbol.get_name() for symbol in names.get_symbols() if symbol.is_assigned()} & used.keys()):
            yield used[name], f"{name} is assigned again in {cell['id']}"
        if any(name == "explore" for name, _ in calls(cell)):
            functions = [child for child in names.get_children() if child.get_type() == "function"]
            used |= {name: cell["id"] for function in functions for name in function.get_globals()}


@rule("lecture", EDIT_AND_EXECUTE)
def start_first(lecture):
    """Start() comes before any import of Keras or its backend."""
    for cell in lecture.code_cells:
        started = [call.lineno for name, call in calls(cell) if name == "start"]
        for line, module in imports(cell):
            if module.split(".")[0] in FRAMEWORKS and not (started and started[0] < line):
                yield cell["id"], f"line {line} imports {module}"
        if started:
            return


def imports(cell) -> list[tuple[int, str]]:
    """The imports of a code cell: line and module."""
    found = []
    for node in ast.walk(python_tree(cell)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            found.append((node.lineno, node.module or ""))
    return sorted(found)


@rule("code")
def no_pip(cell, lecture):
    """Packages are installed in the install cell only."""
    if role(cell) != "install":
        yield from re.findall(r"^\s*[!%]\s*(?:uv\s+)?(?:pip|conda|mamba)\b.*$", cell.source, re.MULTILINE)


@rule("code", EDIT_AND_EXECUTE)
def no_nbval_marker(cell, lecture):
    """The cell asks nbval to look away."""
    yield from re.findall(r"^\s*#\s*((?:NBVAL_|PYTEST_VALIDATE_)\w+)", cell.source, re.MULTILINE)
