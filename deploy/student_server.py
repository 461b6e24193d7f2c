"""A student's server: bring the student's copies of the lectures up to date, then serve the student's home.

It runs as the student, never as root, because it writes into the student's home.
"""

import os
import sys
from pathlib import Path

from tools import working_copy

ORIGINALS = Path(__file__).resolve().parents[1] / "notebooks"
COPIES = "my_course"  # in the student's home


def main() -> None:
    """Refresh the copies, then become the server; old copies are better than no server."""
    try:
        for line in working_copy.refresh(ORIGINALS, Path.home() / COPIES):
            print(line, flush=True)
    except OSError as error:
        print(f"The lectures in {COPIES}/ are as they were, because one could not be written: {error}", flush=True)
    os.execv(sys.executable, [sys.executable, "-P", "-m", "jupyterhub.singleuser", *sys.argv[1:]])


if __name__ == "__main__":
    main()
