"""How fast the controls answer in JupyterLab: from a key or a drag to the new picture in the browser."""

import statistics
import tempfile
from collections import defaultdict
from pathlib import Path

from tests.browser.lab_bench import LabBench
from tests.browser.lab_server import lab_server
from tools import notebooks
from tools.browser import open_browser

ROUNDS = 5


def run() -> str:
    """The table: median and slowest answer of each control, by keyboard and by mouse, and the median of all."""
    times = _measure()
    rows = [
        f"| {lecture} | `{cell}` | {control} | {way} | {statistics.median(taken):.0f} | {max(taken):.0f} |"
        for (lecture, cell, control, way), taken in times.items()
    ]
    every = [time for taken in times.values() for time in taken]
    return "\n".join(
        [
            f"Milliseconds from input to picture, headless Chromium on the same machine, {ROUNDS} moves each.",
            "",
            "| lecture | cell | control | by | median | slowest |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
            f"The median of all {len(every)} moves is {statistics.median(every):.0f} ms.",
        ]
    )


def _measure() -> dict[tuple[str, ...], list[float]]:
    """Milliseconds of each move, by lecture, cell, control and way to move it."""
    from playwright.sync_api import sync_playwright

    times = defaultdict(list)
    with (
        tempfile.TemporaryDirectory() as shown,
        tempfile.TemporaryDirectory() as settings,
        sync_playwright() as playwright,
        lab_server(Path(shown), Path(settings)) as address,
    ):
        browser = open_browser(playwright)
        for lecture in notebooks.find():
            bench = LabBench(browser, address, Path(shown), lecture).use(ROUNDS)
            bench.close()
            for cell, control, way, milliseconds in bench.answers:
                times[lecture.stem[:2], cell, control, way].append(milliseconds)
        browser.close()
    return times
