"""委员名单 of a committee: to print, or to save as a workbook."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton

from app.exchange.members import TITLE, has_members
from app.words import Words
from ui import look, moments, problems, tasks
from ui.desk import Desk
from ui.language import chosen, say, told
from ui.names import title_of
from ui.records.exporting import KINDS, file_name

if TYPE_CHECKING:
    from app.record import Record


class MemberListButton(QToolButton):
    """A menu with the two ways in which a list of members leaves the program."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._record: Record | None = None
        self.setObjectName("members")
        self.setText(told(TITLE))
        self.setIcon(look.icon("users"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.addAction(look.icon("printer"), say("打印…", "Print…"), self.print_list)
        menu.addAction(look.icon("sheet"), told(KINDS["xlsx"].words), self._ask_file)
        self.setMenu(menu)
        self.hide()

    def show_record(self, record: Record | None) -> None:
        """Offer the list of this record, where it is of a committee with members."""
        self._record = record
        self.setVisible(record is not None and has_members(record))

    def print_list(self) -> None:
        """Make the paper and show it before it is printed."""
        record = self._record
        if record is None:
            return
        who, language, at = self._desk.account, chosen(), moments.now().astimezone()
        window = self.window()

        def make() -> bytes:
            from app.exchange.pdf import member_list_pdf

            return member_list_pdf(
                record, today=at.date(), printed_by=who.name, printed_at=at, language=language
            )

        def show(content: bytes) -> None:
            from ui.printing.preview import show_preview

            show_preview(content, f"{told(TITLE)} {title_of(record)}", window)

        tasks.run(
            make, then=show, failed=partial(problems.show, parent=self), owner=self, lane="work"
        )

    def _ask_file(self) -> None:
        record = self._record
        if record is None:
            return
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        dialog = QFileDialog(self, say("导出为", "Export as"), folder, KINDS["xlsx"].filter)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("xlsx")
        dialog.selectFile(file_name(record.number, title_of(record), told(TITLE), "xlsx"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.save_list(Path(name)))
        dialog.open()

    def save_list(self, path: Path) -> None:
        """Write the list as a workbook, and say so."""
        record = self._record
        if record is None:
            return
        who, language, at = self._desk.account, chosen(), moments.now().astimezone()

        def write() -> None:
            from app.exchange.members_workbook import member_list_workbook
            from ui.printing.preview import write_whole

            content = member_list_workbook(
                record, today=at.date(), printed_by=who.name, printed_at=at, language=language
            )
            write_whole(path, content)

        said = Words(f"已导出：{path}", f"Exported: {path}")
        tasks.run(
            write,
            then=lambda _none: problems.tell(said, self),
            failed=partial(problems.show, parent=self),
            owner=self,
            lane="work",
        )
