"""What the timeline tells of a choice at a clash."""

from __future__ import annotations

from typing import Any

import pytest

from app.answers import SETTLED, document_row, settling
from app.answers.settling import LONGEST, MOST
from app.forms import FORMS
from app.forms.schema import Files, Rows

STUDY, PERSON = FORMS["study"], FORMS["person"]
TITLE = STUDY.title_fields[0]
DOCUMENTS = next(f.id for f in STUDY.fields() if isinstance(f.type, Files))
PRIVATE = next(f.id for f in PERSON.fields() if f.private and not isinstance(f.type, Rows))


def told(now: Any, *, mine: Any = "甲", theirs: Any = "乙", said_of_theirs: Any = "乙") -> Any:
    found = settling(STUDY, {TITLE: (mine, said_of_theirs)}, {TITLE: theirs}, {TITLE: now})
    return found[SETTLED][TITLE]


@pytest.mark.parametrize(("now", "stands"), [("甲", "mine"), ("乙", "theirs"), ("丙", "new")])
def test_whose_text_stands_is_told_with_both(now: str, stands: str) -> None:
    assert told(now) == {"stands": stands, "mine": "甲", "theirs": "乙"}


def test_what_the_other_wrote_is_read_from_the_record_and_not_believed() -> None:
    assert told("甲", said_of_theirs="对方从未写过")["theirs"] == "乙"


def test_what_is_private_is_told_without_its_text() -> None:
    found = settling(PERSON, {PRIVATE: ("1", "2")}, {PRIVATE: "2"}, {PRIVATE: "1"})

    assert found == {SETTLED: {PRIVATE: {"stands": "mine"}}}


def test_an_empty_side_is_told_as_empty_and_a_long_text_is_cut() -> None:
    assert told("甲" * 999, mine="甲" * 999, theirs=None) == {
        "stands": "mine", "mine": "甲" * (LONGEST - 1) + "…",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("mine_stands", "beside", "stands"),
    [(True, False, "mine"), (False, False, "theirs"), (False, True, "both")],
)
def test_a_document_is_one_place_with_its_names(
    mine_stands: bool, beside: bool, stands: str
) -> None:
    mine, theirs = {"name": "我.pdf", "sha256": "a" * 64}, {"name": "他.pdf", "sha256": "b" * 64}
    rows = {"row1": mine if mine_stands else theirs} | ({"row2": mine} if beside else {})
    settled = {f"{DOCUMENTS}/row1/{k}": (mine[k], theirs[k]) for k in mine}

    found = settling(STUDY, settled, {DOCUMENTS: {"row1": theirs}}, {DOCUMENTS: rows})

    assert found == {SETTLED: {f"{DOCUMENTS}/row1": {
        "stands": stands, "mine": "我.pdf", "theirs": "他.pdf",
    }}}  # fmt: skip
    assert document_row(STUDY, f"{DOCUMENTS}/row1/name") == f"{DOCUMENTS}/row1"
    assert document_row(STUDY, TITLE) == ""


def test_no_clash_tells_nothing_and_a_flood_of_places_is_cut() -> None:
    assert settling(STUDY, {}, {}, {}) == {}
    assert settling(STUDY, {"unknown.field": (1, 2)}, {}, {}) == {}
    many = {f"{DOCUMENTS}/row{n}/name": ("甲", "乙") for n in range(MOST + 5)}
    assert len(settling(STUDY, many, {}, {})[SETTLED]) == MOST
