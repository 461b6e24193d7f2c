"""A control that changes a figure while you watch, and a strip of stills that makes the same point without one."""

import io
from collections.abc import Callable, Sequence
from html import escape

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from course_utils.errors import CourseError
from course_utils.plots.display import SHOWN_DPI, STORED_DPI, describe, publish, render
from course_utils.session import is_static

Control = Sequence | widgets.Widget
PAGE_INCHES = 8


def explore(
    update: Callable[..., None],
    figure: Figure,
    caption: str,
    stills: Sequence[dict],
    alt: str | None = None,
    **controls: Control,
) -> None:
    """Show stills of a figure, then, where a kernel runs, controls that change it.

    Args:
        update: Called with one value per control; changes the artists of `figure` (it must not draw a new one,
            which takes ten times as long).
        figure: The figure, drawn once.
        caption: One sentence that says what to see in the stills.
        stills: The control values of each still, two to four of them: `[dict(rate=0.1), dict(rate=1.0)]`.
        alt: What is drawn, for readers who cannot see it; made from axes and labels if missing.
        **controls: For each argument of `update` either `(low, high, step)` for a slider, a list of options, or any
            ipywidget with a value.

    Raises:
        CourseError: If a still leaves out a control or names one that does not exist.

    Taught in lecture 00.
    """
    for still in stills:
        if set(still) != set(controls):
            raise CourseError(
                f"each still needs a value for {', '.join(controls)}; one has {', '.join(still) or 'none'}."
            )
    if not stills:
        raise CourseError(
            "explore needs at least one still, such as stills=[dict(rate=0.1)], for readers without a kernel."
        )
    publish(_strip(update, figure, stills), caption, alt or _describe(figure, stills))
    if not is_static():
        figure.set_layout_engine("none")  # the layout is settled; computing it again would double the time of an update
        display(_panel(update, figure, stills[0], controls))
    plt.close(figure)


def _strip(update: Callable, figure: Figure, stills: Sequence[dict]) -> Image.Image:
    """The stills in rows as wide as a page: one in a row, or two if the figure is at most half a page wide."""
    update(**stills[0])
    figure.draw_without_rendering()  # the layout settles at the second drawing: so all stills have the same one
    pictures = []
    for still in stills:
        update(**still)
        pictures.append(render(figure))
    width, height = pictures[0].size
    columns = max(1, min(len(stills), round(PAGE_INCHES * STORED_DPI) // width))
    strip = Image.new("RGB", (columns * width, -(-len(stills) // columns) * height), "white")
    for i, picture in enumerate(pictures):
        strip.paste(picture, (i % columns * width, i // columns * height))
    return strip


def _describe(figure: Figure, stills: Sequence[dict]) -> str:
    """The settings in which the stills differ, and what the axes show; titles belong to one still each."""
    differs = [name for name in stills[0] if any(still[name] != stills[0][name] for still in stills)]
    settings = (", ".join(_setting(name, still[name]) for name in differs) for still in stills)
    return f"{len(stills)} stills: {'; '.join(settings)}. {describe(figure, titles=False)}"


def _setting(name: str, value: object) -> str:
    """A control and its value in words, such as "dropout rate 0.5"."""
    return f"{name.replace('_', ' ')} {f'{value:.3g}' if isinstance(value, float) else value}"


def _panel(update: Callable, figure: Figure, first: dict, controls: dict[str, Control]) -> widgets.Widget:
    figure.set_dpi(SHOWN_DPI)
    canvas = FigureCanvasAgg(figure)
    inputs = {name: _widget(name, control, first[name]) for name, control in controls.items()}
    width = f"{figure.get_size_inches()[0] * SHOWN_DPI:.0f}px"
    picture = widgets.Image(format="png", layout=widgets.Layout(max_width="100%", width=width))

    trouble = widgets.HTML()

    def redraw(*_: object) -> None:
        try:
            update(**{name: control.value for name, control in inputs.items()})
        except Exception as error:  # a callback's exception is shown nowhere in a notebook
            trouble.value = f"This control stopped ({type(error).__name__}: {escape(str(error))}). Run its cell again."
            return
        canvas.draw()  # savefig would draw twice
        buffer = io.BytesIO()
        Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").save(buffer, "png", compress_level=1)
        picture.value, trouble.value = buffer.getvalue(), ""

    for control in inputs.values():
        control.observe(redraw, names="value")
    redraw()
    return widgets.VBox([*inputs.values(), picture, trouble])


def _widget(name: str, control: Control, value: object) -> widgets.Widget:
    if isinstance(control, widgets.Widget):
        control.value = value
        return control
    looks = {"description": name.replace("_", " "), "style": {"description_width": "initial"}}
    if isinstance(control, tuple) and len(control) == 3:
        low, high, step = control
        kind = widgets.IntSlider if all(isinstance(number, int) for number in control) else widgets.FloatSlider
        return kind(value=value, min=low, max=high, step=step, layout=widgets.Layout(width="500px"), **looks)
    # a slider for lists too: in JupyterLab the arrow keys do not reach a menu
    return widgets.SelectionSlider(options=list(control), value=value, layout=widgets.Layout(width="500px"), **looks)
