"""How a finding fits a slide: where its picture goes, how wide, and how much of the evidence is told.

Heights are estimated from the number of characters, with the type sizes of theme.css; the browser tests measure the
result. All lengths are px on a slide of 1280 × 720.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slides import markup
from slides.outputs import ALL, MEASURED, NOTHING, WITH_CONTROL, Picture, Result

WIDTH = 1152
HEIGHT = 588  # between the margins, less the gap under the heading
COLUMNS = (760, 700, 640, 600)  # widths that a picture beside text may have
GAP = 36
LINE = 32
HEADING_LINE = 48
INDENT, ITEM = 28, 29
LETTER = 10.4  # width at 24 px, on the wide side of what texts have in the mean
BOLD_LETTER = 10.8
SUMMARY_LETTER, SUMMARY_LINE, SUMMARY_WIDTH = 10.9, 33, 510
HEADING_LETTER = 20.5
MARK = 52  # width of a result's mark
READABLE = 0.72  # a type of 13 pt shrunk by this is 13 px high
COMFORTABLE = 0.85
SMALL = 0.75
LARGEST_CODE, SMALLEST_CODE = 30, 20
CODE_LINE = 1.5  # times the type size
CODE_LETTER = 0.603
CODE_EDGE = 48  # above and below a piece of code; its sides reach into the margins
SHARP = 1.33  # stored pixels suffice for 1920 × 1080 up to this


@dataclass(frozen=True)
class Content:
    """What must fit: texts as HTML."""

    kicker: str
    heading: str
    body: str
    blocks: Sequence[str]
    pictures: Sequence[Picture]
    results: Sequence[Result]
    answer: str


@dataclass(frozen=True)
class Arrangement:
    """A way to place a finding.

    Attributes:
        name: "beside" or "above" (the picture, of the text), "alone", or "text" (no picture).
        column: Width of the picture's column when beside.
        evidence: How much of each result's evidence is told, as in `slides.outputs`.
        caption: Whether the caption stands under the picture, or heads the text beside it.
        scale: Size of the smallest picture, as a share of the size it was drawn for.
    """

    name: str
    column: int = 0
    evidence: int = ALL
    caption: str = "under"
    scale: float = 1.0


def arrange(content: Content) -> Arrangement:
    """The best way to place a finding: all evidence if the pictures stay comfortable, then less of it.

    The control is the last to go: a number says little without the one that it is compared with.
    """
    if not content.pictures:
        return Arrangement("text")
    if not (content.results or content.answer or content.body or content.blocks):
        return Arrangement("alone", scale=_scale(content, WIDTH, _stage(content)))
    options = list(_options(content))
    for wanted, evidence in (
        (COMFORTABLE, ALL),
        (COMFORTABLE, WITH_CONTROL),
        (SMALL, WITH_CONTROL),
        (SMALL, MEASURED),
        (READABLE, NOTHING),
    ):
        fitting = [option for option in options if option.evidence == evidence and option.scale >= wanted]
        if fitting:
            return max(fitting, key=lambda option: option.scale)
    return max(options, key=lambda option: option.scale)


def code_size(lines: Sequence[str], height: float) -> float:
    """The type size at which code fills a box as wide as the slide; below `SMALLEST_CODE` it cannot be read."""
    fits = WIDTH / (CODE_LETTER * max(map(len, lines)))
    return min(LARGEST_CODE, fits, (height - CODE_EDGE) / (CODE_LINE * len(lines)))


def halves(results: Sequence[Result]) -> list[list[Result]]:
    """Results in columns of about the same height, two for each slide, on as few slides as hold them."""
    texts = [f"{result.statement} {result.told(MEASURED)}" for result in results]
    heights = [12 + SUMMARY_LINE * _lines(text, SUMMARY_LETTER, SUMMARY_WIDTH) for text in texts]
    stage = HEIGHT - HEADING_LINE
    wanted = 2 * math.ceil(len(_filled(heights, stage)) / 2)
    room = next(room for room in range(stage + 1) if len(_filled(heights, room)) <= wanted)
    return [[results[i] for i in column] for column in _filled(heights, room)]


def _filled(heights: Sequence[float], room: float) -> list[list[int]]:
    """Fill one column after the other; gives the positions in each."""
    columns: list[list[int]] = [[]]
    left = room
    for i, height in enumerate(heights):
        if height > left and columns[-1]:
            columns.append([])
            left = room
        columns[-1].append(i)
        left -= height
    return columns


def _options(content: Content) -> Iterator[Arrangement]:
    stage = _stage(content)
    for evidence in (ALL, WITH_CONTROL, MEASURED, NOTHING):
        for column in COLUMNS if len(content.pictures) == 1 else ():
            room = stage - _words(content, WIDTH - column - GAP, evidence)
            if room >= 0:
                yield Arrangement("beside", column, evidence, "under", _scale(content, column, stage))
            if room >= 28 + _caption(content.pictures[0], WIDTH - column - GAP):
                yield Arrangement("beside", column, evidence, "aside", _scale(content, column, stage, captions=False))
        half = (WIDTH - 48) / 2 if content.answer and content.results else WIDTH
        sides = _answer(content, half), _results(content, half, evidence) + _lead(content, WIDTH)
        yield Arrangement("above", 0, evidence, "under", _scale(content, WIDTH, stage - max(sides) - 22))


def _stage(content: Content) -> float:
    """Height left under the heading."""
    kicker = 37 if content.kicker else 0
    return HEIGHT - kicker - HEADING_LINE * _lines(content.heading, HEADING_LETTER, WIDTH)


def _scale(content: Content, width: float, height: float, captions: bool = True) -> float:
    """How large the pictures get in this room, with captions under them or without; 0 if there is none."""
    each = (width - 32 * (len(content.pictures) - 1)) / len(content.pictures)
    under = max(14 + _caption(picture, each) for picture in content.pictures) if captions else 0
    room = max(0.0, height - under)
    return min(min(each, room * picture.aspect, SHARP * picture.width) / picture.width for picture in content.pictures)


def _caption(picture: Picture, width: float) -> float:
    return LINE * _lines(picture.caption, LETTER, width)


def _words(content: Content, width: float, evidence: int) -> float:
    parts = [_lead(content, width), _results(content, width, evidence), _answer(content, width)]
    return sum(parts) + 28 * (sum(map(bool, parts)) - 1)


def _lead(content: Content, width: float) -> float:
    rows = sum(block.count("<tr>") or block.count("\n") + 1 for block in content.blocks)
    items = content.body.count("<li>")  # each is indented, ends in a line that is not full, and keeps a distance
    return LINE * _lines(content.body, LETTER, width - INDENT * bool(items)) + ITEM * items + 46 * rows


def _results(content: Content, width: float, evidence: int) -> float:
    lines = [_result_lines(result, width - MARK, evidence) for result in content.results]
    return LINE * sum(lines) + 18 * max(0, len(lines) - 1)


def _result_lines(result: Result, width: float, evidence: int) -> int:
    """All evidence stands under the statement; less of it goes on in the same line."""
    told = result.told(evidence)
    if evidence == ALL:
        return _lines(result.statement, BOLD_LETTER, width) + _lines(told, LETTER, width)
    return _lines(f"{result.statement} {told}", BOLD_LETTER, width)


def _answer(content: Content, width: float) -> float:
    return 30 + LINE * (1 + _lines(content.answer, LETTER, width - 48)) if content.answer else 0


def _lines(fragment: str, letter: float, width: float) -> int:
    needed = markup.visible_length(fragment) * letter
    return 1 if 0 < needed <= width else math.ceil(needed / (width - 2 * letter))  # a broken line leaves a gap
