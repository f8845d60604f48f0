"""Each page of a study's form, from asking for it to its first picture, beside bare widgets."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from app.answers import shown_pages
from bench.measure import Sample, beside, line, tell
from local_db import WorkingCopy
from tests.builders import study_answers
from tests.local_db.desks import PI
from tests.local_db.desks import desk as desk_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.record import Record
    from ui.desk import Desk
    from ui.forms.filing import FilingView

KEY = bytes(range(32))
FLOOR = "30 lines of text in a form layout"


class Opened(NamedTuple):
    """Seconds until a page was painted, and until all of it was there; how many questions."""

    painted: float
    whole: float
    questions: int


def main(*, quick: bool = False) -> None:
    line("Pages of a study's form")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        copy = desk_of(Path(folder), KEY, PI)
        _measure(copy, 3 if quick else 9)
        copy.close()


def _measure(copy: WorkingCopy, times: int) -> None:
    from PySide6.QtWidgets import QApplication

    from ui import look
    from ui.desk import Desk

    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication([])
    look.apply(app)
    desk = Desk(copy, "pi")
    record = copy.begin("study", study_answers(), role="pi")
    runs: list[dict[str, Opened]] = []
    _opened(desk, record)
    _, floor = beside(
        {"ours": lambda: runs.append(_opened(desk, record)), FLOOR: lambda: _bare(app)}, times
    )
    for page, (_, _, count) in runs[0].items():
        ours = Sample(page, tuple(run[page].painted for run in runs))
        whole = Sample(page, tuple(run[page].whole for run in runs))
        note = f"{count} questions; all there after {whole.told()}"
        tell(f"study page {page}: opened and painted", ours, floor, note)


def _opened(desk: Desk, record: Record) -> dict[str, Opened]:
    """Every page but the first, one after the other."""
    from PySide6.QtWidgets import QApplication

    from ui import tasks
    from ui.forms.filing import FilingView

    view = FilingView(desk, record.id)
    view.resize(1280, 800)
    view.show()
    while not view.page_id:
        QApplication.processEvents()
    assert view.draft is not None
    pages = shown_pages(view.draft.form, view.draft.answers)
    found = {page.id: _open(view, page.id) for page in pages if page.id != view.page_id}
    view.close()
    view.deleteLater()
    tasks.finish()
    QApplication.processEvents()
    return found


def _open(view: FilingView, page: str) -> Opened:
    from PySide6.QtWidgets import QApplication

    began = time.perf_counter()
    view.open_page(page)
    view.grab()
    painted = time.perf_counter() - began
    while not view.pages[page].is_whole:
        QApplication.processEvents()
    QApplication.processEvents()
    view.grab()
    return Opened(painted, time.perf_counter() - began, len(view.pages[page].cells))


def _bare(app: QApplication) -> None:
    from PySide6.QtWidgets import QFormLayout, QLineEdit, QScrollArea, QWidget

    area, inner = QScrollArea(), QWidget()
    form = QFormLayout(inner)
    for number in range(30):
        form.addRow(f"第 {number} 项", QLineEdit())
    area.setWidget(inner)
    area.resize(1280, 800)
    area.show()
    area.grab()
    area.close()
    area.deleteLater()
    app.processEvents()
