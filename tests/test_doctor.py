"""Doctor: a healthy machine passes, and each part that is removed or broken gets its sentence and its command."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from course_utils import doctor, machine
from course_utils.machine import Machine

ROOT = Path(__file__).resolve().parents[1]
NEEDED = machine.requirements(machine.read_project(ROOT))
PYTHON = "/course/.venv/bin/python"
HEALTHY = Machine(
    python=(3, 12, 4),
    bits=64,
    executable=PYTHON,
    system="Linux",
    architecture="x86_64",
    needed=NEEDED,
    installed={**NEEDED[""], **NEEDED["lab"], "tensorflow-cpu": "2.21.0", "deep-learning-course": "2026.11.0"},
    memory=16 * 10**9,
    memory_free=8 * 10**9,
    disk_free={"/home/ada": 50 * 10**9},
    kernel="python",
    course_file="/course/course_utils/__init__.py",
    course_version="2026.11.0",
    checkout="/course",
    checkout_version="2026.11.0",
    checkout_python=PYTHON,
)
WINDOWS = {"system": "Windows", "architecture": "AMD64"}
MAC = {"system": "Darwin", "architecture": "arm64"}
ELSEWHERE = "/usr/lib/python3/site-packages/course_utils/__init__.py"


def without(*names, **added):
    kept = {name: version for name, version in HEALTHY.installed.items() if name not in names}
    return {"installed": {**kept, **added}}


def with_two_tensorflows(**more):
    return {"installed": {**HEALTHY.installed, "tensorflow": "2.21.0"}, **more}


# what is changed, level, part of the sentence, part of a command
CASES = {
    "python too old": ({"python": (3, 9, 2)}, "mend", "3.9.2, which is too old", "uv python install 3.12"),
    "python too new": ({"python": (3, 14, 0)}, "mend", "too new", "/course/.venv/bin/python -m tools setup"),
    "python too old, uv": ({"python": (3, 9, 2), "programs": {"uv"}}, "mend", "too old", "uv python install 3.12"),
    "python too old, mac": (
        {**MAC, "python": (3, 9, 2), "programs": {"brew"}},
        "mend",
        "too old",
        "brew install python@3.12",
    ),
    "python too old, windows": ({**WINDOWS, "python": (3, 9, 2)}, "mend", "too old", "winget install Python"),
    "32 bits": ({"bits": 32}, "mend", "32 bits", "uv python install"),
    "intel mac": ({**MAC, "architecture": "x86_64"}, "mend", "Intel processor", "colab"),
    "rosetta": ({**MAC, "architecture": "x86_64", "translated": True}, "mend", "translated", "arch -arm64 brew"),
    "windows on arm": ({"system": "Windows", "architecture": "ARM64"}, "mend", "Windows on ARM", "wsl --install"),
    "course not installed": ({"course_file": "", "checkout_python": ""}, "mend", "not installed", "-m tools setup"),
    "other python than .venv": (
        {"course_file": "", "executable": "/usr/bin/python3"},
        "mend",
        "not in this Python",
        f"{PYTHON} -m course_utils.doctor",
    ),
    "notebooks of another version": (
        {"course_file": ELSEWHERE, "course_version": "2025.1.0"},
        "mend",
        "are of version 2026.11.0, but course_utils is of version 2025.1.0",
        "install --editable /course",
    ),
    "course updated by git": ({"course_version": "2025.1.0"}, "note", "updated from", "install --editable /course"),
    "numpy missing": (
        without("numpy"),
        "mend",
        "Missing: numpy",
        f'-m pip install --upgrade "numpy>={NEEDED[""]["numpy"]}"',
    ),
    "lazy_loader missing": (without("lazy-loader"), "mend", "Missing: lazy-loader", '"lazy-loader>='),
    "tensorflow missing": (without("tensorflow-cpu"), "mend", "Missing: tensorflow-cpu", '"tensorflow-cpu>='),
    "tensorflow missing, mac": ({**MAC, **without("tensorflow-cpu")}, "mend", "Missing: tensorflow.", '"tensorflow>='),
    "tensorflow missing, jax there": (without("tensorflow-cpu", jax="0.10"), "mend", "KERAS_BACKEND=jax", "install"),
    "jax missing": ({"backend": "jax"}, "mend", "Missing: jax", '"jax>='),
    "jupyterlab missing": (without("jupyterlab"), "mend", "Missing: jupyterlab", '"jupyterlab>='),
    "ipykernel missing": (without("ipykernel"), "mend", "Missing: ipykernel", '"ipykernel>='),
    "keras too old": (
        {"installed": {**HEALTHY.installed, "keras": "3.9.2"}},
        "mend",
        "keras 3.9.2 (needed",
        '"keras>=',
    ),
    "matplotlib broken": (
        {"broken": {"matplotlib": "ImportError: no ft2font"}},
        "mend",
        "does not work",
        "--force-reinstall",
    ),
    "two tensorflows": (with_two_tensorflows(), "mend", "both installed", "uninstall --yes tensorflow tensorflow-cpu"),
    "two tensorflows, gpu": (
        with_two_tensorflows(nvidia_driver="T4"),
        "mend",
        "both installed",
        "tensorflow[and-cuda]>=",
    ),
    "backend unknown": ({"backend": "torch", "keras_error": None}, "mend", "'torch'", "unset KERAS_BACKEND"),
    "keras crashes": (
        {"keras_error": "ImportError: x (exit code 1)"},
        "mend",
        "cannot start on tens",
        "--force-reinstall",
    ),
    "no avx": ({"keras_error": "no message (exit code -4)"}, "mend", "AVX", "colab"),
    "no visual c++": (
        {**WINDOWS, "keras_error": "ImportError: DLL load failed"},
        "mend",
        "Visual C++",
        "winget install",
    ),
    "no gpu": ({}, "ok", "No GPU", ""),
    "gpu used": ({"keras_gpus": 1, "nvidia_driver": "T4"}, "ok", "Keras uses T4", ""),
    "gpu without cuda": ({"nvidia_driver": "T4"}, "note", "without CUDA", "-m tools setup --gpu"),
    "gpu without cuda, own environment": (
        {"nvidia_driver": "T4", "checkout_python": ""},
        "note",
        "without CUDA",
        "and-cuda",
    ),
    "gpu driver too old": (
        {"nvidia_driver": "T4", "installed": {**HEALTHY.installed, "nvidia-cudnn-cu12": "9"}},
        "note",
        "older than its packages",
        "unset LD_LIBRARY_PATH",
    ),
    "gpu driver missing": ({"nvidia_card": True}, "note", "driver is missing", "ubuntu-drivers install"),
    "gpu on windows": ({**WINDOWS, "nvidia_driver": "T4"}, "note", "only inside WSL2", "wsl --install"),
    "mac": (MAC, "note", "GPU of a Mac", ""),
    "colab without gpu": ({"host": "colab"}, "note", "Change runtime type", ""),
    "little memory": ({"memory": 10**9, "memory_free": 10**9}, "mend", "1.0 GB of memory", "colab"),
    "memory in use": ({"memory_free": 10**9}, "note", "close other programs", ""),
    "disk full": ({"disk_free": {"/home/ada": 10**6}}, "mend", "disk of /home/ada is full", "cache purge"),
    "disk nearly full": ({"disk_free": {"/home/ada": 5 * 10**8}}, "note", "nearly full", ""),
    "home not writable": ({"unwritable": ("/home/ada",)}, "mend", "/home/ada cannot be written", "export KERAS_HOME="),
    "course not writable": ({"unwritable": ("/course",)}, "mend", "notebooks cannot be saved", "cp -r /course"),
    "wsl on a windows disk": (
        {"wsl": True, "checkout": "/mnt/c/course", "course_file": "/mnt/c/course/course_utils/__init__.py"},
        "note",
        "slow from WSL2",
        "cp -r /mnt/c/course ~",
    ),
    "profile unknown": ({"settings": {"COURSE_PROFILE": "fast"}}, "mend", "'fast'", "export COURSE_PROFILE=quick"),
    "profile unknown, windows": (
        {**WINDOWS, "settings": {"COURSE_PROFILE": "fast"}},
        "mend",
        "'fast'",
        '$env:COURSE_PROFILE = "quick"',
    ),
    "seed no number": ({"settings": {"COURSE_SEED": "x"}}, "mend", "whole number", "unset COURSE_SEED"),
    "seed no number, windows": ({**WINDOWS, "settings": {"COURSE_SEED": "x"}}, "mend", "whole", "Remove-Item Env:"),
    "data folder missing": (
        {"settings": {"COURSE_DATA_DIR": "/data"}, "data_found": None},
        "mend",
        "'/data', which is no folder that can be read",
        "unset COURSE_DATA_DIR",
    ),
    "data folder empty": ({"settings": {"COURSE_DATA_DIR": "/data"}}, "note", "holds no data set", ""),
    "data folder": ({"settings": {"COURSE_DATA_DIR": "/d"}, "data_found": ("mnist.npz",)}, "ok", "holds mnist.npz", ""),
    "no network": ({"network": False}, "note", "does not answer", ""),
    "no kernel": ({"kernel": ""}, "mend", "no kernel", f"{PYTHON} -m ipykernel install --sys-prefix"),
    "kernel of another python": (
        {"kernel": "/old/bin/python"},
        "mend",
        "/old/bin/python",
        "kernelspec remove -y python3",
    ),
    "widgets missing": ({"widgets": "missing"}, "mend", "empty boxes", "jupyterlab_widgets"),
    "widgets switched off": ({"widgets": "disabled"}, "mend", "switched off", "labextension enable"),
    "colab": ({"host": "colab", **without("numpy")}, "note", "Save a copy", ""),
    "colab, numpy missing": ({"host": "colab", **without("numpy")}, "mend", "Missing: numpy", "%pip install --upgrade"),
    "binder": ({"host": "binder"}, "note", "This is Binder", ""),
}


def test_a_healthy_machine_is_ready():
    findings = doctor.diagnose(HEALTHY)
    assert {finding.level for finding in findings} == {"ok"}
    assert doctor.report(findings).endswith("This machine is ready.")


@pytest.mark.parametrize("case", CASES)
def test_each_part_gets_its_sentence_and_its_command(case):
    changes, level, sentence, command = CASES[case]
    findings = [f for f in doctor.diagnose(replace(HEALTHY, **changes)) if sentence in f.sentence]
    assert [f.level for f in findings] == [level]
    assert any(command in typed for typed in findings[0].commands) if command else not findings[0].commands
    assert "\n" not in findings[0].sentence and findings[0].sentence.endswith(".")


@pytest.mark.parametrize("case", CASES)
def test_only_one_thing_is_wrong_at_a_time(case):
    changes, level, _, _ = CASES[case]
    to_mend = [f for f in doctor.diagnose(replace(HEALTHY, **changes)) if f.level == "mend"]
    assert len(to_mend) == (1 if level == "mend" or "numpy" not in changes.get("installed", {"numpy": 1}) else 0)


def test_whatever_has_to_be_mended_has_a_command():
    for changes, *_ in CASES.values():
        for finding in doctor.diagnose(replace(HEALTHY, **changes)):
            assert finding.commands or finding.level != "mend", finding.sentence


def test_a_path_with_a_space_is_quoted():
    spaced = replace(HEALTHY, executable="/Ada L/python", checkout_python="", **without("numpy"))
    assert doctor.remedies.pip(spaced) == '"/Ada L/python" -m pip'
    assert doctor.remedies.pip(replace(spaced, **WINDOWS)) == '& "/Ada L/python" -m pip'


def test_versions_are_compared_as_numbers():
    assert (
        doctor.is_older("2.9.1", "2.20") and not doctor.is_older("2.20", "2.20") and not doctor.is_older("3", "2.20.1")
    )


def test_bounds_come_from_pyproject_or_from_the_installed_course(monkeypatch):
    assert NEEDED["lab"].keys() == {"jupyterlab", "ipykernel", "psutil"}
    assert NEEDED["cpu"].keys() == {"tensorflow", "tensorflow-cpu"}
    stored = ["numpy>=2.1", 'jupyterlab>=4.4; extra == "lab"', "tensorflow>=2.20; (os_name == 'x') and extra == 'cpu'"]
    monkeypatch.setattr(machine.importlib.metadata, "requires", lambda name: stored)
    expected = {"": {"numpy": "2.1"}, "lab": {"jupyterlab": "4.4"}, "cpu": {"tensorflow": "2.20"}}
    assert machine.requirements({}) == expected


@pytest.mark.parametrize(
    ("page_config", "disabled"),
    [
        ("", False),
        ("no json", False),
        ('{"disabledExtensions": {"@jupyter-widgets/jupyterlab-manager": true}}', True),
        ('{"disabledExtensions": ["@jupyter-widgets/jupyterlab-manager"]}', True),
        ('{"disabledExtensions": {"@jupyter-widgets/jupyterlab-manager": false}}', False),
    ],
)
def test_jupyterlabs_page_settings_are_understood(page_config, disabled):
    assert machine.disables_widgets(page_config) is disabled


def test_a_process_that_crashes_or_hangs_is_reported(monkeypatch):
    installed = {"keras": "3.10", "tensorflow": "2.20"}
    monkeypatch.setattr(machine, "START_KERAS", "import sys; sys.exit('no such device')")
    assert machine.start_keras("tensorflow", installed, {}) == ("no such device (exit code 1)", 0)
    assert machine.start_keras("tensorflow", {}, {}) == (None, 0)
    assert machine.start_keras("torch", installed, {}) == (None, 0)
    errors, _ = machine.try_imports(["no-such-package"])
    assert "ModuleNotFoundError" in errors["no-such-package"]
    monkeypatch.setattr(machine, "IMPORT_EACH", "import os; os.abort()")
    assert "exit code" in machine.try_imports(["numpy"])[0]["numpy"]


# What stands for NVIDIA's program where there is a card that cannot be used.
DRIVERS = {
    "does not reach the driver": "echo 'NVIDIA-SMI has failed because it could not reach the driver.'; exit 9",
    "another version than the library": "echo 'Driver/library version mismatch' >&2; exit 18",
    "no card left": "echo 'No devices were found'; exit 6",
    "crashes": "kill -SEGV $$",
    "hangs": "exec sleep 60",
    "speaks no UTF-8": r"printf '\377\376T4\n'",
}


@pytest.mark.parametrize("case", DRIVERS)
def test_a_card_whose_driver_does_not_answer(tmp_path, monkeypatch, case):
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{DRIVERS[case]}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(machine, "PATIENCE", 1)
    driver = machine.nvidia_driver()
    assert driver == ""
    (finding,) = [
        f for f in doctor.diagnose(replace(HEALTHY, nvidia_card=True, nvidia_driver=driver)) if "NVIDIA" in f.sentence
    ]
    assert finding.level == "note" and "every lecture runs on the processor alone" in finding.sentence


def test_a_card_that_answers_is_named(tmp_path, monkeypatch):
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho Tesla T4\necho Tesla T4\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert machine.nvidia_driver() == "Tesla T4"


def test_a_home_that_nobody_knows(monkeypatch):
    def unknown():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr("pathlib.Path.home", unknown)
    assert machine.home().is_dir()
    assert machine.jupyter_folders() and machine.widgets_front_end()


def test_data_folder(tmp_path):
    assert machine.data_in(None) == ()
    assert machine.data_in("~nobody-of-this-name") is None
    assert machine.data_in(str(tmp_path / "nothing")) is None
    (tmp_path / "mnist.npz").touch()
    assert machine.data_in(str(tmp_path)) == ("mnist.npz",)


def test_the_course_is_found_from_a_folder_inside_it(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "deep-learning-course"\n')
    monkeypatch.chdir(tmp_path / "notebooks")
    assert machine.find_checkout() == tmp_path
    assert machine.own_python(tmp_path) == ""


def run_bare(*arguments):
    """Run this Python without any installed package."""
    return subprocess.run(
        [sys.executable, "-S", "-E", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def test_doctor_needs_nothing_but_python():
    done = run_bare("-c", "import sys, course_utils.doctor; print(*sys.modules)")
    assert done.returncode == 0, done.stderr
    assert not {"numpy", "keras", "lazy_loader", "packaging"} & set(done.stdout.split())
    done = run_bare("-c", "from course_utils import load")
    assert done.stderr.strip().endswith("Type: python -m course_utils.doctor")


@pytest.mark.slow
def test_doctor_runs_here_from_start_to_end():
    environment = {**machine.os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "course_utils.doctor"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip().endswith("This machine is ready."), done.stdout + done.stderr
    assert done.returncode == 0
    assert "Keras 3" in done.stdout


def test_import_of_the_course_is_light():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import course_utils"], cwd=ROOT, capture_output=True, text=True
    )
    loaded = {line.split("|")[-1].strip() for line in done.stderr.splitlines()}
    assert "course_utils" in loaded
    assert not {"numpy", "matplotlib", "keras", "sklearn", "IPython"} & loaded
