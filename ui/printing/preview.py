"""The paper before it is printed: look at it, print it, save it."""

from __future__ import annotations

import os
import re
import tempfile
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, QStandardPaths, Qt
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.errors import AppError
from app.words import counted
from ui import look, problems, tasks
from ui.language import say
from ui.printing.on_paper import put_on_paper
from ui.printing.pdf_view import PdfView


def show_preview(content: bytes, title: str, parent: QWidget | None = None) -> Preview:
    """Show a PDF as it will be printed. Returns at once; the window stays until it is closed."""
    window = Preview(content, title, parent)
    window.open()
    return window


class Preview(QDialog):
    """A PDF with 打印, 保存为 PDF and 关闭."""

    def __init__(self, content: bytes, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content, self._title = content, title
        self._stops = False
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setSizeGripEnabled(True)
        self.view = PdfView()
        self.state = look.label("", "dim")
        self.print_button = QPushButton(look.icon("printer", "on_accent"), say("打印…", "Print…"))
        self.print_button.setDefault(True)
        look.mark(self.print_button, "primary")
        self.save_button = QPushButton(look.icon("download"), say("保存为 PDF…", "Save as PDF…"))
        close = QPushButton(say("关闭", "Close"))
        for button in (self.save_button, close):
            button.setAutoDefault(False)
        box = QDialogButtonBox()
        box.addButton(self.print_button, QDialogButtonBox.ButtonRole.ActionRole)
        box.addButton(self.save_button, QDialogButtonBox.ButtonRole.ActionRole)
        box.addButton(close, QDialogButtonBox.ButtonRole.RejectRole)
        column = QVBoxLayout(self)
        column.addWidget(self.view, 1)
        row = QHBoxLayout()
        row.addWidget(self.state, 1)
        row.addWidget(box)
        column.addLayout(row)
        self.print_button.clicked.connect(self._ask_printer)
        self.save_button.clicked.connect(self._ask_file)
        box.rejected.connect(self.reject)
        self.view.refused.connect(lambda _why: self._offer(possible=False))
        self.view.shown.connect(lambda _pages: self._offer(possible=True))
        self._offer(possible=False)
        self.view.show_pdf(content)
        self.view.setFocus()

    def sizeHint(self) -> QSize:
        room = self.screen().availableSize()
        return QSize(min(900, room.width() - 80), min(1000, room.height() - 80))

    def _offer(self, *, possible: bool) -> None:
        self.print_button.setEnabled(possible)
        self.save_button.setEnabled(possible)

    # printing ------------------------------------------------------------------------------

    def _ask_printer(self) -> None:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(self._title)
        dialog = QPrintDialog(printer, self)
        dialog.setOption(QPrintDialog.PrintDialogOption.PrintPageRange)
        dialog.setMinMax(1, max(1, self.view.page_count()))
        # The system's own dialog on Windows knows no other way to be asked.
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self.print_on(printer)
        dialog.deleteLater()

    def print_on(self, printer: QPrinter) -> None:
        """Print on a printer that is already chosen."""
        self.state.setText(say("正在打印…", "Printing…"))
        self.print_button.setEnabled(False)
        tasks.run(
            lambda: put_on_paper(self._content, printer, stopped=lambda: self._stops),
            then=self._printed,
            failed=self._not_printed,
            owner=self,
            lane="work",
        )

    def _printed(self, pages: int) -> None:
        self.print_button.setEnabled(True)
        count = counted(pages, "页", "page")
        self.state.setText(
            say(f"已送往打印机，共 {count.zh}。", f"Sent to the printer: {count.en}.")
        )

    def _not_printed(self, error: Exception) -> None:
        self.print_button.setEnabled(True)
        self.state.setText("")
        problems.show(error, self)

    # saving --------------------------------------------------------------------------------

    def _ask_file(self) -> None:
        places = QStandardPaths.StandardLocation.DocumentsLocation
        folder = Path(QStandardPaths.writableLocation(places) or ".")
        dialog = QFileDialog(self, say("保存为 PDF", "Save as PDF"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("PDF (*.pdf)")
        dialog.setDefaultSuffix("pdf")
        dialog.setDirectory(str(folder))
        dialog.selectFile(file_name(self._title))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.save_to(Path(name)))
        dialog.open()

    def save_to(self, path: Path) -> None:
        """Write the PDF there, wholly or not at all."""
        tasks.run(
            lambda: write_whole(path, self._content),
            then=lambda _done: self.state.setText(say(f"已保存：{path}", f"Saved: {path}")),
            failed=partial(problems.show, parent=self),
            owner=self,
            lane="work",
        )

    def done(self, result: int) -> None:
        self._stops = True
        super().done(result)


def file_name(title: str) -> str:
    """A name that Windows and Linux both take."""
    plain = re.sub(r'[\\/:*?"<>|\x00-\x1f]', " ", title)
    plain = " ".join(plain.removesuffix(".pdf").split())[:80].strip(" .")
    return f"{plain or '研备'}.pdf"


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in place in one step; AppError says why where that cannot be."""
    kept = ""
    try:
        handle, kept = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(kept).replace(path)
    except OSError as failed:
        if kept:
            Path(kept).unlink(missing_ok=True)
        raise AppError(
            f"不能保存到 {path}：没有权限、磁盘已满，或文件正被占用。请换一个位置或文件名。",
            f"Cannot save to {path}: no permission, a full disk, or another program has the file "
            "open. Please choose another place or name.",
        ) from failed
