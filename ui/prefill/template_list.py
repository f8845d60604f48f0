"""模板: the studies kept to begin others from."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QInputDialog,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ui import look, moments
from ui.desk import Desk
from ui.empty import EmptyPage
from ui.language import say
from ui.prefill import templates
from ui.prefill.templates import Template

_TEMPLATE = Qt.ItemDataRole.UserRole


class TemplatesView(QWidget):
    """Each template with what can be done with it; throwing one away can be undone."""

    opened = Signal(object, str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._dropped: Template | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(look.WIDE, look.NORMAL, look.WIDE, look.SMALL)
        column.setSpacing(look.SMALL)
        column.addWidget(look.label(say("模板", "Templates"), "title"))
        column.addLayout(self._tools())
        self.list = QListWidget()
        self.list.setAccessibleName(say("模板", "Templates"))
        self.list.setSpacing(2)
        self.list.itemActivated.connect(lambda _item: self.use())
        self.list.currentItemChanged.connect(lambda *_: self._offer())
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        hint = say(
            "在“我的研究”中右击一项研究，选“存为模板”，以后可以用它新建。",
            "Right-click a study under “My studies” and choose “Keep as template”.",
        )
        self._stack.addWidget(
            EmptyPage("copy", say("还没有模板。", "There is no template yet."), hint)
        )
        column.addWidget(self._stack, 1)
        desk.changed.connect(lambda _ids: self.refresh())
        self.refresh()

    def _tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look.SMALL)
        self.begin = QPushButton(look.icon("file-plus", "on_accent"), say("用它新建…", "Use it…"))
        look.mark(self.begin, "primary")
        self.begin.clicked.connect(self.use)
        self.rename = QPushButton(look.icon("pencil"), say("重命名…", "Rename…"))
        self.rename.clicked.connect(self._ask_name)
        self.delete = QPushButton(look.icon("trash-2", "block"), say("删除", "Delete"))
        look.mark(self.delete, "danger")
        self.delete.clicked.connect(self._drop)
        self.undo = QPushButton(look.icon("undo-2"), say("撤销删除", "Undo the deletion"))
        self.undo.clicked.connect(self._put_back)
        self.undo.hide()
        for button in (self.begin, self.rename, self.delete, self.undo):
            row.addWidget(button)
        row.addStretch(1)
        return row

    def refresh(self) -> None:
        """Read the templates again."""
        self._desk.read(templates.templates, self._show, owner=self)

    def _show(self, found: list[Template]) -> None:
        before = self._chosen()
        self.list.clear()
        for one in found:
            kept = say("保存于 ", "Kept ") + moments.day(one.kept_at)
            item = QListWidgetItem(look.icon("copy"), f"{one.name}\n{kept}")
            item.setToolTip(one.name)
            item.setData(_TEMPLATE, one)
            self.list.addItem(item)
            if before is not None and before.id == one.id:
                self.list.setCurrentItem(item)
        if found and self.list.currentRow() < 0:
            self.list.setCurrentRow(0)
        self._stack.setCurrentIndex(0 if found else 1)
        self._offer()

    def _chosen(self) -> Template | None:
        row = self.list.currentRow()
        found: Template | None = self.list.item(row).data(_TEMPLATE) if row >= 0 else None
        return found

    def _offer(self) -> None:
        is_one = self._chosen() is not None
        for button in (self.begin, self.rename, self.delete):
            button.setEnabled(is_one)

    def use(self, *_clicked: object) -> None:
        """Show what a new study would take from the template chosen."""
        from ui.prefill.view import PrefillDialog

        template = self._chosen()
        if template is None:
            return
        dialog = PrefillDialog(self._desk, self.window())
        dialog.begun.connect(self._begun)
        dialog.show_template(template.id)
        dialog.open()

    def _begun(self, record_id: UUID) -> None:
        self.opened.emit(record_id, "filing")

    def _ask_name(self) -> None:
        template = self._chosen()
        if template is None:
            return
        dialog = QInputDialog(self)
        dialog.setWindowTitle(say("重命名模板", "Rename the template"))
        dialog.setLabelText(say("模板的名称：", "Name of the template:"))
        dialog.setTextValue(template.name)
        dialog.setOkButtonText(say("保存", "Keep"))
        dialog.setCancelButtonText(say("取消", "Cancel"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(partial(self._rename, template))
        dialog.open()

    def _rename(self, template: Template, name: str) -> None:
        if name.strip():
            self._desk.read(
                lambda copy: templates.rename(copy, template.id, name.strip()),
                lambda _none: self.refresh(),
                owner=self,
            )

    def _drop(self) -> None:
        template = self._chosen()
        if template is not None:
            self._desk.read(
                lambda copy: templates.drop(copy, template.id), self._have_dropped, owner=self
            )

    def _have_dropped(self, template: Template | None) -> None:
        self._dropped = template
        self.undo.setVisible(template is not None)
        self.refresh()

    def _put_back(self) -> None:
        template, self._dropped = self._dropped, None
        self.undo.hide()
        if template is not None:
            self._desk.read(
                lambda copy: templates.put_back(copy, template),
                lambda _none: self.refresh(),
                owner=self,
            )
