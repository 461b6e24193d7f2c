"""Which cells of a notebook make which slides."""

import base64
import copy
import json
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils.errors import CourseError
from slides import build, lecture, markup, outputs
from slides.arrange import Content, arrange, halves
from slides.outputs import Picture, Result
from tests import hostile, tiny
from tests.browser import samples


@pytest.fixture
def sample(tmp_path: Path) -> lecture.Lecture:
    return lecture.read(samples.save(samples.lecture(), tmp_path))


def deck_of(cells: list, folder: Path, name: str = "plain.ipynb") -> lecture.Lecture:
    path = folder / name
    nbformat.write(new_notebook(cells=cells), path)
    return lecture.read(path)


def picture(width: float = 800, height: float = 450, caption: str = "What to see in the picture.") -> Picture:
    return Picture("p", b"", width, height, "a description", caption)


def test_each_role_has_its_layout(sample) -> None:
    assert [(slide.cell_id, slide.layout) for slide in sample.slides] == [
        ("title", "title"),
        ("goals", "goals"),
        ("dead-relu-mechanism", "mechanism"),
        ("dead-relu-mechanism-formula", "mechanism"),
        ("dead-relu-predict", "predict"),
        ("dead-relu-experiment-run", "code"),
        ("dead-relu-finding", "finding"),
        ("dead-relu-exercise", "exercise"),
        ("saw", "summary"),
        ("next", "next"),
    ]


def test_title_is_taken_apart(sample) -> None:
    assert (sample.label, sample.topic) == ("Lecture 4", "Activation functions")
    assert sample.facts == ["about 20 s on 2 CPU cores", "data: digits (built in)", "before: lecture 3"]
    assert sample.sentence.startswith("A unit that never answers")


@pytest.mark.parametrize(
    "badge",
    [
        "[![Open in Colab](https://example.org/badge.svg)](https://example.org/colab)",
        "[Open in Colab](https://example.org/colab) · [Page](https://example.org/page)",
    ],
)
def test_launch_badges_stay_out_of_the_title(tmp_path: Path, badge: str) -> None:
    notebook = samples.lecture()
    samples.cell(notebook, "title").source += f"\n\n{badge}"
    (page,) = build.build([samples.save(notebook, tmp_path)], tmp_path / "out")
    assert "example.org" not in page.read_text()


def test_finding_gathers_picture_claim_and_answer(sample) -> None:
    (finding,) = [slide for slide in sample.slides if slide.layout == "finding"]
    assert finding.pictures[0].alt == samples.ALT
    assert finding.pictures[0].caption == samples.CAPTION
    assert finding.pictures[0].width == 800
    assert [result.holds for result in finding.results] == [True]
    assert finding.results[0].statement == "too high a rate silences at least 40 % of the units"
    assert finding.results[0].told(outputs.MEASURED) == "≈ 0.57"
    assert finding.results[0].told(outputs.WITH_CONTROL) == "≈ 0.57; without ≈ 0.02"
    assert finding.results[0].told(outputs.ALL) == "≈ 0.57 over 16 seeds; without ≈ 0.02; needed > 0.4"
    assert "More than half" in finding.answer


def test_on_a_slide_neither_seeds_nor_means_of_them_are_counted() -> None:
    for one in ("seeds", "means of two seeds"):
        result = Result(True, "it works", f"≈ 0.57 over 8 {one}; mean over 3 layers: ≈ 0.02; needed > 0.4")
        assert result.told(outputs.WITH_CONTROL) == "≈ 0.57; mean over 3 layers: ≈ 0.02"


def test_speaker_gets_the_first_paragraph_of_why_and_the_minutes(sample) -> None:
    notes = {slide.cell_id: " ".join(slide.notes) for slide in sample.slides}
    assert "an ordinary one that is too long" in notes["dead-relu-finding"]
    assert "second paragraph" not in notes["dead-relu-finding"]
    assert "4 min, 6 slides" in notes["dead-relu-mechanism"]
    assert "Let the room vote" in notes["dead-relu-predict"]
    assert "More than half" in notes["dead-relu-predict"]
    assert not notes["dead-relu-experiment-run"]
    assert sum(slide.seconds for slide in sample.slides if slide.cell_id.startswith("dead-relu")) == 240


def test_of_two_findings_before_a_why_the_one_with_a_note_keeps_its_own(tmp_path) -> None:
    notebook = samples.lecture()
    at = next(i for i, cell in enumerate(notebook.cells) if cell["id"] == "dead-relu-finding")
    earlier = new_markdown_cell("## An earlier finding", id="dead-relu-finding-earlier", metadata={"note": "Its own."})
    notebook.cells.insert(at, earlier)
    notes = {slide.cell_id: slide.notes for slide in lecture.read(samples.save(notebook, tmp_path)).slides}
    assert len(notes["dead-relu-finding-earlier"]) == 1
    assert "ordinary" in " ".join(notes["dead-relu-finding"])


def test_handout_holds_the_whole_why(tmp_path: Path) -> None:
    build.build([samples.save(samples.lecture(), tmp_path)], tmp_path)
    handout = (tmp_path / "04_sample-handout.html").read_text()
    assert "A second paragraph goes further" in handout
    assert "Dying ReLU and Initialization" in handout


def test_no_deck_leaves_the_section_out(tmp_path: Path) -> None:
    notebook = samples.lecture()
    samples.cell(notebook, "dead-relu-mechanism").metadata["tags"] = ["no-deck"]
    talk = lecture.read(samples.save(notebook, tmp_path))
    assert [slide.cell_id for slide in talk.slides] == ["title", "goals", "saw", "next"]


def test_what_we_saw_holds_one_claim_of_each_section_shown(tmp_path: Path) -> None:
    notebook = samples.lecture()
    samples.cell(notebook, "dead-relu-claim").outputs[0].text = samples.CLAIM + "✓ another (≈ 2; needed > 1)\n"
    (slide,) = [slide for slide in deck_of(notebook.cells, tmp_path).slides if slide.layout == "summary"]
    assert [[result.told(outputs.MEASURED) for result in column] for column in slide.columns] == [["≈ 0.57"]]


def test_what_we_saw_tells_the_main_result_of_a_section(tmp_path: Path) -> None:
    notebook = samples.lecture()
    at = notebook.cells.index(samples.cell(notebook, "dead-relu-claim")) + 1
    later = copy.deepcopy(notebook.cells[at - 1])
    later.update(id="dead-relu-claim-later", metadata={"tags": ["main-result"]})
    later.outputs[0].text = "✓ another (≈ 2; needed > 1)\n"
    notebook.cells.insert(at, later)
    (slide,) = [slide for slide in deck_of(notebook.cells, tmp_path).slides if slide.layout == "summary"]
    assert [[result.told(outputs.MEASURED) for result in column] for column in slide.columns] == [["≈ 2"]]


def test_many_claims_take_more_slides_and_none_is_lost() -> None:
    said = [Result(True, f"claim number {number}, " + "of some length " * 4, "≈ 0.4") for number in range(40)]
    columns = halves(said)
    assert len(columns) % 2 == 0
    assert [result for column in columns for result in column] == said


def test_what_we_saw_prefers_a_failed_claim(tmp_path: Path) -> None:
    notebook = samples.lecture()
    samples.cell(notebook, "dead-relu-claim").outputs[0].text = (
        samples.CLAIM + "✗ not with these settings: another (≈ 0.5; needed > 1)\n"
    )
    (slide,) = [slide for slide in deck_of(notebook.cells, tmp_path).slides if slide.layout == "summary"]
    assert [result.holds for column in slide.columns for result in column] == [False]


def test_exercise_for_the_class_shows_its_code(tmp_path: Path) -> None:
    notebook = samples.lecture()
    attempt = samples.cell(notebook, "dead-relu-attempt")
    attempt.source = 'def leaky(h, slope):\n    return ...\n\n\ncheck("leaky", leaky)\nhint("leaky")'
    (task,) = [slide for slide in deck_of(notebook.cells, tmp_path).slides if slide.layout == "exercise"]
    assert task.source == "def leaky(h, slope):\n    return ..."
    assert task.code_size == 30


def test_code_too_long_for_the_exercise_stays_in_the_notebook(tmp_path: Path) -> None:
    notebook = samples.lecture()
    samples.cell(notebook, "dead-relu-attempt").source = "\n".join(f"x = {row}" for row in range(30))
    (task,) = [slide for slide in deck_of(notebook.cells, tmp_path).slides if slide.layout == "exercise"]
    assert not task.source
    assert "in the notebook" in task.body


def test_homework_lends_its_code_to_no_slide(tmp_path: Path) -> None:
    notebook = samples.lecture()
    at = notebook.cells.index(samples.cell(notebook, "saw"))
    notebook.cells[at:at] = [
        new_markdown_cell("**Exercise.** At home.", id="dead-relu-exercise-home"),
        new_code_cell("def other(h):\n    return ...", id="dead-relu-attempt-home"),
    ]
    (task,) = [slide for slide in deck_of(notebook.cells, tmp_path).slides if slide.layout == "exercise"]
    assert "other" not in task.source


def test_results_that_find_no_room_are_told_to_the_speaker(tmp_path: Path) -> None:
    notebook = samples.lecture()
    samples.cell(notebook, "dead-relu-claim").outputs[0].text = samples.CLAIM * 6
    (finding,) = [slide for slide in deck_of(notebook.cells, tmp_path).slides if slide.layout == "finding"]
    assert len(finding.results) < 6
    assert finding.notes[-1].count("too high a rate silences") == 6 - len(finding.results)
    assert finding.arrangement.scale >= 0.85


def test_code_and_class_work_have_notes(tmp_path: Path) -> None:
    notebook = samples.lecture()
    samples.cell(notebook, "dead-relu-experiment-run").metadata["note"] = "Point at the second line."
    samples.cell(notebook, "dead-relu-exercise").metadata["minutes"] = 5
    samples.cell(notebook, "dead-relu-attempt").source = 'answer = ...\n\ncheck("short-cut", answer)'
    notes = {slide.cell_id: " ".join(slide.notes) for slide in deck_of(notebook.cells, tmp_path).slides}
    assert "Point at the second line" in notes["dead-relu-experiment-run"]
    assert "5 min" in notes["dead-relu-exercise"]
    assert "When they are stuck" in notes["dead-relu-exercise"]


def test_each_finding_has_the_note_of_its_own_why(tmp_path: Path) -> None:
    notebook = samples.lecture()
    at = notebook.cells.index(samples.cell(notebook, "dead-relu-why")) + 1
    notebook.cells[at:at] = [
        new_markdown_cell("## A second finding", id="dead-relu-finding-second"),
        new_markdown_cell("Its own reason.", id="dead-relu-why-second"),
    ]
    notes = {slide.cell_id: " ".join(slide.notes) for slide in deck_of(notebook.cells, tmp_path).slides}
    assert "Its own reason" in notes["dead-relu-finding-second"]
    assert "Its own reason" not in notes["dead-relu-finding"]


def test_a_picture_stands_beside_its_mechanism(tmp_path: Path) -> None:
    notebook = samples.lecture()
    at = notebook.cells.index(samples.cell(notebook, "dead-relu-mechanism"))
    figure = samples.cell(notebook, "dead-relu-figure")
    notebook.cells.insert(at + 1, new_code_cell("show(…)", id="dead-relu-picture", outputs=figure.outputs))
    slides = {slide.cell_id: slide for slide in deck_of(notebook.cells, tmp_path).slides}
    slide = slides["dead-relu-mechanism"]
    assert slide.layout == "mechanism" and slide.kicker.startswith("Part 1")
    assert [picture.alt for picture in slide.pictures] == [samples.ALT]
    assert slide.arrangement.name in ("beside", "above")


def test_any_notebook_makes_a_deck(tmp_path: Path) -> None:
    png = samples.cell(samples.lecture(), "dead-relu-figure").outputs[0]
    talk = deck_of(
        [
            new_markdown_cell("# A notebook\n\nWithout any anatomy."),
            new_markdown_cell("## First\n\nSome words."),
            new_markdown_cell("More words."),
            new_code_cell("x = 1\nx"),
            new_code_cell("draw()", outputs=[png]),
            new_code_cell("hidden()", metadata={"slideshow": {"slide_type": "skip"}}),
            new_markdown_cell("Only for me.", metadata={"slideshow": {"slide_type": "notes"}}),
        ],
        tmp_path,
    )
    assert [slide.layout for slide in talk.slides] == ["title", "mechanism", "code", "finding"]
    assert "More words" in talk.slides[1].body
    assert "Only for me" in talk.slides[3].notes[-1]


def test_a_file_that_is_no_notebook_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.ipynb").write_text("hello")
    with pytest.raises(CourseError, match=r"notes\.ipynb is no notebook"):
        lecture.read(tmp_path / "notes.ipynb")


def test_deck_names_only_local_files(tmp_path: Path) -> None:
    build.build([samples.save(samples.lecture(), tmp_path)], tmp_path / "out")
    for page in (tmp_path / "out").glob("*.html"):
        assert "http" not in page.read_text(), page.name


def test_link_to_a_lecture_that_does_not_exist_is_no_link(tmp_path: Path) -> None:
    (page,) = build.build([samples.save(samples.lecture(), tmp_path)], tmp_path)
    assert "05_optimizers" not in page.read_text()
    samples.save(samples.lecture(), tmp_path, "05_optimizers.ipynb")
    (page,) = build.build([tmp_path / "04_sample.ipynb"], tmp_path)
    assert 'href="05_optimizers.html"' in page.read_text()


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ("≈ 8.8e-08 over 16 seeds", "≈&nbsp;8.8·10<sup>−8</sup> over 16 seeds"),
        ("needed &lt; 1e-05", "needed &lt;&nbsp;10<sup>−5</sup>"),
        ("needed &gt;= 0.93", "needed ≥&nbsp;0.93"),
        ("at least 40 % of them", "at least 40&nbsp;% of them"),
        ("≈ 0.4; mixed-up labels: ≈ 0.02", "≈&nbsp;0.4; mixed-up labels:&nbsp;≈&nbsp;0.02"),
        ("≈ 0.4; without ≈ -0.02", "≈&nbsp;0.4; without&nbsp;≈&nbsp;−0.02"),
        ("the network 64-32-10", "the network 64-&NoBreak;32-&NoBreak;10"),
        ("layer e2 of 1e", "layer e2 of 1e"),
    ],
)
def test_numbers_are_set_as_in_print(given: str, printed: str) -> None:
    assert markup.numbers(given) == printed


@pytest.mark.parametrize(
    ("pictures", "results", "name"),
    [
        ([], 1, "text"),
        ([picture()], 0, "alone"),
        ([picture()], 1, "beside"),
        ([picture(1200, 300)], 1, "above"),
        ([picture(500, 400), picture(500, 400)], 1, "above"),
    ],
)
def test_picture_finds_its_place(pictures: list, results: int, name: str) -> None:
    said = [Result(True, "the rate decides how many units fall silent", "≈ 0.4 over 16 seeds; needed > 0.3")] * results
    assert arrange(Content("Why?", "The rate decides", "", [], pictures, said, "")).name == name


def test_evidence_makes_way_for_the_picture() -> None:
    said = [
        Result(True, "a statement of ordinary length about units", "≈ 0.4 over 16 seeds; without ≈ 0; needed > 0.3")
    ]
    roomy = arrange(Content("Why?", "The rate decides", "", [], [picture()], said, ""))
    full = arrange(Content("Why?", "The rate decides", "", [], [picture()], said * 3, "An answer of some length. " * 4))
    assert roomy.evidence > full.evidence
    assert full.scale >= 0.72


def test_without_a_browser_the_user_reads_what_to_type(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    browser = pytest.importorskip("tools.browser")
    monkeypatch.setenv("PATH", str(tmp_path))
    nowhere = SimpleNamespace(chromium=SimpleNamespace(executable_path=str(tmp_path / "chrome")))
    with pytest.raises(CourseError, match="python -m playwright install chromium"):
        browser.open_browser(nowhere)


def test_nothing_that_is_typed_into_a_notebook_runs_in_its_deck(tmp_path: Path) -> None:
    build.build([tiny.write(tmp_path, hostile.lecture())], tmp_path / "out")
    for name in ("90_tiny.html", "90_tiny-handout.html", "index.html"):
        page = (tmp_path / "out" / name).read_text(encoding="utf-8")
        assert hostile.running(page) == [], name
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in (tmp_path / "out" / "90_tiny.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("cell_id", ["../../outside", 'a" onload="alert(1)', "", "a b"])
def test_a_cell_whose_name_could_lead_out_of_the_folder_is_refused(tmp_path: Path, cell_id: str) -> None:
    notebook = tiny.edited("grey-figure", lambda cell: cell.update(id=cell_id))
    (tmp_path / "notes.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    with pytest.raises(CourseError, match=r"notes\.ipynb: it is no valid notebook"):
        build.build([tmp_path / "notes.ipynb"], tmp_path / "out")
    assert not list(tmp_path.rglob("*.png"))


def test_an_old_notebook_without_cell_ids_makes_a_deck(tmp_path: Path) -> None:
    cells = [{"cell_type": "markdown", "metadata": {}, "source": f"# Old\n\n![a](attachment:a.png) {i}"} for i in "ab"]
    old = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 2}
    (tmp_path / "old.ipynb").write_text(json.dumps(old), encoding="utf-8")
    assert [slide.cell_id for slide in lecture.read(tmp_path / "old.ipynb").slides] == ["cell-0", "cell-1"]


@pytest.mark.parametrize("png", ["bm8gcGljdHVyZQ==", "no base64!", base64.b64encode(bytes(40)).decode()])
def test_a_damaged_picture_is_named(tmp_path: Path, png: str) -> None:
    path = tiny.write(tmp_path, tiny.lecture())
    notebook = tiny.edited("grey-figure", lambda cell: cell.outputs[0].data.update({"image/png": png}))
    path.write_text(json.dumps(notebook), encoding="utf-8")
    with pytest.raises(CourseError, match=r"90_tiny\.ipynb: the stored picture of cell grey-figure is damaged: run"):
        build.build([path], tmp_path / "out")


def test_stored_error_and_stderr_are_not_shown() -> None:
    cell = new_code_cell(
        "x",
        outputs=[
            new_output("stream", name="stderr", text="a warning"),
            new_output("error", ename="ValueError", evalue="no", traceback=[]),
        ],
    )
    shown = outputs.read(cell)
    assert not (shown.pictures or shown.results or shown.blocks)
