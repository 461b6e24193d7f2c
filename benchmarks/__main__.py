"""`python -m benchmarks NAME`: measure, print the table, and write it into RESULTS.md between its marks."""

import argparse
import importlib
import importlib.metadata
import os
import platform
import sys
from pathlib import Path

from course_utils.errors import CourseError
from tools.files import replace

RESULTS = Path(__file__).with_name("RESULTS.md")
NAMES = ("fit", "controls", "decks", "sweeps", "glyphs")
BY_NAME_ONLY = ("hub",)  # creates system users for as long as it runs, so it is never part of "all"
PACKAGES = ("keras", "tensorflow", "tensorflow-cpu", "jax", "numpy", "jupyterhub")


def main() -> int:
    """Run the benchmarks that are named, all if none is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"one of: {', '.join(NAMES)} (default: all of these), or hub"
    )
    names, known = parser.parse_args().names or NAMES, (*NAMES, *BY_NAME_ONLY)
    if set(names) - set(known):
        parser.error(f"there is no benchmark {', '.join(set(names) - set(known))}; choose from {', '.join(known)}")
    for name in names:
        try:
            table = f"{importlib.import_module(f'benchmarks.{name}').run()}\n\n{machine()}"
        except CourseError as error:
            parser.exit(1, f"{error}\n")
        print(table)
        text = RESULTS.read_text(encoding="utf-8")
        replace(RESULTS, between_marks(text, name, table).encode())
    return 0


def between_marks(text: str, name: str, table: str) -> str:
    """The text with what stands between `<!-- name -->` and `<!-- /name -->` replaced."""
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found_start, rest = text.partition(start)
    _, found_end, after = rest.partition(end)
    if not (found_start and found_end):
        raise CourseError(f"{RESULTS.name} has no marks {start} … {end}; add them where the table shall stand.")
    return f"{before}{start}\n{table}\n{end}{after}"


def machine() -> str:
    """One line: processor, system and versions."""
    versions = [f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return f"{processor()}, {os.cpu_count()} cores, {platform.system()}; {', '.join(versions)}."


def processor() -> str:
    """The name that the processor gives itself, where Linux tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main())
