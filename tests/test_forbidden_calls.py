"""No code of the course runs what a file, a network or a person brings: no pickle, no `eval`, no shell, no unsafe load.

It looks at the syntax, so it finds a call by its usual name only, which is how such a call gets into a course.
"""

from __future__ import annotations

import ast

import pytest

from tools import notebooks

FOLDERS = ("course_utils", "tools", "slides", "benchmarks", "docs")
BUILTINS = {"eval", "exec", "compile", "__import__"}
#: Modules that run what they load, and functions that hand a text to a shell; "yaml.load" and the like.
MODULES = {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal", "cloudpickle"}
FUNCTIONS = {
    *("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"),
    *("yaml.load", "yaml.unsafe_load", "yaml.full_load", "pandas.read_pickle", "torch.load"),
    "keras.config.enable_unsafe_deserialization",
}
SWITCHES = {("allow_pickle", True), ("shell", True), ("safe_mode", False), ("trust_remote_code", True)}
#: What stands there for a reason.
ALLOWED = {
    # An exercise's own stub, solution and mistakes, which are texts of the course.
    ("course_utils/exercises/exercise.py", "exec"),
    # Sends a search's objective to processes that the same person started; a worker unpacks it.
    ("course_utils/workers.py", "cloudpickle"),
}


def name_of(node: ast.expr) -> str:
    """The dotted name of what is called, such as "os.system"."""
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def forbidden(source: str) -> set[str]:
    """The forbidden calls and imports in some code."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names}
            whole = {f"{node.module}.{name}" for name in names} if isinstance(node, ast.ImportFrom) else set()
            found |= {name.partition(".")[0] for name in names | whole} & MODULES | whole & FUNCTIONS
        elif isinstance(node, ast.Call):
            name = name_of(node.func)
            found |= {name} & (BUILTINS | FUNCTIONS)
            found |= {
                f"{key.arg}={key.value.value}"
                for key in node.keywords
                if isinstance(key.value, ast.Constant) and (key.arg, key.value.value) in SWITCHES
            }
    return found


def code_of(path) -> str:
    if path.suffix == ".py":
        return path.read_text(encoding="utf-8")
    return "\n\n".join(cell.source for cell in notebooks.code_cells(notebooks.read(path)))


def files():
    sources = [path for folder in FOLDERS for path in sorted((notebooks.ROOT / folder).rglob("*.py"))]
    return [path for path in sources if "build" not in path.parts] + notebooks.find()


def test_nothing_dangerous_is_called():
    found = {
        (path.relative_to(notebooks.ROOT).as_posix(), call) for path in files() for call in forbidden(code_of(path))
    }
    assert found == ALLOWED


@pytest.mark.parametrize(
    ("source", "call"),
    [
        ("eval(text)", "eval"),
        ("import pickle", "pickle"),
        ("from pickle import loads", "pickle"),
        ("import os\nos.system(text)", "os.system"),
        ("from os import system", "os.system"),
        ("yaml.load(text)", "yaml.load"),
        ("np.load(path, allow_pickle=True)", "allow_pickle=True"),
        ("subprocess.run(text, shell=True)", "shell=True"),
        ("keras.models.load_model(path, safe_mode=False)", "safe_mode=False"),
    ],
)
def test_a_dangerous_call_is_found(source, call):
    assert forbidden(source) == {call}


@pytest.mark.parametrize(
    "source", ["re.compile('a')", "model.compile('sgd')", "ast.literal_eval(text)", "yaml.safe_load(a)"]
)
def test_a_call_that_only_looks_like_one_is_not(source):
    assert forbidden(source) == set()
