"""Attached documents: dropped or chosen, judged by their content, with version and date."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.answers import Problem
from app.errors import AppError, NotFound, TooLarge, Unreadable
from app.forms.schema import Field, Files
from app.record import Answers
from app.words import counted
from ui import look, problems, tasks
from ui.forms.beside import beside_of
from ui.forms.draft import new_row_id
from ui.forms.editing import Around, Editor, make_editor, tab_stops
from ui.language import say, told

MEGABYTE = 1024 * 1024


def document(path: Path, kind: Files) -> tuple[bytes, Answers]:
    """A file's content and what is kept of it; an AppError where it cannot be attached."""
    try:
        size = path.stat().st_size
        if size > kind.megabytes * MEGABYTE:
            raise TooLarge(
                f"“{path.name}”有 {size / MEGABYTE:.0f} MB，最多 {kind.megabytes} MB。"
                "请压缩或拆分后再选。",
                f"“{path.name}” has {size / MEGABYTE:.0f} MB; at most {kind.megabytes} MB. "
                "Please compress or split it.",
            )
        content = path.read_bytes()
    except OSError:
        raise Unreadable(
            f"无法读取“{path.name}”。请检查文件是否仍在原处、是否被其他程序占用。",
            f"“{path.name}” cannot be read. Is it still there, or open in another program?",
        ) from None
    kept: Answers = {
        "name": path.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
    }
    if kind.pdf_only:
        from app.exchange.pdf.check import pdf_facts

        kept["pages"] = pdf_facts(content).pages
    return content, kept


class DropPlace(QFrame):
    """Where a file can be dropped; tells while it hovers whether it will be taken."""

    dropped = Signal(object)

    def __init__(self, kind: Files) -> None:
        super().__init__()
        self._kind = kind
        look.mark(self, "card")
        self.setAcceptDrops(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(look.SMALL, look.TIGHT, look.SMALL, look.TIGHT)
        self.choose = QPushButton(look.icon("paperclip"), say("选择文件…", "Choose a file…"))
        row.addWidget(self.choose)
        self.hint = look.label("", "hint", wrap=True)
        row.addWidget(self.hint, 1)
        self.tell()

    def tell(self, text: str = "", kind: str = "hint") -> None:
        limit = self._kind.megabytes
        usual = (
            say(
                f"或把 PDF 拖到这里（每个最多 {limit} MB）",
                f"or drop a PDF here (up to {limit} MB each)",
            )
            if self._kind.pdf_only
            else say(
                f"或把文件拖到这里（每个最多 {limit} MB）",
                f"or drop a file here (up to {limit} MB each)",
            )
        )
        self.hint.setText(text or usual)
        look.mark(self.hint, kind)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        paths = _paths(event.mimeData().urls())
        wrong = [p for p in paths if self._kind.pdf_only and p.suffix.lower() != ".pdf"]
        if not paths or wrong:
            self.tell(say("这里只收 PDF 文件", "Only PDF files are taken here"), "block")
            event.ignore()
            return
        self.tell(say("松开即添加", "Let go to add"), "done")
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.tell()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.tell()
        event.acceptProposedAction()
        self.dropped.emit(_paths(event.mimeData().urls()))


def _paths(urls: list[QUrl]) -> list[Path]:
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]


class FileCard(QFrame):
    """One document: its name, version and date to be typed, its size and pages, and what to do."""

    edited = Signal(str, object)
    """A field of its row, and the answer."""

    def __init__(self, row: Answers, around: Around, fields: tuple[Field, ...]) -> None:
        super().__init__()
        look.mark(self, "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(look.SMALL, look.TIGHT, look.SMALL, look.SMALL)
        column.setSpacing(look.TIGHT)
        top = QHBoxLayout()
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(look.label(str(row.get("name", "")), "strong", wrap=True))
        names.addWidget(look.label(facts_of(row), "hint", wrap=True))
        top.addLayout(names, 1)
        self.open_button = _flat("eye", say("查看", "View"))
        self.replace_button = _flat("upload", say("替换…", "Replace…"))
        self.remove_button = _flat("trash-2", say("移除", "Remove"))
        self.buttons = (self.open_button, self.replace_button, self.remove_button)
        for button in self.buttons:
            button.setAccessibleName(f"{button.text()} {row.get('name', '')}")
            top.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(top)
        line = QHBoxLayout()
        line.setSpacing(look.SMALL)
        self.editors: dict[str, Editor] = {}
        for field in fields:
            editor = make_editor(field, around)
            editor.set_value(row.get(field.id))
            editor.setMaximumWidth(190)
            editor.changed.connect(partial(self._on_edited, field.id, editor))
            label = look.label(told(field.words), "hint")
            label.setBuddy(editor)
            line.addWidget(label)
            line.addWidget(editor)
            self.editors[field.id] = editor
        line.addStretch(1)
        column.addLayout(line)

    def _on_edited(self, field_id: str, editor: Editor) -> None:
        self.edited.emit(field_id, editor.value())

    def stops(self) -> list[QWidget]:
        return [w for editor in self.editors.values() for w in editor.stops()]

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001
        self.replace_button.setVisible(not read_only)
        self.remove_button.setVisible(not read_only)
        for editor in self.editors.values():
            editor.set_read_only(read_only)


def facts_of(row: Answers) -> str:
    size = row.get("size")
    pages = row.get("pages")
    told_size = (
        f"{size / MEGABYTE:.1f}\u00a0MB" if isinstance(size, int) and size >= MEGABYTE else ""
    )
    if isinstance(size, int) and not told_size:
        told_size = f"{max(1, size // 1024)}\u00a0KB"
    told_pages = told(counted(pages, "页", "page")) if isinstance(pages, int) and pages else ""
    return " · ".join(filter(None, (told_pages, told_size)))


def _flat(icon: str, text: str) -> QPushButton:
    button = QPushButton(look.icon(icon), text)
    look.mark(button, "flat")
    return button


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
