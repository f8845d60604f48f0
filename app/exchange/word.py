"""A record as a Word document: everything its form asks, in the form's order.

Written part by part, because it needs little: headings, paragraphs, tables of two columns or of a
group, Chinese fonts by name. No field, link or macro: what a person typed is text only.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker  # type: ignore[import-not-found]  # its stubs lack it

from app.answers import Line
from app.exchange.heading import facts_of
from app.exchange.pdf.filing import watermark_of
from app.exchange.told import Names, told
from app.forms import FORMS
from app.record import Record
from app.words import Language

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_W_ = ElementMaker(namespace=_W, nsmap={"w": _W})

WHOLE_MOST = 400
"""A row with no longer text than this stays on one page."""
WIDTH = 9300
"""The text's width on A4 in twentieths of a point."""
COLUMNS_MOST = 5
NO_ANSWER = "—"
EARLIEST = (2026, 1, 1, 0, 0, 0)
"""The time of every part: the same record gives the same bytes."""
STYLES = (
    # id, name, family of fonts, half-points, bold, outline level, space before and after
    ("Normal", "Normal", "宋体", 21, False, None, (0, 0)),
    ("Title", "Title", "黑体", 36, True, None, (0, 120)),
    ("Subtitle", "Subtitle", "宋体", 26, False, None, (0, 240)),
    ("Heading1", "heading 1", "黑体", 28, True, 0, (320, 120)),
    ("Heading2", "heading 2", "黑体", 23, True, 1, (200, 80)),
    ("Label", "Label", "黑体", 20, False, None, (0, 0)),
)


def filing_word(
    record: Record,
    *,
    institution: str = "",
    printed_by: str = "",
    printed_at: datetime.datetime | None = None,
    language: Language = "zh",
    names: Names | None = None,
) -> bytes:
    """The whole record as .docx; a draft says so above its title and on every page."""
    form = FORMS[record.form]
    title = form.title_of(record.answers)
    mark = watermark_of(record, language)
    facts = facts_of(record, institution, printed_by, printed_at, language)
    body = _W_.body(
        *([_paragraph(mark, "Subtitle", centred=True)] if mark else []),
        _paragraph(form.words.say(language), "Title", centred=True),
        *([_paragraph(title, "Subtitle", centred=True)] if title else []),
        _pairs(facts),
    )
    for n, section in enumerate(told(form, record.answers, names=names, language=language), 1):
        if section.lines:
            body.append(_paragraph(f"{n}  {section.title.say(language)}", "Heading1"))
            body.extend(_of_lines(section.lines, language))
    body.append(_page())
    header = " · ".join(part for part in (mark, institution, record.number, title) if part)
    return _package(_W_.document(body), header, language)


def _of_lines(lines: Sequence[Line], language: Language) -> Iterator[Any]:
    pairs: list[tuple[str, str]] = []
    for line in lines:
        label = line.label.say(language)
        if not line.rows:
            pairs.append((label, line.text))
            continue
        if pairs:
            yield _pairs(pairs)
            pairs = []
        yield from _group(label, line, language)
        # Two tables with nothing between them are one table to a word processor.
        yield _paragraph("", "Label")
    if pairs:
        yield _pairs(pairs)


def _group(label: str, line: Line, language: Language) -> Iterator[Any]:
    """A group of few questions as one table; a larger one as a table for each of its rows."""
    heads: dict[str, str] = {}
    for row in line.rows:
        for inner in row:
            heads.setdefault(inner.field.id, inner.label.say(language))
    nested = any(inner.rows for row in line.rows for inner in row)
    if len(heads) <= COLUMNS_MOST and not nested:
        yield _paragraph(label, "Heading2")
        told_rows = [
            [str(n), *({i.field.id: i.text for i in row}.get(key, "") for key in heads)]
            for n, row in enumerate(line.rows, 1)
        ]
        share = (WIDTH - 600) // max(len(heads), 1)
        yield _table([600, *[share] * len(heads)], told_rows, head=["", *heads.values()])
        return
    for n, row in enumerate(line.rows, 1):
        yield _paragraph(f"{label}  {n} / {len(line.rows)}", "Heading2")
        yield from _of_lines(row, language)


def _pairs(pairs: Sequence[tuple[str, str]]) -> Any:
    return _table([2800, WIDTH - 2800], pairs, labels=True)


def _a(name: str) -> str:
    return f"{{{_W}}}{name}"


def _table(
    widths: Sequence[int],
    rows: Sequence[Sequence[str]],
    *,
    head: Sequence[str] = (),
    labels: bool = False,
) -> Any:
    edges = ("top", "left", "bottom", "right", "insideH", "insideV")
    line = {_a("val"): "single", _a("sz"): "4", _a("space"): "0", _a("color"): "9AA1AB"}
    table = _W_.tbl(
        _W_.tblPr(
            _W_.tblW({_a("w"): str(sum(widths)), _a("type"): "dxa"}),
            _W_.tblBorders(*(_W_(edge, line) for edge in edges)),
            _W_.tblLayout({_a("type"): "fixed"}),
        ),
        _W_.tblGrid(*(_W_.gridCol({_a("w"): str(width)}) for width in widths)),
    )
    if head:
        table.append(_row(widths, head, shaded=len(head), is_head=True))
    for texts in rows:
        table.append(_row(widths, texts, shaded=1 if labels else 0))
    return table


def _row(widths: Sequence[int], texts: Sequence[str], *, shaded: int, is_head: bool = False) -> Any:
    is_short = max(map(len, texts), default=0) <= WHOLE_MOST
    traits = [_W_.cantSplit()] * is_short + [_W_.tblHeader()] * is_head
    row = _W_.tr(*([_W_.trPr(*traits)] if traits else []))
    for n, (width, text) in enumerate(zip(widths, texts, strict=True)):
        shade = {_a("val"): "clear", _a("color"): "auto", _a("fill"): "EEF1F4"}
        properties = _W_.tcPr(_W_.tcW({_a("w"): str(width), _a("type"): "dxa"}))
        if n < shaded:
            properties.append(_W_.shd(shade))
        style = "Label" if n < shaded else "Normal"
        said = text.strip() or ("" if is_head else NO_ANSWER)
        row.append(_W_.tc(properties, *(_paragraph(part, style) for part in said.split("\n"))))
    return row


def _paragraph(text: str, style: str, *, centred: bool = False) -> Any:
    properties = _W_.pPr(_W_.pStyle({_a("val"): style}))
    if centred:
        properties.append(_W_.jc({_a("val"): "center"}))
    said = _W_.t(clean(text), {"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
    return _W_.p(properties, _W_.r(said))


def clean(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return re.sub("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]", "", text)


def _page() -> Any:
    """A4, room for binding at the left, the header and the footer below it."""
    return _W_.sectPr(
        _W_.headerReference({_a("type"): "default", f"{{{_OFFICE}}}id": "header"}),
        _W_.footerReference({_a("type"): "default", f"{{{_OFFICE}}}id": "footer"}),
        _W_.pgSz({_a("w"): "11906", _a("h"): "16838"}),
        _W_.pgMar(
            {_a(k): v for k, v in (
                ("top", "1361"), ("right", "1021"), ("bottom", "1247"), ("left", "1417"),
                ("header", "700"), ("footer", "600"), ("gutter", "0"),
            )}
        ),
    )  # fmt: skip


def _styles() -> Any:
    styles = _W_.styles()
    for style_id, name, font, size, bold, level, (before, after) in STYLES:
        paragraph = _W_.pPr(
            *([_W_.keepNext()] if level is not None else []),
            _W_.spacing({_a("before"): str(before), _a("after"): str(after)}),
            *([_W_.outlineLvl({_a("val"): str(level)})] if level is not None else []),
        )
        latin = "Times New Roman" if font == "宋体" else "Arial"
        run = _W_.rPr(
            _W_.rFonts({_a("ascii"): latin, _a("hAnsi"): latin, _a("eastAsia"): font}),
            *([_W_.b()] if bold else []),
            _W_.sz({_a("val"): str(size)}),
            _W_.lang({_a("val"): "en-GB", _a("eastAsia"): "zh-CN"}),
        )
        about = {_a("type"): "paragraph", _a("styleId"): style_id}
        if style_id == "Normal":
            about[_a("default")] = "1"
        based = [] if style_id == "Normal" else [_W_.basedOn({_a("val"): "Normal"})]
        styles.append(_W_.style(about, _W_.name({_a("val"): name}), *based, paragraph, run))
    return styles


def _footer(language: Language) -> Any:
    """第 n 页 共 m 页, counted by Word."""

    def count(what: str) -> Any:
        return _W_.fldSimple({_a("instr"): f" {what} "}, _W_.r(_W_.t("1")))

    def said(text: str) -> Any:
        return _W_.r(_W_.t(text, {"{http://www.w3.org/XML/1998/namespace}space": "preserve"}))

    begin, middle, end = ("第 ", " 页 共 ", " 页") if language == "zh" else ("Page ", " of ", "")
    centred = _W_.pPr(_W_.jc({_a("val"): "center"}))
    parts = (said(begin), count("PAGE"), said(middle), count("NUMPAGES"), said(end))
    return _W_.ftr(_W_.p(centred, *parts))


def _package(document: Any, header: str, language: Language) -> bytes:
    parts = {
        "word/document.xml": document,
        "word/styles.xml": _styles(),
        "word/header1.xml": _W_.hdr(_paragraph(header, "Label")),
        "word/footer1.xml": _footer(language),
    }
    kinds = ("document.main", "styles", "header", "footer")
    types = _plain(f"{_PACKAGE}/content-types")
    listed = types.Types(
        types.Default(Extension="rels", ContentType=f"{_RELS}+xml"),
        types.Default(Extension="xml", ContentType="application/xml"),
        *(
            types.Override(PartName=f"/{name}", ContentType=f"{_TYPE}.{kind}+xml")
            for name, kind in zip(parts, kinds, strict=True)
        ),
    )
    files = {
        "[Content_Types].xml": listed,
        "_rels/.rels": _relations(("document", "officeDocument", "word/document.xml")),
        "word/_rels/document.xml.rels": _relations(
            ("styles", "styles", "styles.xml"),
            ("header", "header", "header1.xml"),
            ("footer", "footer", "footer1.xml"),
        ),
        **parts,
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, root in files.items():
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(
                entry,
                etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True),
            )
    return content.getvalue()


_RELS = "application/vnd.openxmlformats-package.relationships"


def _relations(*relations: tuple[str, str, str]) -> Any:
    make = _plain(f"{_PACKAGE}/relationships")
    return make.Relationships(
        *(
            make.Relationship(Id=name, Type=f"{_OFFICE}/{kind}", Target=target)
            for name, kind, target in relations
        )
    )


def _plain(namespace: str) -> Any:
    """Elements without a prefix: LibreOffice does not find the parts of a package that has one."""
    return ElementMaker(namespace=namespace, nsmap={None: namespace})
