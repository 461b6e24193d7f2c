"""Every lecture in JupyterLab: it runs from top to bottom, and its controls answer."""

import statistics
from pathlib import Path

import pytest

from tests.browser.lab_bench import LabBench
from tests.browser.test_browser_decks import told
from tools import notebooks

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("lecture", notebooks.find(), ids=lambda path: path.stem)
def test_lecture_runs_and_its_controls_answer(lecture: Path, browser, lab, record_property) -> None:
    bench = LabBench(browser, *lab, lecture).use()
    bench.close()
    assert not bench.problems, told(bench.problems)
    if bench.answers:  # told, not judged: `python -m benchmarks controls` measures on a machine that does nothing else
        median = statistics.median(answer.milliseconds for answer in bench.answers)
        record_property("median ms from input to picture", round(median))
        print(f"{lecture.stem}: {len(bench.answers)} moves, median {median:.0f} ms")
