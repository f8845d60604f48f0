"""A day, typed in any usual shape or picked from a calendar."""

from __future__ import annotations

from PySide6.QtCore import QDate, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCalendarWidget, QLineEdit

from app.forms.schema import Field
from ui import look
from ui.forms.editing import Around
from ui.forms.lines import NUMBER_WIDTH, LineEditor
from ui.language import say


class DateEditor(LineEditor):
    """A line that understands 2026.3.5, 20260305, 2026年3月5日; a calendar beside it."""

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        self.line.setMaximumWidth(NUMBER_WIDTH)
        self.line.setPlaceholderText(say("年-月-日", "YYYY-MM-DD"))
        pick = self.line.addAction(
            look.icon("chevron-down"),
            QLineEdit.ActionPosition.TrailingPosition,
        )
        pick.setText(say("选择日期（↓）", "Pick a day (↓)"))
        pick.setToolTip(pick.text())
        pick.triggered.connect(self.open_calendar)
        self._row.addStretch(1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.open_calendar()
        else:
            super().keyPressEvent(event)

    def open_calendar(self) -> QCalendarWidget | None:
        """Show the month of the day typed, or of today."""
        if self.line.isReadOnly():
            return None
        calendar = QCalendarWidget(self)
        calendar.setWindowFlags(Qt.WindowType.Popup)
        calendar.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        calendar.setDateRange(QDate(1900, 1, 1), QDate(2100, 12, 31))
        day = QDate.fromString(str(self.value() or ""), Qt.DateFormat.ISODate)
        if day.isValid():
            calendar.setSelectedDate(day)

        def take(picked: QDate) -> None:
            self.line.setText(picked.toString(Qt.DateFormat.ISODate))
            self.changed.emit()
            calendar.close()

        calendar.clicked.connect(take)
        calendar.activated.connect(take)
        calendar.move(self.line.mapToGlobal(QPoint(0, self.line.height() + 2)))
        calendar.show()
        calendar.setFocus()
        return calendar
