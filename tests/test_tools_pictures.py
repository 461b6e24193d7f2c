"""When is a stored figure another figure? Figures measured again must pass, wrong ones must not."""

from __future__ import annotations

import base64
import io
from functools import cache

import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

from course_utils.plots import display
from tools import pictures

EPOCHS = np.arange(40)
RATES = np.geomspace(1e-3, 1, 32)


def encoded(figure: Figure) -> str:
    """The figure as `show` stores it."""
    buffer = io.BytesIO()
    display.render(figure).quantize(display.COLOURS, dither=Image.Dither.NONE).save(buffer, format="png")
    plt.close(figure)
    return base64.b64encode(buffer.getvalue()).decode()


def axes(**settings):
    display.use_style()
    figure, ax = display.new()
    ax.set(xlabel="epoch", ylabel="loss", title="The loss falls", **settings)
    return figure, ax


@cache
def curves(seed=0, noise=0.02, series=("plain", "momentum"), swapped=False, mirrored=False, **settings) -> str:
    """Falling curves with bands, measured with noise."""
    figure, ax = axes(**settings)
    generator = np.random.default_rng(seed)
    for place, name in enumerate(series):
        values = np.exp(-EPOCHS / 8 * (len(series) - place if swapped else place + 1)) + 0.1
        if mirrored and place == 1:
            values = 1.2 - values
        values += generator.normal(0, noise, EPOCHS.size)
        ax.plot(EPOCHS, values, label=name)
        ax.fill_between(EPOCHS, values - 0.05, values + 0.05, alpha=0.2)
    ax.legend()
    return encoded(figure)


@cache
def scatter(seed=0, outliers=0, upside_down=False) -> str:
    """Accuracies of 32 networks over their rates."""
    figure, ax = axes(xscale="log", ylim=(0, 1.1))
    generator = np.random.default_rng(seed)
    values = 1 / (1 + (RATES / 0.1) ** 2) + generator.normal(0, 0.01, 32)
    values[generator.choice(32, outliers, replace=False)] = 0.5
    ax.plot(RATES, 1 - values if upside_down else values, "o")
    return encoded(figure)


@cache
def v_curve(seed=0, one_sided=False) -> str:
    """The error of a difference quotient over its step: truncation against round-off."""
    figure, ax = axes(xscale="log", yscale="log")
    steps, generator = np.logspace(-12, -1, 45), np.random.default_rng(seed)
    for precision in (1e-16, 6e-8):
        ax.plot(steps, steps ** (1 if one_sided else 2) + precision / steps * np.abs(generator.normal(1, 0.6, 45)))
    return encoded(figure)


@cache
def bars(*heights) -> str:
    figure, ax = axes(ylim=(0, 1))
    ax.bar(range(len(heights)), heights)
    return encoded(figure)


MEASURED_AGAIN = [
    (curves, {}, {"seed": 1}),
    (curves, {"series": ("plain",)}, {"series": ("plain",), "seed": 2}),
    (curves, {"noise": 0.04}, {"noise": 0.04, "seed": 3}),
    (scatter, {}, {"seed": 3}),
    (scatter, {}, {"seed": 4, "outliers": 1}),
    (v_curve, {}, {"seed": 1}),
]
WRONG = [
    (curves, {}, {"mirrored": True}),
    (curves, {}, {"swapped": True}),
    (curves, {}, {"series": ("plain",)}),
    (curves, {}, {"series": ("plain", "momentum", "adam")}),
    (curves, {}, {"yscale": "log"}),
    (curves, {}, {"ylim": (0, 3)}),
    (scatter, {}, {"upside_down": True}),
    (v_curve, {}, {"one_sided": True}),
]


def name(case):
    draw, before, after = case
    return f"{draw.__name__}-{'-'.join(f'{key}={value}' for key, value in (before | after).items())}"


@pytest.mark.parametrize("case", MEASURED_AGAIN, ids=name)
def test_a_figure_that_is_measured_again_passes(case):
    draw, before, after = case
    assert 0 < pictures.difference(draw(**before), draw(**after)) < pictures.STALE


@pytest.mark.parametrize("case", WRONG, ids=name)
def test_a_wrong_figure_is_stale(case):
    draw, before, after = case
    assert pictures.difference(draw(**before), draw(**after)) > pictures.STALE


def test_bars_may_move_a_little_but_not_change_places():
    assert pictures.difference(bars(0.9, 0.5, 0.3), bars(0.91, 0.48, 0.31)) < pictures.STALE
    assert pictures.difference(bars(0.9, 0.5, 0.3), bars(0.9, 0.3, 0.5)) > pictures.STALE


def test_the_same_pixels_differ_by_nothing_however_they_are_packed():
    stored = curves()
    buffer = io.BytesIO()
    Image.fromarray(pictures.frames(stored)[0]).save(buffer, format="png", compress_level=1)
    packed = base64.b64encode(buffer.getvalue()).decode()
    assert packed != stored
    assert pictures.same_pixels(stored, packed)
    assert pictures.difference(stored, packed) == 0


def test_another_size_is_another_picture():
    square = Image.new("RGB", (80, 80), "white")
    sizes = []
    for width in (80, 88):
        buffer = io.BytesIO()
        square.resize((width, 80)).save(buffer, format="png")
        sizes.append(base64.b64encode(buffer.getvalue()).decode())
    assert pictures.difference(*sizes) == 1


def animated(*shades) -> str:
    buffer = io.BytesIO()
    first, *others = [Image.new("RGB", (80, 80), (shade,) * 3) for shade in shades]
    first.save(buffer, format="png", save_all=True, append_images=others)
    return base64.b64encode(buffer.getvalue()).decode()


def test_animations_are_compared_at_both_ends_and_in_length():
    assert pictures.frames(animated(0, 100, 200)).shape[0] == 3
    assert pictures.difference(animated(0, 100, 200), animated(0, 110, 200)) == 0
    assert pictures.difference(animated(0, 100, 200), animated(0, 100)) == 1
    assert not pictures.same_pixels(animated(0, 100, 200), animated(0, 110, 200))
