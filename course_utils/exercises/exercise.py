"""What an exercise is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from textwrap import dedent

from course_utils.errors import CourseError


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people give: the solution with `right` replaced by `wrong`, and the hint it deserves."""

    right: str
    wrong: str
    hint: str


@dataclass(frozen=True)
class Exercise:
    """A task with a checked answer.

    Attributes:
        id: Name used by `check`, `hint` and `solution`.
        lecture: Number of the lecture.
        task: What to do, in one or two sentences.
        stub: Code the reader starts from; it leaves `...` where the answer goes.
        solution: Code of a worked solution; defines the same name as the stub.
        explanation: Why the solution is right.
        hints: Given one after the other.
        mistakes: Wrong answers with a hint of their own.
        cases: For a function, the arguments of each call that is compared, by argument name. For a value, empty.
        names: Modules and objects that the code uses, by name; "np" is always there.
        tolerance: Relative and absolute deviation that still counts as equal.
        hint_for_each: Whether hint i is about result i, so that it helps who has that one wrong.
    """

    id: str
    lecture: int
    task: str
    stub: str
    solution: str
    explanation: str
    hints: Sequence[str]
    mistakes: Sequence[Mistake]
    cases: Sequence[Mapping[str, object]] = ()
    names: Mapping[str, object] = field(default_factory=dict)
    tolerance: float = 1e-6
    hint_for_each: bool = False

    def __post_init__(self) -> None:
        for part in ("stub", "solution"):
            object.__setattr__(self, part, dedent(getattr(self, part)).strip())
        for mistake in self.mistakes:
            if self.solution.count(mistake.right) != 1:
                raise CourseError(f"exercise {self.id}: {mistake.right!r} must stand in its solution exactly once.")

    @cached_property
    def reference(self) -> object:
        """What the solution defines: a function or a value."""
        return self.defined_by(self.solution)

    @cached_property
    def wrong_answers(self) -> list[tuple[object, str]]:
        """What each mistake defines, with its hint."""
        return [(self.defined_by(self.solution.replace(m.right, m.wrong)), m.hint) for m in self.mistakes]

    def defined_by(self, code: str) -> object:
        """Run code of this exercise and return the last thing that it defines."""
        import numpy as np

        names = {"np": np, **self.names}
        known = set(names) | {"__builtins__"}
        exec(code, names)  # our own code: stub, solution and mistakes of a lecture
        return [value for name, value in names.items() if name not in known][-1]
