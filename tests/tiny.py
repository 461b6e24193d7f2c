"""A tiny lecture in which every rule holds; tests change one thing in it and see which check notices."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from nbformat import NotebookNode, v4
from PIL import Image

from tools import install_cell, notebooks
from tools.format import formatted

NAME = "90_tiny.ipynb"
STUB = "answer = ..."


def picture(value: int = 200, size: int = 8) -> str:
    """A small PNG of one grey, as base64 text."""
    buffer = io.BytesIO()
    Image.fromarray(np.full((size, size, 3), value, dtype=np.uint8)).save(buffer, format="png")
    return base64.b64encode(buffer.getvalue()).decode()


def printed(text: str) -> NotebookNode:
    """What `print` stores."""
    return v4.new_output("stream", name="stdout", text=text)


def shown(
    png: str, alt: str = "A grey square without any mark.", caption: str = "It stays grey."
) -> list[NotebookNode]:
    """What `show` stores."""
    return [
        v4.new_output(
            "display_data",
            {"image/png": png, "text/plain": f"Figure: {alt}"},
            metadata={"image/png": {"alt": alt, "height": 4, "width": 4}},
        ),
        v4.new_output("display_data", {"text/markdown": f"*{caption}*", "text/plain": caption}),
    ]


def markdown(cell_id: str, source: str, **metadata) -> NotebookNode:
    """A markdown cell."""
    return v4.new_markdown_cell(source, id=cell_id, metadata=metadata)


def code(cell_id: str, source: str, outputs: list[NotebookNode] | None = None, **metadata) -> NotebookNode:
    """A code cell that was executed."""
    return v4.new_code_cell(source, id=cell_id, outputs=outputs or [], execution_count=1, metadata=metadata)


def lecture() -> NotebookNode:
    """The tiny lecture: one section with every kind of cell."""
    return v4.new_notebook(
        cells=[
            markdown(
                "title",
                "# Lecture 90 · Tiny\n\nIt is small.\n\nabout 1 s on 2 CPU cores · data: none · before: nothing",
            ),
            markdown("goals", "## After this lecture you can\n\n* see\n* tell\n* ask"),
            code("install", install_cell.source(), tags=["install"]),
            code("setup", "from course_utils import check, claim, show, start", tags=["setup"]),
            markdown("grey-mechanism", "## What is grey?\n\n* between black and white", minutes=2),
            markdown("grey-predict", "**Predict.** Is it dark?\n\n* yes\n* no"),
            code("grey-experiment", "shades = [0.5, 0.6]", tags=["show-code"]),
            markdown("grey-finding", "## Grey is not dark"),
            code("grey-figure", 'show(fig, "It stays grey.")', shown(picture())),
            markdown("grey-answer", "**No.** It is in between."),
            code(
                "grey-claim",
                'claim("grey is brighter than black", shades, ">", 0.1)',
                [printed("✓ grey is brighter than black (≈ 0.55 over 2 seeds; needed > 0.1)\n")],
            ),
            markdown("grey-why", "It reflects half of the light.\n\n[The note](note.md) says more."),
            markdown("grey-try", "**Try it.**"),
            code("grey-explore", 'explore(update, fig, "It stays grey.", stills=[])', shown(picture(100))),
            markdown("grey-exercise", "**Exercise.** Name a grey."),
            code(
                "grey-attempt", f'{STUB}\n\ncheck("name-a-grey", answer)', [printed("· name-a-grey: not tried yet.\n")]
            ),
            markdown("saw", "## What we saw"),
            code("saw-table", "claims_table()"),
            markdown("references", "## Where this comes from\n\nOur own eyes."),
            markdown("next", "Next: nothing."),
        ]
    )


def write(folder: Path, notebook: NotebookNode, name: str = NAME, stamp: bool = True) -> Path:
    """Write the notebook in canonical form, as freshly executed, with the file that it links to."""
    path = folder / name
    (folder / "note.md").write_text("A note.\n", encoding="utf-8")
    clean = notebooks.loads(formatted(notebooks.dumps(notebook), path), name)
    if stamp:
        notebooks.stamp(clean)
    notebooks.save(path, formatted(notebooks.dumps(clean), path))
    return path


def cell_of(notebook: NotebookNode, cell_id: str) -> NotebookNode:
    """The cell with this id."""
    return next(cell for cell in notebook.cells if cell["id"] == cell_id)


def edited(cell_id: str, edit: Callable[[NotebookNode], None]) -> NotebookNode:
    """The tiny lecture with one cell changed."""
    notebook = lecture()
    edit(cell_of(notebook, cell_id))
    return notebook
