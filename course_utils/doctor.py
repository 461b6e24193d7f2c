"""`python -m course_utils.doctor`: is this machine ready for the course, and if not, what to type.

Each check is a function of the facts in `machine.Machine` and returns findings: one sentence each, with the commands
that mend it. Standard library only, and readable by Python 3.8, because what it looks for may be missing.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import course_utils.remedies as remedies  # `from course_utils import` needs lazy_loader
from course_utils.machine import BACKENDS, Machine, examine

OLDEST, NEWEST = (3, 11), (3, 13)
GIGABYTE = 1e9
MEMORY_OF_A_LECTURE = 1.5 * GIGABYTE
PROFILES = ("quick", "full")
DRIVER = "sudo ubuntu-drivers install  # on Ubuntu; elsewhere as your system's pages say"
COLAB = "open https://colab.research.google.com, then File, Open notebook"


@dataclass(frozen=True)
class Finding:
    """What one check says.

    Attributes:
        level: "ok", "note" (the course runs all the same) or "mend" (it does not).
        sentence: What was found.
        commands: What to type, in this order.
    """

    level: str
    sentence: str
    commands: tuple[str, ...] = ()


def diagnose(machine: Machine) -> list[Finding]:
    """The findings of all checks; only those of the first ones where the rest would follow from them."""
    basis = [check_python(machine), *check_platform(machine)]
    if not needs_mending(basis):
        basis.append(check_course(machine))
    if needs_mending(basis):
        return basis
    findings = [
        *basis,
        *check_packages(machine),
        *check_two_tensorflows(machine),
        *check_keras(machine),
        check_gpu(machine),
        *check_memory(machine),
        *check_disk(machine),
        *check_folders(machine),
        *check_place(machine),
        *check_settings(machine),
        *check_data(machine),
        *check_host(machine),
        check_network(machine),
    ]
    if machine.host != "colab":  # it has a notebook of its own
        findings += [*check_kernel(machine), *check_widgets(machine)]
    return findings


def check_python(machine: Machine) -> Finding:
    """Python 3.11–3.13, for which TensorFlow has packages."""
    version = ".".join(map(str, machine.python))
    if OLDEST <= machine.python[:2] <= NEWEST:
        return Finding("ok", f"Python {version} at {machine.executable}.")
    return Finding(
        "mend",
        f"This is Python {version}, which is too {'old' if machine.python[:2] < OLDEST else 'new'}: "
        "the course needs Python 3.11, 3.12 or 3.13.",
        (remedies.how_to_get_python(machine), *remedies.set_up(machine)),
    )


def check_platform(machine: Machine) -> list[Finding]:
    """Systems for which neither TensorFlow nor JAX has packages."""
    if machine.translated:
        return [
            Finding(
                "mend",
                "This Python is made for Intel processors and runs translated on a Mac with Apple silicon, where "
                "TensorFlow cannot start: install the one for Apple silicon, from a terminal without Rosetta.",
                ("arch -arm64 brew install python@3.12", *remedies.set_up(machine)),
            )
        ]
    if machine.bits < 64:
        return [
            Finding(
                "mend",
                f"This Python has {machine.bits} bits; TensorFlow and JAX need 64: install a 64-bit Python.",
                (remedies.how_to_get_python(machine), *remedies.set_up(machine)),
            )
        ]
    if (machine.system, machine.architecture) == ("Darwin", "x86_64"):
        sentence = (
            "This is a Mac with an Intel processor: TensorFlow (after 2.16) and JAX (after 0.4) have no packages for "
            "it. Use Colab, a Linux machine, or a hosted Jupyter."
        )
        return [Finding("mend", sentence, (COLAB,))]
    if (machine.system, machine.architecture) == ("Windows", "ARM64"):
        sentence = "TensorFlow has no packages for Windows on ARM: use Linux inside Windows (WSL2), and clone there."
        return [Finding("mend", sentence, ("wsl --install",))]
    return []


def check_course(machine: Machine) -> Finding:
    """Whether a notebook can import course_utils, and in the version of the notebooks."""
    if not machine.course_file:
        if machine.checkout_python and Path(machine.checkout_python) != Path(machine.executable):
            sentence = "The course is installed, but not in this Python: ask its own one."
            return Finding("mend", sentence, (f"{remedies.quoted(machine.checkout_python)} -m course_utils.doctor",))
        sentence = (
            "course_utils is not installed in this Python; in a notebook the first cell of a lecture installs it."
        )
        return Finding("mend", sentence, remedies.set_up(machine))
    version = machine.course_version or machine.checkout_version
    foreign = machine.checkout and not machine.course_file.startswith(machine.checkout + os.sep)
    if foreign and machine.course_version != machine.checkout_version:
        return Finding(
            "mend",
            f"The notebooks in {machine.checkout} are of version {machine.checkout_version}, but course_utils is of "
            f"version {machine.course_version or 'unknown'}, from {Path(machine.course_file).parent}.",
            (f"{remedies.pip(machine)} install --editable {remedies.quoted(machine.checkout)}",),
        )
    if machine.course_version != machine.checkout_version and machine.checkout_version and machine.course_version:
        return Finding(
            "note",
            f"The course was updated from version {machine.course_version} to {machine.checkout_version}; "
            "its packages are perhaps older.",
            (f"{remedies.pip(machine)} install --editable {remedies.quoted(machine.checkout)}",),
        )
    return Finding("ok", f"course_utils {version} at {Path(machine.course_file).parent}.")


def check_packages(machine: Machine) -> list[Finding]:
    """Packages that are missing, too old or broken."""
    wanted = wanted_packages(machine)
    if not wanted:
        return [Finding("note", "What the course needs is unknown here: run this in the folder of the course.")]
    missing = [name for name in wanted if name not in machine.installed]
    old = [name for name in wanted if name in machine.installed and is_older(machine.installed[name], wanted[name])]
    findings = []
    if missing:
        sentence = f"Missing: {', '.join(missing)}."
        if machine.backend == "tensorflow" and is_tensorflow(missing) and "jax" in machine.installed:
            sentence += " JAX is there: with KERAS_BACKEND=jax the lectures run without TensorFlow."
        findings.append(Finding("mend", sentence, (remedies.install(machine, wanted, missing),)))
    if old:
        ages = ", ".join(f"{name} {machine.installed[name]} (needed: {wanted[name]})" for name in old)
        findings.append(Finding("mend", f"Too old: {ages}.", (remedies.install(machine, wanted, old),)))
    for name, said in machine.broken.items():
        again = remedies.install(machine, wanted, [name], "--force-reinstall")
        findings.append(Finding("mend", f"{name} is installed but does not work ({said}).", (again,)))
    return findings or [Finding("ok", f"All {len(wanted)} packages are there, none too old.")]


def check_two_tensorflows(machine: Machine) -> list[Finding]:
    """`tensorflow` and `tensorflow-cpu` write the same files; removing one of them breaks the other."""
    if not BACKENDS["tensorflow"] <= machine.installed.keys():
        return []
    keep = "tensorflow[and-cuda]" if machine.nvidia_driver else remedies.tensorflow_package(machine)
    return [
        Finding(
            "mend",
            "tensorflow and tensorflow-cpu are both installed, and each overwrites files of the other: keep one.",
            (
                f"{remedies.pip(machine)} uninstall --yes tensorflow tensorflow-cpu",
                f'{remedies.pip(machine)} install "{keep}>={remedies.lowest_tensorflow(machine)}"',
            ),
        )
    ]


def check_keras(machine: Machine) -> list[Finding]:
    """Whether Keras starts on the backend that the lectures would use."""
    if machine.backend not in BACKENDS:
        sentence = f"KERAS_BACKEND is {machine.backend!r}; the course runs on tensorflow or jax."
        return [Finding("mend", sentence, (remedies.unset(machine, "KERAS_BACKEND"),))]
    if machine.keras_error is None:
        return []  # what it needs is missing, which is said above
    if not machine.keras_error:
        return [Finding("ok", f"Keras {machine.installed.get('keras', '')} starts on {machine.backend}.")]
    if re.search(r"exit code (-4|132|3221225501)\)", machine.keras_error):
        sentence = f"This processor is too old for {machine.backend}: it lacks the AVX instructions. Use Colab."
        return [Finding("mend", sentence, (COLAB,))]
    if "DLL load failed" in machine.keras_error:
        sentence = f"Keras cannot start: Windows lacks the Visual C++ runtime ({machine.keras_error})."
        return [Finding("mend", sentence, ("winget install Microsoft.VCRedist.2015+.x64",))]
    sentence = f"Keras cannot start on {machine.backend}: {machine.keras_error}."
    wanted = wanted_packages(machine)
    names = [name for name in wanted if name == "keras" or name in BACKENDS[machine.backend]]
    return [Finding("mend", sentence, (remedies.install(machine, wanted, names, "--force-reinstall"),))]


def check_gpu(machine: Machine) -> Finding:
    """Which GPU is used; the course runs without one."""
    fine = "every lecture runs on the processor alone"
    if machine.keras_gpus:
        return Finding("ok", f"Keras uses {machine.nvidia_driver or 'a GPU'}: try start(…, profile='full').")
    if machine.host == "colab":
        return Finding("note", f"No GPU, and {fine}. To get one: Runtime, Change runtime type, T4 GPU.")
    if machine.system == "Darwin":
        return Finding("note", f"TensorFlow does not use the GPU of a Mac; {fine}.")
    if machine.system == "Windows" and machine.nvidia_driver:
        sentence = f"TensorFlow uses {machine.nvidia_driver} only inside WSL2 (Linux in Windows); {fine}."
        return Finding("note", sentence, ("wsl --install",))
    if machine.nvidia_driver and any(name.startswith("nvidia-cudnn") for name in machine.installed):
        sentence = (
            f"Keras finds no use for {machine.nvidia_driver}: its driver is perhaps older than its packages; {fine}."
        )
        return Finding("note", sentence, ("unset LD_LIBRARY_PATH", DRIVER))
    if machine.nvidia_driver:
        sentence = f"Keras does not use {machine.nvidia_driver}, because its packages are those without CUDA; {fine}."
        return Finding("note", sentence, remedies.gpu_commands(machine))
    if machine.nvidia_card:
        sentence = f"There is a card from NVIDIA, but its driver is missing or does not answer; {fine}."
        return Finding("note", sentence, (DRIVER,))
    return Finding("ok", f"No GPU that Keras could use; {fine}.")


def check_memory(machine: Machine) -> list[Finding]:
    """A lecture takes up to 1.5 GB; without it the kernel dies."""
    if machine.memory and machine.memory < MEMORY_OF_A_LECTURE:
        sentence = f"This machine has {gigabytes(machine.memory)} of memory; a lecture takes up to 1.5 GB. Use Colab."
        return [Finding("mend", sentence, (COLAB,))]
    if machine.memory_free and machine.memory_free < MEMORY_OF_A_LECTURE:
        return [
            Finding(
                "note",
                f"{gigabytes(machine.memory_free)} of memory are free and a lecture takes up to 1.5 GB: close other "
                "programs, and shut down kernels that you do not need (in JupyterLab: Kernel, Shut Down All Kernels).",
            )
        ]
    return [Finding("ok", f"{gigabytes(machine.memory)} of memory.")] if machine.memory else []


def check_disk(machine: Machine) -> list[Finding]:
    """Room for saving notebooks, and for temporary files."""
    findings = []
    for folder, free in machine.disk_free.items():
        if free < 0.1 * GIGABYTE:
            sentence = f"The disk of {folder} is full ({gigabytes(free)} free): empty the bin, or type the line below."
            findings.append(Finding("mend", sentence, (f"{remedies.pip(machine)} cache purge",)))
        elif free < GIGABYTE:
            findings.append(Finding("note", f"The disk of {folder} is nearly full ({gigabytes(free)} free)."))
    return findings


def check_folders(machine: Machine) -> list[Finding]:
    """Folders into which Jupyter, Keras and the student write."""
    findings = []
    for folder in machine.unwritable:
        if folder == machine.checkout:
            sentence = f"{folder} cannot be written, so notebooks cannot be saved: copy the course to a place of yours."
            command = "Copy-Item -Recurse" if machine.system == "Windows" else "cp -r"
            findings.append(Finding("mend", sentence, (f"{command} {remedies.quoted(folder)} my-copy-of-the-course",)))
        else:
            findings.append(
                Finding(
                    "mend",
                    f"{folder} cannot be written, where Jupyter and Keras keep their files: choose other folders.",
                    tuple(
                        remedies.setting(machine, name, "some/folder/of/yours")
                        for name in ("HOME", "KERAS_HOME", "TMPDIR" if machine.system != "Windows" else "TEMP")
                    ),
                )
            )
    return findings


def check_place(machine: Machine) -> list[Finding]:
    """Inside WSL2 the disks of Windows are slow."""
    if not machine.wsl or not machine.checkout.startswith("/mnt/"):
        return []
    sentence = (
        f"{machine.checkout} is on a disk of Windows, which is slow from WSL2: keep the course in your Linux home."
    )
    return [Finding("note", sentence, (f"cp -r {remedies.quoted(machine.checkout)} ~",))]


def check_settings(machine: Machine) -> list[Finding]:
    """Environment variables that `start` and `seeds` would refuse."""
    findings = []
    profile = machine.settings.get("COURSE_PROFILE", "quick")
    if profile not in PROFILES:
        sentence = f"COURSE_PROFILE is {profile!r}, allowed are quick and full."
        findings.append(Finding("mend", sentence, (remedies.setting(machine, "COURSE_PROFILE", "quick"),)))
    seed = machine.settings.get("COURSE_SEED", "0")
    if not re.fullmatch(r"\d+", seed):
        sentence = f"COURSE_SEED is {seed!r}, it must be a whole number."
        findings.append(Finding("mend", sentence, (remedies.unset(machine, "COURSE_SEED"),)))
    return findings


def check_data(machine: Machine) -> list[Finding]:
    """The folder COURSE_DATA_DIR."""
    folder = machine.settings.get("COURSE_DATA_DIR")
    if not folder:
        return []
    if machine.data_found is None:
        sentence = f"COURSE_DATA_DIR is {folder!r}, which is no folder that can be read."
        return [Finding("mend", sentence, (remedies.unset(machine, "COURSE_DATA_DIR"),))]
    if not machine.data_found:
        sentence = f"COURSE_DATA_DIR is {folder!r}, which holds no data set: mnist.npz, for example, is looked for."
        return [Finding("note", sentence)]
    return [Finding("ok", f"COURSE_DATA_DIR holds {', '.join(machine.data_found)}.")]


def check_host(machine: Machine) -> list[Finding]:
    """What to know of a hosted service."""
    keep = {
        "colab": "This is Colab: what you change is lost with the session unless you save a copy (File, Save a copy).",
        "binder": "This is Binder: it ends some ten minutes after your last click; download what you want to keep.",
    }
    return [Finding("note", keep[machine.host])] if machine.host in keep else []


def check_network(machine: Machine) -> Finding:
    """Only larger data sets need it."""
    if machine.network:
        return Finding("ok", "The network answers.")
    return Finding("note", "The network does not answer; only downloads of larger data sets (profile full) need it.")


def check_kernel(machine: Machine) -> list[Finding]:
    """Whether notebooks run in this Python."""
    if machine.kernel is None:
        return []  # JupyterLab is missing, which is said above
    if not machine.kernel:
        sentence = "JupyterLab finds no kernel for Python: notebooks could be read but not run."
        return [Finding("mend", sentence, (f"{remedies.python(machine)} -m ipykernel install --sys-prefix",))]
    name = re.split(r"[/\\]", machine.kernel)[-1]
    if machine.kernel == name or Path(machine.kernel) == Path(machine.executable):
        return [Finding("ok", "JupyterLab runs notebooks in this Python.")]
    return [
        Finding(
            "mend",
            f"JupyterLab would run notebooks in another Python, {machine.kernel}, which does not have this one's "
            "packages: remove that setting.",
            (f"{remedies.python(machine)} -m jupyter kernelspec remove -y python3",),
        )
    ]


def check_widgets(machine: Machine) -> list[Finding]:
    """Whether JupyterLab can draw controls; without it they are empty boxes."""
    if "jupyterlab" not in machine.installed or machine.widgets == "ready":
        return []
    if machine.widgets == "disabled":
        sentence = "The controls of the lectures would be empty boxes: JupyterLab's widgets are switched off."
        command = f"{remedies.python(machine)} -m jupyter labextension enable @jupyter-widgets/jupyterlab-manager"
        return [Finding("mend", sentence, (command,))]
    sentence = "The controls of the lectures would be empty boxes: JupyterLab's part of ipywidgets is missing."
    return [Finding("mend", sentence, (f"{remedies.pip(machine)} install --force-reinstall jupyterlab_widgets",))]


def wanted_packages(machine: Machine) -> dict[str, str]:
    """Lowest version of each package that this machine needs: the course's own, the backend's and JupyterLab."""
    wanted = dict(machine.needed.get("", {}))
    if not wanted:
        return {}
    if machine.backend == "jax":
        wanted.update(machine.needed.get("jax", {}))
    elif machine.backend == "tensorflow":
        present = sorted(BACKENDS["tensorflow"] & machine.installed.keys())
        wanted[(present or [remedies.tensorflow_package(machine)])[0]] = remedies.lowest_tensorflow(machine)
    if machine.host != "colab":
        wanted.update(machine.needed.get("lab", {}))
    return wanted


def is_tensorflow(names: list[str]) -> bool:
    """Whether TensorFlow is among some packages."""
    return bool(BACKENDS["tensorflow"] & set(names))


def is_older(version: str, bound: str) -> bool:
    """Whether a version such as "2.20.1" is below a bound such as "2.21"."""
    numbers, limits = ([int(part) for part in re.findall(r"\d+", text)[:3]] for text in (version, bound))
    return numbers + [0] * (3 - len(numbers)) < limits + [0] * (3 - len(limits))


def gigabytes(number: float) -> str:
    """Bytes for people."""
    return f"{number / GIGABYTE:.1f} GB"


def report(findings: list[Finding]) -> str:
    """The findings as text, and what follows from them."""
    lines = []
    for finding in findings:
        lines.append(f"{finding.level:<5}{finding.sentence}")
        lines += [f"       type: {command}" for command in finding.commands]
    to_mend = sum(finding.level == "mend" for finding in findings)
    last = "This machine is ready." if not to_mend else f"To mend: {to_mend}. Then type the same command again."
    return "\n".join([*lines, "", last])


def needs_mending(findings: list[Finding]) -> bool:
    """Whether something keeps the course from running."""
    return any(finding.level == "mend" for finding in findings)


def main() -> int:
    """Look, print and return 0 if the course can run."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a notebook's streams have no encoding to mend
            stream.reconfigure(errors="replace")  # an old Windows console lacks some characters
    print("Looking at this machine; Keras is started once, which takes some seconds.", flush=True)
    findings = diagnose(examine())
    print(report(findings))
    return int(needs_mending(findings))


if __name__ == "__main__":
    sys.exit(main())
