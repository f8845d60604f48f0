"""Printing records: what is filed, as it is read on paper."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtWidgets import QWidget

from ui import moments, problems, tasks
from ui.desk import Desk
from ui.language import chosen, say
from ui.names import Names, institution_of, title_of

if TYPE_CHECKING:
    from app.record import Record
    from local_db import WorkingCopy


def print_records(desk: Desk, ids: Sequence[UUID], parent: QWidget) -> None:
    """Make the paper of these records and show it, one preview for all of them."""
    if not ids:
        return
    who, language, wanted = desk.account, chosen(), list(ids)
    at = moments.now().astimezone()

    def gather(copy: WorkingCopy) -> list[tuple[Record, dict[str, str]]]:
        names, records = Names(copy), [copy.get(record_id) for record_id in wanted]
        return [(record, names.of(record)) for record in records]

    def make(records: list[tuple[Record, dict[str, str]]]) -> bytes:
        from app.exchange.pdf import filing_pdf

        papers = [
            filing_pdf(
                record, institution=institution_of(record, names, who.office_name),
                printed_by=who.name, printed_at=at, language=language, names=names,
            )
            for record, names in records
        ]  # fmt: skip
        return papers[0] if len(papers) == 1 else joined(papers)

    def gathered(records: list[tuple[Record, dict[str, str]]]) -> None:
        title = title_of(records[0][0]) if len(records) == 1 else say("打印", "Print")
        tasks.run(
            lambda: make(records),
            then=lambda content: _show(content, title, parent),
            failed=partial(problems.show, parent=parent),
            owner=parent,
            lane="work",
        )

    desk.read(gather, gathered, owner=parent)


def print_review_summary(desk: Desk, study_id: UUID, parent: QWidget) -> None:
    """Make the 审查摘要 of a study with the opinions that this person may read, and show it."""
    who, language = desk.account, chosen()
    at = moments.now().astimezone()

    def gather(copy: WorkingCopy) -> tuple[Record, list[Record], dict[str, str]]:
        study, opinions = copy.get(study_id), copy.children(study_id, "opinion")
        names = Names(copy)
        known = {
            ref: name
            for party in study.parties.values()
            for ref in party
            if (name := names.name(ref))
        }
        for record in (study, *opinions):
            known |= names.within(record.answers)
            for passage in record.log:
                known |= names.within(passage.said)
        for opinion in opinions:
            known |= {
                r: n for party in opinion.parties.values() for r in party if (n := names.name(r))
            }
        return study, opinions, known

    def make(gathered: tuple[Record, list[Record], dict[str, str]]) -> tuple[bytes, str]:
        from app.exchange.pdf import review_summary_pdf

        study, opinions, names = gathered
        institution = next(
            (names[r] for r in study.parties.get("institution", ()) if r in names), ""
        )
        content = review_summary_pdf(
            study, opinions, institution=institution, names=names, printed_by=who.name,
            printed_at=at, language=language,
        )  # fmt: skip
        return content, title_of(study)

    def made(paper: tuple[bytes, str]) -> None:
        _show(paper[0], say("审查摘要 ", "Review summary ") + paper[1], parent)

    def render(gathered: tuple[Record, list[Record], dict[str, str]]) -> None:
        tasks.run(
            lambda: make(gathered),
            then=made,
            failed=partial(problems.show, parent=parent),
            owner=parent,
            lane="work",
        )

    desk.read(gather, render, owner=parent)


def _show(content: bytes, title: str, parent: QWidget) -> None:
    from ui.printing.preview import show_preview

    show_preview(content, title, parent)


def joined(papers: Sequence[bytes]) -> bytes:
    """Several papers as one."""
    from io import BytesIO

    from pypdf import PdfWriter

    writer = PdfWriter()
    for paper in papers:
        writer.append(BytesIO(paper))
    whole = BytesIO()
    writer.write(whole)
    return whole.getvalue()
