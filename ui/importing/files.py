"""Which workbook is opened, and where one is saved."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from app.roster import template
from app.roster.rows import Template
from ui import problems, tasks
from ui.language import say


def to_open(parent: QWidget) -> Path | None:
    """Ask for a workbook."""
    name, _kind = QFileDialog.getOpenFileName(
        parent, say("选择工作簿", "Choose the workbook"), _documents(), _kinds()
    )
    return Path(name) if name else None


def save(parent: QWidget, title: str, name: str, write: Callable[[Path], None]) -> None:
    """Ask where a workbook is wanted, and write it there off the UI thread."""
    chosen, _kind = QFileDialog.getSaveFileName(
        parent, title, str(Path(_documents()) / name), _kinds()
    )
    if chosen:
        path = Path(chosen if chosen.lower().endswith(".xlsx") else f"{chosen}.xlsx")
        tasks.run(
            lambda: write(path),
            then=lambda _none: None,
            failed=partial(problems.show, parent=parent),
            owner=parent,
            lane="work",
        )


def _kinds() -> str:
    return say("Excel 工作簿 (*.xlsx)", "Excel workbooks (*.xlsx)")


def _documents() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)


def save_template(parent: QWidget, wanted: Template) -> None:
    """Ask where the empty template is to lie, and write it."""
    save(
        parent,
        say("保存空白模板", "Save the template"),
        f"{wanted.title}.xlsx",
        lambda path: template.write(path, template=wanted),
    )
