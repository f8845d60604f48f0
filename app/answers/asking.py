"""Which questions are asked under given answers, and what is missing or wrong in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from app import lists
from app.forms.schema import Field, Files, Form, Page, Rows
from app.forms.types import Choice, Listed
from app.record import Answers, Principal
from app.words import Words

Level: TypeAlias = Literal["block", "warn", "note"]
"""阻断 (submitting waits for it), 警告 (asks to confirm), 提示 (for information)."""

LEVELS: dict[Level, Words] = {
    "block": Words("阻断", "Blocking"),
    "warn": Words("警告", "Warning"),
    "note": Words("提示", "Note"),
}

MISSING = Words("请填写“{field}”。", "Please fill in “{field}”.")


@dataclass(frozen=True)
class Problem:
    """Something about one answer that a person should know, and where to mend it."""

    path: str
    """Where: a field, or group/row/field."""
    message: Words
    level: Level = "block"
    rule: str = "V-01"
    """The rule it comes from (spec/domain.md §2.11 and the like)."""
    people: tuple[str, ...] = ()
    """Whose own records may have to be mended for it: `person:…`."""
    is_theirs: bool = False
    """Whether it can be mended in their records only, not at its path."""


def is_empty(value: Any) -> bool:
    """Nothing was answered: also spaces only, and rows in which nothing was typed."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, dict):
        return all(map(is_empty, value.values()))
    return value is None or value == []


def shown(form: Form, answers: Answers) -> Answers:
    """The answers that are asked under these answers: what is hidden counts for nothing.

    A hidden answer does not show another one either: conditions see only what is shown.
    """
    kept: Answers = {}
    for page in form.pages:
        if page.only is None or page.only.holds(kept):
            _keep_shown(page.fields, answers, kept, around={})
    return kept


def _keep_shown(
    fields: Iterable[Field], answers: Mapping[str, Any], kept: Answers, around: Mapping[str, Any]
) -> None:
    known = {**around, **kept}
    for field in fields:
        value = answers.get(field.id)
        if is_empty(value) or not field.is_shown(known):
            continue
        if isinstance(field.type, Rows) and not isinstance(field.type, Files):
            value = _shown_rows(field.type, value, known)
        kept[field.id] = known[field.id] = value


def _shown_rows(group: Rows, rows: Any, known: Mapping[str, Any]) -> Any:
    if not isinstance(rows, dict):  # malformed: `check` says so
        return rows
    found: Answers = {}
    for row_id, row in rows.items():
        found[row_id] = row
        if isinstance(row, dict):
            found[row_id] = {}
            _keep_shown(group.fields, row, found[row_id], around=known)
    return found


def given(form: Form, principal: Principal) -> Answers:
    """What the form can take from whoever begins a record: their institution, their name."""
    return {
        f.id: told_of for f in form.fields() if f.given and (told_of := getattr(principal, f.given))
    }


def shown_pages(form: Form, answers: Answers) -> list[Page]:
    """The pages of the route that these answers have taken."""
    return pages_shown(form, shown(form, answers))


def pages_shown(form: Form, known: Answers) -> list[Page]:
    return [p for p in form.pages if p.only is None or p.only.holds(known)]


def without_hidden(form: Form, answers: Answers) -> Answers:
    """What a submission holds: answers asked, what is filled without being asked, nothing empty.

    Answers that this program does not know were written by a newer one: they stay as they are.
    """
    kept = _without_hidden(tuple(form.fields()), answers, shown(form, answers))
    return kept | {key: value for key, value in answers.items() if not form.has(key)}


def _without_hidden(
    fields: Iterable[Field], answers: Mapping[str, Any], known: Mapping[str, Any]
) -> Answers:
    kept: Answers = {}
    for field in fields:
        value = answers.get(field.id)
        if is_empty(value) or not (field.is_of_review or field.id in known):
            continue
        is_group = isinstance(field.type, Rows) and not isinstance(field.type, Files)
        if is_group and not field.is_of_review and isinstance(value, dict):
            inside = known[field.id]
            value = {
                row_id: _row_without_hidden(field, row, inside.get(row_id))
                for row_id, row in value.items()
                if not is_empty(row)
            }
        kept[field.id] = value
    return kept


def _row_without_hidden(group: Field, row: Any, known: Any) -> Any:
    if not isinstance(group.type, Rows) or not isinstance(row, dict):
        return row
    ids = {f.id for f in group.type.fields}
    kept = _without_hidden(group.type.fields, row, known)
    return kept | {key: value for key, value in row.items() if key not in ids}


def check(form: Form, answers: Answers) -> list[Problem]:
    """List what is missing or wrong: the desk shows it, the registry refuses for it."""
    known = shown(form, answers)
    return [
        problem
        for page in pages_shown(form, known)
        for problem in _problems(page.fields, answers, known, at="")
    ]


def check_page(
    page: Page, answers: Answers, around: Mapping[str, Any] | None = None
) -> list[Problem]:
    """The same for the few fields that a step of a workflow asks for."""
    known: Answers = {}
    _keep_shown(page.fields, answers, known, around=around or {})
    return list(_problems(page.fields, answers, {**(around or {}), **known}, at=""))


def _problems(
    fields: Iterable[Field], answers: Mapping[str, Any], known: Mapping[str, Any], at: str
) -> Iterator[Problem]:
    for field in fields:
        if field.is_of_review or not field.is_shown(known):
            continue
        value = answers.get(field.id)
        if is_empty(value):
            if field.is_required(known):
                yield from _missing(field, value, known, at)
        elif said := _wrong(field, value, known):
            yield Problem(at + field.id, said, rule="V-43")
        elif isinstance(field.type, Rows) and isinstance(value, dict):
            yield from _problems_in_rows(field, field.type, value, known, at)


def _missing(field: Field, value: Any, known: Mapping[str, Any], at: str) -> Iterator[Problem]:
    """A required group in which only empty rows stand: what the first row lacks leads further."""
    if isinstance(field.type, Rows) and value:
        row_id = next(iter(value))
        lacking = list(_problems(field.type.fields, {}, known, f"{at}{field.id}/{row_id}/"))
        if lacking:
            yield from lacking
            return
    yield Problem(at + field.id, MISSING.fill(field=field.words))


def _problems_in_rows(
    field: Field, group: Rows, rows: Mapping[str, Any], known: Mapping[str, Any], at: str
) -> Iterator[Problem]:
    inside = known.get(field.id) or {}
    for row_id, row in rows.items():
        if not is_empty(row):
            seen = row if isinstance(group, Files) else inside.get(row_id, {})
            yield from _problems(group.fields, row, {**known, **seen}, f"{at}{field.id}/{row_id}/")


def _wrong(field: Field, value: Any, known: Mapping[str, Any]) -> Words | None:
    if said := field.type.problem(value):
        return said
    if isinstance(field.type, Choice):
        offered = {o.code for o in field.type.offered(known)}
        if not set(value if isinstance(value, list) else [value]) <= offered:
            return NOT_OFFERED
    if isinstance(field.type, Listed) and field.type.within:
        found = lists.entry(field.type.list_id, value)
        if found and found.parent != known.get(field.type.within):
            return NOT_OFFERED
    return None


NOT_OFFERED = Words(
    "这一选项与前面的选择不符，请重新选择。",
    "This option does not go with the earlier answers; please choose again.",
)
