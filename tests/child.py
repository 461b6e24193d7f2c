"""Run code in a fresh Python, for what a test's own process has already done or must not do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SWITCHES = ("KERAS_BACKEND", "COURSE_PROFILE", "COURSE_SEED", "COURSE_STATIC")


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """The finished run of `python ARGUMENTS` from the repository's root, with no switch set but those given."""
    kept = {name: value for name, value in os.environ.items() if name not in SWITCHES}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=ROOT, env={**kept, **environment}, capture_output=True, encoding="utf-8", check=False
    )
