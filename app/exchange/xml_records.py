"""XML of registries as plain values: no entities, no network, nothing too deep or too large."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from app.errors import Unreadable
from app.exchange import chictr, ictrp
from app.exchange.prefill import DEEPEST, Prefill

TRIALS = frozenset({"trial", "triall"})
"""ChiCTR writes Triall, with two l."""


def trials_of(content: bytes) -> Iterator[Any]:
    """Each trial of the file; Unreadable where there is none."""
    root = _root(content)
    trials = [e for e in root if isinstance(e.tag, str) and e.tag.lower() in TRIALS]
    if not trials:
        raise _unknown()
    yield from trials


def study_from(trial: Any) -> Prefill:
    """Fill the study form from one trial; Unreadable where it is of no known kind."""
    body = tree_of(trial)
    if chictr.is_record(body):
        return chictr.study_from(body)
    if isinstance(body, dict) and isinstance(body.get("TrialID"), str):
        return ictrp.study_from(flat(body))
    raise _unknown()


def flat(body: dict[str, Any]) -> dict[str, str]:
    """The columns by their names in the CSV: the XML has underscores for blanks."""
    row = {}
    for key, value in body.items():
        name = key.replace("_", " ")
        name = _NAMES.get(name.lower(), name)
        row[name] = value if isinstance(value, str) else ";".join(map(str, value))
    return row


_NAMES = {
    name.lower(): name
    for name in (*vars(ictrp.PLACES).values(), *ictrp.REGISTRATION)
    if isinstance(name, str) and name
}


def tree_of(element: Any, depth: int = 0) -> Any:
    """Objects, lists and texts of an element; names that come again become a list."""
    if depth > DEEPEST:
        raise _unknown()
    inner = [child for child in element if isinstance(child.tag, str)]
    if not inner:
        return element.text or ""
    body: dict[str, Any] = {}
    for child in inner:
        value = tree_of(child, depth + 1)
        if child.tag not in body:
            body[child.tag] = value
        elif isinstance(body[child.tag], list):
            body[child.tag].append(value)
        else:
            body[child.tag] = [body[child.tag], value]
    return body


def _root(content: bytes) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as failed:
        raise _unknown() from failed
    dtd: Any = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _entity in dtd.iterentities()):
        raise Unreadable(
            "文件含有不允许的定义（实体）。请使用平台下载的原文件。",
            "The file holds definitions that are not allowed (entities). Use the original file.",
        )
    return root


def _unknown() -> Unreadable:
    return Unreadable(
        "不认识这种 XML。可以读取 ChiCTR 的“下载XML文档”和 WHO ICTRP 的 XML。",
        "This XML is not known. ChiCTR's XML and WHO ICTRP's XML can be read.",
    )
