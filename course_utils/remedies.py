"""What to type: the commands that doctor gives, spelled for the machine at hand.

Standard library only, and readable by Python 3.8, like doctor.
"""

from __future__ import annotations

from pathlib import Path

from course_utils.machine import Machine


def tensorflow_package(machine: Machine) -> str:
    """The smaller package exists for one platform only."""
    small = (machine.system, machine.architecture) == ("Linux", "x86_64")
    return "tensorflow-cpu" if small else "tensorflow"


def lowest_tensorflow(machine: Machine) -> str:
    """The lowest version of TensorFlow that the course takes."""
    return machine.needed.get("cpu", {}).get("tensorflow", "2.20")


def how_to_get_python(machine: Machine) -> str:
    """The command that installs a Python that fits."""
    if "uv" in machine.programs:
        return "uv python install 3.12"
    if machine.system == "Darwin" and "brew" in machine.programs:
        return "brew install python@3.12"
    if machine.system == "Darwin":
        return "open https://www.python.org/downloads/macos/"
    if machine.system == "Windows":
        return "winget install Python.Python.3.12"
    return "curl -LsSf https://astral.sh/uv/install.sh | sh && ~/.local/bin/uv python install 3.12"


def set_up(machine: Machine) -> tuple[str, ...]:
    """The commands that install the course with all that it needs; none where its folder is not at hand."""
    return (f"cd {quoted(machine.checkout)}", f"{python(machine)} -m tools setup") if machine.checkout else ()


def gpu_commands(machine: Machine) -> tuple[str, ...]:
    """How to change to packages with CUDA."""
    if machine.backend == "jax":
        return (f'{pip(machine)} install "jax[cuda12]"',)
    if machine.checkout_python and Path(machine.checkout_python) == Path(machine.executable):
        return (f"cd {quoted(machine.checkout)}", f"{python(machine)} -m tools setup --gpu")
    return (
        f"{pip(machine)} uninstall --yes tensorflow tensorflow-cpu",
        f'{pip(machine)} install "tensorflow[and-cuda]>={lowest_tensorflow(machine)}"',
    )


def install(machine: Machine, wanted: dict[str, str], names: list[str], option: str = "--upgrade") -> str:
    """The command that installs packages; without the quotes a shell would take `>` for a file."""
    return f"{pip(machine)} install {option} " + " ".join(f'"{name}>={wanted[name]}"' for name in names)


def pip(machine: Machine) -> str:
    """How to call this Python's pip."""
    return "%pip" if machine.host == "colab" else f"{python(machine)} -m pip"


def python(machine: Machine) -> str:
    """How to call this Python; PowerShell takes a quoted path for a text without the `&`."""
    call = "& " if machine.system == "Windows" and " " in machine.executable else ""
    return call + quoted(machine.executable)


def quoted(path: str) -> str:
    """A path as a shell takes it."""
    return f'"{path}"' if " " in path else path


def setting(machine: Machine, name: str, value: str) -> str:
    """The line that sets an environment variable, in a notebook, PowerShell or another shell."""
    if machine.host == "colab":
        return f"%env {name}={value}"
    return f'$env:{name} = "{value}"' if machine.system == "Windows" else f"export {name}={value}"


def unset(machine: Machine, name: str) -> str:
    """The line that removes an environment variable."""
    if machine.host == "colab":
        return f"%env {name}="
    return f"Remove-Item Env:{name}" if machine.system == "Windows" else f"unset {name}"
