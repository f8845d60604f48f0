"""Lists of people as paper: the staff of an institution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table

from app.exchange.pdf import fonts
from app.exchange.pdf.accounts import Around
from app.exchange.pdf.blocks import NO_ANSWER, Heading, ruled, words
from app.exchange.pdf.sheet import WIDTH, print_pages
from app.exchange.told import masked
from app.forms import FORMS
from app.forms.schema import Field
from app.record import Answers, Record
from app.words import Language, Words
from app.workflows import WORKFLOWS

STAFF = Words("人员名册", "List of staff")
NUMBER = Words("序号", "No.")
_STAFF = (
    ("name", 16), ("sex", 11), ("department", 20), ("title", 20), ("roles", 30), ("mobile", 20),
)  # fmt: skip
_TO_COME = Words("（以下空白）", "(end of list)")


def staff_list_pdf(people: Sequence[Record], around: Around) -> bytes:
    """Everybody of an institution in the order given; mobiles are masked."""
    fields = [(FORMS["person"].field(field_id), share) for field_id, share in _STAFF]
    state = Words("状态", "State")
    workflow = WORKFLOWS["person"]
    rows = [
        [
            *_told(fields, person.answers, around.language),
            workflow.state(person.state).words.say(around.language),
        ]
        for person in people
    ]
    heads = [*_heads(fields, around.language), (state.say(around.language), 12)]
    title = STAFF.say(around.language)
    return _paper(title, around.institution, heads, rows, around)


def _heads(fields: Sequence[tuple[Field, int]], language: Language) -> list[tuple[str, int]]:
    return [(field.words.say(language), share) for field, share in fields]


def _told(fields: Sequence[tuple[Field, int]], answers: Answers, language: Language) -> list[str]:
    texts = [(field, field.type.text(answers.get(field.id), language)) for field, _ in fields]
    return [masked(text) if field.private else text for field, text in texts]


def _paper(
    title: str,
    subtitle: str,
    heads: Sequence[tuple[str, int]],
    rows: Sequence[Sequence[str]],
    around: Around,
) -> bytes:
    with fonts.MAKING:
        fonts.ready()
        story = list(_story(title, subtitle, heads, rows, around.language))
        return print_pages(story, around.sheet(title))


def _story(
    title: str,
    subtitle: str,
    heads: Sequence[tuple[str, int]],
    rows: Sequence[Sequence[str]],
    language: Language,
) -> Iterator[Flowable]:
    yield Heading(title, kind="title", key="start")
    count = Words("共 {n} 人", "{n} people").fill(n=len(rows)).say(language)
    yield words("　".join(filter(None, (subtitle, count))), "subtitle")
    yield Spacer(1, 5 * mm)
    top = [words(NUMBER.say(language), "head"), *(words(word, "head") for word, _ in heads)]
    body = [
        [words(str(n), "cell"), *(words(text.strip() or NO_ANSWER, "cell") for text in row)]
        for n, row in enumerate(rows, 1)
    ]
    shares = [10, *(share for _, share in heads)]
    table = Table(
        [top, *body], colWidths=[WIDTH * share / sum(shares) for share in shares], repeatRows=1
    )
    table.setStyle(ruled())
    yield table
    yield Spacer(1, 3 * mm)
    yield words(_TO_COME.say(language), "subtitle")
