"""What the documents link to is there."""

import re
from pathlib import Path

import pytest
import yaml

from slides import lecture

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *(ROOT / name / "README.md" for name in ("deploy", "slides")),
]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)|<img src=\"([^\"]+)\"")


def anchors(page):
    """The names by which GitHub knows a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document):
    for page, anchor, picture in LINK.findall(document.read_text(encoding="utf-8")):
        target = document.parent / (page or picture) if page or picture else document
        assert target.exists(), f"{document.name} links to {page or picture}"
        assert not anchor or anchor in anchors(target), f"{document.name} links to {page}#{anchor}"


def test_the_teaching_guide_links_the_lectures_that_stand():
    linked = set(re.findall(r"\.\./notebooks/(\w+\.ipynb)", (ROOT / "docs" / "teaching.md").read_text("utf-8")))
    assert linked == {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}


def rows_of(heading):
    """The cells of each table row in a section of the teaching guide."""
    section = (ROOT / "docs" / "teaching.md").read_text("utf-8").partition(f"## {heading}")[2].partition("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]


MINUTES = {row[0]: int(row[2]) for row in rows_of("The lectures")[2:]}


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_the_teaching_guide_knows_the_minutes_of_a_lecture_without_class_work(path):
    talk = lecture.read(path)
    assert MINUTES[str(int(path.stem[:2]))] == talk.minutes - sum(slide.minutes for slide in talk.slides)


@pytest.mark.parametrize(("heading", "length"), [("13 weeks", 90), ("Five days", 360)])
def test_the_minutes_of_a_route_add_up(heading, length):
    for _, lectures, minutes, left in rows_of(heading)[2:]:
        shortened = MINUTES["0"] - 35 if "short form" in lectures else 0
        assert int(minutes) == sum(MINUTES[number] for number in re.findall(r"\d+", lectures)) - shortened
        assert left == "at home" or int(minutes) + int(left) == length


def test_the_bug_form_asks_for_lecture_and_cell():
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / "bug.yml").read_text("utf-8"))
    required = {part["id"] for part in form["body"] if part.get("validations", {}).get("required")}
    assert {"lecture", "cell"} <= required


GLOSSARY = re.findall(
    r"^(\S.*)\n  (.+) \[Lecture \d+\]\((.+)\)\.$", (ROOT / "docs" / "glossary.md").read_text("utf-8"), re.M
)


def test_the_glossary_has_its_terms_in_order_each_in_one_sentence():
    terms = [term for term, _, _ in GLOSSARY]
    assert 40 <= len(terms) <= 80
    assert terms == sorted(terms, key=str.lower)
    assert all(meaning.endswith(".") and ". " not in meaning for _, meaning, _ in GLOSSARY)


@pytest.mark.parametrize(("term", "page"), [(term, page) for term, _, page in GLOSSARY])
def test_a_term_is_used_in_the_lecture_that_introduces_it(term, page):
    text = (ROOT / "docs" / page).read_text("utf-8").lower()
    assert term.lower().split()[0][:7] in text
