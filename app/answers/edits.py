"""What changed between two versions, path by path, and doing it again on a third."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.record import Answers, Edits


def edits_between(before: Answers, after: Answers) -> Edits:
    """What changed, path by path; rows by their identity, never by their place."""
    was, now = (flat(part) for part in _apart(before, after, down_to=2))
    return {
        path: (was.get(path), now.get(path))
        for path in sorted(was.keys() | now.keys())
        if was.get(path) != now.get(path)
    }


def _apart(before: Answers, after: Answers, down_to: int) -> tuple[Answers, Answers]:
    """The answers, and the rows of groups, that are not the same in both.

    Somebody who types changes one row of two hundred: the others are compared as they are and not
    taken apart. A row is left whole, because `flat` tells one without answers in its own way.
    """
    was = {k: v for k, v in before.items() if k not in after or after[k] != v}
    now = {k: v for k, v in after.items() if k not in before or before[k] != v}
    if down_to > 1:
        for key in was.keys() & now.keys():
            if isinstance(was[key], dict) and isinstance(now[key], dict):
                was[key], now[key] = _apart(was[key], now[key], down_to - 1)
    return was, now


@dataclass(frozen=True)
class Replay:
    """Answers after edits were done on them."""

    answers: Answers
    clashes: tuple[str, ...]
    """Paths that were neither as the edit found them nor as it left them."""


def replay(answers: Answers, edits: Edits) -> Replay:
    """Do edits on answers that may have changed since; say where that overrides somebody."""
    standing = flat(answers)
    clashes = tuple(p for p, (was, now) in edits.items() if standing.get(p) not in (was, now))
    standing |= {path: now for path, (_was, now) in edits.items()}
    return Replay(nested(standing), clashes)


def flat(answers: Mapping[str, Any], at: str = "") -> dict[str, Any]:
    """Answers by path. A row that holds nothing yet keeps its place by `group/row/`: True."""
    found: dict[str, Any] = {}
    for key, value in answers.items():
        if isinstance(value, dict):
            inner = flat(value, f"{at}{key}/")
            is_row = at.count("/") % 2 == 1
            if not inner and is_row:  # a new row in which nothing was typed yet
                inner = {f"{at}{key}/": True}
            found |= inner
        elif value is not None:
            found[at + key] = value
    return found


def nested(paths: Mapping[str, Any]) -> Answers:
    """Answers from paths: the way back of `flat`."""
    found: Answers = {}
    rows: dict[str, Answers] = {}  # many answers stand in one row: looked for once
    for path, value in paths.items():
        if value is None:
            continue
        row, slash, last = path.rpartition("/")
        node = rows.get(row) if slash else found
        if node is None:
            node = found
            for group in row.split("/"):
                node = node.setdefault(group, {})
            rows[row] = node
        if last:
            node[last] = value
    return found
