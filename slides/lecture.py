"""A notebook read as a talk: which cells make a slide, what stands on it and what the speaker sees."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from nbformat import NotebookNode, ValidationError, validate

from course_utils.errors import CourseError
from course_utils.exercises import registry
from slides import markup, outputs
from slides.arrange import (
    COMFORTABLE,
    HEIGHT,
    READABLE,
    SMALLEST_CODE,
    Arrangement,
    Content,
    arrange,
    code_size,
    halves,
)
from slides.outputs import WITH_CONTROL, Picture, Result
from tools import anatomy, launch, notebooks

LONGEST_LEAD = 140  # characters of a sentence that may head a slide with code
LONGEST_CODE = 12  # lines, in notebooks without our anatomy
LONGEST_TEXT = 700  # characters on one slide, in notebooks without our anatomy
STUB_END = re.compile(r"^check\(.*", re.MULTILINE | re.DOTALL)
CHECKED = re.compile(r"""^check\(["'](?P<id>[^"']+)""", re.MULTILINE)
IN_NOTEBOOK = "<p>The code to begin with stands in the notebook.</p>"
LABEL = re.compile(r"\A\*\*(?:Predict|Answer|Exercise|Task|Class work)\b[^*]*\*\*[ \t:]*", re.IGNORECASE)
OPTION = re.compile(r"^[ \t]*(?:[-*+]|\d+[.)])[ \t]", re.MULTILINE)


@dataclass
class Slide:
    """What stands on one slide; `layout` names the macro of template/slide.html.j2 that draws it."""

    cell_id: str
    layout: str
    heading: str = ""
    kicker: str = ""
    part: str = ""  # of a summary: "1 of 2"
    body: str = ""
    source: str = ""  # Python
    pictures: list[Picture] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    results_id: str = ""
    columns: list[list[Result]] = field(default_factory=list)  # of a summary
    blocks: list[str] = field(default_factory=list)
    answer: str = ""
    notes: list[str] = field(default_factory=list)
    answered: bool = False  # whether the notes of a prediction hold its answer
    minutes: int = 0  # planned for this slide alone
    seconds: int = 60
    number: int = 0
    anchor: str = ""  # the cell's id, or a variant where one cell makes several slides

    @property
    def arrangement(self) -> Arrangement:
        """Where a finding has its picture."""
        parts = (self.kicker, self.heading, self.body, self.blocks, self.pictures, self.results, self.answer)
        return arrange(Content(*parts))

    @property
    def size(self) -> str:
        """Type size that suits the amount of text."""
        weight = markup.visible_length(self.body) + 30 * self.body.count("<li>") + 220 * bool(self.source)
        return "large" if weight < 420 else "medium" if weight < 620 else "small"

    @property
    def code(self) -> str:
        """The source as HTML."""
        return markup.code(self.source)

    @property
    def code_size(self) -> float:
        """Type size of the code, px."""
        heading = 45 * -(-markup.visible_length(self.heading) // 65)
        said = 41 * -(-markup.visible_length(self.body) // 75) + 24 * self.body.count("<p>")
        printed = 40 * sum(block.count("\n") + 1 for block in self.blocks)
        return code_size(self.source.splitlines(), HEIGHT - 37 - heading - said - printed)

    @property
    def has_formula(self) -> bool:
        """Whether a displayed formula stands on the slide."""
        return any(sign in self.body for sign in ("$$", r"\[", r"\begin{"))


@dataclass
class Section:
    """Slides that belong together: one column of the deck."""

    name: str
    slides: list[Slide] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    minutes: int = 0


@dataclass
class Lecture:
    """A whole talk."""

    path: Path
    title: str = ""
    sentence: str = ""
    facts: list[str] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    references: str = ""

    @property
    def name(self) -> str:
        """The notebook's name without its ending: the deck has the same."""
        return self.path.stem

    @property
    def label(self) -> str:
        """What stands before the dot of the title: "Lecture 2"."""
        return self.title.partition(" · ")[0] if " · " in self.title else ""

    @property
    def topic(self) -> str:
        """What stands after the dot of the title."""
        return self.title.partition(" · ")[2] or self.title

    @property
    def slides(self) -> list[Slide]:
        """All slides in order."""
        return [slide for section in self.sections for slide in section.slides]

    @property
    def minutes(self) -> int:
        """Planned minutes of all sections."""
        return sum(section.minutes for section in self.sections)


def read(path: Path) -> Lecture:
    """The talk that a notebook holds.

    Raises:
        CourseError: If the file is no notebook.
    """
    talk = _Talk(path)
    try:
        for where, cell in _placed(_valid(notebooks.read(path)).cells):
            talk.add(where, cell)
    except CourseError as error:
        raise CourseError(f"{path.name}: {error}") from None
    return talk.finished()


def _valid(notebook: NotebookNode) -> NotebookNode:
    """The notebook, whose cells have names that can be those of files; those of an old one get some.

    Raises:
        CourseError: It is not as notebooks must be.
    """
    if notebook.nbformat_minor < 5:
        notebook.nbformat_minor = 5
        for position, cell in enumerate(notebook.cells):
            cell["id"] = f"cell-{position}"
    try:
        validate(notebook)
    except ValidationError as error:
        raise CourseError(f"it is no valid notebook ({error.message.splitlines()[0][:200]})") from None
    return notebook


def _placed(cells: list[NotebookNode]) -> Iterator[tuple[anatomy.Place, NotebookNode]]:
    """The cells that matter to a deck with their roles: from their ids, or else guessed."""
    places = [anatomy.place(cell["id"]) for cell in cells]
    if not any(place and place.section for place in places):
        places = _guessed(cells)
    left_out = {
        place.section for place, cell in zip(places, cells, strict=True) if place and "no-deck" in notebooks.tags(cell)
    }
    for place, cell in zip(places, cells, strict=True):
        if place and place.section not in left_out - {""}:
            yield place, cell


def _guessed(cells: list[NotebookNode]) -> list[anatomy.Place | None]:
    """Roles for a notebook whose ids say nothing, from slide types, headings and outputs."""
    places: list[anatomy.Place | None] = []
    section = ""
    for position, cell in enumerate(cells):
        role = _guess(cell, first=position == 0)
        if role == "mechanism" or not section:
            section = f"part-{position}"
        places.append(anatomy.Place("" if role == "title" else section, role) if role else None)
    return places


def _guess(cell: NotebookNode, first: bool) -> str | None:
    kind = cell.metadata.get("slideshow", {}).get("slide_type", "")
    known = {"skip": None, "notes": "why", "fragment": "answer"}
    if kind in known:
        return known[kind]
    if cell.cell_type == "markdown":
        if first and cell.source.startswith("# "):
            return "title"
        starts = kind in ("slide", "subslide") or markup.split_heading(cell.source)[0]
        return "mechanism" if starts else "more"
    if cell.cell_type != "code" or "no-deck" in notebooks.tags(cell):
        return None
    if outputs.read(cell).pictures:
        return "figure"
    return "code" if 0 < len(cell.source.splitlines()) <= LONGEST_CODE else None


class _Talk:
    """Collects slides while the cells go by."""

    def __init__(self, path: Path) -> None:
        self.lecture = Lecture(path)
        self.question = ""  # heading of the section, as HTML
        self.lead = ""  # text before a cell with code
        self.task: Slide | None = None  # an exercise, until its stub comes
        self.unexplained: list[Slide] = []  # slides since the last why
        self.claimed: dict[str, list[Result]] = {}  # by section

    def add(self, where: anatomy.Place, cell: NotebookNode) -> None:
        """Take one more cell."""
        name = where.section or where.role.partition("-")[0]
        sections = self.lecture.sections
        if not sections or sections[-1].name != name:
            sections.append(Section(name))
            self.question = self.lead = ""
            self.unexplained = []
        self.section = sections[-1]
        self.section.minutes += cell.metadata.get("minutes", 0)
        take = getattr(self, "take_" + where.role.replace("-", "_"), None)
        if take:
            take(cell)

    def finished(self) -> Lecture:
        """The talk, once all cells went by."""
        lecture = self.lecture
        lecture.title = lecture.title or escape(lecture.name.replace("_", " "))
        lecture.sections = [section for section in lecture.sections if section.slides]
        for section in lecture.sections:
            section.slides = [part for slide in section.slides for part in _roomy(slide)]
        _number(lecture)
        for section in lecture.sections:
            _plan(section)
        return lecture

    def start(self, cell: NotebookNode, layout: str, **parts) -> Slide:
        slide = Slide(cell["id"], layout, **parts)
        slide.notes += [markup.markdown(cell.metadata["note"])] if "note" in cell.metadata else []
        self.section.slides.append(slide)
        self.unexplained.append(slide)
        return slide

    @property
    def current(self) -> Slide | None:
        return self.section.slides[-1] if self.section.slides else None

    def take_title(self, cell: NotebookNode) -> None:
        heading, rest = markup.split_heading(launch.without_line(cell.source))
        blocks = markup.paragraphs(rest)
        facts = [block for block in blocks if " · " in block]
        lecture = self.lecture
        lecture.title = markup.inline(heading)
        lecture.facts = [markup.inline(fact.strip(" `*_")) for block in facts for fact in block.split(" · ")]
        lecture.sentence = markup.inline(next((block for block in blocks if block not in facts), ""))
        self.start(cell, "title")

    def take_goals(self, cell: NotebookNode) -> None:
        heading, rest = markup.split_heading(cell.source)
        self.start(cell, "goals", heading=markup.inline(heading), body=markup.markdown(rest))

    def take_mechanism(self, cell: NotebookNode) -> None:
        heading, rest = markup.split_heading(cell.source)
        self.question = self.question or markup.inline(heading)
        slide = self.start(cell, "mechanism", heading=markup.inline(heading), body=markup.markdown(rest))
        if slide is not self.section.slides[0]:
            slide.kicker = self.question

    def take_picture(self, cell: NotebookNode) -> None:
        self.show_outputs(self.current, cell)

    def take_more(self, cell: NotebookNode) -> None:
        body = markup.markdown(cell.source)
        here = self.current
        if here is None or here.layout != "mechanism" or markup.visible_length(here.body + body) > LONGEST_TEXT:
            self.start(cell, "mechanism", heading=self.question, body=body)
        else:
            here.body += body

    def take_predict(self, cell: NotebookNode) -> None:
        source = LABEL.sub("", cell.source.strip())
        first = OPTION.search(source)
        cut = first.start() if first else len(source)
        question, options = source[:cut].strip().lstrip("# "), source[cut:]
        self.start(
            cell, "predict", kicker=self.question, heading=markup.inline(question), body=markup.markdown(options)
        )

    def take_experiment(self, cell: NotebookNode) -> None:
        if cell.cell_type == "markdown":
            self.lead = cell.source
        elif "show-code" in notebooks.tags(cell):
            self.take_code(cell)

    def take_code(self, cell: NotebookNode) -> None:
        lead = (markup.paragraphs(self.lead) or [""])[0].lstrip("# ")
        heading = markup.inline(lead) if 0 < len(lead) <= LONGEST_LEAD else self.question
        kicker = self.question if heading != self.question else "In code"
        self.lead = ""
        slide = self.start(cell, "code", kicker=kicker, heading=heading, source=cell.source.strip())
        self.show_outputs(slide, cell)

    def take_finding(self, cell: NotebookNode) -> None:
        heading, rest = markup.split_heading(cell.source)
        self.start(cell, "finding", kicker=self.question, heading=markup.inline(heading), body=markup.markdown(rest))

    def take_figure(self, cell: NotebookNode) -> None:
        here = self.current
        if here is None or here.layout != "finding":
            here = self.start(cell, "finding", heading=self.question)
        self.show_outputs(here, cell)

    def take_claim(self, cell: NotebookNode) -> None:
        self.take_figure(cell)
        told, found = self.claimed.setdefault(self.section.name, []), outputs.read(cell).results
        told[:] = found + told if "main-result" in notebooks.tags(cell) else told + found

    def show_outputs(self, slide: Slide, cell: NotebookNode) -> None:
        shown = outputs.read(cell)
        slide.pictures += shown.pictures
        slide.results += shown.results
        slide.results_id = slide.results_id or (cell["id"] if shown.results else "")
        slide.blocks += shown.blocks

    def take_answer(self, cell: NotebookNode) -> None:
        here = self.current or self.start(cell, "mechanism", heading=self.question)
        here.answer += markup.markdown(LABEL.sub("", cell.source.strip()))
        for slide in self.section.slides:
            if slide.layout == "predict" and not slide.answered:
                slide.answered = True
                slide.notes.append(f"<p>Let the room vote before you go on. The answer:</p>{here.answer}")

    def take_why(self, cell: NotebookNode) -> None:
        _, text = markup.split_heading(cell.source)
        self.section.why.append(markup.markdown(text))
        note = markup.markdown(markup.paragraphs(text)[0])
        findings = [slide for slide in self.unexplained if slide.layout == "finding"]
        explained = findings or self.unexplained[-1:]
        for slide in explained:
            if slide is explained[-1] or not slide.notes:  # of several findings, one with a note of its own keeps it
                slide.notes.append(note)
        self.unexplained = []

    def take_exercise(self, cell: NotebookNode) -> None:
        self.task = None
        if "class-work" in notebooks.tags(cell):
            heading, rest = markup.split_heading(LABEL.sub("", cell.source.strip()))
            parts = {"heading": markup.inline(heading), "body": markup.markdown(rest)}
            self.task = self.start(cell, "exercise", kicker="Exercise", **parts)
            self.task.minutes = cell.metadata.get("minutes", 0)
            if self.task.minutes:
                self.task.notes.insert(0, f"<p><strong>Class work, {self.task.minutes} min.</strong></p>")

    def take_attempt(self, cell: NotebookNode) -> None:
        task, self.task = self.task, None
        if task:
            task.notes += _help_at_hand(cell.source)
        stub = STUB_END.sub("", cell.source).strip()
        if task and stub:
            task.source = stub
            if task.code_size < SMALLEST_CODE:
                task.source = ""
                task.body += IN_NOTEBOOK

    def take_saw(self, cell: NotebookNode) -> None:
        heading, rest = markup.split_heading(cell.source)
        self.start(cell, "summary", heading=markup.inline(heading), body=markup.markdown(rest))

    def take_saw_table(self, cell: NotebookNode) -> None:
        columns = halves([_told_of_section(results) for results in self.claimed.values() if results])
        first = self.current or self.start(cell, "summary", heading="What we saw")
        for position in range(0, len(columns), 2):
            slide = self.start(cell, "summary", heading=first.heading) if position else first
            slide.columns = columns[position : position + 2]
            slide.part = f"{position // 2 + 1} of {-(-len(columns) // 2)}" if len(columns) > 2 else ""

    def take_references(self, cell: NotebookNode) -> None:
        self.lecture.references = markup.markdown(cell.source)

    def take_next(self, cell: NotebookNode) -> None:
        heading, rest = markup.split_heading(cell.source)
        self.start(cell, "next", heading=markup.inline(heading or "Next"), body=markup.markdown(rest))


def _told_of_section(results: list[Result]) -> Result:
    """What stands for a section at the end: what failed, else its first result."""
    return next((result for result in results if not result.holds), results[0])


def _help_at_hand(attempt: str) -> list[str]:
    """Notes for a class at work: the first hint, and the first slip to expect."""
    named = CHECKED.search(attempt)
    try:
        exercise = registry.get(named["id"]) if named else None
    except CourseError:  # registered by the notebook itself
        return []
    if not exercise:
        return []
    slip = [f"A slip to expect is answered so: {exercise.mistakes[0].hint}"] if exercise.mistakes else []
    return [markup.markdown(text) for text in (f"When they are stuck: {exercise.hints[0]}", *slip)]


def _roomy(slide: Slide) -> list[Slide]:
    """The slide with as many results as leave its pictures comfortable; the speaker is told the others.

    Where even one result makes the pictures too small to read, it follows on a slide of its own.
    """
    if not (slide.pictures and slide.results):
        return [slide]
    told = []
    while len(slide.results) > 1 and not _comfortable(slide.arrangement):
        told.insert(0, slide.results.pop())
    if told:
        slide.notes.append(f"<p>Also measured: {'; '.join(map(_in_words, told))}.</p>")
    if slide.arrangement.scale >= READABLE:
        return [slide]
    named = {"heading": "In numbers", "kicker": slide.heading, "notes": slide.notes}
    rest = Slide(slide.results_id, "finding", **named, results=slide.results)
    slide.results = []
    return [slide, rest]


def _comfortable(place: Arrangement) -> bool:
    return place.scale >= COMFORTABLE and place.evidence >= WITH_CONTROL


def _in_words(result: Result) -> str:
    return markup.numbers(f"{escape(result.statement)} ({escape(result.told(WITH_CONTROL))})")


def _number(lecture: Lecture) -> None:
    """Number the slides, and say on the first of each section which part it is."""
    seen = Counter()
    for number, slide in enumerate(lecture.slides, start=1):
        slide.number = number
        seen[slide.cell_id] += 1
        slide.anchor = slide.cell_id + (f"-{seen[slide.cell_id]}" if seen[slide.cell_id] > 1 else "")
    parts = [section for section in lecture.sections if section.slides[0].layout == "mechanism"]
    for position, section in enumerate(parts, start=1):
        section.slides[0].kicker = f"Part {position} of {len(parts)}"


def _plan(section: Section) -> None:
    """Spread the planned minutes of a section over its slides, and tell the speaker; class work has its own."""
    if section.minutes:
        first, *_ = section.slides
        sharing = [slide for slide in section.slides if not slide.minutes]
        shared = section.minutes - sum(slide.minutes for slide in section.slides)
        for slide in section.slides:
            slide.seconds = round(60 * (slide.minutes or shared / len(sharing)))
        slides = f"{len(section.slides)} slides" if len(section.slides) > 1 else "1 slide"
        plan = f"{first.kicker or section.name}: {section.minutes} min, {slides}."
        first.notes.insert(0, f"<p><strong>{plan}</strong></p>")
