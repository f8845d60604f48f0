"""Files of other registries, told apart by what they hold, never by their names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.errors import NotFound, TooLarge, Unreadable
from app.exchange import chictr_page, ctgov, ictrp, xml_records
from app.exchange.prefill import DEEPEST, Prefill

SIZE_MOST = 50 * 1024 * 1024


def prefills(file: Path) -> Iterator[Prefill]:
    """One prefill for each record of the file; AppError where it is of no known kind."""
    content = _content(file)
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<":
        yield from xml_records.prefills(content)
    elif start in (b"{", b"["):
        yield from _of_json(content)
    else:
        text = _text(content)
        if "TrialID" not in text.partition("\n")[0]:
            raise _unknown()
        for row in ictrp.rows_of(text):
            yield ictrp.study_from(row)


def _of_json(content: bytes) -> Iterator[Prefill]:
    body = _json(content)
    if chictr_page.is_page(body):
        yield chictr_page.study_from(body)
        return
    if isinstance(body, dict) and isinstance(body.get("studies"), list):
        body = body["studies"]  # an answer to a search holds many
    for record in body if isinstance(body, list) and body else [body]:
        yield ctgov.study_from(record)


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


def _text(content: bytes) -> str:
    """Spreadsheets save CSV as UTF-8 or, in China, as GB 18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unknown()


def _json(content: bytes) -> Any:
    try:
        body = json.loads(content.decode("utf-8-sig"))
        if depth_of(body) > DEEPEST:
            raise ValueError("no record is built so deep")
        return body
    except (ValueError, RecursionError) as failed:
        raise _unknown() from failed


def _unknown() -> Unreadable:
    return Unreadable(
        "不认识这种文件。可以读取 ClinicalTrials.gov 的 JSON 记录（API v2）、"
        "WHO ICTRP 的 CSV 或 XML、ChiCTR 的“下载XML文档”。",
        "This kind of file is not known. ClinicalTrials.gov JSON records (API v2), "
        "WHO ICTRP's CSV or XML and ChiCTR's XML can be read.",
    )
