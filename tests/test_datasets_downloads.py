"""Downloads, from a server on this machine: nothing damaged stays, nothing hangs, and the lecture goes on."""

from __future__ import annotations

import gzip
import io
import socket
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from course_utils import load, network
from course_utils.datasets import downloads
from course_utils.datasets.downloads import UnavailableError
from course_utils.deferred import keras

pytestmark = pytest.mark.usefixtures("keras")  # started without a word before outputs are looked at

RNG = np.random.default_rng(0)
ARRAYS = {
    "x_train": RNG.integers(0, 256, (7, 28, 28), dtype=np.uint8),
    "y_train": np.arange(7),
    "x_test": RNG.integers(0, 256, (3, 28, 28), dtype=np.uint8),
    "y_test": np.arange(3),
}


def npz():
    buffer = io.BytesIO()
    np.savez(buffer, **ARRAYS)
    return buffer.getvalue()


class Server(BaseHTTPRequestHandler):
    """Answers every request with `answer`, a function of this handler."""

    answer = None

    def do_GET(self):
        type(self).answer(self)

    def log_message(self, *_):
        pass


def send(handler, body, status=200, length=None):
    handler.send_response(status)
    if length != "unknown":
        handler.send_header("Content-Length", str(length or len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def serve(monkeypatch, tmp_path):
    """Start a server with a given answer, and let Keras's MNIST come from it."""
    servers = []
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("COURSE_STATIC", "1")
    monkeypatch.delenv("COURSE_DATA_DIR", raising=False)
    monkeypatch.setattr(urllib.request, "getproxies", dict)
    monkeypatch.setattr(downloads, "SECONDS", 1)

    def start(answer):
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Server", (Server,), {"answer": answer}))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        come_from(monkeypatch, tmp_path, server.server_address[1])

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def come_from(monkeypatch, cache, port):
    def load_data():
        address = f"http://127.0.0.1:{port}/mnist.npz"
        path = keras.utils.get_file("mnist.npz", origin=address, cache_dir=str(cache))
        with np.load(path, allow_pickle=False) as stored:
            return (stored["x_train"], stored["y_train"]), (stored["x_test"], stored["y_test"])

    monkeypatch.setattr(keras.datasets.mnist, "load_data", load_data)


def no_server(monkeypatch, tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        come_from(monkeypatch, tmp_path, unused.getsockname()[1])


def unavailable(*parts):
    with pytest.raises(UnavailableError) as caught:
        load("mnist")
    message = str(caught.value)
    assert "\n" not in message and "put mnist.npz into a folder and set COURSE_DATA_DIR" in message
    for part in parts:
        assert part in message


def test_download_once_and_quietly(serve, monkeypatch, tmp_path, capfd):
    serve(partial(send, body=npz()))
    opener = urllib.request._opener
    data = load("mnist")
    np.testing.assert_array_equal(data.y_test, ARRAYS["y_test"])
    np.testing.assert_allclose(data.x_train * 255, ARRAYS["x_train"].reshape(7, -1), rtol=1e-5)
    assert urllib.request._opener is opener
    no_server(monkeypatch, tmp_path)
    assert len(load("mnist").x_train) == 7
    assert capfd.readouterr() == ("", "")


def test_a_download_shows_one_progress_bar_that_vanishes(serve, monkeypatch, capfd):
    monkeypatch.setenv("COURSE_STATIC", "0")
    serve(partial(send, body=npz()))
    load("mnist")
    shown = capfd.readouterr()
    assert shown.out == "" and "downloading mnist" in shown.err
    assert shown.err.endswith(" \r")


def test_a_damaged_file_in_the_cache_is_named_and_loaded_again(serve, tmp_path, capsys):
    cached = tmp_path / "datasets/mnist.npz"
    cached.parent.mkdir()
    cached.write_bytes(npz()[:900])
    serve(partial(send, body=npz()))
    assert len(load("mnist").x_train) == 7
    assert capsys.readouterr().out == f"{cached} was damaged and is removed; it is downloaded again.\n"
    assert cached.read_bytes() == npz()


BAD_SERVERS = {
    "error page as data": (
        partial(send, body=b"<html>Please log in</html>"),
        "mnist.npz arrived damaged and is removed",
    ),
    "cut off": (partial(send, body=npz()[:900], length=len(npz())), "retrieval incomplete"),
    "404": (partial(send, body=b"gone", status=404), "404"),
    "empty": (partial(send, body=b""), "sent an empty file"),
    "empty, of unknown size": (partial(send, body=b"", length="unknown"), "mnist.npz arrived damaged"),
    "silent": (lambda handler: time.sleep(2.5), "timed out"),
    "stalls": (lambda handler: (send(handler, npz()[:100], length=9000), time.sleep(2.5)), "timed out"),
}


@pytest.mark.parametrize("case", BAD_SERVERS)
def test_nothing_bad_stays_in_the_cache_and_the_next_run_recovers(serve, tmp_path, case):
    answer, what = BAD_SERVERS[case]
    serve(answer)
    began = time.monotonic()
    unavailable(what)
    assert time.monotonic() - began < 8
    assert not (tmp_path / "datasets/mnist.npz").exists()
    serve(partial(send, body=npz()))
    assert len(load("mnist").x_train) == 7


def test_without_network_full_says_what_it_uses_and_quick_is_unchanged(serve, monkeypatch, tmp_path, capsys):
    no_server(monkeypatch, tmp_path)
    monkeypatch.setenv("COURSE_PROFILE", "quick")
    quick = load("digits", full="mnist")
    assert capsys.readouterr().out == ""
    monkeypatch.setenv("COURSE_PROFILE", "full")
    full = load("digits", full="mnist")
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and said.startswith("mnist is not on this machine and cannot be downloaded (")
    assert said.endswith("Until then, digits is used instead.\n")
    np.testing.assert_array_equal(full.x_train, quick.x_train)


def test_full_takes_the_larger_data_where_they_are(serve, monkeypatch):
    serve(partial(send, body=npz()))
    monkeypatch.setenv("COURSE_PROFILE", "full")
    assert load("toy2d", full="mnist", size=20).name == "mnist"


def test_a_damaged_cache_without_network(serve, monkeypatch, tmp_path, capsys):
    no_server(monkeypatch, tmp_path)
    cached = tmp_path / "datasets/mnist.npz"
    cached.parent.mkdir()
    cached.touch()
    monkeypatch.setenv("COURSE_PROFILE", "full")
    assert load("digits", full="mnist").name == "digits"
    named, instead = capsys.readouterr().out.splitlines()
    assert str(cached) in named and "digits is used instead" in instead
    assert not cached.exists()


def test_a_damaged_file_that_cannot_be_removed_is_named(serve, monkeypatch, tmp_path, capsys):
    no_server(monkeypatch, tmp_path)
    cached = tmp_path / "datasets/mnist.npz"
    cached.parent.mkdir()
    cached.touch()

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.unlink", refuse)
    with pytest.raises(UnavailableError, match=r"mnist\.npz is damaged and cannot be removed .* Set KERAS_HOME"):
        load("mnist")
    monkeypatch.setenv("COURSE_PROFILE", "full")
    assert load("digits", full="mnist").name == "digits"
    assert capsys.readouterr().out.endswith("Until then, digits is used instead.\n")


def test_a_second_notebook_waits_for_the_download_of_the_first(serve, tmp_path, capfd):
    asked, begun = [], threading.Event()

    def slowly(handler):
        asked.append(handler.path)
        begun.set()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(npz())))
        handler.end_headers()
        for start in range(0, len(npz()), 2000):
            handler.wfile.write(npz()[start : start + 2000])
            time.sleep(0.2)

    serve(slowly)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(load, "mnist")
        assert begun.wait(10)
        second = pool.submit(load, "mnist")
        assert [len(one.result().x_train) for one in (first, second)] == [7, 7]
    assert len(asked) == 1
    assert capfd.readouterr() == ("", "")


def test_a_home_that_nobody_knows_is_no_reason_to_stop(monkeypatch):
    def unknown():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr("pathlib.Path.home", unknown)
    monkeypatch.delenv("KERAS_HOME", raising=False)
    assert len(set(downloads._cache_folders())) == 1


@pytest.mark.parametrize("damage", [lambda whole: whole[:-9], lambda whole: b"", lambda whole: b"<html>"])
def test_fashion_mnist_has_no_checksum_at_keras_so_its_archives_are_read_through(monkeypatch, tmp_path, damage):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    folder = tmp_path / "datasets/fashion-mnist"
    folder.mkdir(parents=True)
    files = [tmp_path / "datasets" / name for name in downloads.CACHED["fashion_mnist"]]
    for path in files:
        path.write_bytes(gzip.compress(bytes(5000)))
    assert downloads._remove_damaged("fashion_mnist") == []
    files[2].write_bytes(damage(gzip.compress(bytes(5000))))
    assert downloads._remove_damaged("fashion_mnist") == [files[2]]
    assert [path.exists() for path in files] == [True, True, False, True]


def test_the_cached_names_are_those_that_keras_uses(monkeypatch, tmp_path):
    """Keras stops at the first file that it cannot get; ours must be among the names that we look through."""
    asked = []

    def stop(address, target, *_):
        asked.append(target)
        raise OSError

    monkeypatch.setattr("keras.src.utils.file_utils.urlretrieve", stop)
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
    for name, files in downloads.CACHED.items():
        asked.clear()
        with pytest.raises(OSError):
            getattr(keras.datasets, name).load_data()
        assert any(asked[0].replace("\\", "/").endswith(f"datasets/{file}") for file in files), asked


def test_a_name_server_that_hangs_does_not_hang_us(monkeypatch):
    def hang(*_, **__):
        time.sleep(3)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", hang)
    began = time.monotonic()
    assert not network.reachable("example.org", 443, 0.2)
    assert time.monotonic() - began < 2


def test_reachable():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        assert network.reachable("127.0.0.1", listening.getsockname()[1], 5)
        port = listening.getsockname()[1]
    assert not network.reachable("127.0.0.1", port, 5)
