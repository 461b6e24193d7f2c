"""Runs a lecture in JupyterLab as a student does, and moves each control by mouse and by keyboard."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.browser.deck_bench import Problem
from tests.browser.lab_server import TOKEN
from tools import anatomy

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

HELPERS = Path(__file__).with_name("lab_checks.js").read_text(encoding="utf-8")
LECTURE_SECONDS = 300


class Answer(NamedTuple):
    """How long a control took from an input to the new picture."""

    cell: str
    control: str
    way: str
    milliseconds: float


class LabBench:
    """One lecture, opened from a copy."""

    def __init__(self, browser: Browser, address: str, folder: Path, notebook: Path) -> None:
        self.lecture = notebook.stem
        self.problems: set[Problem] = set()
        self.answers: list[Answer] = []
        shutil.copyfile(notebook, folder / notebook.name)  # JupyterLab saves by itself
        self.context = browser.new_context(viewport={"width": 1400, "height": 1000})
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self._fault("title", "page error", str(error)))
        self.page.on("request", lambda request: self._note_request(request.url, address))
        self.page.goto(f"{address}/lab/tree/{notebook.name}?token={TOKEN}&reset")
        self.page.wait_for_selector(".jp-NotebookPanel .jp-Notebook", timeout=60_000)
        self.page.evaluate(HELPERS)
        self.page.evaluate("async () => { await jupyterapp.restored; await course.panel().revealed }")

    def _fault(self, cell: str, rule: str, seen: str) -> None:
        self.problems.add(Problem(self.lecture, cell, rule, seen))

    def _note_request(self, url: str, address: str) -> None:
        local = (address, address.replace("http", "ws", 1), "data:", "blob:")
        if not url.startswith(local):
            self._fault("title", "external request", url)

    def use(self, rounds: int = 1) -> LabBench:
        """Look at the stills, run all cells, and move each control, `rounds` times by each way."""
        explored = self._check_stills()
        errors = self.page.evaluate("seconds => course.run(seconds)", LECTURE_SECONDS)
        for cell, seen in errors:
            self._fault(cell, "error", seen)
            if seen != "did not run":
                break
        for cell in explored * rounds if not errors else ():
            self._move_controls(cell)
        return self

    def _check_stills(self) -> list[str]:
        """The ids of the cells with controls; each must show pictures before any kernel runs."""
        explored = []
        for cell, pictures in self.page.evaluate("course.pictures()"):
            place = anatomy.place(cell)
            if place and place.role == "explore":
                explored.append(cell)
                if not pictures:
                    self._fault(cell, "stills", "nothing is seen before the cell is run")
        return explored

    def _move_controls(self, cell: str) -> None:
        controls = self.page.evaluate("cell => course.controls(cell)", cell)
        if not controls:
            self._fault(cell, "control", "there is none")
        for number, kind, label in controls:
            control = self.page.locator(f"[data-control='{number}']")
            control.scroll_into_view_if_needed()
            if kind not in MOVES:
                self._fault(cell, "control", f"{label or number}: the bench can move sliders, menus and boxes only")
                continue
            for way, move in MOVES[kind].items():
                self.page.evaluate("cell => course.watch(cell)", cell)
                move(control)
                taken = self.page.evaluate("course.changed")
                if taken is None:
                    self._fault(cell, "control", f"{label}: the picture does not change by {way}")
                else:
                    self.answers.append(Answer(cell, label, way, taken))
                self.page.wait_for_timeout(400)  # a drag sends more values than one

    def close(self) -> None:
        """Shut the kernel down and close the page."""
        self.page.evaluate("async () => { await course.panel().sessionContext.shutdown() }")
        self.context.close()


def _press_slider(slider: Locator) -> None:
    handle = slider.locator(".noUi-handle").first
    handle.focus()
    last = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
    slider.page.keyboard.press("ArrowLeft" if last else "ArrowRight")


def _drag_slider(slider: Locator) -> None:
    mouse, rail = slider.page.mouse, slider.locator(".noUi-base").bounding_box()
    handle = slider.locator(".noUi-handle").first.bounding_box()
    middle = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    share = 0.2 if middle[0] > rail["x"] + rail["width"] / 2 else 0.8
    mouse.move(*middle)
    mouse.down()
    mouse.move(rail["x"] + share * rail["width"], middle[1], steps=3)
    mouse.up()


def _press_menu(menu: Locator) -> None:
    menu.focus()
    last = menu.evaluate("menu => menu.selectedIndex === menu.options.length - 1")
    menu.page.keyboard.press("ArrowUp" if last else "ArrowDown")


def _choose_from_menu(menu: Locator) -> None:
    chosen, size = menu.evaluate("menu => [menu.selectedIndex, menu.options.length]")
    menu.select_option(index=(chosen + 1) % size)


def _press_box(box: Locator) -> None:
    box.focus()
    box.page.keyboard.press("Space")


MOVES = {
    "slider": {"keyboard": _press_slider, "mouse": _drag_slider},
    "dropdown": {"keyboard": _press_menu, "mouse": _choose_from_menu},
    "checkbox": {"keyboard": _press_box, "mouse": lambda box: box.click()},
}
