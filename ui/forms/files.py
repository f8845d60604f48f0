"""Attached documents: dropped or chosen, judged by their content, with version and date."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.answers import Problem
from app.errors import AppError, NotFound
from app.forms.schema import Field, Files
from app.record import Answers
from ui import look, problems, tasks
from ui.forms.beside import beside_of
from ui.forms.document_card import DropPlace, FileCard, document
from ui.forms.draft import new_row_id
from ui.forms.editing import Around, Editor, tab_stops
from ui.language import say, told


class FilesEditor(Editor):
    """The documents of one slot. Removed ones come back with 撤销."""

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        self.kind = cast("Files", field.type)
        self._rows: dict[str, Answers] = {}
        self._read_only = False
        self.cards: dict[str, FileCard] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.TIGHT)
        self.place = DropPlace(self.kind)
        self._column.addWidget(self.place)
        self.lead(self.place.choose)
        self.place.choose.clicked.connect(lambda: self._choose(self.add))
        self.place.dropped.connect(self.add)
        self.message = look.label("", "block", wrap=True)
        self.message.hide()
        self._column.addWidget(self.message)
        self.undo = QPushButton()
        look.mark(self.undo, "link")
        self.undo.hide()
        self._column.addWidget(self.undo)
        self._removed: tuple[str, Answers] | None = None
        self.undo.clicked.connect(self._bring_back)

    def value(self) -> Any:
        return self._rows or None

    def set_value(self, value: Any) -> None:
        rows = dict(value) if isinstance(value, dict) else {}
        if rows != self._rows:
            same = {k: r.get("sha256") for k, r in rows.items()} == {
                k: r.get("sha256") for k, r in self._rows.items()
            }
            self._rows = rows
            self._show_values() if same else self._show()

    def _show_values(self) -> None:
        for row_id, card in self.cards.items():
            for field_id, editor in card.editors.items():
                if editor.value() != self._rows[row_id].get(field_id):
                    editor.set_value(self._rows[row_id].get(field_id))

    def _show(self) -> None:
        for card in self.cards.values():
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = {}
        typed = tuple(f for f in self.kind.fields if not f.is_of_review and f.id != "name")
        for place, (row_id, row) in enumerate(self._rows.items()):
            card = FileCard(row, self.around.inside(f"{self.path}/{row_id}"), typed)
            card.set_read_only(self._read_only)
            card.edited.connect(partial(self._on_edited, row_id))
            card.open_button.clicked.connect(partial(self.view, row_id))
            card.remove_button.clicked.connect(partial(self.remove, row_id))
            card.replace_button.clicked.connect(
                lambda _on=False, r=row_id: self._choose(partial(self._replace, r))
            )
            self.cards[row_id] = card
            self._column.insertWidget(place, card)

    def _on_edited(self, row_id: str, field_id: str, value: Any) -> None:
        row = {**self._rows[row_id], field_id: value}
        self._rows = {**self._rows, row_id: {k: v for k, v in row.items() if v is not None}}
        self.changed.emit()

    # -- adding ------------------------------------------------------------------------------

    def _choose(self, then: Callable[[list[Path]], object]) -> None:
        kinds = say("PDF 文件 (*.pdf)", "PDF files (*.pdf)") if self.kind.pdf_only else ""
        dialog = QFileDialog(self, told(self.field.words), "", kinds)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: then([Path(n) for n in names]))
        dialog.open()

    def add(self, paths: list[Path]) -> None:
        """Attach files; each is read, checked and stored away from the window."""
        alone = len(paths) == 1
        for path in paths:
            self._take(path, partial(self._added, alone=alone))

    def _replace(self, row_id: str, paths: list[Path]) -> None:
        if paths and row_id in self._rows:
            self._take(paths[0], partial(self._replaced, row_id))

    def _take(self, path: Path, then: Callable[[Answers], object]) -> None:
        kind, desk = self.kind, self.around.desk

        def work() -> Answers:
            content, kept = document(path, kind)
            if desk is not None:
                kept["sha256"] = desk.copy.add_file(content)
            return kept

        self.message.hide()
        tasks.run(work, then=then, failed=self._on_failed, owner=self)

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, AppError):
            self.message.setText(told(error.words))
            self.message.show()
        else:
            problems.show(error, self)

    def _added(self, kept: Answers, *, alone: bool = False) -> None:
        if any(row.get("sha256") == kept["sha256"] for row in self._rows.values()):
            self.message.setText(say("这个文件已经在这里了。", "This document is here already."))
            self.message.show()
            return
        row_id = new_row_id(self._rows)
        self._rows = {**self._rows, row_id: kept}
        self._show()
        self.changed.emit()
        # The next thing to type is its version and date.
        focus = QApplication.focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            next(iter(self.cards[row_id].stops()), focus).setFocus()
        if alone:
            self._follow(row_id)

    def _replaced(self, row_id: str, kept: Answers) -> None:
        if row_id in self._rows:
            before = str(self._rows[row_id].get("sha256"))
            # Version and date belong to the document before: they are asked for again.
            self._rows = {**self._rows, row_id: kept}
            self._show()
            self.changed.emit()
            self._leave(before)
            self._follow(row_id)

    # -- removing and viewing -------------------------------------------------------------------

    def remove(self, row_id: str, *_clicked: object) -> None:
        row = self._rows.get(row_id)
        if row is None:
            return
        self._removed = (row_id, row)
        self._rows = {k: r for k, r in self._rows.items() if k != row_id}
        name = str(row.get("name", ""))
        self.undo.setText(say(f"已移除“{name}” · 撤销", f"Removed “{name}” · Undo"))
        self.undo.show()
        self._show()
        self.changed.emit()
        self._leave(str(row.get("sha256")))

    def _bring_back(self) -> None:
        self.undo.hide()
        if self._removed is not None and self._removed[0] not in self._rows:
            self._rows = dict(sorted({**self._rows, self._removed[0]: self._removed[1]}.items()))
            self._show()
            self.changed.emit()

    def view(self, row_id: str, *_clicked: object) -> None:
        """Show the document beside the form; where there is no room, in a window of its own."""
        self._read(row_id, partial(self._show_document, row_id))

    def _read(self, row_id: str, then: Callable[[bytes], object]) -> None:
        sha256, desk = str(self._rows[row_id].get("sha256")), self.around.desk
        if desk is not None:
            desk.read(
                lambda copy: copy.file(sha256), then, owner=self,
                failed=partial(self._on_not_here, sha256),
            )  # fmt: skip

    def _show_document(self, row_id: str, content: bytes) -> None:
        if row_id not in self._rows:
            return
        beside = beside_of(self)
        if beside is not None and self.kind.pdf_only:
            self._show_beside(row_id, content, take_keys=True)
        else:
            from ui.printing.preview import show_preview

            show_preview(content, str(self._rows[row_id].get("name", "")), self)

    def _follow(self, row_id: str) -> None:
        """Show what was just picked: its version and date are to be read off it."""
        beside = beside_of(self)
        if beside is not None and beside.follows and self.kind.pdf_only:
            self._read(row_id, partial(self._show_beside, row_id, take_keys=False))

    def _show_beside(self, row_id: str, content: bytes, *, take_keys: bool) -> None:
        row, beside = self._rows.get(row_id), beside_of(self)
        if row is not None and beside is not None:
            name = str(row.get("name", ""))
            beside.show_document(str(row.get("sha256")), name, content, take_keys=take_keys)

    def _leave(self, sha256: str) -> None:
        """What is attached no more is not shown either."""
        beside = beside_of(self)
        if beside is not None:
            beside.leave(sha256)

    def _on_not_here(self, sha256: str, error: Exception) -> None:
        if isinstance(error, NotFound):
            if self.around.desk is not None:
                self.around.desk.document_wanted.emit(sha256)
            self.message.setText(
                say(
                    "文件还没有下载到本机，同步后再看。",
                    "The document is not here yet; sync first.",
                )
            )
            self.message.show()
        else:
            problems.show(error, self)

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001
        self._read_only = read_only
        self.place.setVisible(not read_only)
        for card in self.cards.values():
            card.set_read_only(read_only)

    def judge(self, found: list[Problem], *, everything: bool) -> None:
        for row_id, card in self.cards.items():
            for field_id, editor in card.editors.items():
                path = f"{self.path}/{row_id}/{field_id}"
                level = next((p.level for p in found if p.path == path), "")
                editor.mark_problem(level if everything else "")

    def stops(self) -> list[QWidget]:
        """Document after document, version and date first, then the button that adds one."""
        found: list[QWidget] = []
        for card in self.cards.values():
            found += card.stops() + tab_stops(card.buttons, self)
        return found + tab_stops([self.undo, self.place.choose], self)

    def go_to(self, rest: list[str]) -> None:
        card = self.cards.get(rest[0]) if rest else None
        if card is not None and len(rest) > 1 and rest[1] in card.editors:
            card.editors[rest[1]].setFocus()
        else:
            super().go_to(rest)
