"""Drawing the data set `glyphs`: against SciPy's `affine_transform`, which only moves the ink, image by image."""

import statistics
import time

import numpy as np
from scipy.ndimage import affine_transform

from course_utils import load
from course_utils.datasets.printed import CELL, bitmaps

COUNT = 8000
TURNS = 5


def run() -> str:
    """The table: seconds for 8,000 images of two sizes, and the ratio of the medians."""
    lines = [
        f"{COUNT:,} images; medians of {TURNS} runs in turns.",
        "",
        "| size | seconds, `load` | seconds, SciPy's movement of the ink alone | ratio |",
        "|---|---|---|---|",
    ]
    for size in (20, 32):
        ours, theirs = [], []
        for turn in range(TURNS):
            ours.append(_seconds(lambda size=size, turn=turn: load("glyphs", size=size, count=COUNT, seed=turn)))
            theirs.append(_seconds(lambda size=size: _with_scipy(size)))
        one, other = statistics.median(ours), statistics.median(theirs)
        lines.append(f"| {size} | {one:.2f} | {other:.2f} | {one / other:.1f} |")
    return "\n".join(lines)


def _with_scipy(size: int) -> list:
    matrix = np.array([[0.9, 0.2], [-0.2, 0.9]]) * CELL / size
    ink = bitmaps().reshape(-1, CELL, CELL)
    return [affine_transform(ink[k % len(ink)], matrix, output_shape=(size, size), order=1) for k in range(COUNT)]


def _seconds(work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
