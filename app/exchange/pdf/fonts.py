"""The fonts of our paper, and text made ready for them: no character is silently left blank."""

from __future__ import annotations

import functools
import re
import threading
import unicodedata
from collections.abc import Mapping, Sequence

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics, ttfonts

import resources

BODY = "NotoSerifSC-Regular"
PLAIN = "NotoSansSC-Regular"
BOLD = "NotoSansSC-Bold"
"""Body in the manner of 宋体; labels and headings in that of 黑体."""

MAKING = threading.RLock()
"""reportlab keeps what it knows of fonts in one place for all threads: one paper at a time."""

_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\ufe0e\ufe0f\u00ad]")
"""Characters that are meant not to be seen; leaving them out loses nothing."""


@functools.cache
def ready() -> None:
    """Register the fonts, once, when the first paper is made: reading them takes a moment."""
    with MAKING:
        ttfonts.makeToUnicodeCMap = to_unicode_map
        for name in (BODY, PLAIN, BOLD):
            file = resources.path(f"fonts/{name}.ttf")
            pdfmetrics.registerFont(ttfonts.TTFont(name, str(file)))
        # Without it each PDF names Helvetica, which is not embedded.
        rl_config.canvas_basefontname = BODY


def to_unicode_map(font_name: str, subset: Sequence[int]) -> str:
    """The table by which a reader copies and searches the text of an embedded font.

    WORKAROUND for reportlab 5.1.0, which writes characters above U+FFFF with five digits, so that
    周𬭊 is copied as 周Ⲵ. They are written in UTF-16 here. Goes when reportlab does so itself.
    """
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo",
        f"<< /Registry ({font_name})",
        f"/Ordering ({font_name})",
        "/Supplement 0",
        ">> def",
        f"/CMapName /{font_name} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        f"<00> <{len(subset) - 1:02X}>",
        "endcodespacerange",
    ]
    pairs = [
        f"<{code:02X}> <{chr(char).encode('utf-16-be').hex().upper()}>"
        for code, char in enumerate(subset)
    ]
    for start in range(0, len(pairs), 100):  # the format allows a hundred in one block
        block = pairs[start : start + 100]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines)


def widths_of(font: str) -> Mapping[int, float]:
    """The width of each character, in thousandths of the size."""
    widths: Mapping[int, float] = pdfmetrics.getFont(font).face.charWidths
    return widths


def has_glyph(char: str, font: str = BODY) -> bool:
    return ord(char) in pdfmetrics.getFont(font).face.charToGlyph


def stand_in(char: str) -> str:
    """What is printed for a character that no font of ours has: seen, and told by its number."""
    return f"□(U+{ord(char):04X})"


def printable(text: str, font: str = BODY) -> str:
    """The text with tabs as spaces, and a visible note for what cannot be printed."""
    ready()
    text = _INVISIBLE.sub("", text)
    if any(map(unicodedata.combining, text)):  # é as e and an accent; nothing else is normalised
        text = unicodedata.normalize("NFC", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").replace("\xa0", " ")
    return "".join(c if c == "\n" or has_glyph(c, font) else stand_in(c) for c in text)


def width(text: str, font: str, size: float) -> float:
    return float(pdfmetrics.stringWidth(text, font, size))


def fitted(text: str, font: str, size: float, room: float) -> str:
    """The text on one line, cut with … where the room ends: for headers, never for content."""
    text = printable(text, font).replace("\n", " ")
    if width(text, font, size) <= room:
        return text
    while text and width(text + "…", font, size) > room:
        text = text[:-1]
    return text.rstrip() + "…"
