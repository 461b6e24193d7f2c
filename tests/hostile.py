"""A lecture that tries to run code in the browser of whoever opens its slides or its page."""

from __future__ import annotations

from html.parser import HTMLParser

from nbformat import NotebookNode

from tests import tiny

SCRIPT = "<script>alert(1)</script>"
PICTURE = '<img src="x" onerror="alert(1)">'
ATTRIBUTE = 'a" onerror="alert(1)'
LINK = "[here](javascript:alert(1))"
FORMULA = r"$\href{javascript:alert(1)}{x}$ and $<script>alert(1)</script>$"
DIAGRAM = f"```mermaid\n{SCRIPT}\n```"
ALL = f"{SCRIPT} {PICTURE} {LINK} {FORMULA}"


def lecture() -> NotebookNode:
    """The tiny lecture with hostile text wherever a person may type, and hostile outputs."""
    notebook = tiny.lecture()
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            head, _, rest = cell.source.partition("\n")
            cell.source = f"{head} {SCRIPT}\n{rest}\n\n{ALL}\n\n<div>\n{SCRIPT}\n</div>\n\n{DIAGRAM}"
            cell.metadata["note"] = ALL
    title = tiny.cell_of(notebook, "title")
    title.source = (
        f"# Lecture 90 · Tiny {SCRIPT}\n\nIt is {SCRIPT} {PICTURE} </title>{SCRIPT} small.\n\n"
        f"about 1 s on 2 CPU cores {SCRIPT} · data: none {PICTURE} · before: nothing"
    )
    tiny.cell_of(notebook, "grey-figure").outputs = tiny.shown(
        tiny.picture(), alt=f"{ATTRIBUTE} {SCRIPT}", caption=f"It stays {SCRIPT} {PICTURE} grey."
    )
    tiny.cell_of(notebook, "grey-claim").outputs = [
        tiny.printed(f"✓ grey {SCRIPT} is brighter {PICTURE} (≈ 0.5 over 8 seeds; {SCRIPT}: ≈ 0.1; needed > 0.1)\n")
    ]
    tiny.cell_of(notebook, "grey-experiment").outputs = [
        tiny.printed(f"{SCRIPT}\n"),
        tiny.v4.new_output("display_data", {"text/html": ALL, "text/plain": "a table"}),
        tiny.v4.new_output("display_data", {"application/javascript": "alert(1)", "text/plain": "a program"}),
        tiny.v4.new_output("display_data", {"text/markdown": ALL, "text/plain": "words"}),
        tiny.v4.new_output("display_data", {"text/markdown": f"| a |\n| --- |\n| {SCRIPT} |", "text/plain": "words"}),
        tiny.v4.new_output("display_data", {"text/latex": ALL, "text/plain": "a formula"}),
    ]
    return notebook


class Found(HTMLParser):
    """What could run on a page: elements, attributes and addresses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        self.found += [f"{tag} {name}" for name, _ in attributes if name.startswith("on")]
        self.found += [f"{tag} {value}" for _, value in attributes if "javascript:" in (value or "").lower()]

    def handle_data(self, data: str) -> None:
        if self.inside == "script" and "alert(1)" in data:
            self.found.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""


def running(page: str) -> list[str]:
    """What of the hostile lecture would run in a browser that shows the page."""
    return Found(page).found
