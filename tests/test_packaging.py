"""pyproject.toml, constraints.txt, environment.yml and the papers agree."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tools import setup

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
DIRECT = [Requirement(line) for lines in (PROJECT["dependencies"], *EXTRAS.values()) for line in lines]
PIN_LINES = (ROOT / "constraints.txt").read_text().splitlines()
PINS = {canonicalize_name(Requirement(line).name): Requirement(line) for line in PIN_LINES}
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text())


def version_of(pin):
    (specifier,) = pin.specifier
    return specifier.version


@pytest.mark.parametrize("requirement", DIRECT, ids=str)
def test_dependencies_are_lower_bounds_with_a_reason(requirement):
    assert [part.operator for part in requirement.specifier] == [">="]
    written = str(requirement).partition(";")[0].strip()
    (line, *_) = [line for line in (ROOT / "pyproject.toml").read_text().splitlines() if f'"{written}' in line]
    assert re.search(r"  # \S+", line), f"no reason beside {written}"


@pytest.mark.parametrize("requirement", DIRECT, ids=str)
def test_each_dependency_is_pinned_within_its_bound(requirement):
    pin = PINS[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version_of(pin)), "run `make constraints`"


def test_pins_are_exact_and_name_no_index():
    for line in PIN_LINES:
        assert re.fullmatch(r"[a-z0-9.-]+==[a-z0-9.]+( ; .+)?", line), line
    assert len(PINS) == len(PIN_LINES), "two versions of one package: not every Python would get the tested set"


def test_whatever_a_dependency_needs_is_pinned():
    """Follows the installed packages, as far as this environment has them."""
    to_visit, seen = [(requirement.name, requirement.extras) for requirement in DIRECT], set()
    while to_visit:
        name, extras = to_visit.pop()
        name = canonicalize_name(name)
        if name in seen:
            continue
        seen.add(name)
        assert name in PINS, f"{name} is not in constraints.txt: run `make constraints`"
        try:
            needed = [Requirement(text) for text in metadata.requires(name) or ()]
        except metadata.PackageNotFoundError:
            continue
        holds = [
            part for part in needed if not part.marker or any(part.marker.evaluate({"extra": e}) for e in ("", *extras))
        ]
        to_visit += [(part.name, part.extras) for part in holds]


def test_extras_are_those_that_the_groups_install():
    used = {extra for group in setup.GROUPS.values() for extra in (*group, *setup.with_gpu(group))}
    assert used == set(EXTRAS)


def test_conda_brings_python_and_pip_brings_the_pinned_set():
    python, pip, by_pip = CONDA["dependencies"]
    assert SpecifierSet(PROJECT["requires-python"]).contains(python.removeprefix("python="))
    assert pip == "pip"
    assert by_pip == {"pip": ["--constraint constraints.txt", f"--editable .[{','.join(setup.GROUPS['lab'])}]"]}
    assert CONDA["name"] == PROJECT["name"]


def test_binder_takes_environment_yml_because_nothing_goes_before_it():
    assert [name for name in ("binder", ".binder", "Dockerfile") if (ROOT / name).exists()] == []


def test_ci_runs_on_every_system_with_every_python():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text())
    matrix = workflow["jobs"]["pinned"]["strategy"]["matrix"]
    assert {system.partition("-")[0] for system in matrix["system"]} == {"ubuntu", "macos", "windows"}
    newer_and_older = [f"3.{minor}" for minor in range(9, 16)]
    allowed = SpecifierSet(PROJECT["requires-python"])
    assert matrix["python"] == [version for version in newer_and_older if allowed.contains(version)]


def test_ci_installs_the_newest_of_what_the_tests_need():
    steps = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text())["jobs"]["newest"]["steps"]
    assert any(f".[{','.join(setup.GROUPS['test'])}]" in step.get("run", "") for step in steps)


def test_ci_runs_the_oldest_packages_on_the_oldest_python():
    job = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text())["jobs"]["oldest"]
    (python,) = [step["with"]["python-version"] for step in job["steps"] if "python-version" in step.get("with", {})]
    assert f">={python}" in PROJECT["requires-python"]
    assert any("tools versions oldest" in step.get("run", "") for step in job["steps"])


def test_ci_looks_for_known_holes_in_the_pinned_versions_each_week():
    audit = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text())["jobs"]["audit"]
    assert "schedule" in audit["if"]
    assert any("pip_audit --requirement constraints.txt --no-deps" in step.get("run", "") for step in audit["steps"])


def test_all_papers_name_the_same_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[1]
    assert citation["version"] == newest == PROJECT["version"]


@pytest.mark.parametrize("system", [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("win32", "AMD64")])
def test_each_system_gets_one_tensorflow(system):
    here = dict(zip(("sys_platform", "platform_machine"), system, strict=True))
    chosen = [text for text in EXTRAS["cpu"] if Requirement(text).marker.evaluate(here)]
    assert [Requirement(text).name for text in chosen] == [
        "tensorflow-cpu" if system == ("linux", "x86_64") else "tensorflow"
    ]
