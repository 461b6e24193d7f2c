"""Controls: the stills for everyone, and the moving figure where a kernel runs."""

import base64
import io

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from course_utils import explore, plots
from course_utils.errors import CourseError
from course_utils.plots.display import render


@pytest.fixture(autouse=True)
def live(monkeypatch):
    """A session with a reader at the keys; tests of stored outputs say so."""
    monkeypatch.delenv("COURSE_STATIC", raising=False)
    yield
    plt.close("all")


@pytest.fixture
def static(live, monkeypatch):
    monkeypatch.setenv("COURSE_STATIC", "1")


def line(width=4.0):
    """A figure with one line, and what moves it."""
    fig, ax = plots.new(figsize=(width, 2))
    (drawn,) = ax.plot([0, 1], [0, 1])
    ax.set(ylim=(0, 10), xlabel="time", ylabel="height")
    return fig, lambda slope, style="-": drawn.set(ydata=[0, slope], linestyle=style)


def pixels(output):
    return Image.open(io.BytesIO(base64.b64decode(output.data["image/png"]))).convert("RGB")


def panel_of(shown):
    """The picture, the inputs and the line for troubles of the panel that was displayed last."""
    *inputs, picture, trouble = shown[-1].data.children
    return picture, inputs, trouble


@pytest.mark.parametrize(("width", "columns", "rows"), [(8, 1, 3), (4, 2, 2), (2.5, 3, 1)])
def test_the_strip_holds_every_still(shown, static, width, columns, rows):
    fig, update = line(width)
    explore(update, fig, "It rises.", stills=[{"slope": s} for s in (1, 5, 9)], slope=(0, 10, 1))
    strip = pixels(shown[0])
    tall, wide = strip.height // rows, strip.width // columns
    assert (wide, tall) == (width * 200, 400)
    for i, slope in enumerate((1, 5, 9)):
        update(slope)
        left, top = i % columns * wide, i // columns * tall
        still = np.asarray(strip.crop((left, top, left + wide, top + tall)), dtype=int)
        assert np.abs(still - np.asarray(render(fig), dtype=int)).mean() < 1  # the palette costs a little


def test_static_outputs_are_the_strip_and_its_caption(shown, static):
    fig, update = line()
    explore(update, fig, "It rises.", stills=[{"slope": 1}], slope=(0, 10, 1))
    assert [list(output.data) for output in shown] == [["image/png", "text/plain"], ["text/markdown", "text/plain"]]
    assert shown[1].data["text/plain"] == "It rises."


def test_the_strip_is_described(shown, static):
    fig, update = line()
    stills = [{"slope": 1.0, "line_style": "-"}, {"slope": 0.12345, "line_style": "-"}]
    fig.axes[0].set_title("slope 1")
    explore(lambda slope, line_style: update(slope), fig, "It rises.", stills, slope=(0.0, 9.0, 1.0), line_style=["-"])
    assert shown[0].metadata["image/png"]["alt"] == "2 stills: slope 1; slope 0.123. height against time."


def test_a_reader_with_a_kernel_gets_the_strip_and_a_panel(shown):
    fig, update = line()
    explore(update, fig, "It rises.", stills=[{"slope": 1}], slope=(0, 10, 1))
    assert len(shown) == 3
    picture, (slider,), _ = panel_of(shown)
    assert isinstance(picture, widgets.Image)
    assert (slider.min, slider.max, slider.step, slider.value) == (0, 10, 1, 1)


def test_the_picture_changes_when_a_control_moves(shown):
    fig, update = line()
    stills = [{"slope": 1, "style": "-"}]
    explore(update, fig, "It rises.", stills=stills, slope=(0, 10, 1), style=["-", ":"])
    picture, (slider, choice), _ = panel_of(shown)
    seen = [picture.value]
    slider.value = 9
    seen.append(picture.value)
    choice.value = ":"
    seen.append(picture.value)
    assert len(set(seen)) == 3
    slider.value, choice.value = 1, "-"
    assert picture.value == seen[0]


def test_the_panel_starts_at_the_first_still(shown):
    fig, _ = line()
    calls = []
    explore(lambda slope: calls.append(slope), fig, "It.", stills=[{"slope": 3}, {"slope": 7}], slope=(0, 10, 1))
    assert calls[-1] == panel_of(shown)[1][0].value == 3


def test_a_control_that_stops_says_so_until_it_works_again(shown):
    fig, _ = line()
    explore(lambda slope: 1 / (slope - 5), fig, "It rises.", stills=[{"slope": 1}], slope=(0, 10, 1))
    _, (slider,), trouble = panel_of(shown)
    slider.value = 5
    assert trouble.value == "This control stopped (ZeroDivisionError: division by zero). Run its cell again."
    slider.value = 6
    assert trouble.value == ""


@pytest.mark.parametrize(
    ("control", "value", "kind"),
    [
        ((0, 10, 1), 3, widgets.IntSlider),
        ((0, 1, 0.1), 0.3, widgets.FloatSlider),
        ((0.5, 9.5, 1), 3.5, widgets.FloatSlider),
        ([1, 2, 3], 3, widgets.SelectionSlider),
        (widgets.FloatLogSlider(min=-3, max=1), 0.1, widgets.FloatLogSlider),
    ],
)
def test_the_kinds_of_control(shown, control, value, kind):
    fig, _ = line()
    explore(lambda slope: None, fig, "It rises.", stills=[{"slope": value}], slope=control)
    (given,) = panel_of(shown)[1]
    assert type(given) is kind
    assert given.value == pytest.approx(value)


@pytest.mark.parametrize(
    ("stills", "said"),
    [
        ([{"slope": 1}], "each still needs a value for slope, style; one has slope."),
        ([{"slope": 1, "style": "-", "colour": 2}], "one has slope, style, colour."),
        ([{}], "one has none."),
        ([], "explore needs at least one still"),
    ],
)
def test_stills_must_name_every_control(shown, stills, said):
    fig, update = line()
    with pytest.raises(CourseError) as error:
        explore(update, fig, "It rises.", stills=stills, slope=(0, 10, 1), style=["-", ":"])
    assert said in str(error.value)
    assert shown == []


@pytest.mark.parametrize("mode", ["", "1"])
@pytest.mark.filterwarnings("error")
def test_the_figure_is_closed_and_nothing_warns(shown, monkeypatch, mode):
    monkeypatch.setenv("COURSE_STATIC", mode)
    fig, update = line()
    explore(update, fig, "It rises.", stills=[{"slope": 1}], slope=(0, 10, 1))
    assert plt.get_fignums() == []
