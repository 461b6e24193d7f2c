"""How a figure reaches the page: small file, caption under it, a description for those who cannot see it."""

import base64
import io
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image, PngImagePlugin

from course_utils.errors import CourseError

STORED_DPI = 200
SHOWN_DPI = 100  # pictures are stored with twice the pixels they are shown with
ANIMATED_DPI = 160  # the frames of an animation are many
COLOURS = 256
MEDIAN = "_median "  # begins the label of a row's bar: legends leave out what begins with an underscore
CLEAR = 63  # the colour of an animation's pixels that stay as they were; below it stand those that are seen
_PLAYED_ONCE = {
    "save_all": True,
    "default_image": True,  # what is seen where pictures do not move
    "loop": 1,
    "blend": PngImagePlugin.Blend.OP_OVER,
    "transparency": CLEAR,
}


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


def animate(
    figure: Figure,
    update: Callable[[int], object],
    frames: Sequence[int],
    caption: str,
    alt: str | None = None,
    milliseconds: int = 400,
) -> None:
    """Show a figure that moves, as one picture that plays once and needs no kernel, and close it.

    Where pictures do not move (paper, PDF) its last frame is seen.

    Args:
        figure: The figure, drawn once.
        update: Called with each number in `frames`; changes the artists of `figure`.
        frames: Two or more numbers, one for each picture.
        caption: One sentence that says what to see.
        alt: What is drawn, for readers who cannot see it; made from axes and labels if missing.
        milliseconds: How long each picture stays.

    Raises:
        CourseError: If there are fewer than two frames, or no caption.

    Taught in lecture 07.
    """
    if len(frames) < 2:
        raise CourseError(f"animate needs two frames or more, such as frames=range(10); it was given {len(frames)}.")
    update(frames[-1])
    for _ in range(2):
        figure.draw_without_rendering()  # the layout settles at the second drawing, and then rests for all pictures
    figure.set_layout_engine("none")
    pictures = []
    for frame in frames:
        update(frame)
        pictures.append(render(figure, ANIMATED_DPI))
    alt = alt or describe(figure)
    plt.close(figure)
    last, *moving = _changes([pictures[-1], *pictures])
    _display(last, caption, alt, ANIMATED_DPI, **_PLAYED_ONCE, append_images=moving, duration=milliseconds)


def _changes(pictures: Sequence[Image.Image]) -> list[Image.Image]:
    """The first two pictures as they are, of each later one the pixels that changed; the rest is clear."""
    palette = pictures[0].quantize(CLEAR, dither=Image.Dither.NONE)
    colours = np.reshape(palette.getpalette()[: 3 * CLEAR], (-1, 3))
    indices = [np.asarray(picture.quantize(palette=palette, dither=Image.Dither.NONE)) for picture in pictures]
    colours[indices[0][0, 0]] = pictures[0].getpixel((0, 0))  # the background stays exactly what it is
    kept = [*indices[:2], *(np.where(b == a, CLEAR, b) for a, b in pairwise(indices[1:]))]
    changes = [Image.fromarray(k.astype(np.uint8), mode="P") for k in kept]
    for change in changes:
        change.putpalette([*colours.ravel().tolist(), 255, 255, 255])
    return changes


def render(figure: Figure, dpi: int = STORED_DPI) -> Image.Image:
    """The pixels of a figure: (height × dpi, width × dpi) in RGB."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="rgba", dpi=dpi)
    size = (figure.get_size_inches() * dpi).astype(int)
    return Image.frombuffer("RGBA", tuple(size), buffer.getvalue()).convert("RGB")


def publish(picture: Image.Image, caption: str, alt: str) -> None:
    """Display a picture as a small PNG without time or version in it, then its caption."""
    _display(picture.quantize(COLOURS, dither=Image.Dither.NONE), caption, alt, STORED_DPI)


def _display(picture: Image.Image, caption: str, alt: str, dpi: int, **options: object) -> None:
    if not isinstance(caption, str) or not caption.strip():
        raise CourseError("every figure needs a caption that says what to see: show(fig, 'The error falls with …').")
    buffer = io.BytesIO()
    picture.save(buffer, format="png", optimize=True, **options)
    size = {"width": picture.width * SHOWN_DPI // dpi, "height": picture.height * SHOWN_DPI // dpi}
    data = {"image/png": base64.b64encode(buffer.getvalue()).decode(), "text/plain": f"Figure: {alt}"}
    display(data, raw=True, metadata={"image/png": {**size, "alt": alt}})
    display({"text/markdown": f"*{caption.strip()}*", "text/plain": caption.strip()}, raw=True)


def describe(figure: Figure, titles: bool = True) -> str:
    """What a figure draws: titles, axis labels, the names of its series, the medians of its rows of dots."""
    parts = (_describe_axes(axes, titles) for axes in figure.axes)
    return " ".join(" ".join(filter(None, parts)).split()) or "A drawing without axes."


def _describe_axes(axes: Axes, titles: bool) -> str:
    names = [label for label in axes.get_legend_handles_labels()[1] if not label.startswith("_")]
    medians = [line.get_label().removeprefix(MEDIAN) for line in axes.lines if line.get_label().startswith(MEDIAN)]
    across, up = axes.get_xlabel(), axes.get_ylabel()
    parts = [
        (axes.get_title(loc="left") or axes.get_title()) if titles else "",
        f"{up} against {across}" if across and up else across or up,
        f"series: {', '.join(names)}" if names else "",
        f"medians: {', '.join(medians)}" if medians else "",
    ]
    return "; ".join(filter(None, parts)) + "." if any(parts) else ""
