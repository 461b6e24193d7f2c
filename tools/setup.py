"""Create ``.venv`` and install the course into it, so that two commands do all the set-up.

A stamp inside ``.venv`` says what was installed from what; a second call compares it and returns at once.
Standard library only, and readable by Python 3.6, so that an old Python gets a sentence and not a traceback.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools import pythons
from tools.setup_failures import AGAIN, SetupError, explain

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "course.json"
LOG = VENV / "setup.log"
CONSTRAINTS = "constraints.txt"

# Each group names extras of pyproject.toml. Where `gpu` was asked for once, it stands in for `cpu` from then on.
GROUPS = {
    "lab": ("cpu", "lab"),
    "cluster": ("cluster", "cpu", "lab"),
    "hub": ("cpu", "hub", "lab"),
    "live": ("cpu", "lab", "live"),
    "test": ("cluster", "cpu", "jax", "lab", "test", "slides", "site"),
}
# What an environment that we did not make (conda's) must be able to import before a group's verb runs in it.
MODULES = {
    "lab": ("course_utils", "keras", "jupyterlab"),
    "test": (
        *("course_utils", "keras", "jax", "nbval", "nbconvert", "playwright", "xdist", "distributed"),
        *("myst_nb", "furo"),
    ),
}


def python_for(group):
    """Make sure that a Python with a group's packages is there.

    Args:
        group: "lab" or "test".

    Returns:
        The path of the Python to go on in, or None where the running one will do.

    Raises:
        SetupError: There is none and none could be made.
    """
    if is_chosen(group):
        return None
    wanted = extras_of(group)
    if runs_in_venv() and is_ready(wanted):
        return None
    ensure(wanted)
    return str(PYTHON)


def present_python(group):
    """Return the path of the Python that a group's verbs go on in, None where there is none yet; install nothing."""
    if is_chosen(group):
        return sys.executable
    return str(PYTHON) if PYTHON.exists() else None


def is_chosen(group):
    """Tell whether the running Python is one that a person set up for a group, without our .venv."""
    return not runs_in_venv() and is_own_environment() and has_modules(group)


def runs_in_venv():
    """Tell whether the running Python is that of .venv."""
    return Path(sys.prefix).resolve() == VENV.resolve()


def is_own_environment():
    """Tell whether the running Python fits and belongs to an environment that a person chose (venv, conda)."""
    in_venv = sys.prefix != sys.base_prefix
    in_conda = Path(sys.prefix, "conda-meta").is_dir() and os.environ.get("CONDA_DEFAULT_ENV") != "base"
    return pythons.fits() and (in_venv or in_conda)


def has_modules(group):
    """Tell whether the running Python can import what a group's verbs need."""
    return all(importlib.util.find_spec(name) for name in MODULES[group])


def extras_of(group):
    """Return the extras of a group, with `gpu` instead of `cpu` where .venv has it."""
    return with_gpu(GROUPS[group]) if "gpu" in read_stamp().get("extras", ()) else GROUPS[group]


def with_gpu(extras):
    """Return the same extras with TensorFlow for GPUs."""
    return tuple("gpu" if extra == "cpu" else extra for extra in extras)


def ensure(extras):
    """Make .venv hold these extras, at the pinned versions; return at once where it does.

    Raises:
        SetupError: It could not be done; the text says why and what to type.
    """
    if is_ready(extras):
        return
    python = pythons.suitable()
    try:
        build(python, extras)
    except OSError as error:
        raise SetupError(explain(str(error), ROOT, python) or str(error)) from error
    except KeyboardInterrupt:
        raise SetupError("\nStopped. The same command starts again.") from None


def build(python, extras):
    """Create .venv where it is missing or broken, install, and set the stamp."""
    before = read_stamp()
    reason = why_unusable(before, extras)
    if reason and os.path.lexists(str(VENV)):
        clear_away(reason)
    extras = sorted(set(extras).union(() if reason else before["extras"]))
    if STAMP.exists():
        STAMP.unlink()
    uv = shutil.which("uv") if pythons.output_of(["uv", "--version"]) else None
    tool = "uv" if uv else "pip"
    print(f"Installing into .venv with {tool} ({', '.join(extras)}): a few minutes the first time.", flush=True)
    if reason:
        VENV.mkdir()
        LOG.touch()
        with_uv = [uv, "venv", "--quiet", "--seed", "--allow-existing", "--python", python, str(VENV)]
        step(with_uv if uv else [python, "-m", "venv", str(VENV)], python)
    # Compiled once here: else every kernel compiles TensorFlow anew wherever Python may not write its cache.
    with_uv = [uv, "pip", "install", "--compile-bytecode", "--python", str(PYTHON)]
    installer = with_uv if uv else [str(PYTHON), "-m", "pip", "install"]
    step([*installer, "-c", CONSTRAINTS, "-e", f".[{','.join(extras)}]"], python)
    write_stamp(extras)


def clear_away(reason):
    """Remove a .venv that cannot be used, unless somebody else made it."""
    if PYTHON.exists() and not LOG.exists():
        raise SetupError(f"{VENV} was not made by this command: move it away or delete it, {AGAIN}")
    print(f"Making .venv anew: {reason}.", flush=True)
    if VENV.is_symlink():
        VENV.unlink()
    else:
        shutil.rmtree(str(VENV))


def step(command, python):
    """Run one step of the installation; keep what it prints in the log.

    Raises:
        SetupError: It failed.
    """
    # A personal pip setting that installs elsewhere, or uv fetching a Python of its own, would surprise.
    environment = dict(os.environ, PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1", UV_PYTHON_DOWNLOADS="never")
    lines, kept = [], True
    with subprocess.Popen(
        command,
        cwd=str(ROOT),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        errors="replace",
    ) as process:
        try:
            for line in process.stdout:
                lines.append(line)
                kept = keep(line)
                show_progress(line)
        except KeyboardInterrupt:
            process.terminate()
            raise
        finally:
            show_progress("")
    if process.returncode:
        raise SetupError(report(lines, python, kept))


def show_progress(line):
    """Show one line in place, on a terminal only."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        sys.stdout.write("\r" + line.strip()[:width].ljust(width) + ("" if line else "\r"))
        sys.stdout.flush()


def keep(line):
    """Add a line to the log; tell whether that was possible (not on a full disk)."""
    try:
        with LOG.open("a", encoding="utf-8") as log:
            log.write(line)
    except OSError:
        return False
    return True


def report(lines, python, kept):
    """Return what to print after a failed step."""
    sentence = explain("".join(lines), ROOT, python)
    if sentence and kept:
        return f"{sentence}\n(What the installer said: {LOG.relative_to(ROOT)})"
    tail = "\n".join(line.rstrip()[:160] for line in lines[-12:])
    return f"{sentence or 'The installation failed.'}\nThe installer's last lines:\n{tail}"


def is_ready(extras):
    """Tell whether .venv holds these extras, installed from the present pyproject.toml and constraints.txt."""
    stamp = read_stamp()
    return not why_unusable(stamp, extras) and stamp["source"] == digest() and set(extras) <= set(stamp["extras"])


def why_unusable(stamp, extras):
    """Say why .venv has to be made anew, "" if it need not."""
    if not os.path.lexists(str(VENV)):
        return "it is missing"
    if not PYTHON.exists():
        return "its Python is gone"
    if not stamp:
        return "it is not complete"
    if stamp["root"] != str(ROOT):
        return "the course was moved"
    if stamp["python"] != str(PYTHON.resolve()):
        return "its Python was replaced"
    if {"cpu", "gpu"} <= set(extras).union(stamp["extras"]):
        return "TensorFlow for a CPU and for a GPU cannot share it"
    return ""


def read_stamp():
    """Return what the last complete installation noted, {} if there is none."""
    try:
        return json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def write_stamp(extras):
    """Note a complete installation; an interrupted one leaves no stamp."""
    stamp = {"extras": extras, "python": str(PYTHON.resolve()), "root": str(ROOT), "source": digest()}
    unfinished = STAMP.with_suffix(".new")
    unfinished.write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(STAMP)


def digest():
    """Return a digest of the files that decide what is installed."""
    text = hashlib.sha256()
    for name in ("pyproject.toml", CONSTRAINTS):
        text.update((ROOT / name).read_bytes())
    return text.hexdigest()


def lock():
    """Write constraints.txt anew from pyproject.toml: one version of each package for all Pythons and systems."""
    if not shutil.which("uv"):
        raise SetupError(f"Pinning needs uv: type `python -m pip install uv`, {AGAIN}")
    command = ["uv", "pip", "compile", "--quiet", "--universal", "--all-extras", "--upgrade"]
    command += ["--python-version", "3.11", "--fork-strategy", "fewest", "--no-annotate", "--no-header"]
    command += ["pyproject.toml", "--output-file", CONSTRAINTS]
    if subprocess.call(command, cwd=str(ROOT), stdout=subprocess.DEVNULL):
        raise SetupError("uv found no set of versions; constraints.txt is unchanged.")


def add_arguments(parser):
    """Declare the options of ``python -m tools setup``."""
    parser.add_argument("--extras", choices=sorted(GROUPS), default="lab", help="what to install (default: lab)")
    parser.add_argument("--gpu", action="store_true", help="TensorFlow with CUDA (Linux); remembered")
    parser.add_argument("--lock", action="store_true", help="write constraints.txt anew, and install nothing")


def run(args):
    """Set up .venv; return the exit code."""
    if args.lock:
        lock()
        return 0
    ensure(with_gpu(GROUPS[args.extras]) if args.gpu else extras_of(args.extras))
    print(f"Ready: {PYTHON}")
    return 0
