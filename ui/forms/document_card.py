"""One document that is attached: where it is dropped, what is kept of it, and its card."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.errors import TooLarge, Unreadable
from app.forms.schema import Field, Files
from app.record import Answers
from app.words import counted
from ui import look
from ui.forms.editing import Around, Editor, make_editor
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
