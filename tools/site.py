"""The web site: pages from the lectures' stored outputs and from docs/, which open from disk without a network.

Pages are put together in a temporary folder, built there, and take the place of an earlier site only when neither
Sphinx nor the links gave cause for complaint.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from course_utils.errors import CourseError
from slides import build as decks
from tools import files, kernels
from tools.notebooks import ROOT
from tools.pages import course as courses
from tools.pages import documents, links
from tools.pages.course import Course

HERE = ROOT / "docs"
OUT = HERE / "build"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("--out", type=Path, default=OUT, metavar="FOLDER", help="where the site lands (docs/build)")


def run(args: argparse.Namespace) -> int:
    """Build the site and say where it is; return the exit code."""
    build(args.out)
    print(f"wrote {args.out / 'index.html'}: open it in a browser")
    return 0


def build(out: Path = OUT, root: Path = ROOT) -> None:
    """Build the site of a checkout.

    Raises:
        CourseError: The folder holds something else, Sphinx found a fault (its words are printed before), or a link
            leads nowhere.
    """
    if out.exists() and any(out.iterdir()) and not (out / "searchindex.js").exists():
        raise CourseError(f"{out} holds files that are no site. Name another: python -m tools site --out FOLDER")
    with tempfile.TemporaryDirectory() as folder:
        work, course = Path(folder), courses.read(root)
        documents.write(course, work / "pages")
        copy_decks(course, work / "extra" / "slides")
        copy_mathjax(work / "static" / "mathjax")
        call_sphinx(course, work)
        check_links(work / "html")
        # Sphinx would need it to build on; it holds the digest of a path that is gone.
        (work / "html" / ".buildinfo").unlink(missing_ok=True)
        with files.renewed(out) as fresh:
            files.copy(work / "html", fresh)


def copy_decks(course: Course, folder: Path) -> None:
    """Copy the slides that were built."""
    folder.mkdir(parents=True)
    if course.decks.exists():
        shutil.copytree(course.decks, folder, dirs_exist_ok=True)


def copy_mathjax(folder: Path) -> None:
    """Copy the MathJax that the slides use as well."""
    folder.mkdir(parents=True)
    shutil.copy(decks.mathjax(), folder)


def call_sphinx(course: Course, work: Path) -> None:
    """Let Sphinx make pages in `html`; a warning is an error.

    Raises:
        CourseError: There was one.
    """
    settings = {"html_static_path": f"{HERE / 'static'},{work / 'static'}", "html_extra_path": str(work / "extra")}
    settings |= {"html_baseurl": course.launch.site} if course.launch else {}
    words = ["-W", "--keep-going", "-q", "-c", str(HERE), "-d", str(work / "doctrees")]
    words += [word for name, value in settings.items() for word in ("-D", f"{name}={value}")]
    command = [sys.executable, "-m", "sphinx", *words, str(work / "pages"), str(work / "html")]
    if subprocess.run(command, env=kernels.environment(), check=False).returncode:
        raise CourseError("Sphinx found the faults above: mend what it names, then type: python -m tools site")


def check_links(site: Path) -> None:
    """See that no link within the site is dead.

    Raises:
        CourseError: One is; the message names its page.
    """
    dead = links.broken(site)
    if dead:
        raise CourseError(f"links of the site that lead nowhere, to mend in their sources: {'; '.join(dead[:5])}")
