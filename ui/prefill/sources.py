"""What a new study can be filled from: earlier studies, files of other registries, templates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias
from uuid import UUID

from app.errors import AppError
from app.exchange import earlier
from app.exchange.prefill import Prefill
from app.words import Words
from ui.names import Names, title_of
from ui.prefill.offer import Offer, offer_of
from ui.prefill.templates import Template, templates

if TYPE_CHECKING:
    from app.words import Language
    from local_db import WorkingCopy

Kind: TypeAlias = Literal["earlier", "file", "template"]
KINDS: dict[Kind, Words] = {
    "earlier": Words("以前的研究", "Earlier study"),
    "file": Words("文件", "File"),
    "template": Words("模板", "Template"),
}
FILES = Words("登记平台的记录", "Records of registries")
PATTERNS = "*.json *.xml *.csv *.txt *.xlsx"
SHOWN_MOST = 200


@dataclass(frozen=True)
class Found:
    """One thing to fill from, as a row of the list at the left."""

    id: str
    title: str
    facts: str
    prefill: Prefill | None = None
    """Known at once for what is read from a file, and for templates."""


@dataclass(frozen=True)
class ReadFiles:
    """What files hold, and what of them could not be read."""

    found: tuple[Found, ...]
    refused: tuple[tuple[str, Words], ...]


def read_files(files: tuple[Path, ...]) -> ReadFiles:
    """Read every record of these files. Not in the UI thread."""
    from app.exchange.reading import prefills
    from app.forms import FORMS

    found: list[Found] = []
    refused: list[tuple[str, Words]] = []
    for file in files:

        def skipped(number: str, why: AppError, name: str = file.name) -> None:
            refused.append((f"{name} #{number}", why.words))

        try:
            for one in prefills(file, skipped=skipped):
                title = FORMS["study"].title_of(one.answers)
                found.append(Found(one.id, title, file.name, one))
        except AppError as why:
            refused.append((file.name, why.words))
    return ReadFiles(tuple(found), tuple(refused))


def earlier_studies(copy: WorkingCopy, who: str, text: str) -> list[Found]:
    """Own studies, the newest first. In the data lane."""
    from local_db import Query

    page = copy.rows(Query(form="study", text=text, party=who, limit=SHOWN_MOST))
    return [Found(r.head.id, r.head.title, r.head.number or r.head.updated_at[:10])
            for r in page.rows]  # fmt: skip


def kept_templates(copy: WorkingCopy) -> list[Found]:
    """The templates of this account. In the data lane."""
    return [_of_template(one) for one in templates(copy)]


def _of_template(one: Template) -> Found:
    return Found(one.id, one.name, one.kept_at[:10], one.prefill())


def offer_from(copy: WorkingCopy, found: Found, language: Language) -> Offer:
    """What a new filing would take from it, in words. In the data lane."""
    if found.prefill is not None:
        return offer_of(found.prefill, language, Names(copy).within(found.prefill.answers))
    record = copy.get(UUID(found.id))
    prefill = earlier.study_from(record.answers, record.number or title_of(record))
    return offer_of(prefill, language, Names(copy).within(record.answers))
