"""Claims: statements about results, measured again each time a lecture runs."""

import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from course_utils.errors import CourseError, require_choice
from course_utils.tables import Table, approximately

RELATIONS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "==": operator.eq}
STANDARD_ERRORS = 3
SHARE_OF_SEEDS = 0.95
_MADE: dict[str, "Claim"] = {}


@dataclass(frozen=True)
class Claim:
    """A statement with what was measured for it, one value per seed, and what would have refuted it."""

    statement: str
    values: np.ndarray
    relation: str
    bound: float
    without: np.ndarray | None = None
    case: str = ""  # what the control is
    of: str = "seeds"  # what there is one value for

    @property
    def holds(self) -> bool:
        """Whether the values support the statement and the control, if any, does not."""
        clears = RELATIONS[self.relation]
        if self.relation == "==":
            return bool(np.all(self.values == self.bound))
        margin = STANDARD_ERRORS * robust_standard_error(self.values) * (1 if self.relation[0] == ">" else -1)
        return bool(
            clears(np.median(self.values) - margin, self.bound)
            and np.mean(clears(self.values, self.bound)) >= SHARE_OF_SEEDS
            and not (self.without is not None and clears(np.median(self.without), self.bound))
        )

    @property
    def clearance(self) -> float:
        """By how many robust standard errors the median clears the bound: 3 are needed, less than 0 is the wrong side.

        Infinite where the values do not differ, and for an exact fact; minus infinity where one is not a number.
        """
        if self.relation == "==":
            return math.inf if self.holds else -math.inf
        beyond = float(np.median(self.values) - self.bound) * (1 if self.relation[0] == ">" else -1)
        error = robust_standard_error(self.values)
        if math.isnan(beyond):
            return -math.inf
        return beyond / error if error else math.copysign(math.inf, beyond)

    @property
    def measured(self) -> str:
        """The evidence in words: "≈ 0.43 over 16 seeds; mixed-up labels: ≈ 0.02"."""
        if self.relation == "==":
            shown = self.values[np.argmax(self.values != self.bound)]  # the first that refutes it, if one does
            return f"exactly {shown:,.12g}"
        over = f" over {self.values.size} {self.of}" if self.values.size > 1 else ""
        case = f"{self.case}:" if self.case else "without"
        control = "" if self.without is None else f"; {case} {approximately(np.median(self.without))}"
        return approximately(np.median(self.values)) + over + control

    @property
    def needed(self) -> str:
        """What the values had to clear: "> 0.4"; a bound with more than four digits is rounded, but that of a fact."""
        bound = self.bound if self.relation == "==" else float(f"{self.bound:.4g}")
        return f"{self.relation.replace('==', '=')} {bound:,.12g}"

    def __str__(self) -> str:
        verdict = "✓ " if self.holds else "✗ not with these settings: "
        exact_and_true = self.relation == "==" and self.holds
        return f"{verdict}{self.statement} ({self.measured}{'' if exact_and_true else f'; needed {self.needed}'})"


def claim(
    statement: str,
    values: ArrayLike,
    relation: str,
    bound: float,
    without: Mapping[str, ArrayLike] | ArrayLike | None = None,
    of: str = "seeds",
) -> None:
    """Print whether a statement holds for what was just measured; never raises because it does not.

    It holds when the median of `values` clears `bound` by three robust standard errors, at least 95 % of the values
    clear it, and the median of `without` does not. A claim with relation "==" is about an exact fact.

    Args:
        statement: One sentence, without a full stop.
        values: One number per seed (any shape), or one number.
        relation: ">", ">=", "<", "<=" or "==".
        bound: What the values must clear.
        without: The control: the same measure (any shape) in a case where it must not hold, such as with the supposed
            cause removed. `{"mixed-up labels": values}` names the case in the line that is printed.
        of: What there is one value for, in the plural, where it is not a seed: "means of two seeds".

    Raises:
        CourseError: If the relation is unknown, something is not a number, or there is more than one control.

    Taught in lecture 00.
    """
    require_choice("relation", relation, RELATIONS)
    case, control = _control(without)
    new = Claim(statement, _numbers("values", values), relation, float(_numbers("bound", bound)[0]), control, case, of)
    _MADE[statement] = new
    print(new)


def claims_table() -> Table:
    """The claims made since the lecture started, as a table: statement, what was measured, what was needed.

    Taught in lecture 00.
    """
    claims = made()
    if not claims:
        raise CourseError("no claim was made yet. Run the cells above first (menu Run, Run All Above Selected Cell).")
    return Table(
        {
            "": ["✓" if c.holds else "✗" for c in claims],
            "Claim": [c.statement for c in claims],
            "Measured": [c.measured for c in claims],
            "Needed": [c.needed for c in claims],
        }
    )


def made() -> list[Claim]:
    """The claims made since the lecture started, in order; of two with the same statement the later."""
    return list(_MADE.values())


def forget() -> None:
    """Drop all claims made so far, as a lecture does when it starts."""
    _MADE.clear()


def in_fours(values: ArrayLike) -> np.ndarray:
    """Medians of four seeds each: steadier values for a claim about a measure that one seed tells badly.

    Args:
        values: (seeds,), a multiple of four.

    Returns:
        (seeds / 4,)

    Taught in lecture 02.
    """
    return np.median(np.reshape(values, (-1, 4)), axis=1)


def robust_standard_error(values: np.ndarray) -> float:
    """Standard error of the median, from the median absolute deviation so that one outlier does not decide it.

    For a normal sample the deviation times 1.4826 estimates sigma, and the median's standard error is
    sigma * sqrt(pi / 2) / sqrt(n). Source: Rousseeuw & Croux (1993), "Alternatives to the median absolute deviation".
    """
    with np.errstate(invalid="ignore"):  # a diverged measurement has no deviation: nan, which clears no bound
        deviation = np.median(np.abs(values - np.median(values)))
    return float(1.4826 * deviation * math.sqrt(math.pi / 2 / values.size))


def _control(without: Mapping[str, ArrayLike] | ArrayLike | None) -> tuple[str, np.ndarray | None]:
    """The name of the case, and what was measured in it."""
    if without is None:
        return "", None
    cases = without if isinstance(without, Mapping) else {"": without}
    if len(cases) != 1:
        raise CourseError(f"a claim has one control; it was given {len(cases)}: {', '.join(map(str, cases))}.")
    ((case, values),) = cases.items()
    return case, _numbers(f"without ({case})" if cases is without else "without", values)


def _numbers(what: str, given: ArrayLike) -> np.ndarray:
    try:
        numbers = np.asarray(given, dtype=float).ravel()
    except (TypeError, ValueError):
        raise CourseError(f"claim needs numbers as {what}, one per seed; it was given {given!r:.60}.") from None
    if not numbers.size:
        raise CourseError(f"claim needs at least one number as {what}; it was given none.")
    return numbers
