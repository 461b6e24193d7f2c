"""What there is on this machine: facts for doctor, gathered without a judgement.

Standard library only, and readable by Python 3.8, because what doctor looks for may be missing.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from course_utils.network import reachable

COURSE = "deep-learning-course"
PROGRAMS = ("uv", "brew", "winget", "nvidia-smi")
SETTINGS = ("KERAS_BACKEND", "COURSE_PROFILE", "COURSE_SEED", "COURSE_DATA_DIR", "KERAS_HOME")
DATA = ("mnist.npz", "fashion_mnist.npz", "cifar10.npz", "mnist", "fashion_mnist", "cifar10")
WIDGETS = "@jupyter-widgets/jupyterlab-manager"
# The packages that bring a backend.
BACKENDS = {"tensorflow": {"tensorflow", "tensorflow-cpu"}, "jax": {"jax"}}
# What a package is called in an import, where that is not its own name.
MODULES = {"ipython": "IPython", "pillow": "PIL", "scikit-learn": "sklearn", "lazy-loader": "lazy_loader"}
PATIENCE = 15  # seconds until a program must have answered
SERVER = "storage.googleapis.com"  # where Keras downloads MNIST from

IMPORT_EACH = """
import importlib, json, sys
files, errors = {}, {}
for name in sys.argv[1:]:
    try:
        files[name] = str(importlib.import_module(name).__file__)
    except BaseException as error:
        errors[name] = type(error).__name__ + ": " + " ".join(str(error).split())
print(json.dumps([files, errors]))
"""
START_KERAS = """
import json, keras, numpy
keras.ops.convert_to_numpy(keras.ops.add(numpy.ones(2), 1))
if keras.backend.backend() == "tensorflow":
    import tensorflow
    gpus = tensorflow.config.list_physical_devices("GPU")
else:
    import jax
    gpus = [device for device in jax.devices() if device.platform == "gpu"]
print(json.dumps(len(gpus)))
"""
FIND_KERNEL = """
import json
from jupyter_client.kernelspec import KernelSpecManager
print(json.dumps(KernelSpecManager().get_kernel_spec("python3").argv[0]))
"""


@dataclass(frozen=True)
class Machine:
    """What was found.

    Attributes:
        python: Version of the running Python.
        bits: 64 or 32.
        executable: Path of the running Python.
        system: "Linux", "Darwin" or "Windows".
        architecture: "x86_64", "arm64", "AMD64", …
        translated: Whether an Intel Python runs on an Apple-silicon Mac.
        wsl: Whether this Linux runs inside Windows.
        host: "colab", "binder" or "".
        programs: Which of `PROGRAMS` are there.
        needed: For each extra of the course ("" for its own dependencies), the lowest version of each package.
        installed: The version of each installed package.
        broken: What importing an installed package said, for each that failed.
        backend: The Keras backend that `start` would choose.
        keras_error: What Keras said when it could not start, "" if it could, None if that was not tried.
        keras_gpus: How many GPUs Keras can use.
        nvidia_card: Whether there is a graphics card from NVIDIA.
        nvidia_driver: The name of the card that the driver tells, "" if there is no working driver.
        memory: Bytes of memory, 0 if unknown.
        memory_free: Bytes of memory that programs can still get, 0 if unknown.
        disk_free: Bytes free in each folder that matters.
        unwritable: Folders that cannot be written.
        kernel: The program that runs notebooks, "" if there is none, None if that was not looked for.
        widgets: "ready", "missing" or "disabled": ipywidgets in JupyterLab.
        settings: The environment variables that the course reads.
        data_found: Which data sets COURSE_DATA_DIR holds, None if it is no folder.
        network: Whether the server of Keras's data sets answers.
        course_file: Where a notebook imports course_utils from, "" if it cannot.
        course_version: Version of the installed course, "" if it is not installed.
        checkout: The course's folder with its notebooks, "" if there is none here.
        checkout_version: Version of that folder.
        checkout_python: The Python that `python -m tools setup` made there, "" if there is none.
    """

    python: tuple[int, int, int]
    bits: int
    executable: str
    system: str
    architecture: str
    translated: bool = False
    wsl: bool = False
    host: str = ""
    programs: frozenset[str] = frozenset()
    needed: dict[str, dict[str, str]] = field(default_factory=dict)
    installed: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    backend: str = "tensorflow"
    keras_error: str | None = ""
    keras_gpus: int = 0
    nvidia_card: bool = False
    nvidia_driver: str = ""
    memory: int = 0
    memory_free: int = 0
    disk_free: dict[str, int] = field(default_factory=dict)
    unwritable: tuple[str, ...] = ()
    kernel: str | None = None
    widgets: str = "ready"
    settings: dict[str, str] = field(default_factory=dict)
    data_found: tuple[str, ...] | None = ()
    network: bool = True
    course_file: str = ""
    course_version: str = ""
    checkout: str = ""
    checkout_version: str = ""
    checkout_python: str = ""


def examine() -> Machine:
    """Look at this machine; takes some ten seconds, most of it for starting Keras once."""
    checkout = find_checkout()
    project = read_project(checkout)
    installed = installed_packages()
    needed = requirements(project)
    settings = {name: os.environ[name] for name in SETTINGS if os.environ.get(name)}
    broken, course_file = try_imports([name for name in needed.get("", {}) if name in installed])
    memory, memory_free = memory_bytes()
    backend = settings.get("KERAS_BACKEND", "tensorflow")
    keras_error, keras_gpus = start_keras(backend, installed, broken)
    folders = [home(), Path(tempfile.gettempdir()), *([checkout] if checkout else [])]
    return Machine(
        python=sys.version_info[:3],
        bits=8 * struct.calcsize("P"),
        executable=sys.executable,
        system=platform.system(),
        architecture=platform.machine(),
        translated=output_of(["sysctl", "-n", "sysctl.proc_translated"]) == "1",
        wsl="microsoft" in platform.release().lower(),
        host=host(),
        programs=frozenset(name for name in PROGRAMS if shutil.which(name)),
        needed=needed,
        installed=installed,
        broken=broken,
        backend=backend,
        keras_error=keras_error,
        keras_gpus=keras_gpus,
        nvidia_card=has_nvidia_card(),
        nvidia_driver=nvidia_driver(),
        memory=memory,
        memory_free=memory_free,
        disk_free={str(folder): shutil.disk_usage(str(folder)).free for folder in folders if folder.is_dir()},
        unwritable=tuple(str(folder) for folder in folders if not is_writable(folder)),
        kernel=kernel_program() if "jupyter-client" in installed else None,
        widgets=widgets_front_end(),
        settings=settings,
        data_found=data_in(settings.get("COURSE_DATA_DIR")),
        network=reachable(SERVER, 443, seconds=3),
        course_file=course_file,
        course_version=installed.get(COURSE, ""),
        checkout=str(checkout or ""),
        checkout_version=project.get("version", ""),
        checkout_python=own_python(checkout),
    )


def find_checkout() -> Path | None:
    """The folder of the course above the current folder, else above this file."""
    for start in (Path.cwd(), Path(__file__).resolve().parent):
        for folder in (start, *start.parents):
            if (folder / "notebooks").is_dir() and f'name = "{COURSE}"' in text_of(folder / "pyproject.toml"):
                return folder
    return None


def read_project(checkout: Path | None) -> dict:
    """The table [project] of the course's pyproject.toml, {} if there is none or this Python cannot read it."""
    try:
        import tomllib  # since Python 3.11
    except ModuleNotFoundError:
        return {}
    return tomllib.loads(text_of(checkout / "pyproject.toml"))["project"] if checkout else {}


def requirements(project: dict) -> dict[str, dict[str, str]]:
    """The lowest version of each package, for each extra; from the checkout, else from the installed course."""
    if project:
        groups = {"": project["dependencies"], **project["optional-dependencies"]}
        lines = [(extra, line) for extra, group in groups.items() for line in group]
    else:
        try:
            stored = importlib.metadata.requires(COURSE) or []
        except importlib.metadata.PackageNotFoundError:
            stored = []
        extras = [re.search(r"extra == ['\"](\w+)", line) for line in stored]
        lines = [(extra.group(1) if extra else "", line) for extra, line in zip(extras, stored)]  # noqa: B905 (3.10)
    needed: dict[str, dict[str, str]] = {}
    for extra, line in lines:
        match = re.match(r"([\w.-]+)(?:\[[\w,-]+\])? *>= *([\d.]+)", line)
        if match:
            needed.setdefault(extra, {})[canonical(match.group(1))] = match.group(2)
    return needed


def installed_packages() -> dict[str, str]:
    """Name and version of everything that pip can see."""
    found = {}
    for distribution in importlib.metadata.distributions():
        name = distribution.metadata["Name"]
        if name:  # a half-removed package has none
            found.setdefault(canonical(name), distribution.version)
    return found


def canonical(name: str) -> str:
    """A package's name as pip compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def try_imports(names: list[str]) -> tuple[dict[str, str], str]:
    """Import packages and the course in another process.

    Returns:
        What went wrong, for each package that cannot be imported; and the file of course_utils, "" if there is none.
    """
    modules = {MODULES.get(name, name): name for name in names if name != "keras"}  # Keras is started on its own
    code, output, _ = run_python(IMPORT_EACH, *modules, "course_utils")
    if code:
        return {"numpy": f"importing the packages ended with exit code {code}"}, ""
    files, errors = parse_last_line(output)
    return {modules[name]: said for name, said in errors.items() if name in modules}, files.get("course_utils", "")


def start_keras(backend: str, installed: dict[str, str], broken: dict[str, str]) -> tuple[str | None, int]:
    """What Keras said when it could not start (None if it is not worth trying), and how many GPUs it sees."""
    if not installed.keys() & BACKENDS.get(backend, set()) or "keras" not in installed or "numpy" in broken:
        return None, 0
    code, output, errors = run_python(START_KERAS, KERAS_BACKEND=backend)
    if code == 0:
        return "", parse_last_line(output)
    said = [line for line in errors.splitlines() if line.strip()]
    return f"{said[-1].strip() if said else 'no message'} (exit code {code})", 0


def kernel_program() -> str:
    """What a notebook's kernel is started with: a path, or "python" for the Python of JupyterLab itself."""
    code, output, _ = run_python(FIND_KERNEL)
    return parse_last_line(output) if code == 0 else ""


def run_python(source: str, *arguments: str, **environment: str) -> tuple[int, str, str]:
    """Run Python code where a notebook would find its modules: in another process, away from this folder.

    Returns:
        Exit code (negative for a signal, 124 after two minutes), standard output and standard error.
    """
    with tempfile.TemporaryDirectory() as elsewhere:
        try:
            done = subprocess.run(
                [sys.executable, "-c", source, *arguments],
                cwd=elsewhere,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=120,
            )
        except subprocess.TimeoutExpired:
            return 124, "", "no answer within two minutes"
    return done.returncode, done.stdout, done.stderr


def parse_last_line(output: str):
    """The JSON value on the last line of what a process printed."""
    return json.loads(output.strip().splitlines()[-1])


def output_of(command: list[str]) -> str:
    """What a command prints, "" if it is not there, fails or hangs."""
    program = shutil.which(command[0])
    if program is None:
        return ""
    try:
        done = subprocess.run(
            [program, *command[1:]], stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def host() -> str:
    """Which hosted service this is, "" if none is recognised."""
    if "COLAB_RELEASE_TAG" in os.environ:
        return "colab"
    return "binder" if "BINDER_SERVICE_HOST" in os.environ or "BINDER_LAUNCH_HOST" in os.environ else ""


def has_nvidia_card() -> bool:
    """Whether the bus of this machine holds a display or compute card from NVIDIA; Linux tells it."""
    devices = Path("/sys/bus/pci/devices")
    return any(
        text_of(device / "vendor").strip() == "0x10de" and text_of(device / "class").startswith("0x03")
        for device in (devices.iterdir() if devices.is_dir() else ())
    )


def nvidia_driver() -> str:
    """The name of the first card that NVIDIA's driver tells, "" if there is no working driver."""
    return output_of(["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]).partition("\n")[0]


def memory_bytes() -> tuple[int, int]:
    """Memory in all and memory still to be had, in bytes; 0 where the system does not tell."""
    if platform.system() == "Windows":
        return windows_memory()
    if platform.system() == "Darwin":
        return int(output_of(["sysctl", "-n", "hw.memsize"]) or 0), 0
    lines = text_of(Path("/proc/meminfo"))
    total, free = (
        1024 * int(match.group(1)) if match else 0
        for match in (re.search(rf"{name}: +(\d+)", lines) for name in ("MemTotal", "MemAvailable"))
    )
    # Binder and other containers have less than the machine they run on.
    limit = text_of(Path("/sys/fs/cgroup/memory.max")).strip()
    used = text_of(Path("/sys/fs/cgroup/memory.current")).strip()
    if limit.isdigit() and used.isdigit():
        total, free = min(total, int(limit)), min(free, int(limit) - int(used))
    return total, free


def windows_memory() -> tuple[int, int]:
    """The same from the system call GlobalMemoryStatusEx."""
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
            (name, ctypes.c_ulonglong) for name in ("total", "free", "pages", "pages_free", "a", "b", "c")
        ]

    status = Status(length=ctypes.sizeof(Status))
    ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
    return status.total, status.free


def home() -> Path:
    """The home folder; that for temporary files where the system knows none, as in some containers."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(tempfile.gettempdir())


def is_writable(folder: Path) -> bool:
    """Whether a file can be made in a folder."""
    try:
        with tempfile.TemporaryFile(dir=str(folder)):
            return True
    except OSError:
        return False


def widgets_front_end() -> str:
    """Whether JupyterLab has the part of ipywidgets that draws: "ready", "missing" or "disabled"."""
    if not any((folder / "labextensions" / WIDGETS).is_dir() for folder in jupyter_folders()):
        return "missing"
    settings = [folder / "lab/settings/page_config.json" for folder in jupyter_folders()]
    configs = [Path(sys.prefix, "etc/jupyter"), home() / ".jupyter"]
    settings += [folder / "labconfig/page_config.json" for folder in configs]
    return "disabled" if any(disables_widgets(text_of(path)) for path in settings) else "ready"


def disables_widgets(page_config: str) -> bool:
    """Whether JupyterLab's page settings switch the widgets off; the list is a list or a table."""
    try:
        disabled = json.loads(page_config or "{}").get("disabledExtensions", {})
    except ValueError:
        return False
    return bool(disabled.get(WIDGETS)) if isinstance(disabled, dict) else WIDGETS in disabled


def jupyter_folders() -> list[Path]:
    """Where Jupyter's parts may be installed."""
    own = {"Darwin": "Library/Jupyter", "Windows": "AppData/Roaming/jupyter"}
    mine = os.environ.get("JUPYTER_DATA_DIR") or home() / own.get(platform.system(), ".local/share/jupyter")
    return [Path(sys.prefix, "share/jupyter"), Path(mine), Path("/usr/local/share/jupyter")]


def data_in(setting: str | None) -> tuple[str, ...] | None:
    """The data sets in the folder COURSE_DATA_DIR, () if it is not set, None if it is no folder that can be read."""
    if not setting:
        return ()
    try:
        folder = Path(setting).expanduser()
        return tuple(name for name in DATA if (folder / name).exists()) if folder.is_dir() else None
    except (OSError, RuntimeError):  # no right to look into it; or ~name of a user whom nobody knows
        return None


def own_python(checkout: Path | None) -> str:
    """The Python in the checkout's .venv, "" if there is none."""
    if checkout is None:
        return ""
    python = checkout / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    return str(python) if python.exists() else ""


def text_of(path: Path) -> str:
    """What a small text file says, "" if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
