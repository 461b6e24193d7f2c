"""The table of a class: a CSV file that a spreadsheet opens, and that the next call goes on with."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from course_utils.errors import CourseError

FIRST = ("file", "student", "lecture", "status", "right", "of", "remark", "look")
DIGEST = "digest"  # the last column of ours
# A spreadsheet would take these for the beginning of a formula, the full-width ones too.
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def safe(text: object) -> str:
    """A cell's text, in one line and harmless in a spreadsheet and a terminal."""
    line = CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), str(text))
    return f"'{line}" if FORMULA.match(line) else line


class Sheet:
    """Rows by file, in a file.

    Attributes:
        path: The CSV file.
        rows: For each file that was handed in, its cells by column.
    """

    def __init__(self, path: Path) -> None:
        """Read the table if there is one.

        Raises:
            CourseError: If the file is not a table of ours, or cannot be read or written.
        """
        self.path = path
        self.rows: dict[str, dict[str, str]] = {}
        self.exercises: list[str] = []  # their columns
        self.added: list[str] = []  # columns that somebody added, to the right of ours
        if path.exists():
            self._read()
        elif not path.parent.is_dir():
            raise CourseError(
                f"there is no folder {str(path.parent)!r} for {path.name}. Make it, or give another --output."
            )

    def _read(self) -> None:
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                table = csv.DictReader(file)
                rows, columns = list(table), list(table.fieldnames or ())
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CourseError(f"{self.path} cannot be read ({error}). Give another --output.") from None
        at = columns.index(DIGEST) if DIGEST in columns else 0
        if tuple(columns[: len(FIRST)]) != FIRST or not at or any({None} & {*row, *row.values()} for row in rows):
            raise CourseError(
                f"{self.path} is not a table that this command wrote, or a spreadsheet saved it in another form; "
                "it is left as it is. Give another --output."
            )
        self.rows = {row["file"]: row for row in rows}
        self.exercises = columns[len(FIRST) : at]
        self.added = columns[at + 1 :]

    def has(self, file: str, digest: str) -> bool:
        """Whether there is a row for a file with just this content."""
        row = self.rows.get(safe(file))
        return row is not None and row[DIGEST] == digest

    def add_exercises(self, names: Sequence[str]) -> None:
        """Make columns for exercises that have none."""
        self.exercises = list(dict.fromkeys([*self.exercises, *map(safe, names)]))

    def put(self, row: Mapping[str, object]) -> None:
        """Add a row, or replace that of the same file; columns that somebody added keep their cells."""
        cells = {safe(column): safe(value) for column, value in row.items()}
        kept = {column: self.rows.get(cells["file"], {}).get(column, "") for column in self.added}
        self.rows[cells["file"]] = kept | cells

    def save(self) -> None:
        """Write the file, whole or not at all.

        Raises:
            CourseError: If it cannot be written.
        """
        text = io.StringIO(newline="")
        table = csv.DictWriter(text, [*FIRST, *self.exercises, DIGEST, *self.added], restval="")
        table.writeheader()
        table.writerows(self.rows[file] for file in sorted(self.rows))
        draft = self.path.with_name(f"{self.path.name}.new")
        try:
            draft.write_bytes(text.getvalue().encode("utf-8-sig"))  # by this mark Excel knows UTF-8
            draft.replace(self.path)
        except OSError as error:
            left = f" The table is in {draft.name}." if draft.exists() else ""
            raise CourseError(
                f"{self.path} cannot be written ({error.strerror}); is it open in a spreadsheet?{left}"
            ) from None
