"""What both ways of running a lecture share (executing it, and comparing it under pytest): environment and memory."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from tools.notebooks import ROOT

CELL_TIMEOUT = 300
SWITCHES = ("KERAS_BACKEND", "COURSE_PROFILE", "COURSE_DATA_DIR", "COURSE_SEED")


def environment(base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment in which a lecture is checked: still figures, and this tree's course_utils before any other."""
    path = os.pathsep.join(part for part in (str(ROOT), base.get("PYTHONPATH", "")) if part)
    return {**base, "COURSE_STATIC": "1", "PYTHONPATH": path}


def default_environment() -> dict[str, str]:
    """`environment()` without the student's switches: the one whose outputs are stored."""
    return {key: value for key, value in environment().items() if key not in SWITCHES}


def bare_environment(base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of a machine that knows nothing of this tree: no path to it, no switch, controls alive."""
    ours = (*SWITCHES, "COURSE_STATIC", "PYTHONPATH")
    return {key: value for key, value in base.items() if key not in ours}


def peak_memory(pid: int) -> int | None:
    """The most memory the process has held so far, in bytes; None where the system does not say."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return _peak_memory_by_psutil(pid)
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(match[1]) * 1024 if match else None


def _peak_memory_by_psutil(pid: int) -> int | None:
    import psutil

    try:
        memory = psutil.Process(pid).memory_info()
    except psutil.Error:
        return None
    return getattr(memory, "peak_wset", None)


def megabytes(size: int | None) -> str:
    """A size in bytes for people."""
    return "?" if size is None else f"{size / 1e6:.0f} MB"
