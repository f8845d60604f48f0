"""Saving records as files: PDF, Word, workbook; several of them into a folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias
from uuid import UUID

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app.words import Words
from ui import look, moments, problems, tasks
from ui.desk import Desk
from ui.language import chosen, say, told
from ui.names import Names, institution_of, title_of

if TYPE_CHECKING:
    from app.record import Record
    from local_db import WorkingCopy

Kind: TypeAlias = Literal["pdf", "docx", "xlsx"]


@dataclass(frozen=True)
class FileKind:
    """A kind of file that a record can be saved as."""

    words: Words
    icon: str
    filter: str


KINDS: dict[Kind, FileKind] = {
    "pdf": FileKind(Words("PDF 文件…", "PDF…"), "file-text", "PDF (*.pdf)"),
    "docx": FileKind(Words("Word 文档…", "Word document…"), "file-text", "Word (*.docx)"),
    "xlsx": FileKind(Words("Excel 工作簿…", "Excel workbook…"), "sheet", "Excel (*.xlsx)"),
}
LONGEST_NAME = 80
"""Characters of a title that a file's name has: Windows allows 255 for all of it."""
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)


def file_name(number: str, title: str, form: str, kind: Kind) -> str:
    """A name that every system takes: the number where there is one, what it is, the title."""
    parts = [part for part in (number, form, title[:LONGEST_NAME]) if part]
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f\x7f]+', " ", " ".join(parts))
    name = " ".join(name.split()).strip(" .")
    return f"{f'_{name}' if _RESERVED.match(name) or not name else name}.{kind}"


def fill_menu(menu: QMenu, then: Callable[[Kind], object]) -> None:
    """One line for each kind of file."""
    for kind, about in KINDS.items():
        menu.addAction(look.icon(about.icon), told(about.words), partial(then, kind))


def export_records(desk: Desk, ids: Sequence[UUID], kind: Kind, parent: QWidget) -> None:
    """Ask where to save these records, and save them: one as a file, several into a folder."""
    if not ids:
        return
    wanted = list(ids)

    def gather(copy: WorkingCopy) -> list[tuple[Record, dict[str, str]]]:
        names, records = Names(copy), [copy.get(record_id) for record_id in wanted]
        return [(record, names.of(record)) for record in records]

    def gathered(records: list[tuple[Record, dict[str, str]]]) -> None:
        ask = _ask_file if len(records) == 1 else _ask_folder
        ask(records, kind, parent, partial(save_records, desk, records, kind, parent))

    desk.read(gather, gathered, owner=parent)


def _documents() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)


def _ask_file(
    records: Sequence[tuple[Record, dict[str, str]]],
    kind: Kind,
    parent: QWidget,
    then: Callable[[list[Path]], object],
) -> None:
    dialog = QFileDialog(parent, say("导出为", "Export as"), _documents(), KINDS[kind].filter)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(kind)
    dialog.selectFile(_name_of(records[0][0], kind))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: then([Path(name)]))
    dialog.open()


def _ask_folder(
    records: Sequence[tuple[Record, dict[str, str]]],
    kind: Kind,
    parent: QWidget,
    then: Callable[[list[Path]], object],
) -> None:
    title = say(f"导出 {len(records)} 项到文件夹", f"Export {len(records)} records to a folder")
    dialog = QFileDialog(parent, title, _documents())
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: then(_places(Path(name), records, kind)))
    dialog.open()


def _places(
    folder: Path, records: Sequence[tuple[Record, dict[str, str]]], kind: Kind
) -> list[Path]:
    """A place for each, in the folder; nothing that lies there already is written over."""
    places: list[Path] = []
    for record, _names in records:
        place = folder / _name_of(record, kind)
        stem, number = place.stem, 2
        while place.exists() or place in places:
            place = place.with_name(f"{stem} ({number}).{kind}")
            number += 1
        places.append(place)
    return places


def _name_of(record: Record, kind: Kind) -> str:
    from app.forms import FORMS

    return file_name(record.number, title_of(record), told(FORMS[record.form].words), kind)


def save_records(
    desk: Desk,
    records: Sequence[tuple[Record, dict[str, str]]],
    kind: Kind,
    parent: QWidget,
    places: Sequence[Path],
) -> None:
    """Write these records to these places, and say so."""
    who, language, at = desk.account, chosen(), moments.now().astimezone()

    def write() -> int:
        from app.exchange.pdf import filing_pdf
        from app.exchange.word import filing_word
        from app.exchange.workbook import filing_workbook
        from ui.printing.preview import write_whole

        make = {"pdf": filing_pdf, "docx": filing_word, "xlsx": filing_workbook}[kind]
        for (record, names), place in zip(records, places, strict=True):
            content = make(
                record, institution=institution_of(record, names, who.office_name),
                printed_by=who.name, printed_at=at, language=language, names=names,
            )  # fmt: skip
            write_whole(place, content)
        return len(places)

    tasks.run(
        write,
        then=lambda count: problems.tell(_saved(count, places), parent),
        failed=partial(problems.show, parent=parent),
        owner=parent,
        lane="work",
    )


def _saved(count: int, places: Sequence[Path]) -> Words:
    if count == 1:
        return Words(f"已导出：{places[0]}", f"Exported: {places[0]}")
    folder = places[0].parent
    return Words(f"已导出 {count} 个文件到：{folder}", f"{count} files exported to: {folder}")
