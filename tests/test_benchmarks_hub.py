"""The load test of the classroom hub: what it would notice, and what it makes of its measures."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import nbformat
import pytest

pytest.importorskip("pwd", reason="the load test needs the system users of a Unix")

from benchmarks import classroom, hub
from benchmarks.student import Kernel, Student, claims, claims_about_time, differences
from course_utils.errors import CourseError

CLAIM = "✓ it learns (≈ 0.43 over 16 seeds; without ≈ 0.02; needed > 0.4)\n"


def stream(text):
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def picture():
    return nbformat.v4.new_output("display_data", data={"image/png": "aaaa", "text/plain": "<Figure>"})


@pytest.fixture
def stored():
    cells = [nbformat.v4.new_code_cell(id=name, source="") for name in ("learn-figure", "learn-claim")]
    cells[0].outputs = [stream("16 seeds\n"), picture()]
    cells[1].outputs = [stream(CLAIM)]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Learn"), *cells])


def test_another_measurement_is_no_difference(stored):
    new = deepcopy(stored)
    new.cells[2].outputs = [stream(CLAIM[:5]), stream(CLAIM[5:].replace("0.43", "0.51"))]
    assert differences(new, stored) == []


@pytest.mark.parametrize(
    ("cell", "outputs"),
    [
        (2, [stream(CLAIM.replace("> 0.4)", "> 0.3)"))]),
        (2, []),
        (1, [stream("16 seeds\n")]),
        (1, [stream("15 seeds\n"), picture()]),
    ],
    ids=["bound", "no claim", "no picture", "a count"],
)
def test_whatever_else_changes_is_a_difference(stored, cell, outputs):
    new = deepcopy(stored)
    new.cells[cell].outputs = outputs
    assert differences(new, stored) == [stored.cells[cell].id]


def test_a_claim_that_does_not_hold_is_a_difference_even_if_it_is_stored(stored):
    stored.cells[2].outputs = [stream(CLAIM.replace("✓", "✗ not with these settings:"))]
    assert differences(stored, stored) == ["learn-claim"]


def test_a_cell_that_is_missing_or_new_is_a_difference(stored):
    new = deepcopy(stored)
    new.cells[2].id = "other"
    assert differences(new, stored) == ["learn-claim", "other"]


@pytest.fixture
def timed(stored):
    """The same with a section that measures run times, whose claim the table at the end repeats."""
    figure = nbformat.v4.new_code_cell(id="speed-figure", source="", metadata={"tags": ["timing"]})
    figure.outputs = [picture()]
    claim, table = (nbformat.v4.new_code_cell(id=name, source="") for name in ("speed-claim", "saw-table"))
    claim.outputs = [stream("✓ it is fast (≈ 12 over 8 seeds; needed < 20)\n")]
    table.outputs = [stream("| ✓ | it is fast | ≈ 12 over 8 seeds | < 20 |\n")]
    stored.cells += [figure, claim, table]
    return stored


def test_a_claim_about_time_may_fail_where_others_use_the_processor(timed):
    new = deepcopy(timed)
    new.cells[4].outputs = [stream("✗ not with these settings: it is fast (≈ 30 over 8 seeds; needed < 20)\n")]
    new.cells[5].outputs = [stream("| ✗ | it is fast | ≈ 30 over 8 seeds | < 20 |\n")]
    assert claims_about_time(timed) == claims_about_time(new) == ["it is fast"]
    assert differences(new, timed) == []
    assert claims(new) == {"it learns": True, "it is fast": False}


def test_a_claim_about_time_must_be_there(timed):
    new = deepcopy(timed)
    new.cells[4].outputs = []
    assert differences(new, timed) == ["speed-claim"]


def test_an_exact_claim_is_one_too(stored):
    stored.cells[1].outputs = [stream("✓ weights of the network 64-10 (exactly 650)\nno ✓ here\n"), picture()]
    assert claims(stored) == {"weights of the network 64-10": True, "it learns": True}


@pytest.fixture
def address():
    """A server that answers every path, and notes it."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            server.asked.append(self.path)
            self.send_response(200 if "%2e%2e" in self.path.lower() else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(hub=f"http://127.0.0.1:{server.server_port}", asked=server.asked)
    server.shutdown()
    server.server_close()


def test_a_server_that_gives_out_files_above_the_home_is_found(address):
    student = Student(address.hub, "anna", "secret", time.monotonic() + 20)
    assert student.readable_by_server(["/home/ben/private.txt"]) == ["/home/ben/private.txt"]
    direct, above = (path.lower() for path in address.asked)
    assert direct == "/user/anna/api/contents/home/ben/private.txt"
    assert above == "/user/anna/api/contents/%2e%2e/%2e%2e/%2e%2e/home/ben/private.txt"


def test_nobody_waits_longer_than_the_limit(address):
    student = Student(address.hub, "anna", "secret", time.monotonic() - 1)
    with pytest.raises(TimeoutError, match="anna was not ready in time"):
        student.log_in()


def test_a_student_who_cannot_go_on_ends_the_test_in_a_sentence(address):
    students = [Student(address.hub, name, "secret", time.monotonic() + 20) for name in ("anna", "ben")]
    with ThreadPoolExecutor(2) as pool:
        seconds, names = hub.at_once(pool, students, lambda student: student.name)
        assert names == ["anna", "ben"] and len(seconds) == 2
        with pytest.raises(CourseError, match="anna could not go on: 404"):
            hub.at_once(pool, students, Student.log_in)


class Socket:
    """Answers a request for execution, with messages of another one in between."""

    def __init__(self):
        self.messages = []

    def settimeout(self, seconds):
        assert seconds > 0

    def send(self, text):
        parent = json.loads(text)["header"]["msg_id"]
        shown = {"name": "stdout", "text": "shown"}
        for kind, of, content in [
            ("stream", "another", {"name": "stdout", "text": "not ours"}),
            ("status", parent, {"execution_state": "busy"}),
            ("execute_reply", parent, {"status": "ok"}),
            ("stream", parent, shown),
            ("status", parent, {"execution_state": "idle"}),
        ]:
            message = {"msg_type": kind, "header": {"msg_type": kind}, "parent_header": {"msg_id": of}}
            self.messages.append(json.dumps(message | {"content": content, "metadata": {}}))

    def recv(self):
        return self.messages.pop(0)


def test_a_cell_shows_what_came_before_the_kernel_was_idle_again():
    kernel = Kernel(Student("http://127.0.0.1", "anna", "secret", time.monotonic() + 20), "a.ipynb")
    kernel._session, kernel._socket = "session", Socket()
    assert [output.text for output in kernel.execute("code")] == ["shown"]


@pytest.mark.parametrize("addresses", [["127.0.0.1", "0.0.0.0"], ["::"], []])
def test_a_port_that_others_can_reach_is_found(addresses):
    with pytest.raises(CourseError, match="loopback only"):
        hub.require_loopback(addresses)


def test_the_loopback_of_both_kinds_will_do():
    hub.require_loopback(["127.0.0.1", "::1"])


def test_a_student_who_sees_something_else_is_named(stored, monkeypatch):
    monkeypatch.setattr(hub.notebooks, "read", lambda path: stored)
    wrong = deepcopy(stored)
    wrong.cells[2].outputs = []
    students = [SimpleNamespace(name="anna"), SimpleNamespace(name="ben")]
    hub.require_same(students, [stored, stored])
    with pytest.raises(CourseError, match="ben does not see what is stored, in the cells learn-claim"):
        hub.require_same(students, [stored, wrong])


class Neighbour:
    """A student who reads their own file, and what else is said."""

    def __init__(self, name, also_read=(), also_serves=(), enters=()):
        self.name, self.also_read, self.also_serves, self.enters = name, also_read, also_serves, enters

    def hide(self):
        pass

    def readable_by_kernel(self, paths):
        return [path for path in paths if self.name in path or path in self.also_read]

    def readable_by_server(self, paths):
        return [path for path in paths if path in self.also_serves]

    def can_use(self, other):
        return other is self or other.name in self.enters


@pytest.mark.parametrize(
    ("ben", "sentence"),
    [
        ({"also_read": ["/home/anna/private.txt"]}, "ben should read one file, /home/ben/private.txt, but can read"),
        ({"also_read": ["/state/jupyterhub_cookie_secret"]}, "ben should read one file"),
        ({"also_serves": ["/home/anna/private.txt"]}, "the server of ben gives out /home/anna/private.txt"),
        ({"enters": ["anna"]}, "ben can use the server of anna"),
    ],
    ids=["file", "secret of the hub", "server", "neighbour's server"],
)
def test_whoever_can_read_across_is_named(ben, sentence, monkeypatch):
    monkeypatch.setattr(hub, "require_quiet", lambda students, process: None)
    process = SimpleNamespace(cwd=lambda: "/state")
    with ThreadPoolExecutor(2) as pool:
        hub.require_apart(pool, [Neighbour("anna"), Neighbour("ben")], process)
        with pytest.raises(CourseError, match=sentence):
            hub.require_apart(pool, [Neighbour("anna"), Neighbour("ben", **ben)], process)


MEASURED = hub.Measured(
    seconds={"log in": [1.0, 2.0, 6.0]},
    peaks=[1_000_000_000, 1_100_000_000],
    together=1_500_000_000,
    processor=30.0,
    others=0.5,
    claims=40,
    timed=2,
    disturbed=1,
)


def test_what_was_seen_is_told_with_what_was_disturbed():
    text = hub.introduction(3, MEASURED)
    assert "one of the 38 claims about results" in text
    assert "At the 2 claims about run times" in text and "1 of 3 saw ✗" in text


def test_the_tables_hold_medians_and_the_slowest():
    assert "| log in | 2.0 | 6.0 |" in hub.times(MEASURED)
    assert "0.75 GB" in hub.usage(MEASURED) and "1.10 GB" in hub.usage(MEASURED)


def test_larger_classes_are_projected_in_proportion_and_called_so():
    table = hub.projection(MEASURED)
    assert "A projection, not a run" in table
    assert "| 30 | 22 GB | 15 | 5 |" in table
    assert "| 1,000 | 750 GB | 500 | 167 |" in table


def test_the_load_test_says_that_it_needs_root(monkeypatch):
    monkeypatch.setattr(classroom.os, "geteuid", lambda: 1000)
    with pytest.raises(CourseError, match="needs Linux and root"), classroom.users(1):
        pass


def test_users_that_are_there_already_are_left_alone(monkeypatch):
    there = SimpleNamespace(pw_name=classroom.USER.format(1))
    monkeypatch.setattr(classroom.sys, "platform", "linux")
    monkeypatch.setattr(classroom.os, "geteuid", lambda: 0)
    monkeypatch.setattr(classroom.pwd, "getpwall", lambda: [there])
    monkeypatch.setattr(classroom.subprocess, "run", lambda *_, **__: pytest.fail("a command was run"))
    with pytest.raises(CourseError, match=r"echo course-load-01 \| xargs"), classroom.users(2):
        pass
