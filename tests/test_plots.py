"""Figures on their way to the page, and the kinds of figure that lectures share."""

import base64
import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image, ImageSequence

from course_utils import plots, show
from course_utils.errors import CourseError
from course_utils.plots.display import describe, render

PLACES = {"x": (0, 0), "h": (1.5, 0), "L": (3, 0)}
EDGES = [("x", "h"), ("h", "L")]


@pytest.fixture(autouse=True)
def style():
    with plt.rc_context():
        plots.use_style()
        yield
        plt.close("all")


def curves():
    """A figure as lectures have them: three noisy curves with bands."""
    fig, ax = plots.new()
    values = np.random.default_rng(0).normal(size=(3, 200, 16)).cumsum(axis=1)
    for name, series in zip("abc", values, strict=True):
        plots.against(ax, np.arange(200), series, label=name)
    ax.set(xlabel="epoch", ylabel="loss")
    ax.legend()
    return fig


def picture_of(output):
    return Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))


def test_a_figure_is_shown_with_its_caption_under_it(shown):
    show(curves(), " The loss falls. ", alt="Three falling curves.")
    figure, caption = shown
    assert figure.data["text/plain"] == "Figure: Three falling curves."
    assert figure.metadata["image/png"] == {"width": 800, "height": 450, "alt": "Three falling curves."}
    assert caption.data == {"text/markdown": "*The loss falls.*", "text/plain": "The loss falls."}


def test_a_figure_is_stored_with_twice_the_pixels_it_is_shown_with(shown):
    show(curves(), "The loss falls.")
    assert picture_of(shown[0]).size == (1600, 900)


def test_a_stored_figure_is_small_and_has_a_palette(shown):
    show(curves(), "The loss falls.")
    assert len(base64.b64decode(shown[0].data["image/png"])) <= 150_000
    assert picture_of(shown[0]).mode == "P"


def test_a_stored_figure_carries_neither_time_nor_version(shown):
    show(curves(), "The loss falls.")
    assert picture_of(shown[0]).info.keys() <= {"transparency"}


def test_the_same_figure_is_stored_with_the_same_bytes(shown):
    for _ in range(2):
        show(curves(), "The loss falls.")
    assert shown[0].data == shown[2].data


def test_a_shown_figure_is_closed(shown):
    show(curves(), "The loss falls.")
    assert plt.get_fignums() == []


@pytest.mark.filterwarnings("error")
def test_showing_gives_no_warning(shown):
    show(curves(), "The loss falls, as η → 0.")


@pytest.mark.parametrize("caption", ["", "  ", None])
def test_a_figure_needs_a_caption(shown, caption):
    with pytest.raises(CourseError, match="every figure needs a caption"):
        show(curves(), caption)
    assert shown == []
    assert plt.get_fignums() == []


@pytest.mark.parametrize("given", [None, "figure", plt])
def test_only_figures_are_shown(shown, given):
    with pytest.raises(CourseError, match="show needs a figure"):
        show(given, "The loss falls.")


def test_a_description_is_made_from_axes_and_series():
    assert describe(curves()) == "loss against epoch; series: a, b, c."


def test_a_description_of_several_axes_has_their_titles():
    fig, axes = plots.new(columns=2)
    for ax, title in zip(axes, ["Left", "Right"], strict=True):
        ax.set(title=title, xlabel="epoch", ylabel="loss")
    assert describe(fig) == "Left; loss against epoch. Right; loss against epoch."


def test_a_description_of_rows_of_dots_has_their_names_and_medians():
    fig, ax = plots.new()
    plots.dots(ax, {"plain": [0.1, 0.2, 0.9], "skip": [1.0]})
    ax.set(title="two\nlines", xlabel="accuracy")
    assert describe(fig) == "two lines; accuracy; medians: plain ≈ 0.2, skip ≈ 1."
    assert describe(fig, titles=False) == "accuracy; medians: plain ≈ 0.2, skip ≈ 1."


def test_a_description_of_a_bare_drawing():
    assert describe(plots.new()[0]) == "A drawing without axes."


def test_against_draws_the_median_and_the_middle_half():
    _, ax = plots.new()
    plots.against(ax, [1, 2], [[0, 1, 2, 3, 4], [10, 11, 12, 13, 14]], label="net", marker="o")
    (line,), (band,) = ax.lines, ax.collections
    np.testing.assert_array_equal(line.get_xydata(), [[1, 2], [2, 12]])
    assert (line.get_label(), line.get_marker()) == ("net", "o")
    vertices = {tuple(point) for point in band.get_paths()[0].vertices}
    assert {(1, 1), (1, 3), (2, 11), (2, 13)} <= vertices


def test_dots_draws_each_run_and_the_median_of_each_row():
    _, ax = plots.new()
    plots.dots(ax, {"first": [1, 2, 9], "second": np.ones((2, 2))})
    assert [collection.get_offsets()[:, 0].tolist() for collection in ax.collections] == [[1, 2, 9], [1, 1, 1, 1]]
    assert [line.get_xdata()[0] for line in ax.lines] == [2, 1]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["first", "second"]
    assert ax.yaxis_inverted()


def test_dots_needs_numbers_in_each_row():
    with pytest.raises(CourseError, match="dots needs at least one number in each row; 'b' has none"):
        plots.dots(plots.new()[1], {"a": [1], "b": []})


def test_layers_joins_each_unit_to_all_of_the_next_layer():
    _, ax = plots.new()
    plots.layers(ax, {"3 in": 3, "4 hidden": 4, "900 out": 900}, most=6)
    assert len(ax.patches) == 3 + 4 + 6
    assert len(ax.lines) == 3 * 4 + 4 * 6
    assert [text.get_text() for text in ax.texts] == ["3 in", "4 hidden", "⋮", "900 out"]


@pytest.mark.parametrize("shape", [(3,), (2, 3), (3, 2, 2)])
def test_against_needs_one_row_of_values_per_position(shape):
    with pytest.raises(CourseError) as error:
        plots.against(plots.new()[1], [1, 2, 3], np.zeros(shape), label="net")
    assert str(error.value) == f"against needs values of shape (3, seeds) for 3 positions, not {shape}."


def drawn_graph():
    fig, ax = plots.new(figsize=(6, 2))
    return fig, plots.computation_graph(ax, PLACES, EDGES)


def update(graph, chosen=None, slope=0.25):
    graph.update({"x": 1, "h": 2, "L": 3}, {"x": slope, "h": 0.5, "L": 1}, dict.fromkeys(EDGES, 0.5), chosen)


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_a_graph_shows_names_values_and_slopes():
    fig, graph = drawn_graph()
    update(graph)
    assert {"$x$", "$h$", "$L$", "1", "2", "3", "0.25", "0.5", "×0.5"} <= set(texts(fig))


def test_a_graph_changes_its_numbers_in_place():
    fig, graph = drawn_graph()
    update(graph)
    before = len(texts(fig))
    update(graph, slope=0.75)
    assert "0.75" in texts(fig) and "0.25" not in texts(fig)
    assert len(texts(fig)) == before


def test_a_chosen_node_is_marked_with_its_way_to_the_end():
    fig, graph = drawn_graph()
    pictures = {}
    for chosen in (None, "x", "h"):
        update(graph, chosen)
        pictures[chosen] = render(fig, dpi=50).tobytes()
    assert len(set(pictures.values())) == 3


def test_an_edge_needs_places_for_its_ends():
    with pytest.raises(CourseError, match="an edge names z, which has no place among x, h, L"):
        plots.computation_graph(plots.new()[1], PLACES, [("x", "z")])


def moving(count=6):
    """A figure with a point that moves, and the function that moves it."""
    fig, ax = plots.new()
    (point,) = ax.plot([0], [0], "o", markersize=20)
    ax.set(xlim=(0, count), ylim=(-1, 1), title="0")

    def update(step):
        point.set_xdata([step + 0.5])
        ax.set_title(f"{step}")

    return fig, update


def test_an_animation_plays_once_and_its_frames_are_the_figures(shown):
    fig, update = moving()
    plots.animate(fig, update, range(6), "The point moves.", alt="A point that moves to the right.")
    picture, caption = shown
    assert picture.metadata["image/png"] == {"width": 800, "height": 450, "alt": "A point that moves to the right."}
    assert caption.data["text/plain"] == "The point moves."
    animation = picture_of(picture)
    assert animation.n_frames == 7 and animation.info["loop"] == 1  # the last frame stands for all where nothing moves
    frames = [np.asarray(frame.convert("RGB")).astype(int) for frame in ImageSequence.Iterator(animation)]
    np.testing.assert_array_equal(frames[0], frames[-1])
    centres = [np.argwhere(frame[200:300, :, 0] < 100)[:, 1].mean() for frame in frames[1:]]
    np.testing.assert_allclose(np.diff(centres), np.diff(centres).mean(), atol=1.5)
    assert (frames[3][0, 0] == 255).all()


def test_an_animation_is_small_and_reads_its_pixels_again(shown):
    fig, update = moving(20)
    plots.animate(fig, update, range(20), "The point moves.")
    assert len(base64.b64decode(shown[0].data["image/png"])) < 65_000


def test_an_animation_needs_two_frames():
    with pytest.raises(CourseError, match="two frames or more"):
        plots.animate(*moving(), [3], "The point moves.")
