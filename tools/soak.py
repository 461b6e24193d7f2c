"""Run lectures with other base seeds, and count how often each claim held, and how narrowly.

Each run leaves a small file in `test-results/soak/`. While the code of a lecture stays as it was, a run that is there
is not repeated, so hours of runs can be stopped (Ctrl+C) and go on. The tables stand in benchmarks/RESULTS.md.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

from nbclient import NotebookClient
from nbformat import v4

from benchmarks.__main__ import RESULTS, between_marks, machine
from course_utils.claims import SHARE_OF_SEEDS, STANDARD_ERRORS
from course_utils.errors import CourseError
from course_utils.session import BACKENDS
from tools import execute, kernels, notebooks
from tools.test import ON_JAX

STATE = notebooks.ROOT / "test-results" / "soak"
SEEDS = (1, 2, 3, 5, 9)
NAMES = {"tensorflow": "TensorFlow", "jax": "JAX"}
#: Runs in the lecture's kernel after its last cell: hands over the claims themselves, however their lines look.
READ_CLAIMS = """
import json
from course_utils.claims import made
print(json.dumps([{"statement": c.statement, "holds": c.holds, "clearance": c.clearance, "line": str(c),
                   "exact": c.relation == "=="} for c in made()]))
"""
LEGEND = f"""\
Every claim, measured with other base seeds (`COURSE_SEED`). Its margin is by how many robust standard errors the \
median clears the bound, with the base seed where that is least; {STANDARD_ERRORS} are needed, and ∞ means that the \
values do not differ. A claim also needs that {SHARE_OF_SEEDS * 100:.0f} % of its values clear the bound and that its \
control does not, so it can fail with a wide margin. Exact facts are only counted, as long as they hold."""
WIDE_MARGIN = 1000
LECTURES_HEAD = "| lecture | base seeds | claims | exact facts | held |\n|---|---|---|---|---|"
CLAIMS_HEAD = "| lecture | claim | held | margin | base seed |\n|---|---|---|---|---|"


@dataclass(frozen=True)
class Outcome:
    """How one claim did in one run.

    Attributes:
        statement: What is claimed.
        holds: Whether it held.
        clearance: By how many robust standard errors the median cleared the bound.
        line: What the claim printed.
        exact: Whether it is about an exact fact, where nothing is estimated.
    """

    statement: str
    holds: bool
    clearance: float
    line: str
    exact: bool


@dataclass(frozen=True)
class Run:
    """One lecture with one base seed: what ran where, the seconds it took, and how its claims did."""

    lecture: str
    backend: str
    seed: int
    digest: str
    machine: str
    seconds: float
    claims: tuple[Outcome, ...]

    def __str__(self) -> str:
        held = sum(claim.holds for claim in self.claims)
        lines = [
            f"{self.lecture}, {NAMES[self.backend]}, base seed {self.seed}: {held} of {len(self.claims)} claims hold"
        ]
        return "\n    ".join([*lines, *(claim.line for claim in self.claims if not claim.holds)])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("lectures", nargs="*", help="02, 2 or a path, in this order; none: all (on JAX the dense ones)")
    parser.add_argument("--seeds", type=base_seeds, default=SEEDS, help="base seeds (default: 1,2,3,5,9)")
    parser.add_argument("--backend", choices=BACKENDS, default=BACKENDS[0], help="the backend of Keras")
    parser.add_argument(
        "--again", action="store_true", help="repeat what was run before, as after a change of course_utils"
    )
    parser.add_argument("--no-table", action="store_true", help="leave benchmarks/RESULTS.md as it is")


def base_seeds(text: str) -> tuple[int, ...]:
    """The whole numbers in "1,2,3", each once.

    Raises:
        argparse.ArgumentTypeError: One is no base seed.
    """
    words = [word.strip() for word in text.split(",")]
    if not all(word.isdecimal() for word in words):
        raise argparse.ArgumentTypeError(f"base seeds are whole numbers such as 1,2,3, not {text!r}")
    return tuple(dict.fromkeys(map(int, words)))


def run(args: argparse.Namespace) -> int:
    """Do the runs that are missing, then write the tables; 1 where a claim did not hold or a lecture stopped."""
    runs = [(path, args.backend, seed) for path in chosen(args.lectures, args.backend) for seed in args.seeds]
    try:
        good = [held(*run, args.again) for run in runs]
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on.")
        return 130
    finally:
        if not args.no_table:
            write_tables()
    print(f"every claim held in {sum(good)} of {len(good)} runs")
    return int(not all(good))


def chosen(names: list[str], backend: str) -> list[Path]:
    """The lectures that are named; without names all, on JAX those without convolutions."""
    paths = notebooks.find(names)
    return paths if names or backend != "jax" else [path for path in paths if path.stem[:2] in ON_JAX]


def held(path: Path, backend: str, seed: int, again: bool) -> bool:
    """Find the run or do it, print how it went, and return whether every claim held."""
    file = STATE / f"{path.stem}-{backend}-{seed}.json"
    found = None if again else kept(file, path)
    try:
        done = found or measured(path, backend, seed)
    except CourseError as error:
        print(f"{path.stem}, {NAMES[backend]}, base seed {seed}: it stopped: {error}", flush=True)
        return False
    print(f"{done} ({'as before' if found else f'{done.seconds:.0f} s'})", flush=True)
    if not found:
        STATE.mkdir(parents=True, exist_ok=True)
        notebooks.save(file, json.dumps(asdict(done), indent=1, ensure_ascii=False) + "\n")
    return all(claim.holds for claim in done.claims)


def kept(file: Path, path: Path) -> Run | None:
    """The run in the file; None where there is none, it cannot be read, or the lecture's code is now another."""
    try:
        fields = json.loads(file.read_text(encoding="utf-8"))
        found = Run(**fields | {"claims": tuple(Outcome(**claim) for claim in fields["claims"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return found if found.digest == notebooks.digest(notebooks.read(path)) else None


def measured(path: Path, backend: str, seed: int) -> Run:
    """Run the lecture in a fresh kernel.

    Raises:
        CourseError: A cell failed, or the lecture makes no claim.
    """
    start = time.perf_counter()
    notebook = notebooks.read(path)
    digest = notebooks.digest(notebook)
    notebook.cells.append(v4.new_code_cell(READ_CLAIMS, id="read-claims"))
    resources = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=kernels.CELL_TIMEOUT, kernel_name="python3", resources=resources)
    switches = {"KERAS_BACKEND": backend, "COURSE_SEED": str(seed)}
    execute.drive(client, path, kernels.default_environment() | switches)
    execute.merge_streams(notebook.cells[-1])
    claims = tuple(Outcome(**claim) for claim in json.loads(notebook.cells[-1].outputs[0].text))
    if not claims:
        raise CourseError("no cell makes a claim")
    return Run(path.stem, backend, seed, digest, machine(), time.perf_counter() - start, claims)


def write_tables() -> None:
    """Write what all kept runs say into benchmarks/RESULTS.md, between its marks."""
    runs = kept_runs()
    if runs:
        text = between_marks(RESULTS.read_text(encoding="utf-8"), "soak", tables(runs))
        RESULTS.write_text(text, encoding="utf-8", newline="\n")
        print(f"wrote {RESULTS.relative_to(notebooks.ROOT)}")


def kept_runs() -> list[Run]:
    """Every run of the lectures as they are now, in order."""
    runs = [kept(file, path) for path in notebooks.find() for file in STATE.glob(f"{path.stem}-*.json")]
    return sorted(filter(None, runs), key=lambda run: (BACKENDS.index(run.backend), run.lecture, run.seed))


def tables(runs: Iterable[Run]) -> str:
    """For each backend a row for each lecture and a row for each claim, as markdown."""
    parts, machines = [LEGEND], {}
    for backend, group in groupby(runs, key=lambda run: run.backend):
        lectures = [list(same) for _, same in groupby(group, key=lambda run: run.lecture)]
        claims = [row for same in lectures for row in claim_rows(same)]
        parts += [f"**{NAMES[backend]}**", "\n".join([LECTURES_HEAD, *map(lecture_row, lectures)])]
        parts += ["\n".join([CLAIMS_HEAD, *claims])]
        machines |= dict.fromkeys(run.machine for same in lectures for run in same)
    return "\n\n".join([*parts, *machines])


def lecture_row(runs: list[Run]) -> str:
    """One row for the runs of a lecture."""
    claims = [claim for run in runs for claim in run.claims]
    exact = sum(claim.exact for claim in runs[0].claims)
    seeds = ", ".join(str(run.seed) for run in runs)
    held = sum(claim.holds for claim in claims)
    return f"| {runs[0].lecture[:2]} | {seeds} | {len(runs[0].claims)} | {exact} | {held} of {len(claims)} |"


def claim_rows(runs: list[Run]) -> Iterable[str]:
    """A row for each claim of a lecture, but for exact facts that held in every run."""
    statements = dict.fromkeys(claim.statement for run in runs for claim in run.claims)
    for statement in statements:
        made = [(claim, run.seed) for run in runs for claim in run.claims if claim.statement == statement]
        held = sum(claim.holds for claim, _ in made)
        if held == len(made) and made[0][0].exact:
            continue
        closest, seed = min(made, key=lambda pair: pair[0].clearance)
        shown = statement.replace("|", r"\|")
        yield f"| {runs[0].lecture[:2]} | {shown} | {held} of {len(made)} | {margin(closest.clearance)} | {seed} |"


def margin(clearance: float) -> str:
    """A clearance for the table."""
    if math.isfinite(clearance):
        return f"{clearance:.1f}" if clearance < WIDE_MARGIN else f"> {WIDE_MARGIN:,}"
    return "∞" if clearance > 0 else "−∞"
