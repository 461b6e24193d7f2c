"""The classroom hub: settings that are safe as they stand, limits as measured, clear sentences at a start."""

import os
import re
import stat
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from traitlets.config import PyFileConfigLoader

from benchmarks.__main__ import RESULTS
from course_utils.errors import CourseError
from deploy import student_server

pwd = pytest.importorskip("pwd", reason="the hub runs on Linux and macOS")
from deploy import __main__ as deploy  # noqa: E402 (needs the system users of a Unix)

FOLDER = Path(deploy.__file__).parent
VALUES = yaml.safe_load((FOLDER / "values.yaml").read_text(encoding="utf-8"))
UNITS = {"G": 1e9}


def settings(name="jupyterhub_config.py"):
    return PyFileConfigLoader(str(FOLDER / name)).load_config()


def size(text):
    return float(text[:-1]) * UNITS[text[-1]]


def measured(row):
    """A number of the stored table of the load test."""
    table = RESULTS.read_text(encoding="utf-8").partition("<!-- hub -->")[2].partition("<!-- /hub -->")[0]
    return float(re.search(rf"^\| {row}.*\| ([\d.]+) ", table, re.MULTILINE)[1])


@pytest.mark.parametrize("name", ["jupyterhub_config.py", "systemd_config.py"])
def test_everything_listens_on_the_loopback(name):
    c = settings(name)
    addresses = c.JupyterHub.bind_url, c.ConfigurableHTTPProxy.api_url
    assert all(re.match(r"http://127\.0\.0\.1:\d+$", address) for address in addresses)
    assert c.JupyterHub.hub_ip == c.Spawner.ip == "127.0.0.1"


@pytest.mark.parametrize("name", ["jupyterhub_config.py", "systemd_config.py"])
def test_only_members_of_a_group_get_in_with_their_own_passwords(name):
    c = settings(name)
    assert c.JupyterHub.authenticator_class == "pam"
    assert c.PAMAuthenticator == {"allowed_groups": {deploy.GROUP}}
    assert "Authenticator" not in c and "DummyAuthenticator" not in c
    assert not re.search("password *=|token *=", (FOLDER / name).read_text(encoding="utf-8"))


def test_servers_run_as_their_students_and_keep_what_kernels_show_to_themselves():
    c = settings()
    assert c.JupyterHub.spawner_class == "jupyterhub.spawner.LocalProcessSpawner"
    assert "--KernelManager.transport=ipc" in c.Spawner.args
    assert c.LocalProcessSpawner.popen_kwargs == {"umask": 0o077}
    assert c.Spawner.cmd == [sys.executable, "-P", "-m", student_server.__name__]


def test_the_longest_name_of_a_user_leaves_room_for_the_path_of_a_socket(monkeypatch):
    monkeypatch.setattr(pwd, "getpwnam", lambda name: SimpleNamespace(pw_dir=f"/home/{name}"))
    spawner = SimpleNamespace(user=SimpleNamespace(name="a" * 32))
    folder = settings().Spawner.environment["JUPYTER_RUNTIME_DIR"](spawner)
    assert len(f"{folder}/kernel-e35a52e5-9199-4c17-906a-42a1ca5d0180-ipc-5") <= 107


def test_idle_servers_are_stopped_by_a_service_that_can_do_nothing_else():
    c = settings()
    (service,), (role,) = c.JupyterHub.services, c.JupyterHub.load_roles
    assert service["name"] in role["services"] and "jupyterhub_idle_culler" in service["command"]
    assert set(role["scopes"]) == {"list:users", "read:users:activity", "read:servers", "delete:servers"}


def spawner_of(home, uid, monkeypatch):
    user = SimpleNamespace(pw_name="anna", pw_dir=str(home), pw_uid=uid)
    monkeypatch.setattr(pwd, "getpwnam", lambda name: user)
    return SimpleNamespace(user=SimpleNamespace(name="anna"))


def test_a_home_is_closed_before_its_server_starts(tmp_path, monkeypatch):
    tmp_path.chmod(0o755)
    settings().Spawner.pre_spawn_hook(spawner_of(tmp_path, os.getuid(), monkeypatch))
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_a_home_that_is_not_the_students_is_not_touched(tmp_path, monkeypatch):
    tmp_path.chmod(0o755)
    with pytest.raises(RuntimeError, match="the home of anna, belongs to somebody else"):
        settings().Spawner.pre_spawn_hook(spawner_of(tmp_path, os.getuid() + 1, monkeypatch))
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_the_limits_leave_room_for_what_was_measured():
    spawner = settings().Spawner
    assert measured("memory, in a class") * 1e9 <= size(spawner.mem_guarantee)
    assert measured("memory, alone") * 1e9 * 1.25 <= size(spawner.mem_limit)


def test_kubernetes_gets_the_same_limits_and_the_same_server():
    spawner, student = settings().Spawner, VALUES["singleuser"]
    assert student["memory"] == {"guarantee": spawner.mem_guarantee, "limit": spawner.mem_limit}
    assert student["cpu"]["limit"] == spawner.cpu_limit
    assert student["cmd"][1:] == spawner.cmd[1:] and student["defaultUrl"] == spawner.default_url
    assert student["extraEnv"].items() <= spawner.environment.items()
    assert student["startTimeout"] == spawner.start_timeout


def test_kubernetes_lets_nobody_in_until_somebody_decides_who():
    assert VALUES["hub"]["config"]["JupyterHub"]["authenticator_class"] == "null"
    assert VALUES["proxy"]["service"]["type"] == "ClusterIP"


def test_systemd_holds_the_limits():
    c = settings("systemd_config.py")
    assert c.JupyterHub.spawner_class == "systemd"
    assert c.Spawner.mem_limit == settings().Spawner.mem_limit
    assert c.SystemdSpawner.isolate_tmp and c.SystemdSpawner.unit_extra_properties == {"UMask": "0077"}


@pytest.mark.parametrize("name", ["systemd_config.py", "values.yaml"])
def test_what_was_not_run_says_so(name):
    assert "NOT RUN by us" in (FOLDER / name).read_text(encoding="utf-8")


def test_the_first_page_is_a_lecture_that_stands():
    page = settings().Spawner.default_url
    assert page.startswith(f"/lab/tree/{student_server.COPIES}/")
    assert (student_server.ORIGINALS / Path(page).name).is_file()


@pytest.fixture
def started(monkeypatch, tmp_path):
    """The command that a student's server becomes, with a home for the student."""
    commands = []
    monkeypatch.setattr(os, "execv", lambda program, command: commands.append(command))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(sys, "argv", ["student_server", "--KernelManager.transport=ipc"])
    return commands


def test_a_student_finds_copies_of_all_lectures(started, tmp_path):
    student_server.main()
    copies = {path.name for path in (tmp_path / student_server.COPIES).glob("*.ipynb")}
    assert copies == {path.name for path in student_server.ORIGINALS.glob("*.ipynb")}
    assert started == [[sys.executable, "-P", "-m", "jupyterhub.singleuser", "--KernelManager.transport=ipc"]]


def test_a_home_that_cannot_be_written_keeps_no_student_out(started, tmp_path, capsys):
    (tmp_path / student_server.COPIES).write_text("no folder")
    student_server.main()
    assert "my_course/ are as they were" in capsys.readouterr().out
    assert len(started) == 1


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine on which nothing is missing."""
    monkeypatch.setattr(deploy.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(deploy.os, "geteuid", lambda: 0)
    monkeypatch.setattr(deploy.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(deploy.grp, "getgrall", lambda: [SimpleNamespace(gr_name="students")])
    monkeypatch.setattr(deploy, "closed_to_others", lambda path: None)
    return monkeypatch


def test_a_machine_that_has_all_is_ready(machine):
    deploy.require_all(deploy.CONFIG)


@pytest.mark.parametrize(
    ("where", "name", "broken", "sentence"),
    [
        (deploy.importlib.util, "find_spec", lambda name: None, "tools setup --extras hub"),
        (deploy.os, "geteuid", lambda: 1000, "sudo .venv/bin/python -m deploy"),
        (deploy.shutil, "which", lambda name: None, "npm install --global configurable-http-proxy"),
        (deploy.grp, "getgrall", list, "sudo groupadd students"),
        (deploy, "closed_to_others", lambda path: Path("/root"), "students cannot read /root"),
    ],
    ids=["jupyterhub", "root", "proxy", "group", "readable"],
)
def test_what_is_missing_is_named_with_what_to_type(machine, where, name, broken, sentence):
    machine.setattr(where, name, broken)
    with pytest.raises(CourseError, match=re.escape(sentence)):
        deploy.require_all(deploy.CONFIG)


def test_settings_that_are_not_there_are_named(machine, tmp_path):
    with pytest.raises(CourseError, match="there are no settings"):
        deploy.require_all(tmp_path / "mine.py")


def test_a_folder_that_students_cannot_enter_is_found(tmp_path):
    inner = tmp_path / "closed" / "course"
    inner.mkdir(parents=True)
    for folder in (tmp_path, inner, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    (tmp_path / "closed").chmod(0o700)
    assert deploy.closed_to_others(inner) == tmp_path / "closed"
    (tmp_path / "closed").chmod(0o711)
    assert deploy.closed_to_others(inner) is None
    inner.chmod(0o711)
    assert deploy.closed_to_others(inner) == inner


def test_the_folder_of_the_hubs_secrets_is_closed(tmp_path):
    state = tmp_path / "state"
    deploy.prepare(state)
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    state.chmod(0o755)
    deploy.prepare(state)
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CourseError, match="cannot be created"):
        deploy.prepare(tmp_path / "file" / "state")


def test_a_folder_of_somebody_else_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(deploy.os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(CourseError, match="belongs to another user"):
        deploy.prepare(tmp_path)
