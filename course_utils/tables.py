"""Tables of results, and the sign that marks a measured number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np

from course_utils.errors import CourseError


def approximately(value: float) -> str:
    """A measured number, with the sign that lets it differ on another machine: "≈ 0.43".

    Three significant digits; very small and very large numbers in powers of ten. Taught in lecture 00.
    """
    value = float(value)
    if not np.isfinite(value) or value == 0:
        return f"≈ {value:g}"
    if 1e-3 <= abs(value) < 999.5:
        return f"≈ {value:.3g}"
    return f"≈ {value:.0f}" if 999.5 <= abs(value) < 1e6 else f"≈ {value:.1e}"


@dataclass(frozen=True)
class Table:
    """Columns of equal length, shown as a table. Floats count as measured, whole numbers and text as exact."""

    columns: Mapping[str, Sequence]

    def __post_init__(self) -> None:
        lengths = {name: len(column) for name, column in self.columns.items()}
        if len(set(lengths.values())) > 1:
            raise CourseError(f"the columns of a table must be equally long; these have lengths {lengths}.")

    def _repr_markdown_(self) -> str:
        rule = ["---:" if all(map(_is_number, column)) else "---" for column in self.columns.values()]
        return "\n".join(f"| {' | '.join(row)} |" for row in [list(self.columns), rule, *self._rows()])

    __repr__ = _repr_markdown_  # no padding: a measured number may be longer on another machine

    def _rows(self) -> list[list[str]]:
        return [[_cell(value) for value in row] for row in zip(*self.columns.values(), strict=True)]


def table(columns: Mapping[str, Sequence]) -> Table:
    """Columns of equal length as a table; a float is printed as measured (`≈`), a whole number or text as it is.

    Taught in lecture 00.
    """
    return Table(columns)


def _is_number(value: object) -> bool:
    return isinstance(value, Real)


def _cell(value: object) -> str:
    measured = _is_number(value) and not isinstance(value, Integral)
    return approximately(value) if measured else str(value).replace("|", "\\|")
