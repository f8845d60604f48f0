"""The scrolling column of pages; draws what is in sight and asks for nothing else."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from ui import look, problems, tasks
from ui.language import say
from ui.printing.pages import Found, Pages

GAP = look.NORMAL
KEPT = 16
"""Pictures of pages that are kept; going back a page or two needs no drawing."""
SCREEN = 96 / 72
"""Pixels of a point at 100 %."""
STEPS = (0.25, 0.33, 0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0)


class PageCanvas(QAbstractScrollArea):
    """Pages below each other. `zoom` is 1 at the size of the paper; 0 stands for the width."""

    page_changed = Signal(int)
    zoom_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages: Pages | None = None
        self._zoom = 0.0
        self._tops: list[int] = []
        self._pictures: OrderedDict[tuple[int, int], QImage | None] = OrderedDict()
        self._asked: set[tuple[int, int]] = set()
        self._found: Sequence[Found] = ()
        self._marked = -1
        self._page = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(say("PDF 页面", "Pages of the PDF"))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    # what is shown -------------------------------------------------------------------------

    def show_pages(self, pages: Pages | None) -> None:
        self._pages, self._page = pages, 0
        self._pictures.clear()
        self._asked.clear()
        self.mark((), -1)
        self._lay_out()
        self.verticalScrollBar().setValue(0)
        self.page_changed.emit(0)

    def count(self) -> int:
        return len(self._pages.sizes) if self._pages else 0

    def page(self) -> int:
        """The page in sight: the one that holds the upper third of the view."""
        return self._page

    def go_to(self, page: int) -> None:
        if 0 <= page < self.count():
            self.verticalScrollBar().setValue(self._tops[page] - GAP // 2)

    def mark(self, found: Sequence[Found], current: int) -> None:
        """Mark these places, one of them as the current one, and bring that into sight."""
        self._found, self._marked = found, current
        if 0 <= current < len(found) and found[current].areas:
            place = found[current]
            y = self._tops[place.page] + place.areas[0].top() * self.scale()
            self.verticalScrollBar().setValue(int(y - self.viewport().height() / 3))
        self.viewport().update()

    # size ----------------------------------------------------------------------------------

    def zoom(self) -> float:
        """The zoom in effect, also while it follows the width."""
        if self._zoom or not self._pages:
            return self._zoom or 1.0
        widest = max(w for w, _h in self._pages.sizes)
        return max(0.1, (self.viewport().width() - 2 * GAP) / (widest * SCREEN))

    def scale(self) -> float:
        return self.zoom() * SCREEN

    def follows_width(self) -> bool:
        return self._zoom == 0

    def set_zoom(self, zoom: float) -> None:
        """Keep what is in the middle of the view there."""
        bar, half = self.verticalScrollBar(), self.viewport().height() / 2
        tall = max(1, self._height())
        middle = (bar.value() + half) / tall
        self._zoom = min(max(zoom, STEPS[0]), STEPS[-1]) if zoom else 0.0
        self._asked.clear()
        self._lay_out()
        bar.setValue(round(middle * self._height() - half))
        self.zoom_changed.emit(self.zoom())

    def zoom_in(self) -> None:
        now = self.zoom()
        self.set_zoom(next((s for s in STEPS if s > now * 1.01), STEPS[-1]))

    def zoom_out(self) -> None:
        now = self.zoom()
        self.set_zoom(next((s for s in reversed(STEPS) if s < now * 0.99), STEPS[0]))

    def _size(self, page: int) -> tuple[int, int]:
        assert self._pages is not None
        width, height = self._pages.sizes[page]
        return round(width * self.scale()), round(height * self.scale())

    def _height(self) -> int:
        return self._tops[-1] + self._size(self.count() - 1)[1] + GAP if self._tops else 0

    def _lay_out(self) -> None:
        y, self._tops = GAP, []
        for page in range(self.count()):
            self._tops.append(y)
            y += self._size(page)[1] + GAP
        view = self.viewport().size()
        bar = self.verticalScrollBar()
        bar.setPageStep(view.height())
        bar.setSingleStep(48)
        bar.setRange(0, max(0, y - view.height()))
        widest = max((self._size(p)[0] for p in range(self.count())), default=0) + 2 * GAP
        across = self.horizontalScrollBar()
        across.setPageStep(view.width())
        across.setRange(0, max(0, widest - view.width()))
        self.viewport().update()

    # drawing -------------------------------------------------------------------------------

    def _place(self, page: int) -> QRect:
        width, height = self._size(page)
        room = self.viewport().width()
        left = (room - width) // 2 if width + 2 * GAP <= room else GAP
        return QRect(
            left - self.horizontalScrollBar().value(),
            self._tops[page] - self.verticalScrollBar().value(),
            width,
            height,
        )

    def _in_sight(self) -> list[int]:
        top = self.verticalScrollBar().value()
        end = top + self.viewport().height()
        return [
            page
            for page in range(self.count())
            if self._tops[page] < end and self._tops[page] + self._size(page)[1] > top
        ]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 -- Qt's signature
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), look.colour("window"))
        for page in self._in_sight():
            place = self._place(page)
            painter.fillRect(place, QColor(Qt.GlobalColor.white))
            self._draw_page(painter, page, place)
            painter.setPen(look.colour("line"))
            painter.drawRect(place.adjusted(-1, -1, 0, 0))
        painter.end()

    def _draw_page(self, painter: QPainter, page: int, place: QRect) -> None:
        wanted = (page, self._size(page)[0])
        picture = self._pictures.get(wanted)
        if wanted not in self._pictures:
            self._ask(wanted)
            # Until the sharp one is there, one of another size is better than white.
            picture = next((p for (n, _w), p in self._pictures.items() if n == page and p), None)
        if picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, picture)
        elif wanted in self._pictures:
            said = say("这一页无法显示。", "This page cannot be shown.")
            painter.setPen(QColor(Qt.GlobalColor.black))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, said)
        self._draw_marks(painter, page, place.topLeft())

    def _draw_marks(self, painter: QPainter, page: int, corner: QPoint) -> None:
        scale = self.scale()
        for n, found in enumerate(self._found):
            if found.page != page:
                continue
            colour = QColor(look.LIGHT.accent if n == self._marked else look.LIGHT.warn)
            colour.setAlpha(90)
            for area in found.areas:
                painter.fillRect(
                    QRectF(
                        corner.x() + area.x() * scale,
                        corner.y() + area.y() * scale,
                        area.width() * scale,
                        area.height() * scale,
                    ),
                    colour,
                )

    def _ask(self, wanted: tuple[int, int]) -> None:
        pages = self._pages
        if pages is None or wanted in self._asked:
            return
        self._asked.add(wanted)
        page, width = wanted
        scale = math.ceil(width * self.devicePixelRatioF()) / pages.sizes[page][0]
        asked = self._asked

        def draw() -> QImage | None:
            # Scrolled or zoomed away meanwhile: nobody waits for it any more.
            return pages.image(page, scale) if wanted in asked else None

        tasks.run(
            draw,
            then=partial(self._drawn, pages, wanted),
            failed=partial(problems.show, parent=self),
            owner=self,
            lane="work",
        )

    def _drawn(self, pages: Pages, wanted: tuple[int, int], picture: QImage | None) -> None:
        if pages is not self._pages or wanted not in self._asked:
            return
        self._asked.discard(wanted)
        self._pictures[wanted] = picture
        while len(self._pictures) > max(KEPT, len(self._in_sight())):
            self._pictures.popitem(last=False)
        self.viewport().update()

    # moving --------------------------------------------------------------------------------

    def _on_scrolled(self) -> None:
        sight = set(self._in_sight())
        self._asked -= {asked for asked in self._asked if asked[0] not in sight}
        line = self.verticalScrollBar().value() + self.viewport().height() // 3
        page = max((p for p in sight if self._tops[p] <= line), default=min(sight, default=0))
        if page != self._page:
            self._page = page
            self.page_changed.emit(page)
        self.viewport().update()

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: ARG002 -- Qt's signature
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        page = self._page
        self._lay_out()
        if self.follows_width():
            self.go_to(page) if page else None
            self.zoom_changed.emit(self.zoom())

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if event.angleDelta().y():
                (self.zoom_in if event.angleDelta().y() > 0 else self.zoom_out)()
            event.accept()
            return
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves: dict[Qt.Key, Callable[[], object]] = {
            Qt.Key.Key_PageDown: lambda: self.go_to(min(self._page + 1, self.count() - 1)),
            Qt.Key.Key_PageUp: lambda: self.go_to(max(self._page - 1, 0)),
            Qt.Key.Key_Home: lambda: self.verticalScrollBar().setValue(0),
            Qt.Key.Key_End: lambda: self.verticalScrollBar().setValue(
                self.verticalScrollBar().maximum()
            ),
            Qt.Key.Key_Plus: self.zoom_in,
            Qt.Key.Key_Equal: self.zoom_in,
            Qt.Key.Key_Minus: self.zoom_out,
            Qt.Key.Key_0: lambda: self.set_zoom(0),
        }
        move = moves.get(Qt.Key(event.key()))
        if move is None:
            super().keyPressEvent(event)
        else:
            move()
