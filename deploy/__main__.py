"""`sudo .venv/bin/python -m deploy`: look whether all that the hub needs is there, then start it.

Ctrl+C stops it, with the servers of all students, within a minute.
"""

import argparse
import grp
import importlib.util
import os
import shutil
import stat
import sys
from pathlib import Path

from course_utils.errors import CourseError

ROOT = Path(__file__).resolve().parents[1]
CONFIG = Path(__file__).with_name("jupyterhub_config.py")
STATE = Path("/var/lib/course-hub")
GROUP = "students"
PROXY = "configurable-http-proxy"


def main() -> int:
    """Start the hub in place of this process; return 1 where something is missing."""
    parser = argparse.ArgumentParser(prog="python -m deploy", description=__doc__)
    parser.add_argument("--config", type=Path, default=CONFIG, help="settings (default: %(default)s)")
    parser.add_argument(
        "--state", type=Path, default=STATE, help="folder for the hub's database and secrets (default: %(default)s)"
    )
    given = parser.parse_args()
    try:
        require_all(given.config)
        prepare(given.state)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    config = given.config.resolve()
    os.chdir(given.state)  # where JupyterHub puts its database and its secrets
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub", "-f", str(config)])


def require_all(config: Path) -> None:
    """Look for everything that the hub needs.

    Raises:
        CourseError: Something is missing; the message says what to type.
    """
    if importlib.util.find_spec("jupyterhub") is None:
        raise CourseError("JupyterHub is not installed. Type: python3 -m tools setup --extras hub")
    if os.geteuid() != 0:
        raise CourseError("The hub starts servers as other users: it needs root. Type: sudo .venv/bin/python -m deploy")
    if not config.is_file():
        raise CourseError(f"there are no settings {config}. Leave --config out for those of the course.")
    if shutil.which(PROXY) is None:
        raise CourseError(f"{PROXY} is missing; it needs Node.js. Type: npm install --global {PROXY}")
    if GROUP not in {group.gr_name for group in grp.getgrall()}:
        raise CourseError(f"there is no group {GROUP!r}, and only its members may log in. Type: sudo groupadd {GROUP}")
    for path in (ROOT, Path(sys.prefix), Path(sys.executable).resolve()):
        closed = closed_to_others(path)
        if closed:
            raise CourseError(
                f"students cannot read {closed}, and their servers need {path}. Put the course where all can read, "
                "such as /srv/course, with a Python of the system, and set it up there."
            )


def closed_to_others(path: Path) -> Path | None:
    """The first folder on the way to a path, or the path itself, that other users cannot use; None if they can."""
    for part in (*reversed(path.parents), path):
        needed = stat.S_IXOTH if part != path else stat.S_IROTH | stat.S_IXOTH
        if part.stat().st_mode & needed != needed:
            return part
    return None


def prepare(state: Path) -> None:
    """Create the folder for the hub's secrets, which only root may read.

    Raises:
        CourseError: It belongs to somebody else, who could read them, or cannot be created.
    """
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CourseError(
            f"the folder for the hub's secrets cannot be created ({error}). Choose another --state."
        ) from error
    if state.stat().st_uid != os.geteuid():
        raise CourseError(f"{state} belongs to another user, who could read the hub's secrets. Choose another --state.")
    state.chmod(0o700)


if __name__ == "__main__":
    sys.exit(main())
