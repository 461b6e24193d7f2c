"""How a figure reaches the page: small file, caption under it, a description for those who cannot see it."""

import base64
import io
from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from course_utils.errors import CourseError

STORED_DPI = 200
SHOWN_DPI = 100  # pictures are stored with twice the pixels they are shown with
COLOURS = 256


def use_style() -> None:
    """Give every later figure the course's fonts and colours."""
    plt.style.use(Path(__file__).with_name("course.mplstyle"))


def new(columns: int = 1, rows: int = 1, **options) -> tuple[Figure, Axes | Sequence[Axes]]:
    """A figure of 8 × 4.5 inches with `rows` × `columns` axes, as `plt.subplots` makes it."""
    return plt.subplots(rows, columns, **options)


def show(figure: Figure, caption: str, alt: str | None = None) -> None:
    """Show a figure with its caption, and close it.

    Args:
        figure: What to show; its size is its size on the page.
        caption: One sentence that says what to see.
        alt: What is drawn, for readers who cannot see it; made from axes and labels if missing.

    Raises:
        CourseError: If there is no figure or no caption.

    Taught in lecture 00.
    """
    if not isinstance(figure, Figure):
        raise CourseError(f"show needs a figure, such as fig in fig, ax = plots.new(); it was given {figure!r:.60}.")
    picture = render(figure)
    alt = alt or describe(figure)
    plt.close(figure)
    publish(picture, caption, alt)


def render(figure: Figure, dpi: int = STORED_DPI) -> Image.Image:
    """The pixels of a figure: (height × dpi, width × dpi) in RGB."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="rgba", dpi=dpi)
    size = (figure.get_size_inches() * dpi).astype(int)
    return Image.frombuffer("RGBA", tuple(size), buffer.getvalue()).convert("RGB")


def publish(picture: Image.Image, caption: str, alt: str) -> None:
    """Display a picture as a small PNG without time or version in it, then its caption."""
    if not isinstance(caption, str) or not caption.strip():
        raise CourseError("every figure needs a caption that says what to see: show(fig, 'The error falls with …').")
    buffer = io.BytesIO()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(buffer, format="png", optimize=True)
    size = {"width": picture.width * SHOWN_DPI // STORED_DPI, "height": picture.height * SHOWN_DPI // STORED_DPI}
    data = {"image/png": base64.b64encode(buffer.getvalue()).decode(), "text/plain": f"Figure: {alt}"}
    display(data, raw=True, metadata={"image/png": {**size, "alt": alt}})
    display({"text/markdown": f"*{caption.strip()}*", "text/plain": caption.strip()}, raw=True)


def describe(figure: Figure) -> str:
    """What a figure draws, from titles, axis labels and the names of its series."""
    return " ".join(filter(None, map(_describe_axes, figure.axes))) or "A drawing without axes."


def _describe_axes(axes: Axes) -> str:
    names = [label for label in axes.get_legend_handles_labels()[1] if not label.startswith("_")]
    across, up = axes.get_xlabel(), axes.get_ylabel()
    parts = [
        axes.get_title(loc="left") or axes.get_title(),
        f"{up} against {across}" if across and up else across or up,
        f"series: {', '.join(names)}" if names else "",
    ]
    return "; ".join(filter(None, parts)) + "." if any(parts) else ""
