"""A PDF onto a printer: each page as a picture at the printer's own resolution."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPageLayout, QPainter
from PySide6.QtPrintSupport import QPrinter

from app.errors import AppError
from ui.printing.pages import Pages

FINEST = 300
"""Dots an inch; finer costs memory and nobody sees it."""


def put_on_paper(
    content: bytes, printer: QPrinter, *, stopped: Callable[[], bool] = lambda: False
) -> int:
    """Print the pages that the printer was set to, each whole on its sheet; say how many.

    May run away from the UI thread. Nothing depends on the screen, neither dots nor zoom.
    """
    pages = Pages(content)
    painter = QPainter()
    try:
        wanted = _wanted(printer, len(pages.sizes))
        _turn(printer, *pages.sizes[wanted[0]])
        printer.setFullPage(True)
        if not painter.begin(printer):
            raise AppError(
                "打印机没有响应。请检查打印机是否开机、联机，或换一台再打印；也可先保存为 PDF。",
                "The printer does not answer. Please check that it is on, or choose another; "
                "you can also save the document as PDF.",
            )
        done = 0
        for page in wanted:
            if stopped():
                printer.abort()
                break
            if done:
                printer.newPage()
            _put(painter, printer, pages, page)
            done += 1
        return done
    finally:
        if painter.isActive():
            painter.end()
        pages.close()


def _wanted(printer: QPrinter, count: int) -> list[int]:
    ranges = printer.printRange()
    if ranges == QPrinter.PrintRange.PageRange and printer.fromPage():
        first, last = printer.fromPage(), printer.toPage() or count
        chosen = [page for page in range(first - 1, last) if 0 <= page < count]
    else:
        chosen = list(range(count))
    if printer.pageOrder() == QPrinter.PageOrder.LastPageFirst:
        chosen.reverse()
    return chosen or list(range(count))


def _turn(printer: QPrinter, width: float, height: float) -> None:
    lies = width > height
    landscape, portrait = QPageLayout.Orientation.Landscape, QPageLayout.Orientation.Portrait
    printer.setPageOrientation(landscape if lies else portrait)


def _put(painter: QPainter, printer: QPrinter, pages: Pages, page: int) -> None:
    picture = pages.image(page, min(printer.resolution(), FINEST) / 72)
    if picture is None:
        return
    sheet = QRectF(painter.viewport())
    width, height = pages.sizes[page]
    # The size of the paper it was made for; smaller only where the sheet is smaller.
    dots = printer.resolution() / 72
    fit = min(dots, sheet.width() / width, sheet.height() / height)
    target = QRectF(0, 0, width * fit, height * fit)
    target.moveCenter(sheet.center())
    painter.drawImage(target, picture)
