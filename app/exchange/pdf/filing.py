"""Any record as paper: everything its form asks, in the form's order."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from app.answers import versions_of
from app.exchange.pdf import fonts
from app.exchange.pdf.blocks import Heading, entry, sections, words
from app.exchange.pdf.sheet import DRAFT, Sheet, print_pages
from app.exchange.told import Names, told
from app.forms import FORMS
from app.record import Record
from app.words import Language, Words
from app.workflows import WORKFLOWS
from app.workflows.readers import as_in_force

NUMBER = Words("编号", "Number")
STATE = Words("状态", "State")
VERSION = Words("版本", "Version")
INSTITUTION = Words("机构", "Institution")
NO_NUMBER = Words("（备案后生成）", "(given when filed)")
UNSENT = Words("尚未上报", "not sent yet")
NTH = Words("第 {n} 次修订", "Revision {n}")


def state_of(record: Record, language: Language) -> str:
    workflow = WORKFLOWS.get(record.form)
    return workflow.state(record.state).words.say(language) if workflow else record.state


def watermark_of(record: Record, language: Language) -> str:
    """草稿 until the record is settled; one that stands otherwise says how (已终止, 已暂停)."""
    workflow = WORKFLOWS.get(record.form)
    if workflow is None:
        return DRAFT.say(language)
    if record.in_force is not None and record.in_force.kind == "resume":
        # What was filed asks to go on: not a word of it is being written.
        record = as_in_force(workflow, record)
    mood = workflow.state(record.state).mood
    if mood == "done":
        return ""
    stands = mood == "ended" or versions_of(record)[0].kind == "filed"
    return state_of(record, language) if stands else DRAFT.say(language)


def filing_pdf(
    record: Record,
    *,
    institution: str = "",
    printed_by: str = "",
    printed_at: datetime.datetime | None = None,
    language: Language = "zh",
    names: Names | None = None,
) -> bytes:
    """The whole record as an A4 PDF, in the order of its form; a draft says so on every page."""
    form = FORMS[record.form]
    title = form.title_of(record.answers) or form.words.say(language)
    with fonts.MAKING:
        fonts.ready()
        story = [
            *_title(record, title, institution, language),
            *sections(told(form, record.answers, names=names, language=language), language),
        ]
        sheet = Sheet(
            title=title,
            header=(institution, record.number, title),
            watermark=watermark_of(record, language),
            printed_by=printed_by,
            printed_at=printed_at,
            language=language,
        )
        return print_pages(story, sheet)


def _title(record: Record, title: str, institution: str, language: Language) -> Iterator[Flowable]:
    form = FORMS[record.form]
    yield Heading(form.words.say(language), kind="title", key="start")
    if title != form.words.say(language):
        yield words(title, "subtitle")
    yield Spacer(1, 5 * mm)
    revision = NTH.fill(n=record.revision) if record.revision else UNSENT
    yield entry(NUMBER.say(language), record.number or NO_NUMBER.say(language))
    yield entry(STATE.say(language), state_of(record, language))
    yield entry(VERSION.say(language), revision.say(language))
    yield entry(INSTITUTION.say(language), institution)
