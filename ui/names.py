"""What records are called, and references (`person:…`) said as the names the directory knows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from app.forms import FORMS
from app.record import Answers, Record
from ui.language import say

if TYPE_CHECKING:
    from local_db import WorkingCopy

REFERENCE = re.compile(r"\b(?:person|office|committee):[0-9a-f]{8}-[0-9a-f-]{27}")


class Names:
    """Looks every reference up once. To be asked in the data lane."""

    def __init__(self, copy: WorkingCopy) -> None:
        self._copy = copy
        self._known: dict[str, str] = {}

    def name(self, reference: str) -> str:
        if reference not in self._known:
            card = self._copy.card(reference)
            self._known[reference] = str(card["name"]) if card and card.get("name") else ""
        return self._known[reference]

    def put_into(self, text: str) -> str:
        """The text with names in place of references; one that nobody knows is left out."""
        return REFERENCE.sub(lambda found: self.name(found[0]) or "—", text)

    def within(self, answers: Answers) -> dict[str, str]:
        """The names of every reference among these answers."""
        found = set(REFERENCE.findall(json.dumps(answers)))
        return {reference: self.name(reference) or "—" for reference in found}

    def of(self, record: Record) -> dict[str, str]:
        """The names of every reference among a record's answers, and of its institution."""
        own = {ref: name for ref in _offices(record) if (name := self.name(ref))}
        return self.within(record.answers) | own

    def joined(self, references: Iterable[str]) -> str:
        return "、".join(filter(None, map(self.name, references)))


def _offices(record: Record) -> tuple[str, ...]:
    return record.parties.get("institution", ())


def institution_of(record: Record, names: Mapping[str, str], otherwise: str) -> str:
    """Whose record it is, as `Names.of` knows it; who prints it may be of an authority above."""
    return next((names[ref] for ref in _offices(record) if names.get(ref, "—") != "—"), otherwise)


def title_of(record: Record) -> str:
    form = FORMS.get(record.form)
    return (form.title_of(record.answers) if form else "") or say("（未命名）", "(untitled)")
