"""Data sets downloaded through `keras.datasets`: with a time limit, one progress bar, and no damaged file left."""

import gzip
import io
import os
import sqlite3
import tempfile
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, redirect_stdout, suppress
from http.client import HTTPResponse
from pathlib import Path
from types import ModuleType

from course_utils import machine, network
from course_utils.datasets.files import Arrays, Layout
from course_utils.errors import CourseError
from course_utils.progress import bar

SECONDS = 10  # without a sign of life
PATIENCE = 600  # seconds until another notebook's download is waited for no longer
LOCK = "course-downloads.lock"
# The files that Keras keeps for each data set, in its cache folder.
CACHED = {
    "mnist": ("mnist.npz",),
    "fashion_mnist": tuple(
        f"fashion-mnist/{part}-{what}-ubyte.gz" for part in ("train", "t10k") for what in ("images-idx3", "labels-idx1")
    ),
    "cifar10": ("cifar-10-batches-py-target_archive",),
}


class UnavailableError(CourseError):
    """A data set is neither on this machine nor to be had from the network now."""


def fetch(layout: Layout) -> Arrays:
    """The arrays of a data set from Keras's cache, or from the network if they are not there yet.

    Raises:
        UnavailableError: If they cannot be downloaded; a file that arrived damaged is removed.
    """
    import keras

    with _alone():
        return _fetched(layout.name, keras.datasets)


@contextmanager
def _alone() -> Iterator[None]:
    """Let other notebooks wait meanwhile: what one has half downloaded would be damaged in the eyes of the next.

    An exclusive transaction of SQLite locks on every system, and ends with the process that began it.
    """
    with ExitStack() as stack:
        with suppress(sqlite3.Error):  # a cache that cannot be written
            lock = stack.enter_context(closing(sqlite3.connect(_cache_folders()[0].parent / LOCK, timeout=1)))
            for _ in range(PATIENCE):
                with suppress(sqlite3.OperationalError):  # another notebook holds it
                    lock.execute("BEGIN EXCLUSIVE")
                    break
        yield


def _fetched(name: str, sources: ModuleType) -> Arrays:
    """The arrays of a data set from `keras.datasets`."""
    for path in _remove_damaged(name):
        print(f"{path} was damaged and is removed; it is downloaded again.")
    try:
        with redirect_stdout(io.StringIO()), _watched(name):  # Keras prints a bar of its own
            (x_train, y_train), (x_test, y_test) = getattr(sources, name).load_data()
    except Exception as error:  # Keras raises bare exceptions
        removed = _remove_damaged(name)
        reason = f"{removed[0].name} arrived damaged and is removed" if removed else " ".join(str(error).split())
        raise UnavailableError(
            f"{name} is not on this machine and cannot be downloaded ({reason}). "
            f"Connect and try again, or put {name}.npz into a folder and set COURSE_DATA_DIR to it."
        ) from None
    return x_train, y_train, x_test, y_test


def _remove_damaged(name: str) -> list[Path]:
    """Remove the cached files that were cut off or are something else, and return their paths.

    Keras compares checksums for some data sets only, and says nothing of a file that it replaces.
    """
    found = [folder / file for folder in _cache_folders() for file in CACHED[name]]
    try:
        damaged = [path for path in found if path.is_file() and not _is_whole(path)]
        for path in damaged:
            path.unlink()
    except OSError as error:
        raise UnavailableError(
            f"{error.filename} is damaged and cannot be removed ({error.strerror}). "
            "Set KERAS_HOME to a folder of yours, restart the kernel, and try again."
        ) from None
    return damaged


def _cache_folders() -> list[Path]:
    """Where Keras may keep downloads: its home, or a temporary folder where that cannot be written."""
    home = os.environ.get("KERAS_HOME") or machine.home() / ".keras"
    return [Path(home) / "datasets", Path(tempfile.gettempdir()) / ".keras/datasets"]


def _is_whole(path: Path) -> bool:
    """Whether an archive can be read to its end and its checksums agree."""
    if not path.stat().st_size:
        return False
    try:
        if path.suffix == ".npz":
            with zipfile.ZipFile(path) as archive:
                return archive.testzip() is None
        with gzip.open(path) as stream:
            while stream.read(2**20):
                pass
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
        return False
    return True


@contextmanager
def _watched(label: str) -> Iterator[None]:
    """Give what is downloaded meanwhile a time limit and a progress bar; certificates are checked as always."""
    usual = urllib.request._opener  # there is no public way to ask for it
    watch = _Watch(label)
    urllib.request.install_opener(urllib.request.build_opener(watch))
    try:
        yield
    finally:
        urllib.request.install_opener(usual)
        watch.close()


class _Watch(urllib.request.BaseHandler):
    """Stands between urllib and the server."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.bars = []

    def http_request(self, request: urllib.request.Request) -> urllib.request.Request:
        request.timeout = SECONDS
        host, _, port = request.host.partition(":")
        port = int(port or (443 if request.type == "https" else 80))
        # A proxy looks up names itself.
        if not urllib.request.getproxies() and not network.reachable(host, port, SECONDS):
            raise urllib.error.URLError(f"no answer from {host}")
        return request

    def http_response(self, request: urllib.request.Request, response: HTTPResponse) -> HTTPResponse:
        if response.status == 200:
            length = response.headers.get("Content-Length")
            if length == "0":  # older versions of Keras take the logarithm of the size
                raise urllib.error.URLError(f"{request.host} sent an empty file")
            size = int(length) if length else None
            progress = bar(size, f"downloading {self.label}", unit="B", unit_scale=True)
            self.bars.append(progress)
            read = response.read

            def counted(*amount: int) -> bytes:
                block = read(*amount)
                progress.update(len(block))
                return block

            response.read = counted
        return response

    https_request, https_response = http_request, http_response

    def close(self) -> None:
        for progress in self.bars:
            progress.close()
