"""Long groups in the wizard: 40 outcomes on a page, 200 arms and 200 sites in a form."""

from __future__ import annotations

import copy as copying
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.measure import Sample, beside, line, tell, tell_plain
from tests.builders import study_answers
from tests.local_db.desks import PI
from tests.local_db.desks import desk as desk_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

    from ui.desk import Desk
    from ui.forms.filing import FilingView
    from ui.forms.rows import RowsEditor

KEY = bytes(range(32))
OUTCOMES, ARMS, SITES = (
    "design.measurement_indicators", "design.research_groups",
    "impl.participating_organization_repeat",
)  # fmt: skip
KEYS = 60
PAUSE = 0.05
THINKS = 0.5
"""Seconds between two keys of a quick typist, and now and then: what is done meanwhile holds up."""


class Typed(NamedTuple):
    """Seconds that each key took until it was painted; the longest that anything held the next."""

    keys: tuple[float, ...]
    stall: float


def main(*, quick: bool = False) -> None:
    line("Long groups of a study's form")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from ui import look
    from ui.desk import Desk

    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication([])
    look.apply(app)
    with tempfile.TemporaryDirectory() as folder:
        copy = desk_of(Path(folder), KEY, PI)
        desk = Desk(copy, "pi")
        times = 3 if quick else 9
        _measure(app, desk, "40 outcomes", {OUTCOMES: 40}, [OUTCOMES], times)
        many = {OUTCOMES: 40, ARMS: 200, SITES: 200}
        _measure(app, desk, "200 arms, 200 sites", many, [ARMS, SITES, OUTCOMES], times)
        copy.close()


def answers_with(sizes: dict[str, int]) -> dict[str, Any]:
    """A whole study whose groups have so many rows."""
    answers: dict[str, Any] = study_answers()
    for group, count in sizes.items():
        rows = list(answers[group].values())
        made = {}
        for n in range(count):
            row = copying.deepcopy(rows[n % len(rows)])
            first = next(key for key in row if isinstance(row[key], str))
            row[first] = f"{row[first]} {n + 1}"
            made[f"{n + 1:08x}"] = row
        answers[group] = made
    return answers


def _measure(
    app: QApplication, desk: Desk, what: str, sizes: dict[str, int], groups: list[str], times: int
) -> None:
    record = desk.copy.begin("study", answers_with(sizes), role="pi")
    view = _shown(desk, record.id)
    assert view.draft is not None
    for group in groups:
        page = view.draft.form.page_of(group).id
        opened: list[float] = []
        for _ in range(times):
            view.stack.drop()  # as when rights change
            opened.append(_until_painted(view, page))
        while not view.pages[page].is_whole:
            app.processEvents()
        name = view.draft.form.field(group).english
        tell_plain(f"{what}: page {page} opened and painted", Sample("", tuple(opened)).told())
        editor: Any = view.pages[page].cells[group].editor
        _measure_group(app, view, editor, f"{what}: {name}", times)
    _measure_check(app, view, what)
    view.close()
    view.deleteLater()
    _settle(app)


def _measure_group(
    app: QApplication, view: FilingView, editor: RowsEditor, what: str, times: int
) -> None:
    ids = list(editor.model.ids)
    field = next(c for c in editor.page.cells.values() if hasattr(c.editor, "line"))
    switched = []
    for n in range(times):
        row = ids[(37 * n + 20) % len(ids)]
        view.go_to(f"{editor.path}/{row}/{field.field.id}")
        _settle(app)
        start = time.perf_counter()
        editor.table.selectRow(ids.index(row) - 1)
        view.grab()
        switched.append(time.perf_counter() - start)
    view.go_to(f"{editor.path}/{ids[len(ids) // 2]}/{field.field.id}")
    _settle(app)
    place = view.focusWidget() or editor.page
    typed = _type(app, view, place)
    bare = _bare(app)
    tell(f"{what}, a key until painted", Sample("", typed.keys), Sample("bare line", bare.keys))
    tell_plain(f"{what}, the longest that a key waited", f"{typed.stall * 1000:.0f} ms")
    tell_plain(f"{what}, another row chosen and painted", Sample("", tuple(switched)).told())
    for name, act in (("added", editor.add), ("moved", lambda: editor.move_row(-1))):
        done = beside({name: lambda act=act: (act(), view.grab())}, times)[0]  # type: ignore[misc]
        tell_plain(f"{what}, a row {name} and painted", done.told())
    _settle(app)


def _measure_check(app: QApplication, view: FilingView, what: str) -> None:
    start = time.perf_counter()
    view.check()
    view.grab()
    took = time.perf_counter() - start
    tell_plain(f"{what}: 检查", f"{took * 1000:.0f} ms", f"{len(view.problems)} problems")
    start = time.perf_counter()
    view.step_problem(1)
    app.processEvents()
    tell_plain(f"{what}: F8", f"{(time.perf_counter() - start) * 1000:.0f} ms")


def _shown(desk: Desk, record_id: Any) -> FilingView:
    from PySide6.QtWidgets import QApplication

    from ui.forms.filing import FilingView

    view = FilingView(desk, record_id)
    view.resize(1280, 800)
    view.show()
    view.activateWindow()
    while not view.page_id:
        QApplication.processEvents()
    return view


def _until_painted(view: FilingView, page: str) -> float:
    start = time.perf_counter()
    view.open_page(page)
    view.grab()
    return time.perf_counter() - start


def _type(app: QApplication, view: QWidget, place: QWidget) -> Typed:
    """Letter after letter, as quickly as people type; saves and checks go on meanwhile."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    keys, stall = [], 0.0
    for number in range(KEYS):
        start = time.perf_counter()
        QTest.keyClick(place, "abcdefgh"[number % 8], Qt.KeyboardModifier.NoModifier)
        view.repaint()
        keys.append(time.perf_counter() - start)
        # After every tenth key somebody thinks for a moment: then the answers are judged and saved.
        end = time.perf_counter() + (PAUSE if number % 10 else THINKS)
        while time.perf_counter() < end:
            start = time.perf_counter()
            app.processEvents()
            stall = max(stall, time.perf_counter() - start)
            time.sleep(0.002)
    return Typed(tuple(keys), stall)


def _bare(app: QApplication) -> Typed:
    from PySide6.QtWidgets import QLineEdit

    bare = QLineEdit()
    bare.resize(400, 30)
    bare.show()
    bare.activateWindow()
    bare.setFocus()
    typed = _type(app, bare, bare)
    bare.close()
    bare.deleteLater()
    return typed


def _settle(app: QApplication) -> None:
    from ui import tasks

    end = time.perf_counter() + 0.5
    while time.perf_counter() < end:
        app.processEvents()
        time.sleep(0.005)
    tasks.finish()
    app.processEvents()
