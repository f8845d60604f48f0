"""The review summary as paper, with places for signatures and the seal."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Spacer

from app.exchange.pdf import fonts
from app.exchange.pdf.blocks import Heading, Signatures, sections, words
from app.exchange.pdf.filing import watermark_of
from app.exchange.pdf.sheet import Sheet, print_pages
from app.exchange.review_summary import REVIEW_SUMMARY, Review, review_summary
from app.exchange.told import Names
from app.forms import FORMS
from app.record import Record
from app.words import Language, Words

SIGNED = (
    Words("主任委员签字", "Chairperson"),
    Words("秘书签字", "Secretary"),
    Words("日期", "Date"),
)
SEAL = Words("（盖章）", "(Seal)")


def review_summary_pdf(  # noqa: PLR0913 -- each is one thing that stands on the paper
    study: Record,
    opinions: Sequence[Record],
    *,
    institution: str = "",
    committee: str = "",
    names: Names | None = None,
    printed_by: str = "",
    printed_at: datetime.datetime | None = None,
    language: Language = "zh",
) -> bytes:
    """审查摘要 as an A4 PDF; a draft on every page until the study is filed."""
    review = Review(study, opinions, institution, committee, names, language)
    heading = REVIEW_SUMMARY.words.say(language)
    title = FORMS[study.form].title_of(study.answers)
    with fonts.MAKING:
        fonts.ready()
        parts = review_summary(review)
        body = committee or review.names_of("ethics_committee")
        story = [
            *_title(heading, title),
            *sections(parts, language),
            *_signatures(body, language),
        ]
        sheet = Sheet(
            title=f"{heading} {title}".strip(),
            header=(institution or body, study.number, title),
            watermark=watermark_of(study, language),
            printed_by=printed_by,
            printed_at=printed_at,
            language=language,
        )
        return print_pages(story, sheet)


def _title(heading: str, title: str) -> Iterator[Flowable]:
    yield Heading(heading, kind="title", key="start")
    if title:
        yield words(title, "subtitle")


def _signatures(committee: str, language: Language) -> Iterator[Flowable]:
    yield Spacer(1, 8 * mm)
    yield CondPageBreak(50 * mm)
    places = [place.say(language) for place in SIGNED]
    yield Signatures(places, f"{committee}{SEAL.say(language)}")
