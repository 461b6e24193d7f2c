"""Start a lecture: which backend, which profile, which seeds."""

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from course_utils.errors import CourseError, require_choice

BACKENDS = ("tensorflow", "jax")
PROFILES = ("quick", "full")
SEEDS_APART = 1000
_started: dict[str, str | None] = {}  # what the last start was given


def start(lecture: int, profile: str | None = None, backend: str | None = None) -> None:
    """Get a notebook ready: load Keras quietly, set the plot style, forget the claims of an earlier run.

    Args:
        lecture: Number of the lecture.
        profile: "quick" (a CPU, built-in data) or "full" (a GPU, larger data); default `COURSE_PROFILE` or "quick".
        backend: "tensorflow" or "jax"; default `KERAS_BACKEND` or "tensorflow".

    Raises:
        CourseError: For an unknown profile or backend, or if Keras already runs on another backend.

    Taught in lecture 00.
    """
    forgive_terminals()
    backend = require_choice("backend", backend or os.environ.get("KERAS_BACKEND") or BACKENDS[0], BACKENDS)
    require_choice("profile", profile or os.environ.get("COURSE_PROFILE") or PROFILES[0], PROFILES)
    load_keras(backend)
    _started["profile"] = profile

    from threadpoolctl import threadpool_limits

    from course_utils import claims, plots

    # NumPy multiplies small matrices here: several threads would wait for each other three times as long as they work.
    threadpool_limits(limits=1, user_api="blas")
    plots.use_style()
    claims.forget()
    print(f"Lecture {lecture} is ready.")


def forgive_terminals() -> None:
    """Let a terminal that lacks ✓ or ≈ show ? in its place; a notebook has all signs."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def current_profile() -> str:
    """The profile in force: "quick" or "full". Taught in lecture 00."""
    return _started.get("profile") or os.environ.get("COURSE_PROFILE") or PROFILES[0]


def is_static() -> bool:
    """Whether outputs are being stored or tested: then controls print their stills and progress bars are silent."""
    return os.environ.get("COURSE_STATIC", "") not in ("", "0")


def seeds(count: int) -> range:
    """`count` different seeds, the same in every run.

    The environment variable `COURSE_SEED` (a whole number, default 0) moves all of them, which is how the course
    tests that no claim rests on a lucky choice. Taught in lecture 00.
    """
    given = os.environ.get("COURSE_SEED") or "0"
    if not given.isdecimal():
        raise CourseError(f"COURSE_SEED must be a whole number such as 3, not {given!r}.")
    first = SEEDS_APART * int(given)
    return range(first, first + count)


def load_keras(backend: str) -> None:
    """Import Keras on a backend, without its start-up lines; nothing to do where it runs already."""
    os.environ["KERAS_BACKEND"] = backend
    with silent_stderr():
        try:
            import keras
            import numpy as np

            keras.ops.convert_to_numpy(keras.ops.add(np.ones(2), 1))  # the first operation prints messages too
        except ModuleNotFoundError as error:
            raise CourseError(
                f"{error.name} is not installed, and this lecture needs it. "
                f"Type: pip install {'keras' if error.name == 'keras' else backend}"
            ) from None
    logging.getLogger("tensorflow").addFilter(_worth_reading)
    running = keras.backend.backend()
    if running != backend:
        os.environ["KERAS_BACKEND"] = running  # so that a plain start() goes on with what runs
        raise CourseError(f"Keras already runs on {running}. Restart the kernel, then start(…, backend={backend!r}).")


def _worth_reading(record: logging.LogRecord) -> bool:
    """Drop TensorFlow's warning that much is traced: a student who builds five networks did nothing wrong."""
    return "triggered tf.function retracing" not in record.getMessage()


@contextmanager
def silent_stderr() -> Iterator[None]:
    """Hold back what compiled code writes to standard error; show it only if loading fails."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(kept, 2)
            held.seek(0)
            os.write(2, held.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
