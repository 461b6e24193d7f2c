"""JupyterLab as `make lab` starts it: loopback only, with a token, at the first lecture."""

import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tools import lab

ROOT = Path(__file__).parents[1]


@pytest.fixture
def served(tmp_path):
    """The address that a Lab without a display prints, served from a small course of its own."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "notebooks").mkdir()
    for name in ("02_b.ipynb", "00_a.ipynb"):
        (tmp_path / "notebooks" / name).write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    here = {
        key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY", "JUPYTER_TOKEN")
    }
    command = "import argparse; from tools import lab; lab.run(argparse.Namespace(originals=False))"
    process = subprocess.Popen(
        [sys.executable, "-c", command],
        cwd=tmp_path,
        env=here | {"HOME": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path / "config"), "PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield next(address for line in process.stdout for address in re.findall(r"http://\S+", line))
    process.terminate()
    process.communicate(timeout=20)


def status(address):
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status, answer.url
    except urllib.error.HTTPError as error:
        return error.code, error.url


@pytest.mark.slow
def test_the_lecture_is_served_to_those_who_have_the_token(served):
    page, _, token = served.partition("?token=")
    base = page.partition("/lab")[0]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/lab/tree/00_a\.ipynb", page)
    assert len(token) >= 40
    with socket.socket() as other:  # on Linux the loopback has many addresses, and the server one of them
        assert other.connect_ex(("127.0.0.2", int(base.rpartition(":")[2])))
    assert status(served)[0] == 200
    assert "/login" in status(page)[1]
    assert status(f"{base}/api/contents/00_a.ipynb")[0] == 403
    assert status(f"{base}/api/contents/00_a.ipynb?token={token}")[0] == 200


def test_the_first_lecture_is_the_first_by_name(tmp_path):
    assert lab.first_lecture(tmp_path) == ""
    for name in ("02_b.ipynb", "00_start_here.ipynb", "notes.txt"):
        (tmp_path / name).touch()
    assert lab.first_lecture(tmp_path) == "00_start_here.ipynb"


def test_personal_settings_are_not_overwritten(tmp_path):
    lab.write_settings(tmp_path)
    (written,) = tmp_path.rglob("overrides.json")
    written.write_text("{}")
    lab.write_settings(tmp_path)
    assert written.read_text() == "{}"
