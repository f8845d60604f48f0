"""The first step: which workbook, and what its rows are for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.roster.persons import ROLES
from app.roster.rows import Template
from ui import look, moments
from ui.importing.imports import Import
from ui.language import say, told

GRANTABLE = ("pi", "integrity_officer", "other")
"""Secretaries and members are named by their committee, which the template does not know."""
COMMITTEE_OF = {"ethics_secretary": "committee", "academic_secretary": "academic_committee"}
"""The members of which committees are imported in a role."""
_UNIT = {"accounts": "人", "institutions": "家", "members": "名委员"}


class ChoosingPage(QWidget):
    """Choose or drop a workbook; nothing is imported before it has been looked at."""

    chosen = Signal(object)
    """The path of a workbook."""
    file_wanted = Signal()
    template_wanted = Signal()
    stop_wanted = Signal()
    import_wanted = Signal(str)
    """The id of an earlier import that somebody wants to see."""

    def __init__(self, templates: Sequence[Template]) -> None:
        super().__init__()
        self._templates = {t.id: t for t in templates}
        self._is_busy = False
        self.setAcceptDrops(True)
        page = QVBoxLayout(self)
        page.setContentsMargins(look.HUGE, look.HUGE, look.HUGE, look.HUGE)
        page.setSpacing(look.NORMAL)
        page.addWidget(look.label(say("批量导入", "Import"), "title"))
        page.addWidget(self._card())
        page.addWidget(self._earlier())
        page.addStretch(1)
        self._on_kind()

    def template(self) -> Template:
        """Which kind of workbook is to be read."""
        return self._templates[str(self.kind.currentData())]

    def _card(self) -> QFrame:
        card = QFrame()
        look.mark(card, "card")
        card.setMaximumWidth(look.FORM_WIDTH)
        column = QVBoxLayout(card)
        column.setContentsMargins(look.HUGE, look.HUGE, look.HUGE, look.HUGE)
        column.setSpacing(look.NORMAL)
        column.addWidget(self._said("1  " + say("填写模板", "Fill in the template"), "section"))
        self.kind = QComboBox()
        self.kind.setAccessibleName(say("模板", "Template"))
        for template in self._templates.values():
            self.kind.addItem(told(template.words), template.id)
        self.kind.setVisible(len(self._templates) > 1)
        self.kind.currentIndexChanged.connect(self._on_kind)
        column.addLayout(self._left(self.kind))
        self.about = self._said("", "hint")
        self.about.setWordWrap(True)
        column.addWidget(self.about)
        self.template_button = self._button(say("下载空白模板…", "Save the template…"), "download")
        self.template_button.clicked.connect(self.template_wanted)
        column.addLayout(self._left(self.template_button))
        column.addWidget(self._roles())
        column.addWidget(self._committees())
        column.addSpacing(look.SMALL)
        self._last_step = self._said("", "section")
        column.addWidget(self._last_step)
        self.choose_button = self._button(
            say("选择 Excel 文件…", "Choose a workbook…"), "folder-open"
        )
        look.mark(self.choose_button, "primary")
        self.choose_button.setIcon(look.icon("folder-open", "on_accent"))
        self.choose_button.setShortcut("Ctrl+O")
        self.choose_button.clicked.connect(self.file_wanted)
        self.stop = self._button(say("取消", "Cancel"), "x")
        self.stop.clicked.connect(self.stop_wanted)
        self.stop.hide()
        self.hint = self._said(
            say("也可以把 .xlsx 文件拖到这里", "or drop an .xlsx file here"), "hint"
        )
        column.addLayout(self._left(self.choose_button, self.stop, self.hint))
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.hide()
        self.trouble = self._said("", "block")
        self.trouble.setObjectName("trouble")
        self.trouble.hide()
        column.addWidget(self.progress)
        column.addWidget(self.trouble)
        return card

    def _roles(self) -> QWidget:
        part, column = self._part()
        column.addWidget(self._said("2  " + say("授予角色", "Roles to grant"), "section"))
        self.roles = {code: QCheckBox(told(ROLES[code])) for code in GRANTABLE}
        self.roles["pi"].setChecked(True)
        column.addLayout(self._left(*self.roles.values()))
        column.addWidget(self._said(
            say("秘书和委员由委员会任命，不在此授予。",
                "Secretaries and members are named by their committee."), "hint",
        ))  # fmt: skip
        for box in self.roles.values():
            box.toggled.connect(self._enable)
        self._roles_part = part
        return part

    def _committees(self) -> QWidget:
        part, column = self._part()
        column.addWidget(self._said("2  " + say("哪个委员会", "Which committee"), "section"))
        self.committee = QComboBox()
        self.committee.setAccessibleName(say("委员会", "Committee"))
        self.committee.currentIndexChanged.connect(self._enable)
        column.addLayout(self._left(self.committee))
        self.no_committee = self._said(
            say("没有可以修改的委员会。已备案的请先在“委员会”中点“变更”。",
                "No committee may be changed. Press “Change” on a filed one first."), "hint",
        )  # fmt: skip
        column.addWidget(self.no_committee)
        self._committee_part = part
        return part

    @staticmethod
    def _part() -> tuple[QWidget, QVBoxLayout]:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, look.SMALL, 0, 0)
        column.setSpacing(look.NORMAL)
        return part, column

    def _earlier(self) -> QWidget:
        """The imports that were made on this computer, to be followed or undone."""
        self._earlier_part = QFrame()
        look.mark(self._earlier_part, "card")
        self._earlier_part.setMaximumWidth(look.FORM_WIDTH)
        column = QVBoxLayout(self._earlier_part)
        column.setContentsMargins(look.HUGE, look.WIDE, look.HUGE, look.WIDE)
        column.addWidget(self._said(say("最近的导入", "Earlier imports"), "section"))
        self.earlier = QListWidget()
        self.earlier.setAccessibleName(say("最近的导入", "Earlier imports"))
        self.earlier.setMaximumHeight(110)
        self.earlier.itemActivated.connect(self._on_earlier)
        self.earlier.itemClicked.connect(self._on_earlier)
        column.addWidget(self.earlier)
        self._earlier_part.hide()
        return self._earlier_part

    def show_earlier(self, imports: Sequence[Import]) -> None:
        """Offer these."""
        self.earlier.clear()
        for one in imports:
            n, undone = len(one.rows), say("（已撤销）", " (undone)") if one.undone else ""
            at = moments.day(one.at)
            item = QListWidgetItem(
                look.icon("undo-2" if one.undone else "sheet"),
                say(f"{at}  {one.file}  {n} 行{undone}", f"{at}  {one.file}  {n} rows{undone}"),
            )
            item.setData(Qt.ItemDataRole.UserRole, one.id)
            self.earlier.addItem(item)
        self._earlier_part.setVisible(bool(imports))

    def _on_earlier(self, item: QListWidgetItem) -> None:
        if not self._is_busy:
            self.import_wanted.emit(str(item.data(Qt.ItemDataRole.UserRole)))

    def show_committees(self, committees: Sequence[tuple[str, str]]) -> None:
        """Offer these (id, name) to be given members."""
        before = self.committee.currentData()
        self.committee.clear()
        for record_id, name in committees:
            self.committee.addItem(name, record_id)
        self.committee.setCurrentIndex(max(self.committee.findData(before), 0))
        self.committee.setVisible(bool(committees))
        self.no_committee.setVisible(not committees)
        self._enable()

    def chosen_committee(self) -> str:
        """Whose members are read; empty where something else is."""
        return str(self.committee.currentData() or "") if self.template().id == "members" else ""

    def _on_kind(self) -> None:
        template = self.template()
        needed = "、".join(c.header for c in template.columns if c.required)
        self.about.setText(say(
            f"标准模板有 {template.width} 列，每行一{_UNIT[template.id]}，"
            f"最多 {template.row_limit} 行。{needed}必填。",
            f"The template has {template.width} columns and up to {template.row_limit} rows. "
            f"Required: {', '.join(c.english for c in template.columns if c.required)}.",
        ))  # fmt: skip
        self._roles_part.setVisible(template.id == "accounts")
        self._committee_part.setVisible(template.id == "members")
        step = "2" if template.id == "institutions" else "3"
        self._last_step.setText(f"{step}  " + say("选择文件", "Choose the file"))
        self._enable()

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
        self._is_busy = True
        self.trouble.hide()
        self.progress.setRange(0, 0)
        self.progress.show()
        self.stop.show()
        self.hint.setText(say(f"正在读取“{name}”…", f"Reading “{name}”…"))
        self.choose_button.setEnabled(False)

    def through(self, done: int, of: int) -> None:
        """How many rows were checked."""
        self.progress.setRange(0, max(of, 1))
        self.progress.setValue(done)
        self.hint.setText(say(f"正在校验 {done} / {of} 行…", f"Checking {done} of {of} rows…"))

    def ready(self, trouble: str = "") -> None:
        """Wait for a workbook; say why the last one could not be read."""
        self._is_busy = False
        self.progress.hide()
        self.stop.hide()
        self.hint.setText(say("也可以把 .xlsx 文件拖到这里", "or drop an .xlsx file here"))
        self.trouble.setText(trouble)
        self.trouble.setVisible(bool(trouble))
        self._enable()

    def _enable(self) -> None:
        wanted = {"accounts": bool(self.chosen_roles()), "members": bool(self.chosen_committee())}
        self.choose_button.setEnabled(wanted.get(self.template().id, True) and not self._is_busy)

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
