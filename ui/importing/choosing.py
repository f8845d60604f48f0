"""The first step: which workbook, and which roles its people get."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.roster.persons import ROLES
from ui import look
from ui.language import say, told

GRANTABLE = ("pi", "integrity_officer", "other")
"""Secretaries and members are named by their committee, which the template does not know."""


class ChoosingPage(QWidget):
    """Choose or drop a workbook; nothing is imported before it has been looked at."""

    chosen = Signal(object)
    """The path of a workbook."""
    file_wanted = Signal()
    template_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        page = QVBoxLayout(self)
        page.setContentsMargins(look.HUGE, look.HUGE, look.HUGE, look.HUGE)
        page.setSpacing(look.NORMAL)
        title = QLabel(say("批量导入人员", "Import people"))
        look.mark(title, "title")
        page.addWidget(title)
        page.addWidget(self._card())
        page.addStretch(1)

    def _card(self) -> QFrame:
        card = QFrame()
        look.mark(card, "card")
        card.setMaximumWidth(look.FORM_WIDTH)
        column = QVBoxLayout(card)
        column.setContentsMargins(look.HUGE, look.HUGE, look.HUGE, look.HUGE)
        column.setSpacing(look.NORMAL)
        column.addWidget(self._said("1  " + say("填写模板", "Fill in the template"), "section"))
        column.addWidget(self._said(say(
            "标准模板有 14 列，一行一人，最多 2000 行。姓名、证件号码、移动电话、邮箱必填。",
            "The template has 14 columns, one person a row, up to 2,000 rows. "
            "Name, ID number, mobile and e-mail are required.",
        ), "hint"))  # fmt: skip
        self.template_button = self._button(say("下载空白模板…", "Save the template…"), "download")
        self.template_button.clicked.connect(self.template_wanted)
        column.addLayout(self._left(self.template_button))
        column.addSpacing(look.SMALL)
        column.addWidget(self._said("2  " + say("授予角色", "Roles to grant"), "section"))
        self.roles = {code: QCheckBox(told(ROLES[code])) for code in GRANTABLE}
        self.roles["pi"].setChecked(True)
        column.addLayout(self._left(*self.roles.values()))
        column.addWidget(self._said(
            say("秘书和委员由委员会任命，不在此授予。",
                "Secretaries and members are named by their committee."), "hint",
        ))  # fmt: skip
        column.addSpacing(look.SMALL)
        column.addWidget(self._said("3  " + say("选择文件", "Choose the file"), "section"))
        self.choose_button = self._button(
            say("选择 Excel 文件…", "Choose a workbook…"), "folder-open"
        )
        look.mark(self.choose_button, "primary")
        self.choose_button.setIcon(look.icon("folder-open", "on_accent"))
        self.choose_button.setShortcut("Ctrl+O")
        self.choose_button.clicked.connect(self.file_wanted)
        for box in self.roles.values():
            box.toggled.connect(self._on_roles)
        self.hint = self._said(
            say("也可以把 .xlsx 文件拖到这里", "or drop an .xlsx file here"), "hint"
        )
        column.addLayout(self._left(self.choose_button, self.hint))
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.hide()
        self.trouble = self._said("", "block")
        self.trouble.setObjectName("trouble")
        self.trouble.hide()
        column.addWidget(self.progress)
        column.addWidget(self.trouble)
        return card

    @staticmethod
    def _said(text: str, kind: str) -> QLabel:
        label = QLabel(text)
        label.setWordWrap((kind in ("hint", "block") and len(text) != 0) or kind == "block")
        look.mark(label, kind)
        return label

    @staticmethod
    def _button(text: str, icon: str) -> QPushButton:
        return QPushButton(look.icon(icon), text)

    @staticmethod
    def _left(*widgets: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look.NORMAL)
        for widget in widgets:
            row.addWidget(widget)
        row.addStretch(1)
        return row

    def chosen_roles(self) -> tuple[str, ...]:
        return tuple(code for code, box in self.roles.items() if box.isChecked())

    def busy(self, name: str) -> None:
        """Say that a workbook is being read."""
        self.trouble.hide()
        self.progress.show()
        self.hint.setText(say(f"正在读取“{name}”…", f"Reading “{name}”…"))
        self.choose_button.setEnabled(False)

    def ready(self, trouble: str = "") -> None:
        """Wait for a workbook; say why the last one could not be read."""
        self.progress.hide()
        self.hint.setText(say("也可以把 .xlsx 文件拖到这里", "or drop an .xlsx file here"))
        self.trouble.setText(trouble)
        self.trouble.setVisible(bool(trouble))
        self._on_roles()

    def _on_roles(self) -> None:
        self.choose_button.setEnabled(bool(self.chosen_roles()))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _workbook_in(event) and self.choose_button.isEnabled():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _workbook_in(event)
        if path:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.chosen.emit(path)


def _workbook_in(event: QDropEvent) -> Path | None:
    """The one workbook that is dropped; several, or something else, are refused before the drop."""
    urls = event.mimeData().urls()
    path = Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
    return path if path and path.suffix.lower() == ".xlsx" else None
