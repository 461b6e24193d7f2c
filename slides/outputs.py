"""What a code cell left on the page, read from its stored outputs: pictures, results, and other blocks."""

import base64
import re
import struct
from dataclasses import dataclass, field

from nbformat import NotebookNode

from course_utils.errors import CourseError
from slides import markup

PIXELS_SHOWN = 0.5  # a picture without a stored display width has two pixels for one on the page
CAPTION = re.compile(r"\*(?P<text>[^*].*)\*\Z", re.DOTALL)
CLAIM = re.compile(r"(?P<mark>[✓✗]) (?P<statement>.+?)(?: \((?P<evidence>[^()]*(?:\([^()]*\)[^()]*)*)\))?\Z")
SEEDS = re.compile(r"(?<=\d) over \d+ [a-z][^;]*")
ALL, WITH_CONTROL, MEASURED, NOTHING = 3, 2, 1, 0  # how much of a result's evidence is told


@dataclass
class Picture:
    """One stored figure."""

    name: str
    data: bytes
    width: float  # px on the page that it was drawn for
    height: float
    alt: str
    caption: str = ""
    file: str = ""  # where the builder put it, relative to the deck

    @property
    def aspect(self) -> float:
        """Width divided by height."""
        return self.width / self.height


@dataclass
class Result:
    """One line that `claim` printed: "≈ 0.43 over 16 seeds; mixed-up labels: ≈ 0.02; needed > 0.4" is its evidence."""

    holds: bool
    statement: str
    evidence: str

    def told(self, much: int) -> str:
        """All of the evidence, or only what was measured for it and in its control, or only the first, or nothing."""
        if much == ALL:
            return self.evidence
        measured = [part for part in self.evidence.split("; ") if not part.startswith("needed")]
        return SEEDS.sub("", "; ".join(measured[:much]))


@dataclass
class Outputs:
    """All that one cell shows."""

    pictures: list[Picture] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)  # HTML


def read(cell: NotebookNode) -> Outputs:
    """The stored outputs of a code cell; errors and standard error are left out."""
    shown = Outputs()
    for output in cell.get("outputs", []):
        if output.output_type == "stream" and output.name == "stdout":
            _add_lines(shown, output.text.splitlines())
        elif output.output_type in ("display_data", "execute_result"):
            _add_display(shown, output, cell["id"])
    return shown


def _add_lines(shown: Outputs, lines: list[str]) -> None:
    claims = [CLAIM.match(line) for line in lines]
    shown.results += [Result(c["mark"] == "✓", c["statement"], c["evidence"] or "") for c in claims if c]
    other = "\n".join(line for line, c in zip(lines, claims, strict=True) if not c)
    if other.strip():
        shown.blocks.append(markup.plain(other))


def _add_display(shown: Outputs, output: NotebookNode, cell_id: str) -> None:
    data = output.data
    if "image/png" in data:
        name = f"{cell_id}-{len(shown.pictures) + 1}" if shown.pictures else cell_id
        shown.pictures.append(_picture(name, data["image/png"], output.metadata.get("image/png", {})))
    elif "text/markdown" in data:
        _add_markdown(shown, data["text/markdown"].strip())
    elif "text/latex" in data:
        shown.blocks.append(markup.markdown(data["text/latex"]))
    elif "text/plain" in data and not any("widget" in kind for kind in data):
        shown.blocks.append(markup.plain(data["text/plain"]))


def _add_markdown(shown: Outputs, text: str) -> None:
    """Take a caption, or any other text."""
    caption = CAPTION.match(text)
    if caption and shown.pictures and not shown.pictures[-1].caption:
        shown.pictures[-1].caption = markup.inline(caption["text"])
    else:
        shown.blocks.append(markup.numbers(markup.markdown(text)))


def _picture(name: str, encoded: str, stored: dict) -> Picture:
    try:
        data = base64.b64decode(encoded)
        pixels = struct.unpack(">II", data[16:24])  # a PNG's header: width, height
    except (ValueError, struct.error):
        pixels = (0, 0)
    width = stored.get("width") or pixels[0] * PIXELS_SHOWN
    if not all(pixels) or not isinstance(width, int | float):
        raise CourseError(f"the stored picture of cell {name} is damaged: run the notebook again")
    return Picture(name, data, width, width * pixels[1] / pixels[0], stored.get("alt", ""))
