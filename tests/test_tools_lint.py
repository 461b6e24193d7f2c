"""Every lint rule against a tiny lecture that breaks it."""

from __future__ import annotations

import base64
from types import SimpleNamespace

import pytest

from course_utils.errors import CourseError
from tests import tiny
from tools import lint, notebooks
from tools.rules import RULES, practice
from tools.rules.base import WHOLE
from tools.rules.outputs import bare_numbers

LONG = "\n".join(f"x{i} = {i}" for i in range(26))
CONTROL = 'def update():\n    print(answer)\n\n\nexplore(update, fig, "It stays grey.", stills=[])'


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    """One registered exercise for the tiny lecture, one for another lecture."""
    known = {
        "name-a-grey": SimpleNamespace(id="name-a-grey", lecture=90, stub=tiny.STUB),
        "elsewhere": SimpleNamespace(id="elsewhere", lecture=89, stub=tiny.STUB),
    }

    def get(exercise_id):
        if exercise_id not in known:
            raise CourseError(f"there is no exercise {exercise_id!r}")
        return known[exercise_id]

    def of_lecture(number):
        return [exercise for exercise in known.values() if exercise.lecture == number]

    monkeypatch.setattr(practice, "exercises", SimpleNamespace(get=get, of_lecture=of_lecture))


def source(text):
    """An edit: the cell's source becomes `text`."""
    return lambda cell: cell.update(source=text)


def prints(text, name="stdout"):
    """An edit: the cell's only output becomes a stream."""
    return lambda cell: cell.update(outputs=[tiny.v4.new_output("stream", name=name, text=text)])


def shows(png, alt="A grey square without any mark."):
    """An edit: the cell shows another picture."""
    return lambda cell: cell.update(outputs=tiny.shown(png, alt))


def tags(*names):
    """An edit: the cell's tags."""
    return lambda cell: cell.metadata.update(tags=list(names))


def stored_error(cell):
    cell.outputs = [tiny.v4.new_output("error", ename="ValueError", evalue="no", traceback=[])]


NOISE = base64.b64encode(bytes(160_000)).decode()

# rule, the cell that is changed, the edit, the cell that the finding must name (the same, unless given)
BAD = [
    ("id-names-role", "grey-why", lambda cell: cell.update(id="grey-because"), "grey-because"),
    ("role-fits-type", "grey-mechanism", lambda cell: cell.update(id="grey-claim-words"), "grey-claim-words"),
    ("known-tags", "grey-claim", tags("nbval-ignore-output")),
    ("tagged-plumbing", "setup", tags()),
    ("opening", "goals", lambda cell: cell.update(id="grey-mechanism-0"), "title"),
    ("closing", "references", lambda cell: cell.update(id="grey-why-2"), "next"),
    ("section-order", "grey-finding", lambda cell: cell.update(id="grey-why-0"), "grey-why-0"),
    ("section-complete", "grey-claim", lambda cell: cell.update(id="grey-figure-2"), "grey-attempt"),
    ("title", "title", source("# Lecture 90 · Tiny\n\nNo facts.")),
    ("title", "title", source("# Tiny\n\nabout 1 s on 2 CPU cores · data: none · before: nothing")),
    ("goals", "goals", source("## Goals\n\n* one\n* two")),
    ("mechanism", "grey-mechanism", source("* What is grey?")),
    ("mechanism", "grey-mechanism", source("## What is grey?\n\n" + "* so\n" * 7)),
    ("section-asks", "grey-mechanism", source("## Grey is grey")),
    ("prediction", "grey-predict", source("**Predict.** It is dark.\n\n* yes\n* no")),
    ("prediction", "grey-predict", source("**Predict.** Is it dark?\n\n* yes")),
    ("finding", "grey-finding", source("Grey is not dark")),
    ("speaker-note", "grey-why", source("word " * 61)),
    ("closing-headings", "saw", source("## What was seen")),
    ("unique-headings", "grey-finding", source("## What is grey?")),
    ("links", "grey-why", source("See [the other note](missing.md#part).")),
    ("short-cell", "grey-experiment", lambda cell: (tags()(cell), source(LONG)(cell))),
    ("short-shown-code", "grey-experiment", source("\n".join(LONG.splitlines()[:13]))),
    ("short-shown-code", "grey-experiment", source(f"x = '{96 * '-'}'")),
    ("caption", "grey-figure", source("show(fig)")),
    ("caption", "grey-figure", source('show(fig, caption="")')),
    ("caption", "grey-explore", source("explore(update, fig, stills=[])")),
    ("no-global-seed", "grey-experiment", source("np.random.seed(0)")),
    ("no-global-seed", "grey-experiment", source("keras.utils.set_random_seed(0)")),
    ("control-keeps-its-names", "grey-explore", source(CONTROL)),
    ("start-first", "setup", source("import keras\n\nstart(lecture=90)")),
    ("no-pip", "grey-experiment", source("%pip install keras")),
    ("no-nbval-marker", "grey-experiment", source("# NBVAL_IGNORE_OUTPUT\nx = 1")),
    ("no-error", "grey-experiment", stored_error),
    ("no-stderr", "grey-experiment", prints("hm", name="stderr")),
    ("no-machine-traces", "grey-experiment", prints("a DeprecationWarning came")),
    ("no-machine-traces", "grey-experiment", prints("from /home/me/x.py")),
    ("no-machine-traces", "grey-experiment", prints("at 12:31:05")),
    ("no-machine-traces", "grey-experiment", prints("<object at 0x7f3a5c0012d0>")),
    ("no-failed-claim", "grey-claim", prints("✗ not with these settings: grey is dark (≈ 1; needed < 0.1)")),
    ("alternative-text", "grey-figure", shows(tiny.picture(), alt="A picture")),
    ("alternative-text", "grey-figure", shows(tiny.picture(), alt="accuracy against networks tried.")),
    ("alternative-text", "grey-figure", shows(tiny.picture(), alt="y against x; series: a.")),
    ("small-pictures", "grey-figure", shows(NOISE)),
    ("marked-numbers", "grey-experiment", prints("the loss is 0.43 now")),
    ("launch-links", "title", lambda cell: cell.update(source=f"{cell.source}\n\n[Page](https://example.org/)")),
    ("launch-links-in-title", "grey-why", source("Open it on https://mybinder.org/v2/gh/owner/name/v1 at once.")),
    ("install-address", "install", source("import importlib.util")),
    ("silent-install", "install", prints("hm")),
    ("attempt-checks", "grey-attempt", source(tiny.STUB)),
    ("attempt-is-registered", "grey-attempt", source(f'{tiny.STUB}\n\ncheck("name-a-gray", answer)')),
    ("attempt-is-registered", "grey-attempt", source(f'{tiny.STUB}\n\ncheck("elsewhere", answer)')),
    ("attempt-is-registered", "grey-attempt", source('answer = "dim"\n\ncheck("name-a-grey", answer)')),
    ("exercises-used", "grey-attempt", source(f'{tiny.STUB}\n\ncheck("elsewhere", answer)'), WHOLE),
]
#: Rules whose bad lecture is not one changed cell; each has a test of its own below.
OTHERS = {
    "canonical",
    "readable-id",
    "unique-id",
    "has-sections",
    "section-together",
    "up-to-date",
    "no-widgets",
    "small-file",
}


def test_the_good_lecture_passes(tmp_path):
    assert lint.lint(tiny.write(tmp_path, tiny.lecture())) == []


@pytest.mark.parametrize("case", BAD, ids=lambda case: f"{case[0]}-{case[1]}")
def test_a_bad_cell_is_found_and_named(case, tmp_path):
    name, cell_id, edit, *named = case
    path = tiny.write(tmp_path, tiny.edited(cell_id, edit))
    found = lint.lint(path, [name])
    expected = named[0] if named else cell_id
    assert [finding.cell for finding in found] == [expected]
    assert str(found[0]).startswith(f"90_tiny {expected}: ")
    assert "— repair: " in str(found[0]) and "90" in found[0].repair


def test_every_rule_has_a_bad_lecture():
    assert {case[0] for case in BAD} | OTHERS == set(RULES)


def findings(path, name):
    return [finding.cell for finding in lint.lint(path, [name])]


def test_a_file_that_is_not_canonical_is_found(tmp_path):
    path = tiny.write(tmp_path, tiny.lecture())
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert findings(path, "canonical") == [WHOLE]


def test_a_random_id_is_found(tmp_path):
    path = tiny.write(tmp_path, tiny.lecture())
    path.write_text(path.read_text(encoding="utf-8").replace('"grey-why"', '"3fa1b2c4"'), encoding="utf-8")
    assert findings(path, "readable-id") == ["3fa1b2c4"]


@pytest.mark.filterwarnings("ignore")  # nbformat warns of the double id
def test_a_double_id_is_found(tmp_path):
    path = tiny.write(tmp_path, tiny.lecture())
    path.write_text(path.read_text(encoding="utf-8").replace('"grey-why"', '"grey-answer"'), encoding="utf-8")
    assert findings(path, "unique-id") == ["grey-answer"]


def test_a_lecture_without_sections_is_found(tmp_path):
    notebook = tiny.lecture()
    notebook.cells = [cell for cell in notebook.cells if not cell["id"].startswith("grey-")]
    assert findings(tiny.write(tmp_path, notebook), "has-sections") == [WHOLE]


def test_a_torn_section_is_found(tmp_path):
    notebook = tiny.lecture()
    notebook.cells.insert(10, tiny.markdown("blue-mechanism", "## What is blue?"))
    assert findings(tiny.write(tmp_path, notebook), "section-together") == ["grey-claim"]


def test_changed_code_is_named(tmp_path):
    path = tiny.write(tmp_path, tiny.lecture())
    path.write_text(path.read_text(encoding="utf-8").replace("[0.5, 0.6]", "[0.5, 0.7]"), encoding="utf-8")
    assert findings(path, "up-to-date") == ["grey-experiment"]
    assert lint.lint(path, ["up-to-date"])[0].repair == "make notebooks N=90"


def test_a_removed_code_cell_is_noticed(tmp_path):
    notebook = notebooks.read(tiny.write(tmp_path, tiny.lecture()))
    notebook.cells = [cell for cell in notebook.cells if cell["id"] != "grey-experiment"]
    assert findings(tiny.write(tmp_path, notebook, stamp=False), "up-to-date") == [WHOLE]


def test_a_cell_that_was_never_executed_is_named(tmp_path):
    notebook = tiny.edited("grey-claim", lambda cell: cell.update(outputs=[], execution_count=None))
    assert findings(tiny.write(tmp_path, notebook), "up-to-date") == ["grey-claim"]


def test_widget_state_is_found(tmp_path):
    notebook = tiny.lecture()
    notebook.metadata["widgets"] = {}
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "m"}}
    tiny.cell_of(notebook, "grey-explore").outputs = [tiny.v4.new_output("display_data", view)]
    path = tmp_path / tiny.NAME
    notebooks.save(path, notebooks.dumps(notebook))
    assert findings(path, "no-widgets") == [WHOLE, "grey-explore"]


def test_a_large_file_is_found(tmp_path):
    notebook = tiny.edited("grey-experiment", prints("so " * 700_000))
    assert findings(tiny.write(tmp_path, notebook), "small-file") == [WHOLE]


@pytest.mark.parametrize(
    ("line", "bare"),
    [
        ("✓ it works (≈ 0.43 over 16 seeds; without ≈ -1.2e-05; needed > 0.4)", []),
        ("✓ a fact (exactly 0.25)", []),
        ("| ✓ | a fact | exactly 0.25 | = 0.25 |", []),
        ("loss 0.43 and ≈ 0.5", ["0.43"]),
        ("step 1e-5 has 3 parts, version 1.2.3", []),
        ("rate 0.01", []),
    ],
)
def test_only_unmarked_numbers_are_bare(line, bare):
    assert list(bare_numbers(line, source="rates = [0.01]")) == bare


def test_an_unknown_lecture_is_answered_with_those_there_are(tmp_path):
    tiny.write(tmp_path, tiny.lecture())
    with pytest.raises(CourseError, match=r"no lecture '91' .* there is: 90_tiny"):
        notebooks.find(["91"], folder=tmp_path)
