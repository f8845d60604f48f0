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
from ui.records.names import Names
from ui.records.steps import title_of

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
        return [(record, names.within(record.answers)) for record in records]

    def make(records: list[tuple[Record, dict[str, str]]]) -> bytes:
        from app.exchange.pdf import filing_pdf

        papers = [
            filing_pdf(
                record, institution=who.office_name, printed_by=who.name, printed_at=at,
                language=language, names=names,
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
