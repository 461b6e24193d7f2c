"""Servers that have the course open are found, those of others and those that crashed are not."""

import json
import os
import socket

import pytest

from tools import servers


@pytest.fixture
def listening():
    """A port at which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def note(tmp_path, monkeypatch):
    """Leave the note that a running Jupyter server leaves."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    (tmp_path / "runtime").mkdir()

    def leave(folder, port):
        info = {"pid": os.getpid(), "hostname": "127.0.0.1", "port": port, "url": "http://here/", "root_dir": folder}
        (tmp_path / "runtime" / "jpserver-1.json").write_text(json.dumps(info))

    return leave


@pytest.mark.parametrize(
    ("root", "found"), [("course", True), ("course/my_course", True), ("", False), ("course-2", False)]
)
def test_a_server_of_the_folder_or_of_one_inside_is_found(tmp_path, note, listening, root, found):
    note(str(tmp_path / root), listening)
    assert servers.serving(tmp_path / "course") == ["http://here/"] * found


def test_a_server_that_crashed_is_not_found(tmp_path, note):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    note(str(tmp_path), port)
    assert servers.serving(tmp_path) == []


def test_without_any_server_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "missing"))
    assert servers.serving(tmp_path) == []
