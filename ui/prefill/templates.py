"""模板: studies kept to begin others from, in this account's encrypted store on this desk."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING
from uuid import uuid4

from app.errors import Invalid
from app.exchange import earlier
from app.exchange.prefill import Prefill
from app.record import Answers, Record

if TYPE_CHECKING:
    from local_db import WorkingCopy

KEPT = "templates:study"
MOST = 100


@dataclass(frozen=True)
class Template:
    """Answers kept under a name."""

    id: str
    name: str
    kept_at: str
    """UTC, ISO 8601."""
    answers: Answers

    def prefill(self) -> Prefill:
        return earlier.study_from(self.answers, self.name, is_template=True)


def templates(copy: WorkingCopy) -> list[Template]:
    """Every template of this account, by name."""
    try:
        kept = json.loads(copy.preference(KEPT) or "[]")
        found = [Template(**one) for one in kept]
    except (ValueError, TypeError):  # written by a newer program: left as it is, not shown
        return []
    return sorted(found, key=lambda one: one.name)


def keep(copy: WorkingCopy, record: Record, name: str, *, now: str) -> Template:
    """Keep what of a study may serve another one; the same name is put in the place of the old."""
    made = Template(uuid4().hex, name, now, earlier.study_from(record.answers, "").answers)
    others = [one for one in templates(copy) if one.name != name]
    if len(others) >= MOST:
        raise Invalid(
            f"模板最多 {MOST} 个。请先删除不用的模板。",
            f"At most {MOST} templates. Please delete those that are not used.",
        )
    _write(copy, [*others, made])
    return made


def rename(copy: WorkingCopy, template_id: str, name: str) -> None:
    """Give a template another name."""
    _write(
        copy,
        [replace(t, name=name) if t.id == template_id else t for t in templates(copy)],
    )


def drop(copy: WorkingCopy, template_id: str) -> Template | None:
    """Throw a template away; it is given back, so that this can be undone."""
    known = templates(copy)
    _write(copy, [one for one in known if one.id != template_id])
    return next((one for one in known if one.id == template_id), None)


def put_back(copy: WorkingCopy, template: Template) -> None:
    """Undo `drop`."""
    _write(copy, [*(t for t in templates(copy) if t.id != template.id), template])


def _write(copy: WorkingCopy, kept: list[Template]) -> None:
    copy.prefer(KEPT, json.dumps([asdict(one) for one in kept], ensure_ascii=False))
