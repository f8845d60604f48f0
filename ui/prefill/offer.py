"""What a new filing could take from something that exists, in words: to look at and to choose."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.answers import told as told_value
from app.exchange.prefill import Prefill
from app.exchange.told import masked
from app.forms import FORMS
from app.forms.schema import Field, Form, Rows
from app.record import Answers
from app.words import Language, Words

LONGEST = 600
"""Characters of one value that are shown; the filing gets all of it."""


@dataclass(frozen=True)
class Offered:
    """One answer that would be taken: its question and its text as the filing will show them."""

    path: str
    question: Words
    text: str
    sources: tuple[str, ...]
    warnings: tuple[Words, ...] = ()
    rows: tuple[Offered, ...] = ()
    """A group has its rows, a row its answers."""

    @property
    def count(self) -> int:
        return sum(row.count for row in self.rows) or 1


@dataclass(frozen=True)
class Part:
    """What would be taken of one page of the form."""

    id: str
    title: Words
    lines: tuple[Offered, ...]

    @property
    def count(self) -> int:
        return sum(line.count for line in self.lines)


@dataclass(frozen=True)
class Left:
    """A value that is not taken, and why."""

    source: str
    text: str
    reason: Words


@dataclass(frozen=True)
class Offer:
    """One record as it would become a filing."""

    id: str
    title: str
    prefill: Prefill
    parts: tuple[Part, ...]
    left: tuple[Left, ...]
    warnings: tuple[tuple[Words, Words], ...]
    """(where, what to look at)"""

    def answers(self, chosen: set[str]) -> Answers:
        """The answers of the fields chosen, by their ids."""
        return {name: v for name, v in self.prefill.answers.items() if name in chosen}


def offer_of(prefill: Prefill, language: Language, names: Mapping[str, str] | None = None) -> Offer:
    """Say what a prefill holds. `names` are what references are called."""
    form = FORMS["study"]
    said = _Saying(form, prefill, language, names or {})
    parts = tuple(
        Part(page.id, page.words, lines)
        for page in form.pages
        if (lines := tuple(said.fields(page.fields, prefill.answers, "")))
    )
    left = tuple(
        Left(said.place(one.source), said.plain(one.source, one.value), one.reason)
        for one in prefill.not_taken
    )
    warnings = tuple((said.label(w.field), w.message) for w in prefill.warnings)
    return Offer(prefill.id, form.title_of(prefill.answers), prefill, parts, left, warnings)


class _Saying:
    def __init__(
        self, form: Form, prefill: Prefill, language: Language, names: Mapping[str, str]
    ) -> None:
        self._form, self._language, self._names = form, language, names
        self._sources: dict[str, list[str]] = {}
        for taken in prefill.taken:
            self._sources.setdefault(taken.field, []).append(taken.source)
        self._warnings: dict[str, list[Words]] = {}
        for warned in prefill.warnings:
            self._warnings.setdefault(warned.field, []).append(warned.message)

    def fields(
        self, fields: tuple[Field, ...], answers: Mapping[str, Any], at: str
    ) -> Iterator[Offered]:
        for field in fields:
            value, path = answers.get(field.id), at + field.id
            if value in (None, "", [], {}):
                continue
            if isinstance(field.type, Rows) and isinstance(value, dict):
                yield self._group(field, field.type, value, path)
            else:
                yield self._one(field, value, path)

    def _one(self, field: Field, value: Any, path: str) -> Offered:
        text = told_value(field, value, self._language)
        text = masked(text) if field.private else self._names.get(text, text)
        sources = tuple(dict.fromkeys(s for s in self._sources.get(path, ()) if s != path))
        warnings = tuple(self._warnings.get(path, ()))
        return Offered(path, field.words, text[:LONGEST], sources, warnings)

    def _group(self, field: Field, group: Rows, rows: Mapping[str, Any], path: str) -> Offered:
        inside = []
        for number, (row_id, row) in enumerate(rows.items(), start=1):
            lines = tuple(self.fields(group.fields, row, f"{path}/{row_id}/"))
            short = " · ".join(line.text for line in lines if line.text)[:120]
            inside.append(
                Offered(f"{path}/{row_id}", Words(f"{number}", f"{number}"), short, (), (), lines)
            )
        count = Words("{n} 行", "{n} rows").fill(n=len(inside)).say(self._language)
        warnings = tuple(self._warnings.get(path, ()))
        return Offered(path, field.words, count, (), warnings, tuple(inside))

    def label(self, path: str) -> Words:
        """The question that a path asks; of what is none, its name."""
        try:
            return self._form.label(path) if path else Words("", "")
        except (KeyError, IndexError):
            return Words(path, path)

    def place(self, source: str) -> str:
        """Where a value stands in its source: an answer of an earlier study by its question."""
        words = self.label(source)
        return words.say(self._language)

    def plain(self, source: str, value: Any) -> str:
        """A value of the source as a person reads it, never as JSON has it where that differs."""
        try:
            field = self._form.at(source)[-1]
        except (KeyError, IndexError):
            field = None
        if field is not None and not isinstance(value, dict | list):
            return told_value(field, value, self._language)[:LONGEST]
        if isinstance(value, list) and all(isinstance(v, str | int | float) for v in value):
            return "；".join(map(str, value))[:LONGEST]
        if isinstance(value, str):
            return value[:LONGEST]
        return json.dumps(value, ensure_ascii=False)[:LONGEST]
