"""What to tell a person when the set-up fails: one sentence, made from what pip, uv or the system said.

Standard library only, and readable by Python 3.6.
"""

import platform
import re
import shutil
import tempfile
from pathlib import Path

AGAIN = "then run the same command again."

NO_SPACE = r"No space left|(Errno|os error) (28|122)\b|not enough space on the disk|Disk quota exceeded|os error 112\b"
NO_VENV = r"ensurepip is not available|No module named '?(ensurepip|venv)\b"
NO_TRUST = r"CERTIFICATE_VERIFY_FAILED|invalid peer certificate|UnknownIssuer"
NO_NETWORK = (
    r"NewConnectionError|NameResolutionError|failure in name resolution|Name or service not known|getaddrinfo"
    r"|Network is unreachable|Connection (refused|reset|aborted|timed out)|ConnectTimeout|Read ?timed out|dns error"
    r"|error sending request|tcp connect error|operation timed out|Max retries exceeded|ProxyError"
)
NO_ACCESS = r"Permission denied|(Errno|os error) (13|30)\b|Read-only file system|Access is denied"
NO_BUILD = r"No matching distribution found for (?P<pip>[\w-]+)|(?P<uv>[\w-]+)==\S+ has no wheels with a matching"


class SetupError(Exception):
    """The set-up, or an update, cannot go on; the text says what was found, what is needed and what to type."""


def explain(output, root, python):
    """Say in one sentence why an installation failed.

    Args:
        output: What pip, uv, venv or the system printed.
        root: The folder of the course.
        python: The Python that was used.

    Returns:
        The sentence, or "" where the reason is none of the known ones.
    """
    output = " ".join(output.split())  # installers break their sentences into lines
    # The order matters: a full disk also breaks downloads, and without a network pip finds no distribution either.
    if found(NO_SPACE, output):
        return no_space(root)
    if found(NO_VENV, output):
        return no_venv(output, python)
    if found(NO_TRUST, output):
        return (
            "The certificate of the package index is not trusted (a proxy that opens encrypted traffic?): "
            f"set SSL_CERT_FILE and PIP_CERT to your network's certificate file, {AGAIN}"
        )
    if found(NO_NETWORK, output):
        return f"The package index cannot be reached, and installing needs the network once: connect, {AGAIN}"
    if found(NO_ACCESS, output):
        return f"{forbidden_place(output) or root} cannot be written: put the course into a folder of your own, {AGAIN}"
    if found(NO_BUILD, output):
        return no_build(found(NO_BUILD, output))
    return ""


def found(pattern, output):
    """Return the first match of a pattern, None if there is none."""
    return re.search(pattern, output, re.IGNORECASE)


def no_space(root):
    """Return the sentence for a full disk."""
    places = (Path(root), Path(tempfile.gettempdir()), Path.home())
    free = ", ".join(
        f"{place}: {shutil.disk_usage(str(place)).free // 10**6} MB free" for place in places if place.is_dir()
    )
    return f"No space left on a disk; the course needs 3 GB, and room for temporary files ({free}): make room, {AGAIN}"


def no_venv(output, python):
    """Return the sentence for a Python without ensurepip: Debian and Ubuntu keep it in a package of its own."""
    version = re.search(r"python(3\.\d+)-venv", output) or re.search(r"python(3\.\d+)", str(Path(python).resolve()))
    package = f"python{version.group(1)}-venv" if version else "python3-venv"
    return f"{python} has no ensurepip, so it cannot create environments: type `sudo apt install {package}`, {AGAIN}"


def forbidden_place(output):
    """Return the path that could not be written, "" if the output names none."""
    named = re.search(r"Permission denied: '([^']+)'|[`'\"](/[^`'\"\n]+)[`'\"]: Permission denied", output)
    return next((path for path in named.groups() if path), "") if named else ""


def no_build(match):
    """Return the sentence for a package that has nothing for this machine."""
    package = next(name for name in match.groups() if name)
    machine = f"{platform.system()} on {platform.machine()}, Python {platform.python_version()}"
    return f"There is no package {package} for this computer ({machine}): README.md names other ways to run the course."
