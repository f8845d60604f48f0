"""What somebody chose at a clash, as the timeline tells it: whose text stands, and both texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.answers.edits import flat
from app.forms.schema import Field, Files, Form
from app.forms.types import Secret
from app.record import Answers

SETTLED = "settled"
"""Under this name it lies in `app.record.Passage.said`."""
MOST = 200
"""Places told in one passage; the history of the registry has all."""
LONGEST = 300
"""Characters of a text that are told; a record is carried to every desk that may read it."""


def settling(
    form: Form, settled: Mapping[str, Sequence[Any]], before: Answers, after: Answers
) -> Answers:
    """What a save that settles a clash adds to what was said: {} where it settles none.

    By path `stands` (mine, theirs, both, new) and, but for what is private, both texts. What theirs
    was is read from the record itself, not from what the desk says of it. A document is one place.
    """
    was, now = flat(before), flat(after)
    mine = {path: both[0] for path, both in settled.items()}
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(settled):
        fields = _fields(form, path)
        row = document_row(form, path)
        if not fields or (row or path) in found:
            continue
        if len(found) == MOST:
            break
        if row:
            stands = _document(row, mine, was, now)
            texts = {"mine": mine.get(f"{row}/name"), "theirs": was.get(f"{row}/name")}
        else:
            stands = _whose(now.get(path), mine[path], was.get(path))
            texts = {"mine": mine[path], "theirs": was.get(path)}
        found[row or path] = {"stands": stands, **(_told(texts) if _is_open(fields, path) else {})}
    return {SETTLED: found} if found else {}


def document_row(form: Form, path: str) -> str:
    """The row of the document that a path is about; empty where it is about none."""
    row, _, last = path.rpartition("/")
    fields = _fields(form, row) if last else ()
    return row if fields and isinstance(fields[-1].type, Files) else ""


def _fields(form: Form, path: str) -> tuple[Field, ...]:
    try:
        return tuple(form.at(path.rstrip("/")))
    except (KeyError, IndexError):  # written by a newer program
        return ()


def _whose(now: Any, mine: Any, theirs: Any) -> str:
    if now == mine:
        return "mine"
    return "theirs" if now == theirs else "new"


def _document(
    row: str, mine: Mapping[str, Any], was: Mapping[str, Any], now: Mapping[str, Any]
) -> str:
    inside = [path for path in mine if path.startswith(row + "/")]
    if all(now.get(path) == mine[path] for path in inside):
        return "mine"
    if any(now.get(path) != was.get(path) for path in inside):
        return "new"
    group = row.rpartition("/")[0]
    lasts = [path.rpartition("/")[2] for path in inside]
    beside = {path.rpartition("/")[0] for path in now if path.startswith(group + "/")} - {row}
    for other in beside:
        if all(now.get(f"{other}/{last}") == mine[f"{row}/{last}"] for last in lasts):
            return "both"
    return "theirs"


def _is_open(fields: Sequence[Field], path: str) -> bool:
    hidden = any(field.private or isinstance(field.type, Secret) for field in fields)
    return not hidden and not path.endswith("/")


def _told(texts: Mapping[str, Any]) -> dict[str, Any]:
    return {whose: _short(value) for whose, value in texts.items() if value is not None}


def _short(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST:
        return value[: LONGEST - 1] + "…"
    return value
