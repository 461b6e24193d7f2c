"""Every lecture in JupyterLab: it runs from top to bottom, and its controls answer."""

import statistics
from pathlib import Path

import pytest

from tests.browser.lab_bench import LabBench
from tests.browser.test_browser_decks import told
from tools import notebooks

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MILLISECONDS = 2000  # speed is told, not judged: only a control that hangs must fail (the goal is 150)


@pytest.mark.parametrize("lecture", notebooks.find(), ids=lambda path: path.stem)
def test_lecture_runs_and_its_controls_answer(lecture: Path, browser, lab, record_property) -> None:
    bench = LabBench(browser, *lab, lecture).use()
    bench.close()
    assert not bench.problems, told(bench.problems)
    if bench.milliseconds:
        median = statistics.median(bench.milliseconds)
        record_property("median ms from input to picture", round(median))
        print(f"{lecture.stem}: {len(bench.milliseconds)} moves, median {median:.0f} ms")
        assert median <= MILLISECONDS
