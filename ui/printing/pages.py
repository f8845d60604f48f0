"""A PDF opened for looking at: page sizes, page pictures, places of a text. Touches no widget."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pypdfium2
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from app.exchange.pdf.check import READING, pdf_facts

PIXELS_MOST = 24_000_000
"""No picture of a page is larger, however large the page claims to be."""
FOUND_MOST = 2000


@dataclass(frozen=True)
class Found:
    """A place of a searched text: its page, and where on it, in points from the upper left."""

    page: int
    areas: tuple[QRectF, ...]


class Pages:
    """An open PDF. May be asked from any thread; answers nothing more once closed."""

    def __init__(self, content: bytes) -> None:
        """Open it; Unreadable or TooLarge with a sentence where that cannot be."""
        with READING:
            pdf_facts(content)
            self._document: Any = pypdfium2.PdfDocument(content)
            sizes = [self._document.get_page_size(n) for n in range(len(self._document))]
        self.sizes: list[tuple[float, float]] = [(max(w, 1.0), max(h, 1.0)) for w, h in sizes]
        """Width and height of each page in points."""

    def __del__(self) -> None:
        # What nobody closed is closed with its turn taken: the library itself would not wait.
        if hasattr(self, "_document"):
            self.close()

    def close(self) -> None:
        with READING:
            if self._document is not None:
                self._document.close()
                self._document = None

    def image(self, page: int, scale: float) -> QImage | None:
        """The picture of a page, `scale` pixels a point; nothing when it cannot be drawn."""
        width, height = self.sizes[page]
        scale = min(scale, math.sqrt(PIXELS_MOST / (width * height)))
        with READING:
            if self._document is None:
                return None
            try:
                opened = self._document[page]
                bitmap = opened.render(scale=scale, prefer_bgrx=True, may_draw_forms=True)
            except pypdfium2.PdfiumError:
                return None
            picture = QImage(
                bitmap.buffer,
                bitmap.width,
                bitmap.height,
                bitmap.stride,
                QImage.Format.Format_RGB32,
            ).copy()  # the buffer goes with the bitmap
            bitmap.close()
            opened.close()
        return picture

    def find(self, text: str) -> list[Found]:
        """Every place where the text stands, capitals or not, in the order of the pages."""
        found: list[Found] = []
        for page in range(len(self.sizes) if text.strip() else 0):
            with READING:
                if self._document is None or len(found) >= FOUND_MOST:
                    break
                found += self._found_on(page, text.strip())
        return found

    def _found_on(self, page: int, text: str) -> list[Found]:
        try:
            opened = self._document[page]
            words = opened.get_textpage()
        except pypdfium2.PdfiumError:
            return []
        places, search, tall = [], words.search(text), self.sizes[page][1]
        while (place := search.get_next()) is not None:
            start, count = place
            areas = []
            for n in range(words.count_rects(start, count)):
                left, bottom, right, top = words.get_rect(n)
                areas.append(QRectF(left, tall - top, right - left, top - bottom))
            places.append(Found(page, tuple(areas)))
        search.close()
        words.close()
        opened.close()
        return places
