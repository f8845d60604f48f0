"""What can be asked of answers once their form is known: check, compare, replay, summarise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from app.forms.schema import Field, Files, Form, Page, Rows
from app.forms.types import EMPTY, Choice, Secret
from app.record import Answers, Edits
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


def shown(form: Form, answers: Answers) -> Answers:
    """The answers that are asked under these answers: what is hidden counts for nothing.

    A hidden answer does not show another one either: conditions see only what is shown.
    """
    kept: Answers = {}
    for page in form.pages:
        if page.only is not None and not page.only.holds(kept):
            continue
        _keep_shown(page.fields, answers, kept, around={})
    return kept


def _keep_shown(
    fields: Iterable[Field], answers: Mapping[str, Any], kept: Answers, around: Mapping[str, Any]
) -> None:
    known = {**around, **kept}
    for field in fields:
        value = answers.get(field.id)
        if value in EMPTY or not field.is_shown(known):
            continue
        if isinstance(field.type, Rows) and isinstance(value, dict):
            rows: Answers = {}
            for row_id, row in value.items():
                if isinstance(field.type, Files) or not isinstance(row, dict):
                    rows[row_id] = row
                    continue
                rows[row_id] = {}
                _keep_shown(field.type.fields, row, rows[row_id], around=known)
            value = rows
        kept[field.id] = known[field.id] = value


def shown_pages(form: Form, answers: Answers) -> list[Page]:
    """The pages of the route that these answers have taken."""
    known = shown(form, answers)
    return [p for p in form.pages if p.only is None or p.only.holds(known)]


def without_hidden(form: Form, answers: Answers) -> Answers:
    """What a submission holds: answers asked, and those that steps of the workflow filled."""
    kept = shown(form, answers)
    return {f.id: kept.get(f.id, answers.get(f.id)) for f in form.fields()
            if f.id in kept or (f.is_of_review and answers.get(f.id) not in EMPTY)}  # fmt: skip


def check(form: Form, answers: Answers) -> list[Problem]:
    """List what is missing or wrong: the desk shows it, the registry refuses for it."""
    known = shown(form, answers)
    return [
        problem
        for page in shown_pages(form, answers)
        for problem in _problems(page.fields, answers, known, at="")
    ]


def check_page(page: Page, answers: Answers, around: Mapping[str, Any] | None = None) -> list[Problem]:
    """The same for the few fields that a step of a workflow asks for."""
    return list(_problems(page.fields, answers, {**(around or {}), **answers}, at=""))


def _problems(
    fields: Iterable[Field], answers: Mapping[str, Any], known: Mapping[str, Any], at: str
) -> Iterator[Problem]:
    for field in fields:
        if field.is_of_review or not field.is_shown(known):
            continue
        value = answers.get(field.id)
        if isinstance(value, str) and not value.strip():
            value = None
        if value in EMPTY:
            if field.is_required(known):
                yield Problem(at + field.id, MISSING.fill(field=field.words))
        elif said := _wrong(field, value, known):
            yield Problem(at + field.id, said, rule="V-43")
        elif isinstance(field.type, Rows):
            for row_id, row in value.items():
                yield from _problems(
                    field.type.fields, row, {**known, **row}, f"{at}{field.id}/{row_id}/"
                )


def _wrong(field: Field, value: Any, known: Mapping[str, Any]) -> Words | None:
    if said := field.type.problem(value):
        return said
    if isinstance(field.type, Choice):
        offered = {o.code for o in field.type.offered(known)}
        if not set(value if isinstance(value, list) else [value]) <= offered:
            return Words(
                "这一选项与前面的选择不符，请重新选择。",
                "This option does not go with the earlier answers; please choose again.",
            )
    return None


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
            if not inner and at:  # a new row in which nothing was typed yet
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
        if value is None:
            return ""
        return self.field.type.text(value, language) if self.field else str(value)


def compare(form: Form, before: Answers, after: Answers) -> list[Difference]:
    """Where two versions differ, in the order of the form: for the history, and for settling a clash."""
    edits = edits_between(before, after)
    order = {f.id: n for n, f in enumerate(form.fields())}
    found = []
    for path in sorted(edits, key=lambda p: (order.get(p.split("/")[0], len(order)), p)):
        was, now = edits[path]
        try:
            label, field = form.label(path.rstrip("/")), form.at(path)[-1]
        except (KeyError, IndexError):  # written by a newer program, or a row as a whole
            label, field = Words(path, path), None
        found.append(Difference(path, label, was, now, field))
    return found


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
        for page in shown_pages(form, answers)
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
            if value in EMPTY or at:
                continue
        elif not field.is_shown(known):
            continue
        if isinstance(field.type, Secret):
            continue
        rows: tuple[tuple[Line, ...], ...] = ()
        if isinstance(field.type, Rows) and not isinstance(field.type, Files):
            rows = tuple(
                tuple(
                    _lines(
                        field.type.fields, row, {**known, **row}, language, f"{at}{field.id}/{row_id}/"
                    )
                )
                for row_id, row in (value or {}).items()
            )
        text = "" if rows else field.type.text(value, language)
        yield Line(at + field.id, field.words, text, field, rows)


def files_in(fields: Iterable[Field], answers: Mapping[str, Any], at: str = "") -> dict[str, Answers]:
    """Every attached document among the answers: {path of its row: the row}."""
    found: dict[str, Answers] = {}
    for field in fields:
        value = answers.get(field.id)
        if not isinstance(value, dict) or not isinstance(field.type, Rows):
            continue
        for row_id, row in value.items():
            here = f"{at}{field.id}/{row_id}"
            if isinstance(field.type, Files):
                if isinstance(row, dict) and row.get("sha256"):
                    found[here] = row
            elif isinstance(row, dict):
                found |= files_in(field.type.fields, row, f"{here}/")
    return found
