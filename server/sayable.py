"""What a change may say: of a known form, edits that it declares, and what its step asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

from app import answers as rules
from app.errors import Invalid, NotFound, TryLater
from app.forms import FORMS
from app.forms.schema import Form, Rows
from app.forms.upgrades import edits_up_to_date
from app.record import Answers, Edits, Record
from app.workflows import WORKFLOWS
from app.workflows.table import Step, Workflow
from server import effects
from server.books import Books
from sync.protocol import Change


def declared(change: Change) -> tuple[Form, Workflow]:
    form, workflow = FORMS.get(change.form), WORKFLOWS.get(change.form)
    if form is None or workflow is None:
        raise NotFound(
            f"登记中心没有“{change.form}”这种表单。请更新登记中心，或联系技术支持。",
            f"The registry does not know the form “{change.form}”. Please ask for support.",
        )
    if change.form_version < 1:
        raise Invalid(
            "上报的内容不合规定，登记中心不能处理。请更新程序后再试。",
            "This change is not as the protocol says and cannot be done. Please update the "
            "program and try again.",
            parts=["form_version"],
        )
    if change.form_version > form.version:
        raise TryLater(
            "登记中心的表单版本较旧，暂不能接收。待登记中心更新后会自动再试。",
            "The registry still has an older version of this form. It will be tried again once "
            "the registry is updated.",
            reason="version",
        )
    return form, workflow


# -- edits -------------------------------------------------------------------------

ROWS = tuple(("row",) * n for n in range(4))
ROW = re.compile(r"[A-Za-z0-9_-]{1,40}")
DEEPEST_ROW = 6
"""Parts of a row's path at most: groups and rows in turn."""
LONGEST = 200_000
"""Characters of one answer; forms say shorter, but a draft is not refused for those."""
MOST = 2000
"""Entries of one answer that is a list."""


def checked_edits(form: Form, change: Change) -> Edits:
    edits = edits_up_to_date(form.id, change.form_version, dict(change.edits), latest=form.version)
    no_leaves = _not_leaves(form, edits) | _not_leaves(form, change.settled)
    no_leaves |= {p for p, (was, _now) in edits.items() if was is not None and not _is_plain(was)}
    no_leaves |= {p for p, (was, _) in change.settled.items() if not _is_leaf(form, p, was)}
    wrong = sorted(no_leaves)
    # They are told again, and a half of a character cannot be.
    wrong = [path.encode(errors="replace").decode() for path in wrong]
    if wrong:
        raise Invalid(
            f"登记中心不认识这些内容：{'、'.join(wrong[:5])}。请更新程序后再试。",
            f"The registry does not know these answers: {', '.join(wrong[:5])}. Please update the "
            "program and try again.",
            problems=wrong,
        )
    return edits


def _not_leaves(form: Form, edits: Mapping[str, tuple[Any, Any]]) -> set[str]:
    """The paths that lead neither to one answer of the form nor to an empty row."""
    shapes = dict[str, str | None]()  # many answers stand in one row: looked at once
    return {path for path, (_was, now) in edits.items() if not _is_leaf(form, path, now, shapes)}


def _is_leaf(
    form: Form, path: str, value: Any, shapes: dict[str, str | None] | None = None
) -> bool:
    """Whether it leads to one answer of the form, or to an empty row; and the value is plain."""
    row, slash, last = path.rpartition("/")
    shapes = {} if shapes is None else shapes
    if row not in shapes:
        shapes[row] = _shape(row)
    shape = shapes[row] if slash else ""
    kind = "" if shape is None else _kind_of(form.id, shape, last)
    if kind == "answer":
        return value is None or _is_plain(value)
    return kind == "row" and value in (None, True)


def _shape(row: str) -> str | None:
    """The path of a row, whichever row it is; None for what is none."""
    parts = row.split("/")
    if len(parts) % 2 or len(parts) > DEEPEST_ROW or not all(map(ROW.fullmatch, parts[1::2])):
        return None
    parts[1::2] = ROWS[len(parts) // 2]
    return "/".join(parts) + "/"


@lru_cache(maxsize=10_000)
def _kind_of(form_id: str, row: str, last: str) -> Literal["answer", "row", ""]:
    """What a path leads to, whichever its rows."""
    path = row + last
    try:
        field = FORMS[form_id].at(path.rstrip("/"))[-1]
    except (KeyError, IndexError):
        return ""
    if path.count("/") % 2:  # not one part more than it has groups and rows
        return ""
    if path.endswith("/"):
        return "row" if isinstance(field.type, Rows) else ""
    return "" if isinstance(field.type, Rows) else "answer"


def _is_plain(value: Any, *, inside: bool = False) -> bool:
    if type(value) is str:
        return len(value) <= LONGEST and (value.isascii() or _is_text(value))
    if isinstance(value, list):
        return not inside and len(value) <= MOST and all(_is_plain(v, inside=True) for v in value)
    if isinstance(value, str):
        return len(value) <= LONGEST and _is_text(value)
    if isinstance(value, bool) or value is None:
        return True
    return isinstance(value, int | float) and abs(value) < 2**53


def _is_text(value: str) -> bool:
    """Whether it is made of characters: JSON can also write halves of them."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


DEEPEST = 6
"""Levels of what is said to a step: a group, its row, its documents and their rows."""


def _is_sayable(value: Any, left: int = DEEPEST) -> bool:
    if isinstance(value, dict):
        inner = (*value.keys(), *value.values())
        return left > 0 and len(value) <= MOST and all(_is_sayable(v, left - 1) for v in inner)
    return _is_plain(value)


# -- what was said -------------------------------------------------------------------


def asked(workflow: Workflow, change: Change) -> Answers:
    """What was said, as far as steps of this command ask for it: nothing else may decide."""
    fields = {
        f.id
        for step in workflow.steps
        if step.command == change.command and step.asks
        for f in step.asks.fields
    }
    said = {key: value for key, value in change.said.items() if key in fields}
    if wrong := sorted(key for key, value in said.items() if not _is_sayable(value)):
        raise Invalid(
            f"登记中心不认识这些内容：{'、'.join(wrong)}。请更新程序后再试。",
            f"The registry does not know these answers: {', '.join(wrong)}. Please update the "
            "program and try again.",
            problems=wrong,
        )
    return said


def said_of(step: Step, said: Answers, answers: Answers) -> Answers:
    if step.asks is None:
        return {}
    wrong = [p for p in rules.check_page(step.asks, said, answers) if p.level == "block"]
    if wrong:
        raise Invalid(
            f"“{step.zh}”还缺少或填错 {len(wrong)} 项。{wrong[0].message.zh}",
            f"“{step.en}” still has {len(wrong)} answers missing or wrong. {wrong[0].message.en}",
            problems=[p.path for p in wrong],
        )
    known = {**answers, **said}
    return {f.id: said[f.id] for f in step.asks.fields if f.id in said and f.is_shown(known)}


def refuse_said(books: Books, record: Record, step: Step, said: Answers) -> None:
    """Refuse what the rules of a step do not allow, with the sentence of the first."""
    found = effects.examined_step(books, record, step.command, said)
    if wrong := [p for p in found if p.level == "block"]:
        raise Invalid(*wrong[0].message, code=wrong[0].rule, problems=[p.path for p in wrong])
