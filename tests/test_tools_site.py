"""Lectures as pages of the site, what the site collects from them, its links and its building."""

from __future__ import annotations

import argparse

import pytest

from course_utils import exercises
from course_utils.errors import CourseError
from tests import hostile, tiny
from tools import site
from tools.pages import course, lecture, links, tables
from tools.pages.harmless import harmless

CLAIM = "✓ a cosine is at most 1_000 (≈ 8.1e-11 over 16 seeds; a *bad* case: ≈ 0.4; needed < 1e-06)\n"


def page(notebook, number=90):
    return lecture.page(notebook, number, '<p class="links">links</p>')


def cell(notebook, cell_id):
    return tiny.cell_of(page(notebook), cell_id)


def after(notebook, cell_id, number=90):
    """What the page adds behind a cell."""
    cells = page(notebook, number).cells
    return cells[[one["id"] for one in cells].index(cell_id) + 1].source


@pytest.fixture
def checkout(tmp_path):
    """A checkout with one tiny lecture and the site's documents."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    tiny.write(tmp_path / "notebooks", tiny.lecture())
    for name in ("index", "claims", "references"):
        text = (site.HERE / f"{name}.md").read_text(encoding="utf-8")
        (tmp_path / "docs" / f"{name}.md").write_text(text, encoding="utf-8")
    return tmp_path


def publish(checkout):
    settings = '[tool.course]\nrepo = "someone/course"\nref = "v1"\nsite = "https://someone.github.io/course"\n'
    (checkout / "pyproject.toml").write_text(settings, encoding="utf-8")


# A lecture's page


def test_install_and_set_up_are_left_out_and_the_lecture_stays_as_it_is():
    notebook = tiny.lecture()
    before = str(notebook)
    assert not {"install", "setup"} & {one["id"] for one in page(notebook).cells}
    assert str(notebook) == before


def test_links_take_the_place_of_badges_under_the_title():
    notebook = tiny.lecture()
    notebook.cells[0].source += "\n\n[![Open in Colab](https://example.org/badge.svg)](https://example.org)"
    source = cell(notebook, "title").source
    assert source.startswith("# Lecture 90 · Tiny\n\nIt is small.")
    assert source.endswith('<p class="links">links</p>')
    assert "badge" not in source


def test_code_is_folded_unless_it_is_the_idea_or_the_readers():
    assert cell(tiny.lecture(), "grey-figure").metadata["tags"] == ["hide-input"]
    assert "tags" not in cell(tiny.lecture(), "grey-experiment").metadata
    assert "tags" not in cell(tiny.lecture(), "grey-attempt").metadata
    assert cell(tiny.lecture(), "saw-table").metadata["tags"] == ["remove-input"]


@pytest.mark.parametrize(
    ("source", "label"), [("x = 1", "Code"), ("def f(x):\n    return x\n\n\nclass G:\n    pass", "Code: f, G")]
)
def test_folded_code_says_what_it_defines(source, label):
    assert lecture.code_label(source) == label


def test_a_figure_has_its_alternative_text_caption_and_width():
    figure = cell(tiny.lecture(), "grey-figure")
    assert figure.metadata["mystnb"]["image"] == {"alt": "A grey square without any mark."}
    assert figure.metadata["mystnb"]["figure"] == {"caption": "It stays grey."}
    (output,) = figure.outputs
    assert output.metadata == {"image/png": {"width": 4}}


def test_the_stills_of_a_control_stay():
    assert cell(tiny.lecture(), "grey-explore").outputs[0].data["image/png"] == tiny.picture(100)


def test_claims_become_a_list_that_shows_them_as_they_were_printed():
    notebook = tiny.edited("grey-claim", lambda one: one.update(outputs=[tiny.printed(CLAIM)]))
    assert cell(notebook, "grey-claim").outputs == []
    block = after(notebook, "grey-claim")
    assert ":name: lecture-90-grey-claim" in block
    assert r"* ✓ a cosine is at most 1\_000 " in block
    assert r"a \*bad\* case:&nbsp;≈&nbsp;0.4; needed &lt;&nbsp;10<sup>−6</sup>" in block


def test_other_words_that_were_printed_stay():
    notebook = tiny.edited("grey-claim", lambda one: one.update(outputs=[tiny.printed("a word\n")]))
    assert cell(notebook, "grey-claim").outputs == [tiny.printed("a word\n")]


def test_numbers_in_tables_are_set_as_in_print():
    table = tiny.v4.new_output("execute_result", {"text/markdown": "| a |\n| --- |\n| < 1e-06 |", "text/plain": "a"})
    notebook = tiny.edited("saw-table", lambda one: one.update(outputs=[table]))
    (output,) = cell(notebook, "saw-table").outputs
    assert output.data == {"text/markdown": "| a |\n| --- |\n| &lt;&nbsp;10<sup>−6</sup> |"}


def test_a_prediction_stands_in_a_box():
    assert cell(tiny.lecture(), "grey-predict").source.startswith(":::{container} predict\n**Predict.**")


def test_an_exercise_has_hints_and_a_solution_to_open():
    notebook = tiny.edited("grey-attempt", lambda one: one.update(source='x = ...\ncheck("slope-along-w", x)'))
    exercise = exercises.get("slope-along-w")
    assert cell(notebook, "grey-attempt").outputs == []
    text = after(notebook, "grey-attempt", exercise.lecture)
    assert text.count("<details") == text.count("</details>") == len(exercise.hints) + 1
    assert f"<summary>Hint 1 of {len(exercise.hints)}</summary>" in text
    assert f"```python\n{exercise.solution}\n```" in text


def test_an_exercise_of_the_notebook_alone_has_its_answers_there():
    assert "<details" not in str(page(tiny.lecture()))


def test_code_in_plain_text_stays_code():
    assert lecture.as_markdown("How many of `n*m` in [a*b]?") == r"How many of `n*m` in \[a\*b\]?"


# What is collected


def test_the_syllabus_has_a_row_for_each_lecture(checkout):
    read = course.read(checkout)
    assert tables.syllabus(read.lectures, {"90_tiny": "slides"}).endswith(
        "| 90 | [**Tiny**](../notebooks/90_tiny.ipynb)<br>It is small. | about 1 s | none | nothing | slides |\n"
    )


def test_a_claim_is_shown_with_value_control_and_bound_and_leads_to_its_place(checkout):
    notebook = tiny.edited(
        "grey-claim", lambda one: one.update(outputs=[tiny.printed(CLAIM + "✓ it is two (exactly 2)\n")])
    )
    tiny.write(checkout / "notebooks", notebook)
    table = tables.claims(course.read(checkout).lectures)
    first, second = table.splitlines()[-2:]
    assert table.startswith("## Lecture 90 · [Tiny](../notebooks/90_tiny.ipynb)")
    assert first.startswith(
        r"| ✓ | [a cosine is at most 1\_000](#lecture-90-grey-claim) | ≈&nbsp;8.1·10<sup>−11</sup> over"
    )
    assert first.endswith(r"| a \*bad\* case:&nbsp;≈&nbsp;0.4 | &lt;&nbsp;10<sup>−6</sup> |")
    assert second == "| ✓ | [it is two](#lecture-90-grey-claim) | exactly 2 |  |  |"


def test_a_lecture_without_claims_says_so(checkout):
    tiny.write(checkout / "notebooks", tiny.edited("grey-claim", lambda one: one.update(outputs=[])))
    assert "This lecture makes no claim." in tables.claims(course.read(checkout).lectures)


def test_references_stand_under_their_lecture(checkout):
    text = tables.references(course.read(checkout).lectures)
    assert text == "## Lecture 90 · [Tiny](../notebooks/90_tiny.ipynb)\n\nOur own eyes.\n"


# Links


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[here](90_tiny.ipynb)", "[here](90_tiny.ipynb)"),
        ("[claims](../docs/claims.md#part)", "[claims](../claims.md#part)"),
        ("[later](91_later.ipynb)", "later"),
        ("[note](note.md)", "note"),
        ("[out](https://example.org/a.md)", "[out](https://example.org/a.md)"),
        ("$W[l](x)$", "$W[l](x)$"),
    ],
)
def test_links_lead_to_pages_or_become_words(checkout, text, expected):
    read = course.read(checkout)
    assert course.relinked(read, text, checkout / "notebooks" / tiny.NAME) == expected


def test_a_published_course_links_files_in_its_repository(checkout):
    publish(checkout)
    read = course.read(checkout)
    note = "https://github.com/someone/course/blob/v1/notebooks/note.md"
    assert course.relinked(read, "[note](note.md)", checkout / "notebooks" / tiny.NAME) == f"[note]({note})"


def test_launch_links_come_with_publishing(checkout):
    notebook = checkout / "notebooks" / tiny.NAME
    assert course.launch_links(course.read(checkout), notebook) == []
    publish(checkout)
    colab, binder, github = course.launch_links(course.read(checkout), notebook)
    path = "someone/course/blob/v1/notebooks/90_tiny.ipynb"
    assert "https://mybinder.org/v2/gh/someone/course/v1" in binder
    assert colab == f'<a href="https://colab.research.google.com/github/{path}">Open in Colab</a>'
    assert github == f'<a href="https://github.com/{path}">Notebook on GitHub</a>'


def test_only_slides_that_were_built_are_linked(checkout):
    notebook = checkout / "notebooks" / tiny.NAME
    assert course.deck_links(course.read(checkout), notebook) == []
    (checkout / "slides" / "build").mkdir(parents=True)
    (checkout / "slides" / "build" / "90_tiny.html").touch()
    assert course.deck_links(course.read(checkout), notebook, "../") == ['<a href="../slides/90_tiny.html">Slides</a>']


def test_dead_links_are_named_with_their_page(tmp_path):
    (tmp_path / "a.html").write_text('<a href="b.html#part">1</a><a href="c.html">2</a><a href="https://x">3</a>')
    (tmp_path / "b.html").write_text('<p id="other"></p><a href="a.html">4</a><a href="#other">5</a><img src="p.png">')
    assert links.broken(tmp_path) == ["a.html: b.html#part", "a.html: c.html", "b.html: p.png"]


def test_a_site_with_dead_links_is_refused(tmp_path):
    (tmp_path / "a.html").write_text('<a href="c.html">2</a>')
    with pytest.raises(
        CourseError, match=r"links of the site that lead nowhere, to mend in their sources: a.html: c.html"
    ):
        site.check_links(tmp_path)


# Building


@pytest.fixture
def earlier(tmp_path):
    """A folder with a site that was built before."""
    out = tmp_path / "site"
    out.mkdir()
    (out / "searchindex.js").write_text("earlier", encoding="utf-8")
    return out


@pytest.mark.slow
def test_a_site_takes_the_place_of_an_earlier_one(checkout, earlier):
    site.build(earlier, checkout)
    pages = {
        name: (earlier / name).read_text(encoding="utf-8") for name in ("index.html", "claims.html", "searchindex.js")
    }
    assert 'href="lectures/90_tiny.html"' in pages["index.html"]
    assert 'href="lectures/90_tiny.html#lecture-90-grey-claim"' in pages["claims.html"]
    assert pages["searchindex.js"] != "earlier"
    assert 'alt="A grey square without any mark."' in (earlier / "lectures" / "90_tiny.html").read_text(
        encoding="utf-8"
    )


@pytest.mark.slow
def test_a_warning_of_sphinx_stops_the_build_and_keeps_the_earlier_site(checkout, earlier):
    with (checkout / "docs" / "claims.md").open("a", encoding="utf-8") as file:
        file.write("\n[nowhere](#nowhere)\n")
    with pytest.raises(CourseError, match="Sphinx found the faults above: mend what it names"):
        site.build(earlier, checkout)
    assert (earlier / "searchindex.js").read_text(encoding="utf-8") == "earlier"


@pytest.mark.slow
def test_nothing_that_is_typed_into_a_lecture_runs_on_its_page(checkout, tmp_path):
    notebook = hostile.lecture()
    tiny.cell_of(notebook, "grey-why").source += f"\n\n```{{raw}} html\n{hostile.SCRIPT}\n```"
    for cell in notebook.cells:  # Sphinx refuses these by itself: a dead link, a language that it does not know
        cell.source = cell.source.replace(hostile.LINK, "").replace(hostile.DIAGRAM, "")
    for output in tiny.cell_of(notebook, "grey-experiment").outputs[1:]:
        for kind in output.data:
            output.data[kind] = output.data[kind].replace(hostile.LINK, "")
    tiny.write(checkout / "notebooks", notebook)
    site.build(tmp_path / "site", checkout)
    for page in (tmp_path / "site").rglob("*.html"):
        assert hostile.running(page.read_text(encoding="utf-8")) == [], page.name
    lecture_page = (tmp_path / "site" / "lectures" / "90_tiny.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in lecture_page
    assert '<span class="evidence">' in lecture_page


@pytest.mark.slow
def test_a_lecture_cannot_put_a_file_of_the_machine_on_its_page(checkout, tmp_path):
    secret = tmp_path / "secret.md"
    secret.write_text("A secret.\n", encoding="utf-8")
    source = f"```{{include}} {'../' * 20}{secret.as_posix().lstrip('/')}\n```"
    tiny.write(checkout / "notebooks", tiny.edited("grey-why", lambda one: one.update(source=source)))
    with pytest.raises(CourseError, match="Sphinx found the faults above"):
        site.build(tmp_path / "site", checkout)


@pytest.mark.parametrize(
    "source",
    [
        '<p class="links"><a href="../slides/02_a.html">Slides</a> · <a href="https://a.b/c?d=e&f">Colab</a></p>',
        '<details class="answer"><summary>Hint</summary>',
        '</details> <span class="evidence"> 10<sup>−6</sup></span><br>',
        "<!-- lectures --> 1 < 2",
    ],
)
def test_html_of_the_course_stays(source):
    assert harmless(source) == source.replace("1 < 2", "1 &lt; 2")


@pytest.mark.parametrize(
    "source",
    [
        *(
            "<script>",
            "</script>",
            "<SCRIPT >",
            "<img src=x>",
            "<p onclick=a>",
            '<p class="a" onclick="b">',
            "<p/onclick=a>",
        ),
        *('<a href="javascript:a">', '<a href="java&#115;cript:a">', '<a href="//a.b" onclick="c">', "<style>"),
        *("<!-- a --!><script>", "<!--><script>", "<svg/onload=a>", "<details open ontoggle=a>", "<p\nonclick=a>"),
    ],
)
def test_any_other_html_is_text(source):
    assert hostile.running(harmless(source)) == []
    assert "<" not in harmless(source).replace("<!-- a --!>", "")


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(
        CourseError, match=r"holds files that are no site. Name another: python -m tools site --out FOLDER"
    ):
        site.run(argparse.Namespace(out=tmp_path))
    assert (tmp_path / "thesis.txt").exists()
