"""A notebook in its process: what it sees, what it may use, and that nothing of it stays."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from concurrent.futures import CancelledError

import psutil
import pytest

from course_utils.grading import running
from course_utils.grading.running import Limits, Run

ENOUGH = Limits(cell=60, notebook=60, memory=2 * 10**9)
EAT = "import time; held = bytearray(b'x') * 8 * 10**8; time.sleep(60)"
WRITE = "try: os.write(channel, b'x' * 1000)\n        except OSError: pass"
on_posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such limits")
confined = pytest.mark.skipif(not running.is_confined(), reason="bubblewrap is not at work here")


def run(*cells, limits=ENOUGH, **more):
    return running.run(cells, limits, threading.Event(), **more)


def test_cells_run_as_in_a_notebook():
    done = run(
        "%matplotlib inline\nimport matplotlib.pyplot as plt",
        "figure, axes = plt.subplots()\nfigure",
        "assert plt.get_fignums() == [], 'figures pile up'",
        "import asyncio\nawait asyncio.sleep(0)",
        "exit",
        "x = 1; x = (",
        "import __main__\nassert __main__.figure is figure",
    )
    assert (done.state, list(done.failed)) == ("ended", [4, 5])
    assert done.failed[5].startswith("SyntaxError: ")


def test_it_sees_no_secret_and_has_a_home_of_its_own(monkeypatch):
    monkeypatch.setenv("COURSE_SECRET", "hunter2")
    monkeypatch.setenv("HTTPS_PROXY", "http://ada:hunter2@proxy")
    done = run(
        "import os, pathlib, tempfile",
        "assert 'hunter2' not in str(os.environ)",
        "assert pathlib.Path.home() == pathlib.Path.cwd() == pathlib.Path(tempfile.gettempdir()).parent",
        "assert {*os.listdir()} <= {'tmp', '.ipython'}, os.listdir()",
    )
    assert done.failed == {}


def test_nothing_heavy_is_loaded_to_grade():
    code = (
        "import sys, course_utils.grade; print({'keras', 'tensorflow', 'jax', 'matplotlib', 'scipy'} & {*sys.modules})"
    )
    assert os.popen(f'"{sys.executable}" -c "{code}"').read() == "set()\n"


@on_posix
def test_a_file_that_grows_too_large_is_stopped(monkeypatch):
    monkeypatch.setattr(running, "LARGEST_FILE", 10**6)
    done = run("open('big', 'wb').write(bytes(2 * 10**6))")
    assert "File too large" in done.failed[0]


@on_posix
def test_the_processor_is_limited_for_what_hides():
    done = run("import resource", "assert resource.getrlimit(resource.RLIMIT_CPU)[1] <= 61 * (os.cpu_count() or 1)")
    assert "resource" not in str(done.failed)


def test_memory_counts_with_all_that_was_started():
    eater = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {EAT!r}])"
    done = run(eater, limits=Limits(60, 60, 6 * 10**8))
    assert (done.state, done.why) == ("stopped", "it took more than 0.6 GB of memory")


def test_a_notebook_and_a_cell_have_their_time():
    slow = "import time\ntime.sleep(60)"
    assert run(slow, limits=Limits(60, 4, 10**9)).why == "it was still running after 4 s"
    assert run("1", slow, limits=Limits(4, 60, 10**9)).why == "the cell was still running after 4 s"


def test_a_report_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr(running, "LARGEST_REPORT", 10**5)
    done = run(f"import os\nwhile True:\n    for channel in range(3, 20):\n        {WRITE}")
    assert "handed out more than" in done.why


def test_a_stop_ends_it_at_once_with_all_that_it_started():
    stop = threading.Event()
    threading.Timer(3, stop.set).start()
    with pytest.raises(CancelledError):
        running.run(["import time\ntime.sleep(600)"], ENOUGH, stop)
    assert not [
        child for child in psutil.Process().children() if "course_utils.grading.child" in " ".join(child.cmdline())
    ]


@on_posix
def test_a_process_that_leaves_the_group_is_found(monkeypatch):
    mark = f"known to {os.getpid()}"
    monkeypatch.setattr(running.uuid, "uuid4", lambda: type("Known", (), {"hex": mark}))
    fork = (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(600)\n    os._exit(0)"
    )
    assert run(fork, "import time; time.sleep(1)").state == "ended"
    assert not list(running._marked(mark))


def test_lines_that_are_no_reports_are_passed_over():
    done = Run()
    for line in (
        b"",
        b"[1]",
        b"{",
        b"[" * 10**5,
        b'{"cell": "x"}',
        b'{"failed": 1}',
        b'{"cell": 1e999}',
        b"7",
        b"null",
    ):
        done.take(line)
    assert (done.cell, done.failed, done.handed, done.ended) == (None, {}, {}, False)


@pytest.mark.parametrize(
    ("code", "said"),
    [(-9, "by signal SIGKILL"), (137, "by signal SIGKILL"), (3, "with exit code 3"), (1, "with exit code 1")],
)
@on_posix
def test_how_a_process_ended(code, said):
    assert running._how(code) == said


@confined
def test_confined_it_writes_nowhere_else_and_reaches_no_network(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = run(
            f"open({str(tmp_path / 'left')!r}, 'w')",
            "open('../left', 'w')",
            f"import socket\nsocket.create_connection(('127.0.0.1', {server.getsockname()[1]}), timeout=5)",
            "open('mine', 'w').write('x')",
            "server = socket.create_server(('127.0.0.1', 0)); socket.create_connection(server.getsockname())",
        )
    assert [error.split(":")[0] for error in done.failed.values()] == ["OSError", "OSError", "ConnectionRefusedError"]
    assert list(done.failed) == [0, 1, 2]


def test_without_bubblewrap_nothing_is_put_before_the_command(monkeypatch, tmp_path):
    monkeypatch.setattr(running.shutil, "which", lambda name: None)
    running._bubblewrap.cache_clear()
    try:
        assert running.confinement(tmp_path) == []
    finally:
        running._bubblewrap.cache_clear()


def test_time_is_counted_from_the_cell_that_runs():
    done = Run()
    before = time.monotonic()
    done.take(b'{"cell": 3}')
    assert done.cell == 3 and done.begun >= before
