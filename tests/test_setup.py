"""The set-up, with a fake uv and a fake Python in place of the programs that need minutes and a network."""

import ast
import os
import shutil
import sys
from pathlib import Path

import pytest

from tools import pythons, setup
from tools.setup_failures import SetupError, explain

ROOT = Path(__file__).parents[1]
READ_BY_OLD_PYTHONS = ["__init__", "__main__", "pythons", "setup", "setup_failures", "update"]

# Stands for uv and for Python: makes an environment, "installs", and notes how it was called.
FAKE = """#!/bin/sh
echo "$(basename "$0") $*" >> "$CALLS"
for last; do :; done
case "$*" in
    --version) echo 1.0 ;;
    "venv "*|"-m venv "*) mkdir -p "$last/bin"; ln -s "$0" "$last/bin/python" ;;
    *" install "*|*"pip install "*) printf '%s\\n' "$SAYS"; exit "$CODE" ;;
esac
"""

NETWORK_CUT = {
    "pip": """WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'NewConnectionError(
'<HTTPSConnection object>: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')'
ERROR: Could not find a version that satisfies the requirement hatchling>=1.27 (from versions: none)
ERROR: No matching distribution found for hatchling>=1.27""",
    "uv": """error: Failed to fetch: `https://index.example/simple/keras/`
  Caused by: error sending request for url (https://index.example/simple/keras/)
  Caused by: dns error: failed to lookup address information: Temporary failure in name resolution""",
}
DISK_FULL = {
    "pip": "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
    "uv": "error: Failed to install: keras-3.15.1-py3-none-any.whl\n  Caused by: No space left on device (os error 28)",
}


class Course:
    """A checkout of its own, with switches for what the installers do."""

    def __init__(self, root, monkeypatch):
        self.root, self.monkeypatch = root, monkeypatch
        self.venv = root / ".venv"
        for name, path in {
            "ROOT": ".",
            "VENV": ".venv",
            "STAMP": ".venv/course.json",
            "LOG": ".venv/setup.log",
        }.items():
            monkeypatch.setattr(setup, name, root / path)
        monkeypatch.setattr(setup, "PYTHON", self.venv / "bin" / "python")
        monkeypatch.setenv("CALLS", str(root / "calls"))
        self.installer_says("done")
        for name in ("pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, root)

    def installer_says(self, text, code=0):
        self.monkeypatch.setenv("SAYS", text)
        self.monkeypatch.setenv("CODE", str(code))

    def calls(self):
        """What the fake programs were told to do since the last question."""
        notes = self.root / "calls"
        lines = notes.read_text().splitlines() if notes.exists() else []
        notes.unlink(missing_ok=True)
        return [line for line in lines if "--version" not in line]

    def ensure(self, group="lab"):
        setup.ensure(setup.extras_of(group))
        return self.calls()


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """The folder that PATH holds first; uv is there only when a test puts it there."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def put(folder, name, text):
    program = folder / name
    program.write_text(text)
    program.chmod(0o755)
    return program


@pytest.fixture(params=["uv", "pip"])
def course(request, tmp_path, monkeypatch, programs):
    python = put(programs, "fakepython", FAKE)
    monkeypatch.setattr(pythons, "suitable", lambda: str(python))
    if request.param == "uv":
        put(programs, "uv", FAKE)
    else:
        put(programs, "uv", "#!/bin/sh\nexit 127\n")
    (tmp_path / "course").mkdir()
    made = Course(tmp_path / "course", monkeypatch)
    made.installer = request.param
    return made


def test_the_first_call_creates_and_installs_the_pinned_set(course):
    create, install = course.ensure()
    assert create.startswith("uv venv" if course.installer == "uv" else "fakepython -m venv")
    assert install.endswith("-c constraints.txt -e .[cpu,lab]")


def test_the_second_call_does_nothing(course):
    course.ensure()
    assert course.ensure() == []


def test_changed_pins_are_installed_into_the_same_environment(course):
    course.ensure()
    with (course.root / "constraints.txt").open("a") as file:
        file.write("six==1.0\n")
    (install,) = course.ensure()
    assert "install" in install


def test_test_adds_to_lab_and_lab_needs_no_more(course):
    course.ensure("lab")
    (install,) = course.ensure("test")
    assert install.endswith(".[cluster,cpu,jax,lab,site,slides,test]")
    assert course.ensure("lab") == []


def test_gpu_replaces_cpu_and_is_remembered(course, capsys):
    course.ensure()
    setup.ensure(setup.with_gpu(setup.GROUPS["lab"]))
    assert course.calls()[-1].endswith(".[gpu,lab]")
    assert "cannot share" in capsys.readouterr().out
    assert course.ensure() == []


@pytest.mark.parametrize(("texts", "sentence"), [(NETWORK_CUT, "needs the network once"), (DISK_FULL, "No space left")])
def test_a_failed_installation_says_why_and_leaves_no_stamp(course, texts, sentence):
    course.installer_says(texts[course.installer], code=1)
    with pytest.raises(SetupError) as caught:
        course.ensure()
    first, *rest = str(caught.value).splitlines()
    assert sentence in first
    assert "run the same command again" in first
    assert rest == ["(What the installer said: .venv/setup.log)"]
    assert texts[course.installer] in setup.LOG.read_text()
    assert not setup.STAMP.exists()


def test_after_a_failure_the_environment_is_made_anew(course, capsys):
    course.installer_says("", code=1)
    with pytest.raises(SetupError):
        course.ensure()
    course.calls()
    course.installer_says("done")
    assert len(course.ensure()) == 2
    assert "not complete" in capsys.readouterr().out


def test_a_failed_update_takes_the_old_stamp_away(course):
    course.ensure()
    course.installer_says("", code=1)
    with pytest.raises(SetupError):
        course.ensure("test")
    assert not setup.STAMP.exists()


def test_an_unknown_failure_shows_the_last_lines(course):
    course.installer_says("something new", code=1)
    with pytest.raises(SetupError, match=r"failed(.|\n)*something new"):
        course.ensure()


def test_an_interrupt_leaves_no_stamp(course, monkeypatch):
    def press_control_c(line):
        if line.startswith("done"):
            raise KeyboardInterrupt

    monkeypatch.setattr(setup, "show_progress", press_control_c)
    with pytest.raises(SetupError, match="Stopped"):
        course.ensure()
    assert not setup.STAMP.exists()


def test_a_moved_course_gets_a_new_environment(course, tmp_path, capsys):
    course.ensure()
    shutil.move(course.root, tmp_path / "elsewhere")
    moved = Course.__new__(Course)
    (tmp_path / "elsewhere" / "calls").unlink(missing_ok=True)
    moved.__init__(tmp_path / "elsewhere", course.monkeypatch)
    assert len(moved.ensure()) == 2
    assert "was moved" in capsys.readouterr().out


def test_a_dead_python_gets_a_new_environment(course, capsys):
    course.ensure()
    setup.PYTHON.unlink()
    setup.PYTHON.symlink_to(course.root / "gone")
    assert len(course.ensure()) == 2
    assert "Python is gone" in capsys.readouterr().out


def test_an_environment_of_somebody_else_is_left_alone(course):
    setup.PYTHON.parent.mkdir(parents=True)
    setup.PYTHON.symlink_to(sys.executable)
    with pytest.raises(SetupError, match="was not made by this command"):
        course.ensure()
    assert setup.PYTHON.exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(course):
    course.root.chmod(0o555)
    with pytest.raises(SetupError, match="cannot be written"):
        course.ensure()


def test_a_log_that_cannot_be_written_does_not_hide_the_reason(course, monkeypatch):
    monkeypatch.setattr(setup, "keep", lambda line: False)
    course.installer_says(DISK_FULL[course.installer], code=1)
    with pytest.raises(SetupError, match="No space left"):
        course.ensure()


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (
            "ensurepip is not\navailable.  On Debian …\n\n    apt install python3.11-venv\n",
            "apt install python3.11-venv",
        ),
        ("/usr/bin/python3: No module named ensurepip", "ensurepip"),
        ("OSError: [Errno 122] Disk quota exceeded", "No space left"),
        ("OSError: [Errno 30] Read-only file system: '/media/course/.venv'", "cannot be written"),
        ("PermissionError: [Errno 13] Permission denied: '/srv/course/.venv'", "/srv/course/.venv cannot be written"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "SSL_CERT_FILE"),
        ("invalid peer certificate: UnknownIssuer", "SSL_CERT_FILE"),
        ("ERROR: No matching distribution found for tensorflow>=2.20", "no package tensorflow for this computer"),
        ("hint: Wheels: tensorflow==2.21.0 has no wheels with a matching platform tag", "no package tensorflow"),
        ("Segmentation fault", ""),
    ],
)
def test_each_known_reason_has_its_sentence(output, sentence):
    said = explain(output, ROOT, "/usr/bin/python3")
    assert sentence in said
    assert "\n" not in said
    assert bool(said) == bool(sentence)


def test_an_unsuitable_python_looks_for_another(programs, monkeypatch):
    monkeypatch.setattr(pythons, "fits", lambda: False)
    put(programs, "python3.13", "#!/bin/sh\nexit 127\n")  # as a pyenv shim without that version
    put(programs, "python3.12", "#!/bin/sh\necho 3.12 /opt/python3.12\n")
    assert pythons.suitable() == "/opt/python3.12"


def test_uv_may_know_another(programs, monkeypatch):
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setattr(pythons, "fits", lambda: False)
    known = put(programs, "managed", "#!/bin/sh\necho 3.12 /uv/python3.12\n")
    put(programs, "uv", f"#!/bin/sh\necho {known}\n")
    assert pythons.suitable() == "/uv/python3.12"


def test_no_suitable_python_is_one_sentence(programs, monkeypatch):
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setattr(pythons, "fits", lambda: False)
    with pytest.raises(SetupError) as caught:
        pythons.suitable()
    said = str(caught.value)
    assert "Python 3.11, 3.12 or 3.13 is needed" in said
    assert f"{sys.version_info[0]}.{sys.version_info[1]}" in said
    assert "python install 3.12" in said or "python@3.12" in said or "Python.Python.3.12" in said
    assert "\n" not in said


@pytest.mark.parametrize("name", READ_BY_OLD_PYTHONS)
def test_old_pythons_can_read_it_without_packages(name):
    tree = ast.parse((ROOT / "tools" / f"{name}.py").read_text(), feature_version=(3, 6))
    imports = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = {alias.name for node in imports if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in imports if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names | {"tools"}
