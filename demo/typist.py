"""Somebody who fills in a form without a mouse: types, goes on with Tab, picks in what pops up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QWidget,
)

from app.forms.schema import Field, Files, People, Rows
from app.forms.types import (
    Choice,
    Choices,
    Date,
    Decimal,
    Integer,
    Keywords,
    Listed,
    ListedMany,
    Pointer,
    Pointers,
    Text,
)
from app.lists import entries
from demo.hands import wait
from ui.forms.choices import DropBox
from ui.forms.editing import Editor
from ui.forms.files import FilesEditor
from ui.forms.finding import FindingLine
from ui.forms.lines import KeywordsEditor
from ui.forms.page import PageView
from ui.forms.people import PeopleEditor, StaffDialog
from ui.forms.rows import RowsEditor
from ui.language import told

BY_LETTERS = 24
"""Latin text up to this length is typed key by key; anything else comes as an input method gives it."""
LONGEST_PAGE = 2000
"""So many steps with Tab and the page is still not through: it goes in circles."""


class Lost(Exception):
    """Tab led nowhere, or an answer could not be given by keyboard."""


class Typist:
    """Fills in pages from `answers`: by field, groups as lists of rows.

    What they leave out is made up as an office would, so that every question is answered.
    """

    def __init__(self, answers: Mapping[str, Any], pdf: Path) -> None:
        self._answers, self._pdf = answers, pdf
        self._page: PageView | None = None
        self._done: set[str] = set()
        self.visited: list[str] = []
        """The paths that Tab led to, in their order."""

    def fill(self, page: PageView) -> None:
        """Go through a page with Tab from its first question to its last."""
        wait(lambda: page.is_whole, "the whole page")
        self._page, self._done = page, set()
        page.go_to_first()
        for _ in range(LONGEST_PAGE):
            QApplication.processEvents()
            place = QApplication.focusWidget()
            if place is None:
                raise Lost(f"nothing has the keyboard after {self.visited[-1:]}")
            if not page.isAncestorOf(place):
                if not self._more_rows(page):
                    return
                continue
            editor = self._editor(place)
            if self._leaves_group(editor):
                continue
            if editor is not None:
                self._give(editor, place)
                if self._editor(now := QApplication.focusWidget() or place) is not editor:
                    continue  # an answer may lead on by itself: from a document to its version
                place = now
            QTest.keyClick(QApplication.focusWidget() or place, Qt.Key.Key_Tab)
        raise Lost(f"still not through: {self.visited[-5:]}")

    # -- where the keyboard is ---------------------------------------------------------------

    @staticmethod
    def _editor(place: QWidget) -> Editor | None:
        found: QWidget | None = place
        while found is not None and not isinstance(found, Editor):
            found = found.parentWidget()
        return found

    _group: RowsEditor | None = None

    def _leaves_group(self, editor: Editor | None) -> bool:
        """Whether a group was left whose rows are not all there: then one was added."""
        group = self._group_of(editor)
        if self._group is not None and group is not self._group and self._add_row():
            return True
        self._group = group
        return False

    def _group_of(self, editor: Editor | None) -> RowsEditor | None:
        found: QWidget | None = editor
        best: RowsEditor | None = None
        while found is not None:
            if isinstance(found, RowsEditor):
                best = found
            found = found.parentWidget()
        return best

    def _more_rows(self, page: PageView) -> bool:
        return self._group is not None and page.isAncestorOf(self._group) and self._add_row()

    def _add_row(self) -> bool:
        group = self._group
        assert group is not None
        wanted = self._answers.get(group.path)
        there = len(group.model.ids)
        if not isinstance(wanted, list) or there >= len(wanted):
            self._group = None
            return False
        group.buttons["add"].setFocus(Qt.FocusReason.BacktabFocusReason)
        QTest.keyClick(group.buttons["add"], Qt.Key.Key_Space)
        QApplication.processEvents()
        return True

    # -- answers -------------------------------------------------------------------------------

    def _wanted(self, editor: Editor) -> Any:
        """What is to be answered; what is not offered under the answers before it is made up."""
        known, kind = editor.around.known(), editor.field.type
        wanted = self._asked_for(editor)
        if isinstance(kind, Choice) and not isinstance(wanted, list):
            offered = [o.code for o in kind.offered(known)]
            if wanted is not None and wanted not in offered:
                return made_up(editor.field, known)
        return wanted

    def _asked_for(self, editor: Editor) -> Any:
        group, _, rest = editor.path.partition("/")
        if not rest:
            return self._answers.get(group, made_up(editor.field, editor.around.known()))
        row_id, _, inner = rest.partition("/")
        rows = self._answers.get(group)
        assert self._page is not None
        draft = self._page.around.draft
        ids = list(draft.rows(group)) or [row_id]
        place = ids.index(row_id) if row_id in ids else len(ids)
        row = rows[place] if isinstance(rows, list) and place < len(rows) else {}
        if "/" in inner:  # version and date of a document in a row
            return made_up(editor.field, editor.around.known())
        known = editor.around.known()
        needed = not row or editor.field.is_required(known)
        return row.get(inner, made_up(editor.field, known) if needed else None)

    def _give(self, editor: Editor, place: QWidget) -> None:
        several = isinstance(place, QCheckBox) or isinstance(editor, KeywordsEditor)
        key = f"{editor.path}#{id(place)}" if several else editor.path
        if key in self._done or (
            isinstance(editor, RowsEditor) and not isinstance(editor, PeopleEditor)
        ):
            return
        self._done.add(key)
        if editor.path not in self.visited:
            self.visited.append(editor.path)
        wanted = self._wanted(editor)
        if isinstance(editor, PeopleEditor):
            self._pick_people(editor, place, wanted)
        elif isinstance(editor, FilesEditor):
            if wanted:
                self._drop(editor)
        elif wanted not in (None, "", []):
            self._answer(editor, place, wanted)

    def _answer(self, editor: Editor, place: QWidget, wanted: Any) -> None:
        match place:
            case DropBox():
                choose(place, wanted)
            case QRadioButton():
                self._choose_radio(editor, wanted)
            case QCheckBox():
                self._tick(editor, place, wanted)
            case FindingLine():
                for one in wanted if isinstance(wanted, list) else [wanted]:
                    find(place, editor.field, one)
            case _ if isinstance(editor, KeywordsEditor):
                number = editor.lines.index(place)  # type: ignore[arg-type]
                if number < len(wanted):
                    type_into(place, str(wanted[number]))
            case _:
                type_into(place, str(wanted))

    @staticmethod
    def _choose_radio(editor: Any, wanted: Any) -> None:
        target = editor.buttons[wanted]
        for _ in editor.buttons:
            if QApplication.focusWidget() is target:
                break
            here = QApplication.focusWidget()
            assert here is not None, "the arrows never leave the window"
            beside = here.geometry().top() == target.geometry().top()
            QTest.keyClick(here, Qt.Key.Key_Right if beside else Qt.Key.Key_Down)
        if not target.hasFocus():
            raise Lost(f"{editor.path}: the arrows do not reach {wanted}")
        if not target.isChecked() or editor.value() != wanted:
            QTest.keyClick(target, Qt.Key.Key_Space)

    @staticmethod
    def _tick(editor: Any, box: QCheckBox, wanted: Any) -> None:
        code = next((c for c, b in editor.boxes.items() if b is box), None)
        if code in wanted and not box.isChecked():
            QTest.keyClick(box, Qt.Key.Key_Space)

    def _drop(self, editor: FilesEditor) -> None:
        before = len(editor.value() or {})
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(self._pdf))])
        event = QDropEvent(
            QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        editor.place.dropEvent(event)
        wait(lambda: len(editor.value() or {}) > before, f"the document of {editor.path}")

    def _pick_people(self, editor: PeopleEditor, place: QWidget, wanted: Any) -> None:
        if place is not editor.pick_button:
            self._done.discard(editor.path)
            return
        QTest.keyClick(place, Qt.Key.Key_Space)
        dialog = wait(lambda: editor.findChild(StaffDialog), "the staff")
        for row in wanted:
            dialog.line.setFocus()
            type_into(dialog.line, row["name"])
            wait(lambda row=row: named(dialog, row["name"]), row["name"])  # type: ignore[misc]
            dialog.list.setFocus()
            dialog.list.setCurrentRow(named(dialog, row["name"])[0] - 1)
            QTest.keyClick(dialog.list, Qt.Key.Key_Space)
        dialog.add_button.setFocus()
        QTest.keyClick(dialog.add_button, Qt.Key.Key_Space)
        wait(lambda: len(editor.model.ids) == len(wanted), "the people picked")
        place.window().activateWindow()
        wait(place.isActiveWindow, "the window after the dialog")
        place.setFocus()


def named(dialog: StaffDialog, name: str) -> list[int]:
    """Whose box it is, counted from 1."""
    return [
        n + 1 for n in range(dialog.list.count()) if dialog.list.item(n).text().startswith(name)
    ]


def type_into(place: QWidget, text: str) -> None:
    """Over what stands there, as a person does."""
    if isinstance(place, QLineEdit | QPlainTextEdit):
        place.selectAll()
    if text.isascii() and len(text) <= BY_LETTERS:
        QTest.keyClicks(place, text)
        return
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(place, event)


def choose(box: QComboBox, wanted: Any) -> None:
    """Open a box with Alt+↓, go to the option with the arrows, Enter."""
    target = box.findData(wanted)
    if target < 0:
        raise Lost(f"{wanted} is not offered: {[box.itemData(n) for n in range(box.count())]}")
    QTest.keyClick(box, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    wait(lambda: box.view().isVisible(), f"the list of the box {box.objectName()}")
    view = box.view()
    for _ in range(box.count()):
        if view.currentIndex().row() == target:
            break
        down = view.currentIndex().row() < target
        QTest.keyClick(view, Qt.Key.Key_Down if down else Qt.Key.Key_Up)
    QTest.keyClick(view, Qt.Key.Key_Return)
    wait(lambda: not view.isVisible(), "the list to close")


def find(line: FindingLine, field: Field, wanted: Any) -> None:
    """Type, wait for what is offered, go down to it, Enter; what is not found stays as typed."""
    kind = field.type
    text = str(wanted)
    if isinstance(kind, Listed | ListedMany):
        list_id = kind.list_id
        text = next((told(e.words) for e in entries(list_id) if e.code == wanted), text)
    asked = line._asked
    if isinstance(kind, Pointer):
        QTest.keyClick(line, Qt.Key.Key_Down)  # a reference is not typed: everything is offered
    else:
        type_into(line, text if len(text) < BY_LETTERS else text[:BY_LETTERS])
    wait(lambda: line._asked > asked and not line._timer.isActive(), "the search")
    _settled()
    place = next((n for n, o in enumerate(line.offers) if _is(o, wanted)), None)
    popup = QApplication.activePopupWidget()
    if place is None or popup is None:
        if popup is not None:
            QTest.keyClick(popup, Qt.Key.Key_Escape)
        if isinstance(kind, ListedMany):
            QTest.keyClick(line, Qt.Key.Key_Return)
        return
    for _ in range(place + 1):
        QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    QApplication.processEvents()


def _is(offer: Any, wanted: Any) -> bool:
    if isinstance(offer.stored, dict):
        return wanted in (offer.stored.get("ref"), offer.text)
    return bool(offer.stored == wanted)


def _settled() -> None:
    from ui import tasks

    tasks.finish()
    QApplication.processEvents()


def made_up(field: Field, known: Mapping[str, Any]) -> Any:
    """Something right that a person might answer, under the answers before it."""
    makers: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
        (Files, lambda _k: [{}]), (People, lambda _k: []), (Rows, lambda _k: []),
        (Choices, lambda k: [k.offered(known)[0].code]),
        (Choice, lambda k: _usual([o.code for o in k.offered(known) if not o.closed])),
        (Integer, lambda k: max(k.least, 30)), (Decimal, lambda _k: "12.5"),
        (Date, lambda _k: "2027.3.1"), (Keywords, lambda _k: ["关键词"]),
        (Listed, lambda k: entries(k.list_id)[0].code),
        (ListedMany, lambda k: [entries(k.list_id)[0].code]),
        (Pointer | Pointers, lambda _k: None),
    )  # fmt: skip
    for kinds, make in makers:
        if isinstance(field.type, kinds):
            return make(field.type)
    if field.example and not field.pair_of:
        return field.example
    if isinstance(field.type, Text):
        return (
            field.english[:60] if field.pair_of or "英文" in field.label else f"{field.label}说明"
        )
    return None


def _usual(codes: list[str]) -> str:
    """Most questions that can be answered with no are: it asks for nothing more."""
    return "no" if "no" in codes else codes[0]
