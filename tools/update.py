"""Bring a new version of the course, and leave alone what belongs to the person who asks for it.

The branch moves forward or stays where it is: nothing is merged, stashed or overwritten. What the new version needs
is then installed as `make lab` does it, and `tools.working_copy` renews the copies in ``my_course/``.
Standard library only, and readable by Python 3.6, because it runs before the environment is brought up to date.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools import pythons, setup
from tools.setup_failures import AGAIN, SetupError

ROOT = Path(__file__).resolve().parents[1]
INSTALLED_FROM = {"pyproject.toml", setup.CONSTRAINTS}
ANEW = "{} the course anew beside it, copy the folder my_course into the new one, and type there: make lab"


def add_arguments(parser):
    """Take no options."""


def run(args):
    """Pull, set up, renew the working copies; return the exit code.

    Raises:
        SetupError: The course could not be updated; the text says why and what to type. Nothing has changed.
    """
    try:
        require_closed()
        changed = pull()
        if setup.is_chosen("lab") and INSTALLED_FROM.intersection(changed):
            print(how_to_install())
        # A new process, because the modules of this one are those of the old version.
        return subprocess.call([sys.executable, "-m", "tools", "copies"], cwd=str(ROOT))
    except KeyboardInterrupt:
        return 130


def require_closed():
    """Refuse while JupyterLab has the lectures open: what is typed there may not be saved yet.

    Raises:
        SetupError: It has.
    """
    python = setup.present_python("lab")
    address = pythons.output_of([python, "-m", "tools.servers", str(ROOT)]) if python else ""
    if address:
        raise SetupError(
            "JupyterLab has the lectures open at {}: save there, stop it (in its menu File, Shut Down, or Ctrl+C in "
            "its terminal), {}".format(address.split()[0], AGAIN)
        )


def pull():
    """Move the branch forward to the newest commit of the branch that it follows.

    Returns:
        The names of the files that changed, none where this is the newest version.

    Raises:
        SetupError: That cannot be done without touching what was changed here.
    """
    require_clone()
    branch = branch_here()
    remote, there = followed(branch)
    fetch(remote, there)
    if git("merge-base", "--is-ancestor", "FETCH_HEAD", "HEAD").returncode == 0:
        print("This is the newest version of the course.", flush=True)
        return []
    require_same_line(branch)
    changed = names("diff", "--no-renames", "HEAD", "FETCH_HEAD")
    require_untouched(changed)
    merged = git("merge", "--quiet", "--ff-only", "--no-overwrite-ignore", "FETCH_HEAD")
    if merged.returncode:
        raise SetupError("The new version was fetched, but git could not take it over. {}".format(words_of(merged)))
    told = git("log", "-1", "--date=short", "--format=%cd, commit %h").stdout.strip()
    print("The course was updated ({}). CHANGELOG.md says what is new.".format(told), flush=True)
    return changed


def require_clone():
    """Refuse where git is missing, or this folder is none that git knows.

    Raises:
        SetupError: So it is.
    """
    if not (ROOT / ".git").exists():
        raise SetupError(
            "This folder is no clone (a download as an archive?), so it cannot be updated in place: "
            + ANEW.format("download")
        )
    if not shutil.which("git"):
        raise SetupError("An update comes through git, which is not installed: https://git-scm.com has it; " + AGAIN)
    known = git("rev-parse", "--git-dir")
    if known.returncode:
        raise SetupError("git cannot read this clone. {}".format(words_of(known)))


def branch_here():
    """Return the name of the branch that is checked out.

    Raises:
        SetupError: None is, only a tag or a commit.
    """
    branch = git("symbolic-ref", "--quiet", "--short", "HEAD").stdout.strip()
    if branch:
        return branch
    default = git("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD").stdout.strip()
    what = "This clone stands at a tag or a single commit, which does not move: "
    if default:
        raise SetupError(what + "type `git switch {}`, {}".format(default.split("/", 1)[1], AGAIN))
    raise SetupError(what + ANEW.format("clone"))


def followed(branch):
    """Return the remote of a branch and the branch there that it follows.

    Raises:
        SetupError: It follows none.
    """
    remote, there = (git("config", "branch.{}.{}".format(branch, key)).stdout.strip() for key in ("remote", "merge"))
    if remote and there:
        return remote, there
    if not git("remote").stdout.strip():
        raise SetupError(
            "This clone has no remote, so nothing says where new versions come from: type `git remote add origin "
            "ADDRESS` with the address of the course, and `git fetch origin`, {}".format(AGAIN)
        )
    raise SetupError(
        "The branch {0} follows no branch of a remote: type `git branch --set-upstream-to=origin/main`, or what "
        "`git branch --remotes` lists in place of origin/main, {1}".format(branch, AGAIN)
    )


def fetch(remote, there):
    """Fetch a branch of a remote; git knows the result as FETCH_HEAD.

    Raises:
        SetupError: It could not be fetched.
    """
    fetched = git("fetch", "--quiet", remote, there)
    if fetched.returncode:
        raise SetupError(
            "The new version could not be fetched: check the network, and with `git remote -v` the address, {} "
            "Nothing has changed. {}".format(AGAIN, words_of(fetched))
        )


def require_same_line(branch):
    """Refuse where both sides have commits of their own: only a person can join them.

    Raises:
        SetupError: They have.
    """
    if git("merge-base", "--is-ancestor", "HEAD", "FETCH_HEAD").returncode == 0:
        return
    own = git("rev-list", "--count", "FETCH_HEAD..HEAD").stdout.strip()
    course = git("rev-parse", "--abbrev-ref", "@{upstream}").stdout.strip() or "FETCH_HEAD"
    raise SetupError(
        "The branch {0} has commits that the course has not ({1}), and the course has new ones. Nothing has changed. "
        "To put yours aside, type `git branch my-commits` and `git reset --keep {2}`; to join both, `git merge {2}`; "
        "{3}".format(branch, own, course, AGAIN)
    )


def require_untouched(changed):
    """Refuse where files that the new version changes were also changed here, or stand in its way.

    Args:
        changed: The names of the files that the new version changes.

    Raises:
        SetupError: There are such files.
    """
    edited = sorted(set(changed).intersection(names("diff", "--no-renames", "HEAD")))
    if edited:
        raise SetupError(
            "The new version changes what was also changed here: {0}. Nothing was touched. To keep yours, copy it into "
            "my_course/ under a name of its own. Then type `git restore --staged --worktree {1}`, and run the same "
            "command again.".format(", ".join(edited), " ".join(edited))
        )
    added = names("diff", "--no-renames", "--diff-filter=A", "HEAD", "FETCH_HEAD")
    in_the_way = [name for name in added if os.path.lexists(str(ROOT / name))]
    if in_the_way:
        raise SetupError(
            "The new version brings files whose names are taken here: {}. Nothing was touched: rename yours, {}".format(
                ", ".join(in_the_way), AGAIN
            )
        )


def how_to_install():
    """Return the sentence for an environment that the course did not make and so does not change."""
    extras = ",".join(setup.extras_of("lab"))
    return (
        "The new version may need other packages, and {} is an environment of yours: bring it up to date with "
        '`python -m pip install -c {} -e ".[{}]"`.'.format(sys.prefix, setup.CONSTRAINTS, extras)
    )


def names(*words):
    """Return the names of the files that a `git diff` lists."""
    return [name for name in git(words[0], "--name-only", "-z", *words[1:]).stdout.split("\0") if name]


def git(*words):
    """Run git in the folder of the course; it may ask for a password in the terminal."""
    return subprocess.run(
        ["git", *words],
        cwd=str(ROOT),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )


def words_of(failed):
    """Return what git said when it failed; it leaves out passwords that an address holds."""
    return "git says: " + " ".join(failed.stderr.split())[:600]
