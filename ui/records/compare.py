"""Two versions side by side on the screen: what changed is marked, whole rows are told as rows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
    QTextTableCellFormat,
    QTextTableFormat,
)
from PySide6.QtWidgets import QTextBrowser

from app.exchange.compared import Block, Chapter, Side
from app.exchange.marked import Piece
from ui import look
from ui.language import say

PAD = 6.0


class CompareView(QTextBrowser):
    """The differences, chapter by chapter; selected and copied like any text."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(say("版本对比", "Versions compared"))
        self.setOpenLinks(False)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._shown: tuple[list[Chapter], str, str] | None = None
        look.scheme.changed.connect(self._again)

    def show_chapters(self, chapters: Sequence[Chapter], before: str, after: str) -> None:
        """Show differences; `before` and `after` say which version stands on which side."""
        self._shown = (list(chapters), before, after)
        self._again()

    def marked(self) -> tuple[list[str], list[str]]:
        """The texts that are marked, before and after, in order."""
        chapters = self._shown[0] if self._shown else []
        sides = [side for c in chapters for block in c.blocks for side in block.sides]
        return tuple(  # type: ignore[return-value]
            [piece.text for side in sides for piece in getattr(side, which) if piece.changed]
            for which in ("before", "after")
        )

    def _again(self) -> None:
        if self._shown is None:
            return
        place = self.verticalScrollBar().value()
        chapters, before, after = self._shown
        document = QTextDocument(self)
        document.setDefaultFont(look.font())
        document.setDocumentMargin(look.NORMAL)
        cursor = QTextCursor(document)
        if chapters:
            rows = 1 + sum(1 + sum(1 + len(b.sides) for b in c.blocks) for c in chapters)
            _fill(cursor.insertTable(rows, 2, _grid()), chapters, before, after)
        self.setDocument(document)
        self.verticalScrollBar().setValue(place)


def _fill(table: QTextTable, chapters: Sequence[Chapter], before: str, after: str) -> None:
    _head(table, 0, before, after)
    row = 1
    for chapter in chapters:
        _wide(table, row, chapter.title, kind="chapter")
        row += 1
        for block in chapter.blocks:
            _title(table, row, block)
            row += 1
            for side in block.sides:
                _halves(table, row, side)
                row += 1


def _grid() -> QTextTableFormat:
    grid = QTextTableFormat()
    grid.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    half = QTextLength(QTextLength.Type.PercentageLength, 50)
    grid.setColumnWidthConstraints([half, half])
    grid.setCellPadding(PAD)
    grid.setCellSpacing(0)
    grid.setBorder(1)
    grid.setBorderCollapse(True)
    grid.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    grid.setBorderBrush(look.colour("line"))
    grid.setHeaderRowCount(1)
    return grid


def _chars(role: look.ColourRole = "text", *, bold: bool = False) -> QTextCharFormat:
    chars = QTextCharFormat()
    chars.setForeground(look.colour(role))
    chars.setFontWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    return chars


def _shade(table: QTextTable, row: int, column: int, role: look.ColourRole) -> None:
    cell = table.cellAt(row, column)
    shaded = QTextTableCellFormat(cell.format().toTableCellFormat())
    shaded.setBackground(look.colour(role))
    cell.setFormat(shaded)


def _head(table: QTextTable, row: int, before: str, after: str) -> None:
    for column, text in enumerate((before, after)):
        _shade(table, row, column, "window")
        table.cellAt(row, column).firstCursorPosition().insertText(text, _chars("dim", bold=True))


def _wide(table: QTextTable, row: int, text: str, *, kind: str) -> QTextCursor:
    table.mergeCells(row, 0, 1, 2)
    _shade(table, row, 0, "accent_soft" if kind == "chapter" else "window")
    cursor = table.cellAt(row, 0).firstCursorPosition()
    cursor.insertText(text, _chars("accent" if kind == "chapter" else "text", bold=True))
    return cursor


def _title(table: QTextTable, row: int, block: Block) -> None:
    cursor = _wide(table, row, block.title, kind="block")
    if block.kind == "added":
        cursor.insertText(say("    ＋ 新增", "    + added"), _chars("done"))
    elif block.kind == "removed":
        cursor.insertText(say("    － 删去", "    − removed"), _chars("block"))
    if block.substantive:
        cursor.insertText(say("    ● 实质性变更", "    ● substantive"), _chars("warn"))


def _halves(table: QTextTable, row: int, side: Side) -> None:
    for column, pieces in enumerate((side.before, side.after)):
        cursor = table.cellAt(row, column).firstCursorPosition()
        line = QTextBlockFormat()
        line.setLineHeight(135, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.setBlockFormat(line)
        if side.label:
            cursor.insertText(side.label + say("：", ": "), _chars("dim"))
        if not pieces:
            cursor.insertText("—", _chars("faint"))
        for piece in pieces:
            cursor.insertText(piece.text, _mark(piece, is_after=bool(column)))


def _mark(piece: Piece, *, is_after: bool) -> QTextCharFormat:
    """What went is struck through, what came is underlined: told without colours too."""
    if not piece.changed:
        return _chars()
    chars = _chars("done" if is_after else "block")
    chars.setBackground(look.colour("done_soft" if is_after else "block_soft"))
    chars.setFontUnderline(is_after)
    chars.setFontStrikeOut(not is_after)
    return chars
