"""Make every link of the course open it where it is published: launch links, install cells, README, citation.

All of it follows from the settings that `tools.launch` reads, so a second call changes nothing, and without them
everything is as it was before.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from nbformat import NotebookNode

from course_utils.errors import CourseError
from tools import install_cell, launch, notebooks, readme
from tools.files import replace
from tools.launch import Launch
from tools.pythons import output_of

BLOCK = re.compile(r"\n# launch: .*?\n# /launch\n", re.DOTALL)
GITHUB = re.compile(r"(?:https://(?:[^@/]*@)?github\.com/|(?:ssh://)?git@github\.com[:/])(?P<repo>.+?)(?:\.git)?/?")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("--repo", help="owner/name on GitHub (default: where the git remote origin is)")
    parser.add_argument("--ref", help="the tag or branch to open (default: the one that is checked out)")


def run(args: argparse.Namespace) -> int:
    """Write the settings and all that follows from them; return the exit code."""
    root = notebooks.ROOT
    where = launch.of(args.repo or repo_of_origin(root), args.ref or current_ref(root))
    write(root, where)
    print(
        f"The links open {where.repo} at {where.ref}. Commit, give that commit the tag or branch {where.ref}, and push "
        "both: before that they lead nowhere."
    )
    return 0


def repo_of_origin(root: Path) -> str:
    """The repository that the git remote `origin` names.

    Raises:
        CourseError: There is no such remote, or it is not on GitHub.
    """
    remote = output_of(["git", "-C", str(root), "remote", "get-url", "origin"])
    match = GITHUB.fullmatch(remote)
    if not match:
        reason = f"the git remote origin, {remote!r}, is not on GitHub" if remote else "there is no git remote origin"
        raise CourseError(f"{reason}: name the repository. Type: make publish REPO=owner/name REF=v1")
    return match["repo"]


def current_ref(root: Path) -> str:
    """The tag of the commit that is checked out, else its branch.

    Raises:
        CourseError: It has neither.
    """
    git = ["git", "-C", str(root)]
    ref = output_of([*git, "describe", "--exact-match", "--tags"]) or output_of([*git, "branch", "--show-current"])
    if not ref:
        raise CourseError("no tag and no branch is checked out: name one. Type: make publish REPO=owner/name REF=v1")
    return ref


def write(root: Path, where: Launch | None) -> None:
    """Bring the files of the course in this folder into line with the settings, and say which ones changed."""
    for path, content in wanted(root, where).items():
        if not readme.is_current(path, content):
            replace(path, content)
            print(f"wrote {path.relative_to(root).as_posix()}")


def wanted(root: Path, where: Launch | None) -> dict[Path, bytes]:
    """What the files should hold, by path; None: as before the first publishing.

    Raises:
        CourseError: A lecture or README has no place for what belongs there.
    """
    files = {path: lecture(path, where) for path in notebooks.find(folder=root / notebooks.FOLDER.name)}
    for name, block in (("pyproject.toml", settings(where)), ("CITATION.cff", citation(where))):
        text = BLOCK.sub("", (root / name).read_text(encoding="utf-8"))
        files[root / name] = (text + block).encode()
    return files | readme.wanted(root / readme.README.name, where)


def settings(where: Launch | None) -> str:
    """The block for pyproject.toml."""
    if where is None:
        return ""
    return block(f'[tool.course]\nrepo = "{where.repo}"\nref = "{where.ref}"\nsite = "{where.site}"')


def citation(where: Launch | None) -> str:
    """The block for CITATION.cff."""
    if where is None:
        return ""
    return block(f'repository-code: "https://github.com/{where.repo}"\nurl: "{where.site}"')


def block(content: str) -> str:
    """Lines between the marks by which `BLOCK` finds them again."""
    return f"\n# launch: written by `make publish`, removed by `make unpublish`\n{content}\n# /launch\n"


def lecture(path: Path, where: Launch | None) -> bytes:
    """A lecture's file with links under its title and the address in its install cell."""
    notebook = notebooks.read(path)
    title, install = (cell_of(notebook, cell_id, path) for cell_id in ("title", "install"))
    title.source = titled(title.source, path.name, where)
    exchange_install(notebook, install, where)
    return notebooks.dumps(notebook).encode()


def titled(source: str, name: str, where: Launch | None) -> str:
    """A title cell's text with the line of links at its end, in place of an older one."""
    bare = launch.without_line(source)
    return f"{bare}\n\n{launch.line(where.links(name))}" if where else bare


def exchange_install(notebook: NotebookNode, install: NotebookNode, where: Launch | None) -> None:
    """Give the install cell its text, in place.

    Where the course is installed either text prints nothing, so outputs that were up to date still are.
    """
    current = notebooks.is_current(notebook) and not install.outputs
    install.source = install_cell.source(where.address if where else "")
    if current:
        notebooks.stamp(notebook)


def cell_of(notebook: NotebookNode, cell_id: str, path: Path) -> NotebookNode:
    """The cell with this id.

    Raises:
        CourseError: The lecture has none.
    """
    for cell in notebook.cells:
        if cell["id"] == cell_id:
            return cell
    raise CourseError(f"{path.name} has no cell {cell_id}, and needs one. Type: make lint N={path.stem[:2]}")
