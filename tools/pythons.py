"""Find a Python that the course can use.

Standard library only, and readable by Python 3.6.
"""

import os
import platform
import shutil
import subprocess
import sys

from tools.setup_failures import AGAIN, SetupError

VERSIONS = ("3.13", "3.12", "3.11")
NEEDED = "Python 3.11, 3.12 or 3.13"
TELL = "import sys; print('%d.%d' % sys.version_info[:2], sys.executable)"


def fits():
    """Tell whether the running Python is one of them."""
    return f"{sys.version_info[0]}.{sys.version_info[1]}" in VERSIONS


def suitable():
    """Return the path of a Python 3.11–3.13: the running one, else one on the PATH, else one that uv knows.

    Raises:
        SetupError: There is none; the text says what to type.
    """
    running = getattr(sys, "_base_executable", None) or sys.executable
    if fits():
        return running
    for command in candidates():
        version, path = ask(command)
        if version in VERSIONS:
            return path
    here = f"this is Python {platform.python_version()} ({running})"
    raise SetupError(f"{NEEDED} is needed, but {here} and no other was found: type `{how_to_get_one()}`, {AGAIN}")


def candidates():
    """Yield the commands that may start another Python, best first."""
    for version in VERSIONS:
        yield ["python" + version]
    if os.name == "nt":
        for version in VERSIONS:
            yield ["py", "-" + version]
    found = output_of(["uv", "python", "find", "--system", ">=3.11,<3.14"])
    if found:
        yield [found]


def ask(command):
    """Return the version ("3.12") and the path of the Python that `command` starts; two "" if it starts none."""
    version, _, path = output_of([*command, "-c", TELL]).partition(" ")
    return version, path


def output_of(command):
    """Return what a command prints, "" if it is not there or fails."""
    program = shutil.which(command[0])
    if program is None:
        return ""
    environment = dict(os.environ, UV_PYTHON_DOWNLOADS="never")
    try:
        done = subprocess.run(
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            universal_newlines=True,
            env=environment,
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def how_to_get_one():
    """Return the command that installs a Python here."""
    if shutil.which("uv"):
        return "uv python install 3.12"
    if sys.platform == "darwin":
        return "brew install python@3.12"
    if os.name == "nt":
        return "winget install Python.Python.3.12"
    return "curl -LsSf https://astral.sh/uv/install.sh | sh; ~/.local/bin/uv python install 3.12"
