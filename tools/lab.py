"""Open the lectures in JupyterLab: the student's copies, or the originals."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from tools.files import replace
from tools.working_copy import COPIES, ORIGINALS, bring_up_to_date

FIRST_PORT = 8888
# JupyterLab asks on its first start whether it may fetch news; a lecture needs neither the question nor the network.
QUIET = {"@jupyterlab/apputils-extension:notification": {"checkForUpdates": False, "fetchNews": "false"}}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``python -m tools lab``."""
    parser.add_argument("--originals", action="store_true", help="open notebooks/ itself, not your copies")


def run(args: argparse.Namespace) -> int:
    """Serve the lectures until Ctrl+C; return the exit code."""
    folder = ORIGINALS if args.originals else COPIES
    if not args.originals:
        bring_up_to_date()
    lecture = first_lecture(ORIGINALS)
    os.environ["JUPYTER_TOKEN"] = os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(24)
    port = free_port()
    write_settings(Path(sys.prefix))
    page = f"lab/tree/{lecture}" if lecture else "lab"
    address = f"http://127.0.0.1:{port}/{page}?token={os.environ['JUPYTER_TOKEN']}"
    threading.Thread(target=announce, args=(address,), daemon=True).start()
    serve(folder, port, page)
    return 0


def first_lecture(folder: Path) -> str:
    """Return the file name of the first lecture, "" if there is none."""
    return next((path.name for path in sorted(folder.glob("*.ipynb"))), "")


def serve(folder: Path, port: int, page: str) -> None:
    """Run JupyterLab in this process, on this machine's loopback only, with its token.

    Raises:
        OSError: The folder in which Jupyter notes what runs cannot be made; its own words would fill a page.
    """
    from jupyter_core.paths import jupyter_runtime_dir
    from jupyterlab.labapp import LabApp

    Path(jupyter_runtime_dir()).mkdir(parents=True, exist_ok=True)
    options = [
        f"--ServerApp.root_dir={folder}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        f"--ServerApp.open_browser={has_display()}",
        f"--LabApp.default_url=/{page}",
        "--ServerApp.allow_root=True",  # containers; loopback and token guard it all the same
        "--JupyterApp.answer_yes=True",  # one Ctrl+C stops it
        "--Application.log_level=WARN",
    ]
    LabApp.launch_instance(options)


def has_display() -> bool:
    """Tell whether a browser can open on the screen of the person who called."""
    if sys.platform in ("win32", "darwin"):
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def free_port() -> int:
    """Return the first port from 8888 on that is free on the loopback."""
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    return 0


def announce(address: str) -> None:
    """Print the address as soon as the server answers there."""
    for _ in range(600):
        try:
            urllib.request.urlopen(address.partition("?")[0], timeout=1).close()
        except urllib.error.HTTPError:
            pass  # it answers
        except OSError:
            time.sleep(0.1)
            continue
        print(f"\nThe lectures are open at\n    {address}\nCtrl+C stops JupyterLab.\n", flush=True)
        return


def write_settings(environment: Path) -> None:
    """Note the settings that the course changes, in this environment only; without them Lab asks its question."""
    settings = environment / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    if not settings.exists():
        with suppress(OSError):  # an environment that many share cannot be written
            settings.parent.mkdir(parents=True, exist_ok=True)
            replace(settings, json.dumps(QUIET, indent=1).encode() + b"\n")
