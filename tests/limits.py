"""Faults that a test can cause: a folder that nobody may write, a disk that is full."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# root may write everywhere, unless the right to override is taken from a process.
HUMBLE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


def humble(*command: str) -> list[str]:
    """The command, run by somebody to whom the rights of files apply."""
    if os.name != "posix":
        pytest.skip("Windows keeps such rights in another way")
    if os.geteuid():
        return list(command)
    if not shutil.which(HUMBLE[0]):
        pytest.skip("root may write everywhere, and there is no setpriv to change that")
    return [*HUMBLE, *command]


@contextmanager
def closed(folder: Path) -> Iterator[Path]:
    """A folder in which nobody may write, meanwhile."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o555)
    try:
        yield folder
    finally:
        folder.chmod(0o755)


@contextmanager
def full_disk(room: int = 1000) -> Iterator[None]:
    """No file can grow beyond so many bytes, meanwhile: the write fails in its middle, as on a full disk."""
    resource = pytest.importorskip("resource")
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))
