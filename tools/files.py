"""Write files and folders whole or not at all, and say in a sentence why one could not be read or written."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)


def replace(path: Path, content: bytes) -> None:
    """Put a file in the place of an older one, which stays as it was where the new one cannot be written.

    Raises:
        OSError: It cannot; the error names the file, also where the system did not.
    """
    draft = path.with_name(path.name + ".new")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from None


@contextmanager
def renewed(folder: Path) -> Iterator[Path]:
    """A new folder to fill; it takes the place of an older one once that went well.

    Raises:
        OSError: It could not be filled; the older folder stays as it was.
    """
    draft, older = (folder.with_name(folder.name + ending) for ending in (".new", ".old"))
    shutil.rmtree(draft, ignore_errors=True)  # of a run that was killed
    try:
        draft.mkdir(parents=True)
        yield draft
        shutil.rmtree(older, ignore_errors=True)
        if folder.exists():
            folder.rename(older)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    shutil.rmtree(older, ignore_errors=True)


def copy(source: Path, folder: Path) -> None:
    """Copy what a folder holds into one that is there already.

    Raises:
        OSError: A file could not be read or written; the error names the first one.
    """
    for path in sorted(source.rglob("*")):
        target = folder / path.relative_to(source)
        if path.is_dir():
            target.mkdir(exist_ok=True)
        else:
            replace(target, path.read_bytes())


def why(error: OSError) -> str:
    """One sentence on what could not be read or written, and what helps; "" if the error is about something else."""
    helps = {
        **dict.fromkeys(FULL, "make room on that disk"),
        **dict.fromkeys(CLOSED, "give yourself the right to write there, or choose a folder of your own"),
    }.get(error.errno)
    if not helps or not error.filename:
        return ""
    return (
        f"{error.filename} could not be read or written ({error.strerror}); what was there before is unchanged. "
        f"What helps: {helps}, then run the same command again."
    )
