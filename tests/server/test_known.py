"""What the registry knows beyond the answers, and that both sides judge alike."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.answers import flat, nested
from app.errors import Invalid
from app.forms import FORMS
from app.forms.schema import Field, Rows
from app.record import Answers
from app.rules import Known, OwnRecord, known_of
from local_db import WorkingCopy
from server.books import Books
from server.db import read
from server.effects.examining import RegistrySource
from server.moments import BEIJING, clock
from server.registry import Registry
from server.sample import ident
from server.tables import CardRow
from sync.protocol import Change, NewsLine
from tests.app.test_rules import disturbed
from tests.builders import right_answers, study_answers
from tests.local_db.desks import desk as working_copy
from tests.local_db.desks import told
from tests.server.province import Refused, Somebody, Story, committee


def known(story: Story) -> Known:
    def look(session: Session) -> Known:
        books = Books(session, clock())
        record = books.find(story.study)
        assert record is not None
        source = RegistrySource(books, lambda _sha256: None)
        return known_of(record, source, today=books.now.astimezone(BEIJING).date())

    return read(story.province.engine, look)


def test_the_registry_looks_into_the_records_themselves(story: Story) -> None:
    story.drafted()
    found = known(story)

    assert found.investigator_title == "chief_physician"
    assert found.investigator_record == OwnRecord(story.pi.who.id, "林远")
    assert found.investigator_institution == "长河市第一人民医院"
    assert found.institution_grade == "3a"
    assert found.titles_filed == frozenset()
    assert found.investigators == {story.pi.who.id}


def test_the_round_is_known_to_the_registry(story: Story) -> None:
    story.submitted()
    story.passed()
    story.given(story.members[0], "again")
    found = known(story)

    assert found.way == "expedited"
    assert found.opinions == {f"person:{ident('何平')}": "again"}
    assert found.members_in_office == 7
    assert found.filed_committees


def test_a_title_that_was_filed_is_known_to_the_next_study(story: Story) -> None:
    story.filed()
    again = Story(story.province)
    again.drafted()

    assert known(again).titles_filed == {str(study_answers()["basic.research_title"])}


def test_an_expedited_review_needs_two_members_at_the_registry_too(story: Story) -> None:
    story.submitted()
    with pytest.raises(Refused) as refused:
        story.passed(members=[f"person:{story.members[0].account}"])

    assert refused.value.outcome.error is not None
    assert refused.value.outcome.error["details"]["code"] == "K15"


def test_a_document_that_is_no_pdf_is_refused_whatever_its_name(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = next(iter(study_answers()["attach.research_protocol_file"].values()))["sha256"]
    begun = Registry.__init__

    def looking(self: Registry, *given: object, **more: object) -> None:
        begun(self, *given, is_pdf=lambda sha256: sha256 != wrong, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Registry, "__init__", looking)
    with pytest.raises(Refused) as refused:
        story.submitted()

    assert refused.value.outcome.error is not None
    at = "attach.research_protocol_file/a0000001/name"
    assert refused.value.outcome.error["details"]["problems"] == [at]


# -- both sides ----------------------------------------------------------------------------------


def desk_of(somebody: Somebody, folder: Path) -> WorkingCopy:
    """The desk of somebody who has synced: the cards, and the records that are theirs."""
    copy = working_copy(folder, bytes(range(32)), somebody.who)

    def cards(session: Session) -> list[tuple[str, bytes]]:
        return [(row.ref, row.body) for row in session.scalars(select(CardRow))]

    lines = [
        (NewsLine(feed="directory", position=n, kind="card", id=ref), body)
        for n, (ref, body) in enumerate(read(somebody.province.engine, cards), start=1)
    ]
    own = somebody.province.record(somebody.account)
    copy.take([*lines, told(own, 1, somebody.who.id)])
    return copy


def typed(fields: Iterable[Field], answers: Answers) -> Answers:
    """What of these answers a person could have given: nothing of a review, groups as rows."""
    kept: Answers = {}
    for field in fields:
        value = answers.get(field.id)
        if field.is_of_review or value is None or isinstance(value, float):
            continue
        if isinstance(value, dict) != is_group(field):
            continue
        if is_group(field):
            inner = field.type.fields  # type: ignore[attr-defined]
            value = {row_id: typed(inner, row) for row_id, row in value.items()}
        kept[field.id] = value
    return kept


def is_group(field: Field) -> bool:
    return isinstance(field.type, Rows)


def test_what_the_desk_lets_through_the_registry_takes(story: Story, tmp_path: Path) -> None:
    """Random answers: saving never fails; what the desk submits has no blocking problem there."""
    copy = desk_of(story.pi, tmp_path / "desk")
    said = {"ethics_committee": committee("长河市第一人民医院伦理委员会")}
    seen = {"submitted": 0, "held back": 0}

    @settings(
        max_examples=30,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
    )
    @given(disturbed("study"), st.booleans())
    def tried(answers: Answers, many: bool) -> None:
        changes = [*answers.items()][-1:] if not many else [*answers.items()]
        answers = right_answers("study") | typed(FORMS["study"].fields(), dict(changes))
        answers = nested(flat(answers))  # as it is kept: a row by its id, nothing that is None
        record = copy.begin("study", answers, role="pi")
        assert flat(copy.get(record.id).answers) == flat(answers)
        try:
            copy.perform(record.id, "submit", said=said, role="pi")
        except Invalid:
            seen["held back"] += 1
            return
        story.pi.brings(answers)
        for _change in ("save", "submit"):  # one of each record at a time
            (message,) = copy.pending(1)
            outcome = story.pi.send(Change.model_validate(message))
            copy.settle_outcomes([outcome])
            if message["command"] == "save" and outcome.result != "done":
                copy.retract(UUID(message["change_id"]))
                return  # what no editor gives: numbers out of all bounds and the like
            assert outcome.result == "done", outcome.error
        seen["submitted"] += 1

    tried()
    copy.close()
    assert seen["submitted"] > 2
    assert seen["held back"] > 2
