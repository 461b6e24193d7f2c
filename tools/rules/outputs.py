"""Rules about what is stored: whether it belongs to the code, is clean, small, and the same on every machine."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from tools import notebooks
from tools.format import WIDGET
from tools.rules.base import EDIT_AND_EXECUTE, EXECUTE, WHOLE, rule

MOST_BYTES = 2_000_000
MOST_PICTURE_BYTES = 150_000
FEWEST_ALT_WORDS, FEWEST_ALT_LETTERS = 5, 25  # as tests/browser/slide_checks.js asks
MACHINE_TRACES = {
    "a warning": r"\b\w*Warning\b",
    "a traceback": r"Traceback \(most recent call last\)",
    "an absolute path": r"(?<![\w.:/])/(?:home|root|tmp|usr|opt|var|etc|mnt|work|content|Users|private)/|\b[A-Z]:\\\w",
    "a time stamp": r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d|\b\d\d:\d\d:\d\d\b",
    "a memory address": r"\b0x[0-9a-fA-F]{6,}",
}
DECIMAL = re.compile(r"(?<![\w.])\d+\.\d+(?:e[-+]?\d+)?(?![\w.]*\d)")
APPROXIMATE = re.compile(r"≈ *[-−+]?$")
BOUND = re.compile(r"(?:[<>≤≥=]|\bexactly) *[-−+]?(\d+(?:\.\d+)?(?:e[-+]?\d+)?)")


@rule("lecture", EXECUTE)
def up_to_date(lecture):
    """The stored outputs are out of date."""
    changed = notebooks.changed_since_run(lecture.notebook)
    if changed:
        more = f", and so did {', '.join(changed[1:6])}{' …' if len(changed) > 6 else ''}" if len(changed) > 1 else ""
        yield changed[0], f"this cell changed after the last execution{more}"
    elif notebooks.stored_digest(lecture.notebook) != notebooks.digest(lecture.notebook):
        yield WHOLE, "cells were moved or removed after the last execution"


@rule("code", EDIT_AND_EXECUTE)
def no_error(cell, lecture):
    """An error is stored."""
    yield from (output.ename for output in cell.outputs if output.output_type == "error")


@rule("code", EDIT_AND_EXECUTE)
def no_stderr(cell, lecture):
    """Output on stderr is stored."""
    yield from (o.text.strip()[:80] for o in cell.outputs if o.output_type == "stream" and o.name == "stderr")


@rule("code", EDIT_AND_EXECUTE)
def no_machine_traces(cell, lecture):
    """The output holds a trace of this machine or run."""
    for text in texts(cell):
        for what, pattern in MACHINE_TRACES.items():
            match = re.search(pattern, text)
            if match:
                yield f"{what}: {text[max(0, match.start() - 20) : match.end() + 30].strip()!r}"


@rule("code", EDIT_AND_EXECUTE)
def no_failed_claim(cell, lecture):
    """A claim or a check that failed is stored."""
    yield from (line.strip()[:120] for text in texts(cell) for line in text.splitlines() if "✗" in line)


@rule("lecture", EXECUTE)
def no_widgets(lecture):
    """Widget state is stored."""
    if "widgets" in lecture.notebook.metadata:
        yield WHOLE, "in the notebook's metadata"
    for cell in lecture.code_cells:
        if any(WIDGET in output.get("data", {}) for output in cell.outputs):
            yield cell["id"], ""


@rule("code", EDIT_AND_EXECUTE)
def alternative_text(cell, lecture):
    """A stored picture needs an alternative text that says what is drawn."""
    for output in notebooks.pictures(cell.outputs):
        alt = output.metadata.get("image/png", {}).get("alt", "")
        if len(alt.split()) < FEWEST_ALT_WORDS or len(alt) < FEWEST_ALT_LETTERS:
            yield repr(alt)


@rule("code", EDIT_AND_EXECUTE)
def small_pictures(cell, lecture):
    """A stored picture is too large."""
    for output in notebooks.pictures(cell.outputs):
        size = len(base64.b64decode(output.data["image/png"]))
        if size > MOST_PICTURE_BYTES:
            yield f"{size / 1000:.0f} kB, {MOST_PICTURE_BYTES / 1000:.0f} at most"


@rule("lecture", EDIT_AND_EXECUTE)
def small_file(lecture):
    """The lecture's file is too large."""
    size = len(lecture.text.encode("utf-8"))
    if size > MOST_BYTES:
        yield WHOLE, f"{size / 1e6:.1f} MB, {MOST_BYTES / 1e6:.0f} at most"


@rule("code", EDIT_AND_EXECUTE)
def marked_numbers(cell, lecture):
    """A measured number needs ≈ (approximately(), table()), an exact one a claim with ==."""
    for text in texts(cell, ("text/markdown", "text/html")):
        for line in text.splitlines():
            yield from (f"{number} in {line.strip()[:80]!r}" for number in bare_numbers(line, cell.source))


def bare_numbers(line: str, source: str) -> Iterator[str]:
    """The decimal numbers of a line that are neither marked ≈, nor a claim's bound or fact, nor in the cell's code."""
    bounds = set(BOUND.findall(line))
    for match in DECIMAL.finditer(line):
        marked = APPROXIMATE.search(line[: match.start()])
        if not marked and match[0] not in bounds and match[0] not in source:
            yield match[0]


def texts(cell, kinds: tuple[str, ...] = ("text/plain", "text/markdown", "text/html")) -> Iterator[str]:
    """The texts in a cell's outputs: streams, and the representations of these kinds."""
    for output in cell.outputs:
        if output.output_type == "stream":
            yield output.text
        elif "image/png" not in output.get("data", {}):
            yield from (output.data[kind] for kind in kinds if kind in output.get("data", {}))
