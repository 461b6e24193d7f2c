"""What the documents link to is there."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")), ROOT / "slides" / "README.md"]
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


def test_the_bug_form_asks_for_lecture_and_cell():
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / "bug.yml").read_text("utf-8"))
    required = {part["id"] for part in form["body"] if part.get("validations", {}).get("required")}
    assert {"lecture", "cell"} <= required
