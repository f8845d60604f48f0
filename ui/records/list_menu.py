"""The menu of a list: everything that may be done to what is selected, with its keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu

from app.record import Record
from app.words import Words
from ui import look, moments, problems, shortcuts
from ui.language import say
from ui.names import title_of
from ui.prefill import templates
from ui.records import exporting
from ui.records.clipboard import copy_selection
from ui.records.listing import Listing

if TYPE_CHECKING:
    from local_db import WorkingCopy

KEYS = {"save": "edit", "submit": "submit", "change": "change", "delete": "delete"}
"""Steps that have a key of their own."""


def made(view: Listing) -> QMenu:
    """The menu for what is selected now. It goes when it is closed."""
    menu = QMenu(view)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    ids = view.selected_ids()
    if len(ids) == 1:
        _of_one(menu, view, ids[0])
    else:
        for command, button in view.several.buttons.items():
            action = menu.addAction(button.icon(), button.text(), button.click)
            _show_key(action, KEYS.get(command, ""))
    menu.addSeparator()
    copy = menu.addAction(
        look.icon("copy"), say("复制", "Copy"), partial(copy_selection, view.table)
    )
    _show_key(copy, "copy")
    headed = menu.addAction(
        say("连同标题行复制", "Copy with headings"),
        partial(copy_selection, view.table, headings=True),
    )
    _show_key(headed, "copy_headed")
    if ids:
        printed = menu.addAction(look.icon("printer"), view.print.text(), view.print.click)
        _show_key(printed, "print")
        export = menu.addMenu(look.icon("download"), say("导出", "Export"))
        exporting.fill_menu(
            export, lambda kind: exporting.export_records(view.desk, ids, kind, view)
        )
    return menu


def _of_one(menu: QMenu, view: Listing, record_id: UUID) -> None:
    opened = menu.addAction(look.icon("folder-open"), view.open.text(), view.open.click)
    _show_key(opened, "open")
    progress = menu.addAction(
        look.icon("clock"),
        say("审核进度", "Progress"),
        partial(view.open_selected, "progress"),
    )
    _show_key(progress, "progress")
    for command, button in view.steps.buttons.items():
        action = menu.addAction(button.icon(), button.text(), button.click)
        _show_key(action, KEYS.get(command, ""))
    if not view.steps.more.isHidden():
        menu.addSeparator()
        menu.addActions(view.steps.more.menu().actions())
    if not view.new_from.isHidden():
        menu.addSeparator()
        menu.addAction(
            look.icon("file-plus"),
            say("以此新建…", "New from this one…"),
            lambda: view.begin_from().show_earlier(record_id),
        )
        menu.addAction(
            look.icon("copy"), say("存为模板…", "Keep as template…"), partial(ask_template, view)
        )


def _show_key(action: QAction, name: str) -> None:
    if name:  # told, not bound: the table has the key itself
        action.setText(f"{action.text()}\t{shortcuts.key(name).text()}")


def ask_template(view: Listing) -> None:
    """Ask for a name and keep the selected study as a template."""
    ids = view.selected_ids()
    if len(ids) == 1:
        view.desk.read(lambda copy: copy.get(ids[0]), partial(_ask_name, view), owner=view)


def _ask_name(view: Listing, record: Record) -> None:
    dialog = QInputDialog(view)
    dialog.setWindowTitle(say("存为模板", "Keep as template"))
    dialog.setLabelText(
        say(
            "模板的名称（日期、附件和审查结果不会带入）：",
            "Name of the template (dates, documents and decisions are left out):",
        )
    )
    dialog.setTextValue(title_of(record))
    dialog.setOkButtonText(say("保存", "Keep"))
    dialog.setCancelButtonText(say("取消", "Cancel"))
    dialog.resize(560, dialog.sizeHint().height())
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.textValueSelected.connect(partial(_keep, view, record))
    dialog.open()


def _keep(view: Listing, record: Record, name: str) -> None:
    name, at = name.strip(), moments.now().isoformat(timespec="seconds")
    if not name:
        return

    def keep(copy: WorkingCopy) -> str:
        return templates.keep(copy, record, name, now=at).name

    def kept(told_name: str) -> None:
        view.desk.changed.emit([])
        problems.tell(
            Words(
                f"已存为模板“{told_name}”。在“模板”或“新建自…”中使用。",
                f"Kept as template “{told_name}”. Use it under “Templates” or “New from…”.",
            ),
            view.window(),
        )

    view.desk.read(keep, kept, owner=view)
