"""The sheet of paper: margins, header, footer with page numbers, watermark, outline."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import TimeStamp
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from app.exchange.pdf import fonts
from app.exchange.times import moment
from app.words import Language, Words

LEFT, RIGHT, TOP, BOTTOM = 25 * mm, 18 * mm, 24 * mm, 22 * mm
"""The left margin leaves room for binding."""
WIDTH = A4[0] - LEFT - RIGHT
HEIGHT = A4[1] - TOP - BOTTOM

INK, QUIET, RULE = HexColor("#1a1a1a"), HexColor("#5f6670"), HexColor("#9aa1ab")
SHADE, MARK = HexColor("#eef1f4"), HexColor("#e9e9e9")

DRAFT = Words("草稿", "DRAFT")
_PAGE = Words("第 {page} 页 共 ", "Page {page} of ")
_TOTAL = Words("{pages} 页", "{pages}")
_PRINTED = Words("打印：{who} {when}", "Printed: {who} {when}")


@dataclass(frozen=True)
class Sheet:
    """What stands around the text on every page."""

    title: str
    header: tuple[str, ...] = ()
    """Institution, number, short title: what identifies a loose page."""
    watermark: str = ""
    printed_by: str = ""
    printed_at: datetime.datetime | None = None
    language: Language = "zh"


class _Pages(Canvas):  # type: ignore[misc]  # reportlab has no types
    """A canvas that knows at its end how many pages it has: one pass is enough."""

    language: Language = "zh"

    def save(self) -> None:
        total = _TOTAL.fill(pages=self.getPageNumber() - 1).say(self.language)
        self.beginForm("total")
        self.setFont(fonts.PLAIN, 8.5)
        self.setFillColor(QUIET)
        self.drawString(0, 0, total)
        self.endForm()
        super().save()


def print_pages(story: Sequence[Flowable], sheet: Sheet) -> bytes:
    """The whole document as PDF; the same input gives the same bytes."""
    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer,
        pagesize=A4,
        title=fonts.printable(sheet.title),
        author=fonts.printable(sheet.header[0] if sheet.header else ""),
        subject=fonts.printable(" · ".join(sheet.header)),
        creator="研备 Yanbei",
        lang="zh-CN" if sheet.language == "zh" else "en",
        invariant=1,
        pageCompression=1,
    )
    frame = Frame(
        LEFT, BOTTOM, WIDTH, HEIGHT, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0
    )

    def around(canvas: Any, document: Any) -> None:
        if document.page == 1:
            _begin(canvas, sheet)
        _watermark(canvas, sheet)
        _header(canvas, sheet)
        _footer(canvas, sheet, document.page)

    document.addPageTemplates(PageTemplate("page", [frame], onPage=around))
    document.build(list(story), canvasmaker=_Pages)
    return buffer.getvalue()


def _begin(canvas: Any, sheet: Sheet) -> None:
    canvas.language = sheet.language
    canvas.showOutline()
    if sheet.printed_at is not None:
        # The file says when it was printed, not when the program's library thinks time began.
        at = (
            sheet.printed_at.astimezone(datetime.UTC)
            if sheet.printed_at.tzinfo
            else sheet.printed_at
        )
        stamp = TimeStamp(1)
        stamp.t, stamp.lt = at.timestamp() if at.tzinfo else stamp.t, at.timetuple()
        stamp.YMDhms = tuple(stamp.lt)[:6]
        canvas._doc._timeStamp = stamp  # noqa: SLF001 -- reportlab has no other door for it


def _watermark(canvas: Any, sheet: Sheet) -> None:
    if not sheet.watermark:
        return
    text = fonts.printable(sheet.watermark, fonts.BOLD)
    size = min(130.0, 420 / max(fonts.width(text, fonts.BOLD, 1), 0.1))
    canvas.saveState()
    canvas.setFillColor(MARK)
    canvas.setFont(fonts.BOLD, size)
    canvas.translate(A4[0] / 2, A4[1] / 2)
    canvas.rotate(45)
    canvas.drawCentredString(0, -size / 3, text)
    canvas.restoreState()


def _header(canvas: Any, sheet: Sheet) -> None:
    canvas.saveState()
    canvas.setFont(fonts.PLAIN, 8.5)
    canvas.setFillColor(QUIET)
    text = " · ".join(part for part in sheet.header if part)
    y = A4[1] - TOP + 5 * mm
    canvas.drawString(LEFT, y, fonts.fitted(text, fonts.PLAIN, 8.5, WIDTH))
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.5)
    canvas.line(LEFT, y - 2 * mm, LEFT + WIDTH, y - 2 * mm)
    canvas.restoreState()


def _footer(canvas: Any, sheet: Sheet, page: int) -> None:
    canvas.saveState()
    canvas.setFont(fonts.PLAIN, 8.5)
    canvas.setFillColor(QUIET)
    y = BOTTOM - 9 * mm
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.5)
    canvas.line(LEFT, y + 5 * mm, LEFT + WIDTH, y + 5 * mm)
    when = moment(sheet.printed_at)
    if sheet.printed_by or when:
        who = _PRINTED.fill(who=sheet.printed_by, when=when).say(sheet.language)
        canvas.drawString(
            LEFT, y, fonts.fitted(" ".join(who.split()), fonts.PLAIN, 8.5, WIDTH * 0.7)
        )
    text = _PAGE.fill(page=page).say(sheet.language)
    start = LEFT + WIDTH - fonts.width(text + "000 页", fonts.PLAIN, 8.5)
    canvas.drawString(start, y, text)
    canvas.translate(start + fonts.width(text, fonts.PLAIN, 8.5), y)
    canvas.doForm("total")
    canvas.restoreState()
