"""Answers in words: differences, the summary behind preview and paper, attached documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.answers.asking import is_empty, pages_shown, shown
from app.answers.edits import edits_between, flat
from app.forms.schema import Field, Files, Form, People, Rows
from app.forms.types import Secret
from app.record import Answers
from app.words import Language, Words


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
        for page in pages_shown(form, known)
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
