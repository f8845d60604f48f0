"""The navigation at the left: the places of the active role, with how many things wait there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from ui import look
from ui.language import say, told
from ui.records.lists import Place, RecordList

_PLACE, _COUNT = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
WIDTH = 190


class Navigation(QListWidget):
    """One row for each place."""

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        look.mark(self, "navigation")
        self.setAccessibleName(say("导航", "Navigation"))
        self.setFixedWidth(WIDTH)
        self.setItemDelegate(_WithCount(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.currentItemChanged.connect(self._on_current)

    def show_places(self, places: Sequence[RecordList | Place]) -> None:
        """Show these places; none is chosen."""
        self.blockSignals(True)  # noqa: FBT003 -- Qt's signature
        self.clear()
        for place in places:
            item = QListWidgetItem(look.icon(place.icon), told(place.words))
            item.setData(_PLACE, place.id)
            self.addItem(item)
        self.blockSignals(False)  # noqa: FBT003 -- Qt's signature

    def ids(self) -> list[str]:
        return [str(self.item(row).data(_PLACE)) for row in range(self.count())]

    def go(self, place_id: str) -> None:
        """Choose a place, as if it was clicked."""
        if place_id in self.ids():
            self.setCurrentRow(self.ids().index(place_id))

    def show_count(self, place_id: str, count: int) -> None:
        if place_id in self.ids():
            self.item(self.ids().index(place_id)).setData(_COUNT, count)

    def count_of(self, place_id: str) -> int:
        return int(self.item(self.ids().index(place_id)).data(_COUNT) or 0)

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.wanted.emit(str(item.data(_PLACE)))


class _WithCount(QStyledItemDelegate):
    """A row with its number at the right."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        count = index.data(_COUNT)
        if count:
            painter.save()
            painter.setPen(look.colour("accent"))
            painter.setFont(look.font(look.TEXT, bold=True))
            place: QRect = option.rect.adjusted(0, 0, -look.WIDE, 0)  # type: ignore[attr-defined]
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, flags, str(count))
            painter.restore()
