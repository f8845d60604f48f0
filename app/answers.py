"""What can be asked of answers once their form is known: check, compare, replay, summarise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from app import lists
from app.forms.schema import Field, Files, Form, Page, People, Rows
from app.forms.types import Choice, Listed, Secret
from app.record import Answers, Edits, Principal
from app.words import Language, Words

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
    return _pages(form, shown(form, answers))


def _pages(form: Form, known: Answers) -> list[Page]:
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
        for page in _pages(form, known)
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


def edits_between(before: Answers, after: Answers) -> Edits:
    """What changed, path by path; rows by their identity, never by their place."""
    was, now = flat(before), flat(after)
    return {
        path: (was.get(path), now.get(path))
        for path in sorted(was.keys() | now.keys())
        if was.get(path) != now.get(path)
    }


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
    for path, value in paths.items():
        if value is None:
            continue
        *groups, last = path.split("/")
        node = found
        for group in groups:
            node = node.setdefault(group, {})
        if last:
            node[last] = value
    return found


@dataclass(frozen=True)
class Difference:
    """One path on which two versions differ, in stored form; `told` says it in words."""

    path: str
    label: Words
    before: Any
    after: Any
    field: Field | None

    def told(self, language: Language = "zh") -> tuple[str, str]:
        return self._text(self.before, language), self._text(self.after, language)

    def _text(self, value: Any, language: Language) -> str:
        return told(self.field, value, language)


def told(field: Field | None, value: Any, language: Language = "zh") -> str:
    """An answer in words; what its type cannot read is told as it stands, never raised."""
    if value is None or field is None:
        return "" if value is None else str(value)
    try:
        return field.type.text(value, language)
    except (AttributeError, TypeError, ValueError):
        return str(value)


def compare(form: Form, before: Answers, after: Answers) -> list[Difference]:
    """Where two versions differ, in the order of the form: for history, and to settle a clash."""
    edits = edits_between(before, after)
    rows = {_row_of(path): n for n, path in reversed([*enumerate([*flat(after), *flat(before)])])}

    def order(path: str) -> tuple[int, int, tuple[int, ...], str]:
        place = form.place(path)
        return place[0], rows.get(_row_of(path), -1), place[1:], path

    found = []
    for path in sorted(edits, key=order):
        was, now = edits[path]
        try:
            label, field = form.label(path.rstrip("/")), form.at(path)[-1]
        except (KeyError, IndexError):  # written by a newer program, or a row as a whole
            label, field = Words(path, path), None
        found.append(Difference(path, label, was, now, field))
    return found


def _row_of(path: str) -> str:
    """`group/row` of a path inside a row; empty for a field of the form itself."""
    group, *rest = path.split("/")
    return f"{group}/{rest[0]}" if len(rest) > 1 else ""


@dataclass(frozen=True)
class Line:
    """One answer in words. A group has `rows`, each a tuple of lines."""

    path: str
    label: Words
    text: str
    field: Field
    rows: tuple[tuple[Line, ...], ...] = ()


@dataclass(frozen=True)
class Section:
    """A page in words."""

    id: str
    title: Words
    lines: tuple[Line, ...]


def summarise(form: Form, answers: Answers, language: Language = "zh") -> list[Section]:
    """Say the record in words: the one text behind preview, PDF, mail and public page.

    Every question that is asked stands in it, answered or not, so that paper equals the form;
    what steps of the workflow filled is told where it has an answer. Secrets never.
    """
    known = shown(form, answers)
    return [
        Section(page.id, page.words, tuple(_lines(page.fields, answers, known, language, at="")))
        for page in _pages(form, known)
    ]


def _lines(
    fields: Iterable[Field],
    answers: Mapping[str, Any],
    known: Mapping[str, Any],
    language: Language,
    at: str,
) -> Iterator[Line]:
    for field in fields:
        value = answers.get(field.id)
        if field.is_of_review:
            if is_empty(value) or at:
                continue
        elif not field.is_shown(known):
            continue
        if isinstance(field.type, Secret):
            continue
        rows: tuple[tuple[Line, ...], ...] = ()
        if isinstance(field.type, Rows) and not isinstance(field.type, Files | People):
            rows = tuple(_lines_of_rows(field, field.type, value, known, language, at))
        text = "" if rows else told(field, value, language)
        yield Line(at + field.id, field.words, text, field, rows)


def _lines_of_rows(
    field: Field, group: Rows, value: Any, known: Mapping[str, Any], language: Language, at: str
) -> Iterator[tuple[Line, ...]]:
    if not isinstance(value, dict) or not all(isinstance(row, dict) for row in value.values()):
        return
    inside = known.get(field.id) or {}
    for row_id, row in value.items():
        if not is_empty(row):
            seen = {**known, **inside.get(row_id, {})}
            yield tuple(_lines(group.fields, row, seen, language, f"{at}{field.id}/{row_id}/"))


def files_in(
    fields: Iterable[Field], answers: Mapping[str, Any], at: str = ""
) -> dict[str, Answers]:
    """Every attached document among the answers: {path of its row: the row}."""
    found: dict[str, Answers] = {}
    for field in fields:
        rows = answers.get(field.id)
        if not isinstance(rows, dict) or not isinstance(field.type, Rows):
            continue
        for row_id, row in rows.items():
            here = f"{at}{field.id}/{row_id}"
            if isinstance(row, dict) and not isinstance(field.type, Files):
                found |= files_in(field.type.fields, row, f"{here}/")
            elif isinstance(row, dict) and isinstance(row.get("sha256"), str):
                found[here] = row
    return found
