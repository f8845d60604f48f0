"""A study filing from an earlier one, or from a template: what belongs to the earlier one stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.answers import flat, is_empty
from app.exchange.prefill import NotTaken, Prefill, Taken, Warned
from app.forms import FORMS
from app.forms.schema import Field, Files, Form, Rows
from app.forms.types import Date, Secret, Text
from app.record import Answers
from app.words import Words

OF_REVIEW = Words(
    "由审查和备案环节填写，属于原研究。", "Filled in by the review of the earlier study."
)
DOCUMENT = Words(
    "附件有自己的版本和日期，请上传新研究的文件。",
    "A document has its version and date; please attach that of the new study.",
)
DAY = Words("日期属于原研究，请重新填写。", "The date is the earlier study's; please fill it in.")
ACCOUNT = Words("由登录账号带出。", "It comes from the account.")
PROGRESS = Words("原研究的进展，请重新选择。", "How far the earlier study is; please choose it.")
NUMBERS = Words(
    "原研究在其他平台的编号，不能用于新研究。",
    "The earlier study's number elsewhere; it is not the new study's.",
)
SAME_TITLE = Words(
    "题目与原研究相同，请改成新研究的题目。", "The title is the earlier study's; please change it."
)

OWN: Mapping[str, Words] = {
    "other.other_platform_records": NUMBERS,
    "recruit.recruitment_status": PROGRESS,
    "impl.observational_status": PROGRESS,
}
"""Answers that say something of the earlier study only, with the reason."""


def study_from(answers: Answers, number: str, *, is_template: bool = False) -> Prefill:
    """What a new study can take over; `number` names the earlier one, or the template."""
    form = FORMS["study"]
    kept: Answers = {}
    left: list[NotTaken] = []
    for page in form.pages:
        for field in page.fields:
            value = answers.get(field.id)
            if is_empty(value) or isinstance(field.type, Secret):
                continue
            if reason := _reason(field):
                left.append(NotTaken(field.id, _bare(field, value), reason))
            elif isinstance(field.type, Rows) and isinstance(value, dict):
                kept[field.id] = dict(_rows(field.id, field.type, value, left))
            else:
                kept[field.id] = value
    kept = {name: value for name, value in kept.items() if not is_empty(value)}
    taken = tuple(Taken(path, path) for path in flat(kept) if not path.endswith("/"))
    titles = () if is_template else tuple(_titles(form, kept))
    values = len(taken) + len(left)
    return Prefill(number, kept, taken, tuple(left), titles, values, len(taken))


def _rows(
    at: str, group: Rows, rows: Mapping[str, Any], left: list[NotTaken]
) -> Iterator[tuple[str, Answers]]:
    """The rows of a group without what belongs to the earlier study; their ids stay."""
    links = {f.type.link_field for f in group.fields if isinstance(f.type, Text)}
    for row_id, row in rows.items():
        if not isinstance(row, dict):
            continue
        kept: Answers = {}
        for field in group.fields:
            value = row.get(field.id)
            if is_empty(value):
                continue
            if field.id not in links and (reason := _reason(field)):
                left.append(NotTaken(f"{at}/{row_id}/{field.id}", _bare(field, value), reason))
            elif isinstance(field.type, Rows) and isinstance(value, dict):
                inner = f"{at}/{row_id}/{field.id}"
                kept[field.id] = dict(_rows(inner, field.type, value, left))
            else:
                kept[field.id] = value
        if kept:
            yield row_id, kept


def _reason(field: Field) -> Words | None:
    """Why an answer stays with the earlier study; None where the new one may have it."""
    if field.id in OWN:
        return OWN[field.id]
    if field.is_of_review:
        return OF_REVIEW
    if isinstance(field.type, Files):
        return DOCUMENT
    if isinstance(field.type, Date):
        return DAY
    return ACCOUNT if field.given else None


def _bare(field: Field, value: Any) -> Any:
    """A document as its name: nobody reads its digest."""
    if isinstance(field.type, Files) and isinstance(value, dict):
        return [str(row.get("name") or "") for row in value.values() if isinstance(row, dict)]
    return value


def _titles(form: Form, kept: Answers) -> Iterator[Warned]:
    yield from (Warned(name, SAME_TITLE) for name in form.title_fields if kept.get(name))
