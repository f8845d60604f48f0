"""What a roster needs of an .xlsx, in one pass: texts, kinds, merges, formulas, what is hidden.

Runs in the child process (`app.roster.child`): whatever a hostile file does to the parser, it does
to that process and within its limits. One parser reads everything, so that no second one can
understand the same file differently.
"""

from __future__ import annotations

import datetime
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import IO, Any

from lxml import etree

from app.roster.templates import GUIDE_SHEET, RESULT_SHEET, cell, letter

MOST_ENTRIES = 1_000
MOST_BYTES = 300_000_000
MOST_RATIO = 400
"""Times that a part of more than 4 MB may be larger than its compressed form."""
MOST_CHARACTERS = 30_000_000
"""Of the text that is handed back; 2,000 full rows hold a tenth of it."""
MOST_NOTED = 500
"""Merged ranges, formulas and hidden places that are named one by one."""

REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_REL = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


class NotAWorkbook(Exception):
    """Why the file cannot be read, in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh, self.en = zh, en


@dataclass
class Found:
    """What one sheet holds, in the shape that crosses the pipe."""

    name: str = ""
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    formulas: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    width: int = 0
    """The last column that holds something, counted from 1."""
    more: bool = False
    """There are more rows than were asked for."""


def _look_at_beginning(path: str) -> None:
    """Refuse by the first bytes what is no zip, and say what it is."""
    with open(path, "rb") as file:
        head = file.read(65_536)
    if not head:
        raise NotAWorkbook("文件是空的（0 字节）", "the file is empty (0 bytes)")
    if head[:4] == b"\xd0\xcf\x11\xe0":
        if "EncryptedPackage".encode("utf-16-le") in head:
            raise NotAWorkbook(
                "文件有打开密码，请去除密码后另存", "it has a password; save it without one"
            )
        raise NotAWorkbook("这是旧版 .xls，请另存为 .xlsx", "this is an old .xls; save it as .xlsx")
    if head[:2] != b"PK":
        raise NotAWorkbook("文件内容不是工作簿", "what is in the file is no workbook")


def opened(path: str) -> zipfile.ZipFile:
    """Open the zip, or refuse it for what its directory says, before anything is unpacked."""
    _look_at_beginning(path)
    archive = zipfile.ZipFile(path)
    entries = archive.infolist()
    names = [e.filename for e in entries]
    if len(entries) > MOST_ENTRIES or len(set(names)) != len(names):
        raise NotAWorkbook(
            "文件结构异常，请用 Excel 重新另存",
            "its structure is unusual; save it again with Excel",
        )
    if any(e.flag_bits & 1 for e in entries):
        raise NotAWorkbook(
            "文件有打开密码，请去除密码后另存", "it has a password; save it without one"
        )
    if sum(e.file_size for e in entries) > MOST_BYTES or any(
        e.file_size > 4_000_000 and e.file_size > MOST_RATIO * max(e.compress_size, 1)
        for e in entries
    ):
        raise NotAWorkbook(
            "解压后过大，可能是恶意文件", "it is too large once unpacked and may be hostile"
        )
    if any(n.lower().endswith("vbaproject.bin") for n in names):
        raise NotAWorkbook(
            "文件含宏，请另存为不含宏的 .xlsx", "it holds macros; save it as .xlsx without them"
        )
    return archive


def parsed(stream: IO[bytes], *tags: str) -> Iterator[Any]:
    """Give the named elements as they end; refuse entities and document types."""
    first = True
    for _event, element in etree.iterparse(
        stream, events=("end",), tag=tags, resolve_entities=False, load_dtd=False, no_network=True
    ):
        if first and element.getroottree().docinfo.internalDTD is not None:
            raise NotAWorkbook(
                "文件含有不允许的定义（DTD）", "it holds definitions that are not allowed (DTD)"
            )
        first = False
        yield element


def _tree(archive: zipfile.ZipFile, name: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    with archive.open(name) as stream:
        root = etree.parse(stream, parser)
    if root.docinfo.internalDTD is not None:
        raise NotAWorkbook(
            "文件含有不允许的定义（DTD）", "it holds definitions that are not allowed (DTD)"
        )
    return root.getroot()


def _sheets(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Name and part of each worksheet, in the order of the tabs."""
    types = _tree(archive, "[Content_Types].xml")
    book = next(
        (
            e.get("PartName", "").lstrip("/")
            for e in types
            if isinstance(e.tag, str) and e.get("ContentType", "").endswith("sheet.main+xml")
        ),
        "xl/workbook.xml",
    )
    folder, base = posixpath.split(book)
    links = {
        e.get("Id"): (e.get("Type", ""), e.get("Target", ""))
        for e in _tree(archive, f"{folder}/_rels/{base}.rels")
        if isinstance(e.tag, str)
    }
    found = []
    for element in _tree(archive, book).iter("{*}sheet"):
        kind, target = links.get(element.get(REL) or element.get(STRICT_REL), ("", ""))
        if kind.endswith("/worksheet"):
            part = (
                target.lstrip("/")
                if target.startswith("/")
                else posixpath.normpath(f"{folder}/{target}")
            )
            found.append((element.get("name", ""), part))
    return found


_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _text_of(item: Any) -> str:
    """The text of a string item: plain or in runs, without readings (rPh)."""
    parts = []
    for child in item:
        kind = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
        if kind == "t":
            parts.append(child.text or "")
        elif kind == "r":
            parts += [t.text or "" for t in child.iterchildren("{*}t")]
    text = "".join(parts)
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def _shared(archive: zipfile.ZipFile) -> list[str]:
    name = next((n for n in archive.namelist() if n.lower().endswith("/sharedstrings.xml")), "")
    if not name:
        return []
    found = []
    with archive.open(name) as stream:
        for item in parsed(stream, "{*}si"):
            found.append(_text_of(item))
            _forget(item)
    return found


_DATE_IDS = frozenset(
    {14, 15, 16, 17, 18, 19, 20, 21, 22, *range(27, 37), 45, 46, 47, *range(50, 59)}
)


def _date_styles(archive: zipfile.ZipFile) -> set[str]:
    """The cell styles under which a number is a day or a time."""
    name = next((n for n in archive.namelist() if n.lower().endswith("/styles.xml")), "")
    if not name:
        return set()
    root = _tree(archive, name)
    dates = set(_DATE_IDS)
    for element in root.iter("{*}numFmt"):
        plain = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", element.get("formatCode", ""))
        if element.get("numFmtId", "").isdigit() and re.search(r"[ymdhsYMDHS年月日]", plain):
            dates.add(int(element.get("numFmtId")))
    styles = next(iter(root.iter("{*}cellXfs")), ())
    return {
        str(n)
        for n, style in enumerate(styles)
        if style.get("numFmtId", "0").isdigit() and int(style.get("numFmtId", "0")) in dates
    }


def _forget(element: Any) -> None:
    """Free an element that has been read, and those before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _digits(text: str) -> str:
    """A number as a person would have typed it: 1.1010519900307E+17 → 110105199003070000."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite() or abs(number.adjusted()) > 40:
        return text
    return f"{number:f}" if number != number.to_integral_value() else f"{number:.0f}"


def _day(text: str) -> str:
    """A day or a moment as a workbook counts it, in the 1900 system."""
    try:
        moment = datetime.datetime(1899, 12, 30) + datetime.timedelta(days=float(text))  # noqa: DTZ001 -- a workbook knows no zone
    except (ValueError, OverflowError):
        return _digits(text)
    return (
        moment.date().isoformat()
        if moment.time() == datetime.time()
        else moment.isoformat(" ", "seconds")
    )


class _Reader:
    """Reads one sheet's XML row by row."""

    def __init__(self, strings: list[str], dates: set[str], most_rows: int, width: int) -> None:
        self._strings, self._dates, self._most = strings, dates, most_rows
        self._width = width
        self._columns: dict[str, int] = {}
        self._characters = 0
        self._last = 0
        self.found = Found()

    def read(self, stream: IO[bytes]) -> Found:
        notes: dict[str, Any] = {
            "row": self._row,
            "col": self._column,
            "mergeCell": self._merge,
            "autoFilter": self._filter,
        }
        for element in parsed(stream, *(f"{{*}}{name}" for name in notes)):
            notes[element.tag.rpartition("}")[2]](element)
            if self.found.more:
                break
        return self.found

    def _note(self, where: list[str], what: str) -> None:
        if len(where) < MOST_NOTED:
            where.append(what)

    def _merge(self, element: Any) -> None:
        self._note(self.found.merged, element.get("ref", ""))

    def _filter(self, element: Any) -> None:
        self._note(self.found.hidden, f"filter {element.get('ref', '')}".strip())

    def _column(self, element: Any) -> None:
        first, last = int(element.get("min", 1)), int(element.get("max", 1))
        if element.get("hidden") in ("1", "true") or element.get("width") == "0":
            for column in range(first, min(last, self._width) + 1):
                self._note(self.found.hidden, f"column {letter(column - 1)}")

    def _row(self, row: Any) -> None:
        number = int(row.get("r") or self._last + 1)
        if number <= self._last:
            raise NotAWorkbook(
                "行号混乱，请用 Excel 重新另存",
                "its rows are in disorder; save it again with Excel",
            )
        self._last = number
        values, is_filled = self._cells(row, number)
        if is_filled:
            self.found.rows.append((number, values))
            self.found.more = len(self.found.rows) > self._most
            if row.get("hidden") in ("1", "true") or row.get("ht") == "0":
                self._note(self.found.hidden, f"row {number}")
        _forget(row)

    def _cells(self, row: Any, number: int) -> tuple[list[str], bool]:
        values = [""] * self._width
        is_filled = False
        at = -1
        strings, places, plain = self._strings, self._columns, f"{row.tag[:-3]}v"
        for c in row:
            ref = c.get("r")
            known = places.get(ref.rstrip("0123456789")) if ref else None
            at = self._place(ref, at) if known is None else known
            if not len(c):  # a cell that is only formatted
                continue
            if c.get("t") == "s" and len(c) == 1 and c[0].tag == plain:  # nearly every cell
                text = strings[int(c[0].text)]
            else:
                text = self._value(c, at, number)
            if text:
                is_filled = True
                if at < self._width:
                    values[at] = text
                    self._characters += len(text)
                if at >= self.found.width:
                    self.found.width = at + 1
        if self._characters > MOST_CHARACTERS:
            raise NotAWorkbook(
                "文字过多，请分成几个文件", "it holds too much text; split it into several files"
            )
        return values, is_filled

    def _place(self, ref: str | None, at: int) -> int:
        """The column of an address, from 0; without an address, the one that was counted."""
        if not ref:
            return at + 1
        letters = ref.rstrip("0123456789")
        column = 0
        for character in letters.upper():
            column = column * 26 + ord(character) - 64
        if not 0 < column <= 16_384:
            raise NotAWorkbook("单元格地址异常", "a cell has an impossible address")
        self._columns[letters] = column - 1
        return column - 1

    def _value(self, c: Any, at: int, number: int) -> str:
        """The text of a cell; kind and formula are noted where it is not plain text."""
        kind = c.get("t", "n")
        raw = ""
        for part in c:
            name = part.tag.rpartition("}")[2] if isinstance(part.tag, str) else ""
            if name == "v":
                raw = part.text or ""
            elif name == "is":
                raw = _text_of(part)
            elif name == "f":
                self._note(self.found.formulas, cell(at, number))
        if kind == "s":
            return self._strings[int(raw)] if raw else ""
        if kind in ("str", "inlineStr") or not raw:
            return (
                _ESCAPED.sub(lambda m: chr(int(m[1], 16)), raw)
                if kind == "str" and "_x" in raw
                else raw
            )
        return self._not_text(kind, raw, c.get("s", "0"), cell(at, number))

    def _not_text(self, kind: str, raw: str, style: str, ref: str) -> str:
        if kind == "b":
            self.found.kinds[ref] = "bool"
            return "TRUE" if raw == "1" else "FALSE"
        if kind == "e":
            self.found.kinds[ref] = "error"
            return raw
        if kind == "d" or style in self._dates:
            self.found.kinds[ref] = "date"
            return raw if kind == "d" else _day(raw)
        self.found.kinds[ref] = "number"
        return _digits(raw)


def read(path: str, most_rows: int, width: int) -> Found:
    """Read the first sheet that holds something, so many columns of it; name the others that do."""
    with opened(path) as archive:
        strings, dates = _shared(archive), _date_styles(archive)
        found = Found()
        for name, part in _sheets(archive):
            if name in (GUIDE_SHEET, RESULT_SHEET):
                continue
            if found.rows:
                with archive.open(part) as stream:
                    if _Reader(strings, dates, 0, width).read(stream).rows:
                        found.others.append(name)
                continue
            with archive.open(part) as stream:
                found = _Reader(strings, dates, most_rows, width).read(stream)
            found.name = name
        return found
