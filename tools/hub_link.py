"""Links that open a lecture in a classroom's JupyterHub, where nbgitpuller brings the course and keeps every edit."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from urllib.parse import urlencode

from course_utils.errors import CourseError
from tools import launch, notebooks
from tools.launch import Launch
from tools.pythons import output_of

EXAMPLE = "Type: make hub-link HUB=https://hub.example.edu N=07"
#: The address of any page of a hub; `base` is that of the hub itself.
HUB = re.compile(
    r"(?P<base>https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?(?:/[\w.~-]+)*?)(?:/(?:hub|user)(?:/.*)?)?/?",
    re.IGNORECASE | re.ASCII,
)
BRANCH = re.compile(r"[\w](?:[./-]?[\w])*", re.ASCII)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("lectures", nargs="*", help="02, 2 or a path; none: all")
    parser.add_argument("--hub", default="", help="the address of the hub, such as https://hub.example.edu")
    parser.add_argument("--branch", help="what students follow (default: the ref of make publish, if it is a branch)")


def run(args: argparse.Namespace) -> int:
    """Print the link of each lecture; return the exit code."""
    where = published(notebooks.ROOT)
    hub = base_of(args.hub)
    branch = require_branch(args.branch) if args.branch else published_branch(notebooks.ROOT, where)
    for path in notebooks.find(args.lectures):
        print(link(hub, where.repo, branch, path.name))
    return 0


def link(hub: str, repo: str, branch: str, name: str) -> str:
    """The address that brings a branch of the course into a student's folder on a hub and opens one lecture there.

    Args:
        hub: The address of the hub, without a slash at the end.
        repo: "owner/name" on GitHub; nbgitpuller calls the folder by that name.
        branch: The branch that students follow.
        name: The file name of the lecture.
    """
    folder = repo.partition("/")[2]
    opened = f"lab/tree/{folder}/{notebooks.FOLDER.name}/{name}"
    query = urlencode({"repo": f"https://github.com/{repo}", "branch": branch, "urlpath": opened})
    return f"{hub}/hub/user-redirect/git-pull?{query}"


def base_of(address: str) -> str:
    """The address of a hub, from that of any of its pages.

    Raises:
        CourseError: It is no address of a web server.
    """
    match = HUB.fullmatch(address)
    if not match:
        given = f"{address!r} is no address of a hub" if address else "the address of the hub is missing"
        raise CourseError(f"{given}: it begins with https:// (or http://), then comes the name of a machine. {EXAMPLE}")
    return match["base"]


def require_branch(branch: str) -> str:
    """The name of a branch as it was given.

    Raises:
        CourseError: No branch can have it.
    """
    if not BRANCH.fullmatch(branch):
        raise CourseError(
            f"the branch {branch!r} cannot be linked: allowed are letters and digits, with single . _ - or / between "
            f"them, such as main. {EXAMPLE} BRANCH=main"
        )
    return branch


def published(root: Path) -> Launch:
    """Where the course is published.

    Raises:
        CourseError: Nowhere yet, so no hub could bring it.
    """
    where = launch.read(root)
    if where is None:
        raise CourseError(
            "the course is not published, and a hub brings it from GitHub. Type: make publish REPO=owner/name REF=main"
        )
    return where


def published_branch(root: Path, where: Launch) -> str:
    """The ref at which the course is published, as far as it is a branch: a tag never moves.

    Raises:
        CourseError: This clone knows no such branch.
    """
    patterns = (f"refs/heads/{where.ref}", f"refs/remotes/*/{where.ref}")
    if not output_of(["git", "-C", str(root), "for-each-ref", *patterns]):
        raise CourseError(
            f"the course is published at {where.ref}, which is no branch of this clone. Students follow a branch, "
            f"because a tag never moves and nbgitpuller cannot update from one: name it. {EXAMPLE} BRANCH=main"
        )
    return where.ref
