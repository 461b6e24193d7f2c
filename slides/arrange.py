"""How a finding fits a slide: where its picture goes, how wide, and how much of the evidence is told.

Heights are estimated from the number of characters, with the type sizes of theme.css; the browser tests measure the
result. All lengths are px on a slide of 1280 × 720.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slides import markup
from slides.outputs import Picture, Result

WIDTH = 1152
HEIGHT = 588  # between the margins, less the gap under the heading
COLUMNS = (760, 700, 640, 560)  # widths that a picture beside text may have
GAP = 36
LINE = 32
HEADING_LINE = 48
LETTER = 11.2  # mean width at 24 px
BOLD_LETTER = 11.8
HEADING_LETTER = 20.5
MARK = 52  # width of a result's mark
READABLE = 0.72  # a type of 13 pt shrunk by this is 13 px high
COMFORTABLE = 0.85
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
        evidence: How many of the parts of each result's evidence are told (they are joined by ";").
        scale: Size of the smallest picture, as a share of the size it was drawn for.
    """

    name: str
    column: int = 0
    evidence: int = 9
    scale: float = 1.0


def arrange(content: Content) -> Arrangement:
    """The best way to place a finding: all evidence if the pictures stay comfortable, then less of it."""
    if not content.pictures:
        return Arrangement("text")
    if not (content.results or content.answer or content.body or content.blocks):
        return Arrangement("alone", scale=_scale(content, WIDTH, _stage(content)))
    options = list(_options(content))
    for wanted, evidence in ((COMFORTABLE, 9), (COMFORTABLE, 1), (READABLE, 1), (READABLE, 0)):
        fitting = [option for option in options if option.evidence == evidence and option.scale >= wanted]
        if fitting:
            return max(fitting, key=lambda option: min(option.scale, 1.0))
    return max(options, key=lambda option: option.scale)


def _options(content: Content) -> Iterator[Arrangement]:
    stage = _stage(content)
    for evidence in (9, 1, 0):
        for column in COLUMNS if len(content.pictures) == 1 else ():
            if _words(content, WIDTH - column - GAP, evidence) <= stage:
                yield Arrangement("beside", column, evidence, _scale(content, column, stage))
        half = (WIDTH - 48) / 2 if content.answer and content.results else WIDTH
        sides = _answer(content, half), _results(content, half, evidence) + _lead(content, WIDTH)
        yield Arrangement("above", 0, evidence, _scale(content, WIDTH, stage - max(sides) - 22))


def _stage(content: Content) -> float:
    """Height left under the heading."""
    kicker = 37 if content.kicker else 0
    return HEIGHT - kicker - HEADING_LINE * _lines(content.heading, HEADING_LETTER, WIDTH)


def _scale(content: Content, width: float, height: float) -> float:
    """How large the pictures get in this room, captions included; 0 if there is none."""
    each = (width - 32 * (len(content.pictures) - 1)) / len(content.pictures)
    captions = max(14 + LINE * _lines(picture.caption, LETTER, each) for picture in content.pictures)
    room = max(0.0, height - captions)
    return min(min(each, room * picture.aspect, SHARP * picture.width) / picture.width for picture in content.pictures)


def _words(content: Content, width: float, evidence: int) -> float:
    parts = [_lead(content, width), _results(content, width, evidence), _answer(content, width)]
    return sum(parts) + 28 * (sum(map(bool, parts)) - 1)


def _lead(content: Content, width: float) -> float:
    rows = sum(block.count("<tr>") or block.count("\n") + 1 for block in content.blocks)
    return LINE * _lines(content.body, LETTER, width) + 46 * rows


def _results(content: Content, width: float, evidence: int) -> float:
    lines = [
        _lines(result.statement, BOLD_LETTER, width - MARK) + _lines(result.told(evidence), LETTER, width - MARK)
        for result in content.results
    ]
    return LINE * sum(lines) + 18 * max(0, len(lines) - 1)


def _answer(content: Content, width: float) -> float:
    return 30 + LINE * (1 + _lines(content.answer, LETTER, width - 48)) if content.answer else 0


def _lines(fragment: str, letter: float, width: float) -> int:
    needed = markup.visible_length(fragment) * letter
    return 1 if 0 < needed <= width else math.ceil(needed / (width - 2 * letter))  # a broken line leaves a gap
