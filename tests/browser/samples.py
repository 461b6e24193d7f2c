"""Small notebooks in the form of a lecture: one that is right, and ways to break it."""

import base64
import functools
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib import style
from matplotlib.figure import Figure
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import notebooks

STYLE = Path(__file__).parents[2] / "course_utils" / "plots" / "course.mplstyle"
ALT = "Share of silent units against the rate: near zero up to 0.01, then a climb to six tenths."
CAPTION = "The share of silent units climbs as soon as the rate passes 0.01; without the long step it stays at zero."

EXPLORE = """
import io
import ipywidgets as widgets
from matplotlib.figure import Figure

figure = Figure(figsize=(8, 4.5))
axes = figure.add_subplot()
(line,) = axes.plot(range(11), [0] * 11)
axes.set_ylim(0, 110)
picture = widgets.Image(format="png")
gain = widgets.IntSlider(value=1, min=1, max=10, description="gain")
shape = widgets.SelectionSlider(options=["straight", "bent", "steep"], description="shape")


def update(*_):
    power = {"straight": 1, "bent": 2, "steep": 3}[shape.value]
    line.set_ydata([gain.value * x**power / 10 ** (power - 1) for x in range(11)])
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    picture.value = buffer.getvalue()


gain.observe(update, names="value")
shape.observe(update, names="value")
update()
widgets.VBox([gain, shape, picture])
""".strip()

CODE = """
rates = np.geomspace(1e-3, 0.1, 12)
nets = Sweep(mlp([64] * 4, activation="relu"), "adam", learning_rate=rates, seeds=16)
nets.fit(digits, epochs=5)
dead = probes.dead_share(nets, digits.x_test)  # (rates, seeds)
""".strip()

CLAIM = "✓ too high a rate silences at least 40 % of the units (≈ 0.57 over 16 seeds; without ≈ 0.02; needed > 0.4)\n"


def lecture() -> NotebookNode:
    """A lecture of one section and all that stands around it, with stored outputs."""
    cells = [
        _text(
            "title",
            "# Lecture 4 · Activation functions\n\nA unit that never answers learns nothing, and one step can do it."
            "\n\nabout 20 s on 2 CPU cores · data: digits (built in) · before: lecture 3",
        ),
        _text(
            "goals",
            "## What you can do afterwards\n\n* say what makes a unit silent, and for how long\n"
            "* measure the share of silent units in any network\n* choose a rate that keeps them awake",
        ),
        _code("install", "pass", tags=["install"]),
        _code("setup", "import numpy as np", tags=["setup"]),
        _text(
            "dead-relu-mechanism",
            "## What can one bad step do to a ReLU?\n\n"
            "* a unit is silent where its pre-activation $h = Wx + b$ is negative\n"
            "* its gradient there is exactly 0: nothing pulls it back\n"
            "* a long step moves $b$ below all that the data can make up for",
            minutes=4,
        ),
        _text(
            "dead-relu-mechanism-formula",
            "## The gradient of a silent unit\n\n"
            "$$\\frac{\\partial L}{\\partial W} = \\sum_n e_n\\, x_n^\\top, \\qquad "
            "e_n = \\begin{cases} e'_n & h_n > 0 \\\\ 0 & h_n \\le 0 \\end{cases}$$\n\n"
            "`W` has shape (out, in), `x` is the layer's input, $e'$ the error from above.",
        ),
        _text(
            "dead-relu-predict",
            "**Predict.** With a rate 50 times too high, how many units are silent on the whole test set "
            "after five epochs?\n\n* about 1 %\n* about 10 %\n* more than half",
        ),
        _text("dead-relu-experiment", "We train 192 networks at once and count the units that never answer."),
        _code("dead-relu-experiment-run", CODE, tags=["show-code"]),
        _text("dead-relu-finding", "## Too high a rate kills half the units"),
        _code("dead-relu-figure", "show(fig, caption)", [_picture(), _caption()]),
        _text("dead-relu-answer", "More than half. The first ten steps do the damage; later ones cannot undo it."),
        _code("dead-relu-claim", "claim(...)", [new_output("stream", name="stdout", text=CLAIM)]),
        _text(
            "dead-relu-why",
            "The step that kills a unit is an ordinary one that is too long. It moves the bias so far below zero that "
            "no image reaches the unit any more, and from then on its gradient $e$ is zero.\n\n"
            "A second paragraph goes further: since $e = 0$ for each example, neither momentum nor a small rate helps."
            "\n\n$$\\Delta b = -\\eta \\sum_n e_n$$",
        ),
        _text("dead-relu-try", "Move the gain and watch the line."),
        _code("dead-relu-explore", EXPLORE, [_picture(), _caption()]),
        _text(
            "dead-relu-exercise",
            "### Wake them up\n\nWrite `leaky(h, slope)`, which keeps a small slope below zero, and count again.",
            tags=["class-work"],
        ),
        _code("dead-relu-attempt", "...", [new_output("stream", name="stdout", text="not tried yet\n")]),
        _text("saw", "## What we saw"),
        _code("saw-table", "claims_table()", [_claims(8)]),
        _text("references", "## Where this comes from\n\nLu et al. (2020), Dying ReLU and Initialization."),
        _text("next", "## Next\n\n[Lecture 5](05_optimizers.ipynb) asks what a better step would be."),
    ]
    return new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
    )


def runnable() -> NotebookNode:
    """The lecture with only the code that needs no network to train."""
    notebook = lecture()
    keep = ("install", "setup", "dead-relu-explore")
    notebook.cells = [one for one in notebook.cells if one.cell_type == "markdown" or one["id"] in keep]
    return notebook


def save(notebook: NotebookNode, folder: Path, name: str = "04_sample.ipynb") -> Path:
    """Write a notebook and return its path."""
    path = folder / name
    notebooks.save(path, notebooks.dumps(notebook))
    return path


def cell(notebook: NotebookNode, cell_id: str) -> NotebookNode:
    """The cell with this id."""
    return next(found for found in notebook.cells if found["id"] == cell_id)


@functools.cache
def figure(size: tuple[float, float] = (8, 4.5)) -> bytes:
    """A picture such as `show` stores, drawn for `size` inches."""
    with style.context(STYLE):
        drawn = Figure(figsize=size, layout="constrained")
        axes = drawn.add_subplot()
        rates = np.geomspace(1e-3, 0.1, 12)
        axes.semilogx(rates, 0.6 / (1 + (0.02 / rates) ** 3), label="long steps")
        axes.semilogx(rates, 0 * rates + 0.02, label="short steps")
        axes.set(xlabel="rate", ylabel="share of silent units", ylim=(0, 1))
        axes.legend()
        buffer = io.BytesIO()
        drawn.savefig(buffer, format="png", dpi=200)
    return buffer.getvalue()


def _picture(size: tuple[float, float] = (8, 4.5), alt: str = ALT) -> NotebookNode:
    shown = {"width": round(100 * size[0]), "height": round(100 * size[1]), "alt": alt}
    data = {"image/png": base64.b64encode(figure(size)).decode(), "text/plain": f"Figure: {alt}"}
    return new_output("display_data", data=data, metadata={"image/png": shown})


def _caption() -> NotebookNode:
    return new_output("display_data", data={"text/markdown": f"*{CAPTION}*", "text/plain": CAPTION})


def _claims(rows: int) -> NotebookNode:
    lines = ["|  | Claim | Measured | Needed |", "| --- | --- | --- | --- |"]
    lines += [
        "| ✓ | too high a rate silences at least 40 % of the units | ≈ 0.57 over 16 seeds; without ≈ 0.02 | > 0.4 |"
    ]
    lines += [f"| ✓ | claim number {row} is an exact fact | {row} | = {row} |" for row in range(2, rows + 1)]
    return new_output("display_data", data={"text/markdown": "\n".join(lines), "text/plain": "a table"})


def _text(cell_id: str, source: str, **metadata) -> NotebookNode:
    return new_markdown_cell(source, id=cell_id, metadata=metadata)


def _code(cell_id: str, source: str, outputs: tuple = (), **metadata) -> NotebookNode:
    return new_code_cell(source, id=cell_id, outputs=list(outputs), execution_count=1, metadata=metadata)


def _long_list(broken: NotebookNode) -> None:
    cell(broken, "dead-relu-mechanism").source += "\n* and one more thing to say about it, at length" * 12


def _no_caption(broken: NotebookNode) -> None:
    cell(broken, "dead-relu-figure").outputs.pop()


def _bad_formula(broken: NotebookNode) -> None:
    cell(broken, "dead-relu-mechanism-formula").source += "\n\nand also $\\frac{1}{$"


def _unknown_command(broken: NotebookNode) -> None:
    cell(broken, "dead-relu-mechanism").source += "\n* with $\\softmux(h)$"


def _small_figure(broken: NotebookNode) -> None:
    cell(broken, "dead-relu-figure").outputs[0] = _picture(size=(16, 9))


def _external_picture(broken: NotebookNode) -> None:
    cell(broken, "dead-relu-finding").source += "\n\n![A plot](https://cdn.example.org/plot.png)"


def _no_description(broken: NotebookNode) -> None:
    cell(broken, "dead-relu-figure").outputs[0] = _picture(alt="dead-relu.png")


def _wide_code(broken: NotebookNode) -> None:
    cell(broken, "dead-relu-experiment-run").source += "\nprint(" + " + ".join(["dead.mean()"] * 12) + ")"


def _empty_slide(broken: NotebookNode) -> None:
    formula = cell(broken, "dead-relu-mechanism-formula")
    formula.source = formula.source.split("\n")[0]


def _no_stills(broken: NotebookNode) -> None:
    cell(broken, "dead-relu-explore").outputs = []


def _silent_control(broken: NotebookNode) -> None:
    broken_callback = "def update(*_):\n    if gain.value > 1:\n        raise ValueError(gain.value)\n"
    explore = cell(broken, "dead-relu-explore")
    explore.source = explore.source.replace("def update(*_):\n", broken_callback)


def _menu(broken: NotebookNode) -> None:
    explore = cell(broken, "dead-relu-explore")
    explore.source = explore.source.replace("SelectionSlider", "Dropdown")


def _failing_cell(broken: NotebookNode) -> None:
    cell(broken, "setup").source = "1 / 0"


# What to break in the sample, and the cell and rule that the bench must name.
DECK_BREAKS: dict[str, tuple[Callable[[NotebookNode], None], str, str]] = {
    "a list too long": (_long_list, "dead-relu-mechanism", "overflow"),
    "a caption removed": (_no_caption, "dead-relu-finding", "caption"),
    "a broken formula": (_bad_formula, "dead-relu-mechanism-formula", "formula"),
    "a command that LaTeX lacks": (_unknown_command, "dead-relu-mechanism", "formula"),
    "a figure too small to read": (_small_figure, "dead-relu-finding", "small figure"),
    "a picture from elsewhere": (_external_picture, "dead-relu-finding", "external request"),
    "a picture without a description": (_no_description, "dead-relu-finding", "alternative text"),
    "code wider than the slide": (_wide_code, "dead-relu-experiment-run", "code"),
    "a heading without a text": (_empty_slide, "dead-relu-mechanism-formula", "empty"),
}
LAB_BREAKS: dict[str, tuple[Callable[[NotebookNode], None], str, str]] = {
    "a callback that raises": (_silent_control, "dead-relu-explore", "control"),
    "a menu, whose keys JupyterLab takes for its own": (_menu, "dead-relu-explore", "control"),
    "no stills": (_no_stills, "dead-relu-explore", "stills"),
    "a cell that raises": (_failing_cell, "setup", "error"),
}
