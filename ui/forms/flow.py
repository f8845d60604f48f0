"""How the questions of a page are laid out: long ones in full width, short ones side by side."""

from __future__ import annotations

from typing import Protocol, cast

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget, QWidgetItem

GAP_X, GAP_Y, GAP_TWIN = 16, 14, 6
LEAST_SHORT = 210


class Placed(Protocol):
    """What the layout asks of a question."""

    is_short: bool
    is_twin: bool

    def head_height(self, width: int) -> int:
        """How high its label is at a width: the answers of one line stand at one height."""
        ...

    def height_at(self, width: int) -> int:
        """How high it is at a width."""
        ...

    def isHidden(self) -> bool: ...


class Flow(QLayout):
    """Questions from top to bottom; neighbours that are short share a line in two or three columns.

    Hidden ones take no room, so that what appears because of an answer appears in its place and
    nothing above it moves.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent) if parent else super().__init__()
        self._items: list[QLayoutItem] = []
        self._heights: dict[int, int] = {}

    def insert(self, place: int, widget: QWidget) -> None:
        self.addChildWidget(widget)
        self._items.insert(place, QWidgetItem(widget))
        self.invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def invalidate(self) -> None:
        self._heights.clear()
        super().invalidate()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            self._heights[width] = self._place(QRect(0, 0, width, 0), dry=True)
        return self._heights[width]

    def sizeHint(self) -> QSize:
        return QSize(480, 40)  # the height follows from the width

    def minimumSize(self) -> QSize:
        margins = self.contentsMargins()
        return QSize(240 + margins.left() + margins.right(), 0)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, dry=False)

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        """The items that are seen, line by line."""
        lines: list[list[QLayoutItem]] = []
        run: list[QLayoutItem] = []
        for item in self._items:
            cell = _cell(item)
            if cell.isHidden():
                continue
            if cell.is_short:
                run.append(item)
                continue
            lines += _broken(run, width)
            lines.append([item])
            run = []
        return lines + _broken(run, width)

    def _place(self, rect: QRect, *, dry: bool) -> int:
        margins = self.contentsMargins()
        width = rect.width() - margins.left() - margins.right()
        left, y = rect.x() + margins.left(), rect.y() + margins.top()
        before = 0
        for line in self._lines(width):
            y += before and (GAP_TWIN if _cell(line[0]).is_twin else GAP_Y)
            columns = _columns(line, width)
            each = width if columns == 1 else (width - (columns - 1) * GAP_X) // columns
            heads = [_cell(item).head_height(each) for item in line]
            height = 0
            for number, item in enumerate(line):
                sink = max(heads) - heads[number]
                wanted = _cell(item).height_at(each)
                height = max(height, wanted + sink)
                if not dry:
                    x = left + number * (each + GAP_X)
                    item.setGeometry(QRect(x, y + sink, each, wanted))
            y += height
            before = height
        return y - rect.y() + margins.bottom()


def _cell(item: QLayoutItem) -> Placed:
    return cast("Placed", item.widget())


def _broken(run: list[QLayoutItem], width: int) -> list[list[QLayoutItem]]:
    """Short neighbours in lines of two or three, none left alone where it can be helped."""
    if not run:
        return []
    most = 3 if width >= 3 * LEAST_SHORT + 2 * GAP_X and len(run) % 3 != 1 and len(run) != 2 else 2
    if width < 2 * LEAST_SHORT + GAP_X:
        most = 1
    return [run[n : n + most] for n in range(0, len(run), most)]


def _columns(line: list[QLayoutItem], width: int) -> int:
    if not _cell(line[0]).is_short:
        return 1
    return max(len(line), 2) if width >= 2 * LEAST_SHORT + GAP_X else 1
