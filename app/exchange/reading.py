"""Files of other registries, told apart by what they hold, never by their names."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from app.errors import AppError, NotFound, TooLarge, Unreadable
from app.exchange import chictr_page, ctgov, ictrp, spreadsheet, xml_records
from app.exchange.prefill import DEEPEST, Prefill

SIZE_MOST = 50 * 1024 * 1024
_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"\xef\xbb\xbf": "utf-8"}
"""What a text file begins with to say how it is written."""


def prefills(
    file: Path, *, skipped: Callable[[str, AppError], object] | None = None
) -> Iterator[Prefill]:
    """One prefill for each record of the file; AppError where it is of no known kind.

    A record among others that cannot be read does not take them with it: `skipped` is told which.
    """
    content = _content(file)
    if content.startswith(spreadsheet.ZIP):
        yield from _each(spreadsheet.rows_of(content), ictrp.study_from, skipped)
        return
    body = _unmarked(content)
    start = body.lstrip()[:1]
    if start == b"<":
        # XML says itself how it is written, where no mark does.
        trials = xml_records.trials_of(content if body is content else _declared(body))
        yield from _each(trials, xml_records.study_from, skipped)
    elif start in (b"{", b"["):
        yield from _of_json(body, skipped)
    else:
        yield from _each(ictrp.rows_of(_text(body)), ictrp.study_from, skipped)


def _of_json(
    content: bytes, skipped: Callable[[str, AppError], object] | None
) -> Iterator[Prefill]:
    body = _json(content)
    if chictr_page.is_page(body):
        yield chictr_page.study_from(body)
        return
    if isinstance(body, dict) and isinstance(body.get("studies"), list):
        body = body["studies"]  # an answer to a search holds many
    many = body if isinstance(body, list) and body else [body]
    yield from _each(iter(many), ctgov.study_from, skipped)


def _each(
    records: Iterator[Any],
    study_from: Callable[[Mapping[str, Any]], Prefill],
    skipped: Callable[[str, AppError], object] | None,
) -> Iterator[Prefill]:
    """Those that can be read; where none can, the reason why the first could not."""
    first: AppError | None = None
    some = False
    for number, record in enumerate(records, 1):
        try:
            found = study_from(record)
        except AppError as failed:
            first = first or failed
            if skipped:
                skipped(str(number), failed)
            continue
        some = True
        yield found
    if not some:
        raise first or unknown()


def depth_of(body: Any) -> int:
    """How many lists and objects lie inside each other, counted without falling in."""
    level, depth = [body], 0
    while level and depth <= DEEPEST:
        level = [
            inner
            for node in level
            if isinstance(node, dict | list)
            for inner in (node.values() if isinstance(node, dict) else node)
        ]
        depth += 1
    return depth


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > SIZE_MOST:
            raise TooLarge(
                "文件超过 50 MB。请分批下载后再选择。",
                "The file is larger than 50 MB. Please download fewer records at a time.",
            )
        return file.read_bytes()
    except OSError as failed:
        raise NotFound(
            "文件不存在或无法读取。请检查路径和权限。",
            "The file is not there or cannot be read. Please check its path and rights.",
        ) from failed


def _unmarked(content: bytes) -> bytes:
    """The text in UTF-8 without the mark that some programs put before it."""
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            try:
                return content[len(mark) :].decode(encoding).encode()
            except UnicodeError:
                raise unknown() from None
    return content


def _declared(xml: bytes) -> bytes:
    """XML in UTF-8, whatever its first line says it was written in before."""
    if xml.lstrip().startswith(b"<?xml"):
        return xml.partition(b"?>")[2]
    return xml


def _text(content: bytes) -> str:
    """Spreadsheets save CSV as UTF-8 or, in China, as GB 18030."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise unknown()


def _json(content: bytes) -> Any:
    try:
        body = json.loads(content.decode())
        if depth_of(body) > DEEPEST:
            raise ValueError("no record is built so deep")
        return body
    except (ValueError, RecursionError) as failed:
        raise unknown() from failed


def unknown() -> Unreadable:
    """The refusal of a file that holds no record of a known kind."""
    return Unreadable(
        "不认识这种文件。可以读取 ClinicalTrials.gov 的 JSON 记录（API v2）、"
        "WHO ICTRP 的表格（CSV、xlsx）或 XML、ChiCTR 的“下载XML文档”。",
        "This kind of file is not known. ClinicalTrials.gov JSON records (API v2), "
        "WHO ICTRP's table (CSV, xlsx) or XML and ChiCTR's XML can be read.",
    )
