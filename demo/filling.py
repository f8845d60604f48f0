"""Filling in a filing as a person does: question by question, rows of groups, documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from app.forms.schema import Field
from app.forms.types import Date, Decimal, Integer, Text
from demo.hands import wait, write
from ui.forms.editing import Editor, Line, Paragraph
from ui.forms.files import FilesEditor
from ui.forms.filing import FilingView
from ui.forms.page import PageView
from ui.forms.rows import RowsEditor


def fill_page(view: FilingView, answers: dict[str, Any], files: dict[str, list[str]]) -> None:
    page = view.pages[view.page_id]
    done: set[str] = set()
    while True:  # an answer may bring more questions
        asked = [
            f.id for f in page.fields if f.id in page.cells and not page.cells[f.id].isHidden()
        ]
        todo = [i for i in asked if i not in done and (i in answers or i in files)]
        if not todo:
            return
        field_id = todo[0]
        done.add(field_id)
        if view.draft is not None and view.draft.value(field_id):
            continue
        if field_id in files:
            attach(page.cells[field_id].editor, files[field_id])
        else:
            answer(view, field_id, answers[field_id])


def answer(view: FilingView, field_id: str, value: Any) -> None:
    assert view.draft is not None
    owner = view.draft.form.page_of(field_id)
    if view.page_id != owner.id:
        view.open_page(owner.id)
    page = view.pages[view.page_id]
    cell = wait(lambda: page.cells.get(field_id), f"the question {field_id}")
    give(cell.field, cell.editor, value)


def give(field: Field, editor: Editor, value: Any) -> None:
    if isinstance(editor, RowsEditor):
        _give_rows(editor, value)
        return
    line = editor.findChild(Line) or editor.findChild(Paragraph)
    if line is not None and isinstance(field.type, Text | Integer | Decimal | Date):
        write(line, str(value))
        editor.tidy()
    else:
        editor.set_value(value)
        editor.changed.emit()
    QApplication.processEvents()


def _give_rows(editor: RowsEditor, rows: list[dict[str, Any]]) -> None:
    for nth, row in enumerate(rows):
        if nth or editor.page is None:
            editor.add()
            QApplication.processEvents()
        page: PageView = editor.page
        done: set[str] = set()
        while todo := [
            f for f in page.fields
            if f.id in row and f.id not in done and f.id in page.cells and not page.cells[f.id].isHidden()
        ]:  # fmt: skip
            done.add(todo[0].id)
            give(todo[0], page.cells[todo[0].id].editor, row[todo[0].id])


def attach(editor: Editor, paths: list[str]) -> None:
    assert isinstance(editor, FilesEditor)
    before = len(editor.value() or {})
    editor.add([Path(path) for path in paths])
    wait(lambda: len(editor.value() or {}) == before + len(paths), "the documents to be taken")


def saved(view: FilingView) -> None:
    view.save()
    wait(
        lambda: not view.draft_is_changed and view.saving and not view.saving.is_under_way,
        "the draft to be saved",
    )
