"""Acting without a network: what is queued, what is seen, and that nothing written is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.errors import Invalid, NotAllowed, NotFound, SignedOut
from app.forms import FORMS
from app.record import Answers
from local_db import Query, WorkingCopy
from sync.protocol import Change
from tests.local_db.desks import (
    COMMITTEE,
    HOSPITAL,
    OFFICE,
    OTHER,
    PI,
    SECRETARY,
    TITLE,
    desk,
    done,
    edits,
    gone,
    put,
    refused,
    study,
    told,
)


def test_a_new_record_is_here_at_once_and_nothing_empty_is_sent(copy: WorkingCopy) -> None:
    record = copy.begin("study", role="pi")

    assert copy.get(record.id).state == "draft"
    assert copy.rows(Query("study")).rows[0].unsent
    assert copy.pending(10) == []

    put(copy, record.id, title="甲")
    (message,) = copy.pending(10)
    assert copy.get(record.id).log == (), "saving is not told in the timeline"
    assert Change.model_validate(message).edits == {TITLE: (None, "甲")}
    assert message["base_revision"] == 0


def test_nobody_begins_what_their_role_may_not(copy: WorkingCopy) -> None:
    with pytest.raises(NotAllowed, match="不能新建"):
        copy.begin("person", {"name": "向晚晴"}, role="institution_admin")
    with pytest.raises(NotAllowed):
        copy.begin("study", {TITLE: "甲"}, role="ethics_secretary")

    assert copy.count(Query("")) == 0


def test_before_the_first_session_there_is_nobody_to_act(tmp_path: Path, key: bytes) -> None:
    copy = WorkingCopy(tmp_path, key)

    with pytest.raises(SignedOut, match="请先联网登录"):
        copy.begin("study", role="pi")
    copy.close()


def test_an_import_is_there_whole_or_not_at_all(hospital: WorkingCopy) -> None:
    people: list[tuple[Answers, Answers]] = [({"name": f"向晚{n}"}, {}) for n in range(28)]
    bad = [*people[:20], ({"name": "不知名"}, {"x": object()}), *people[20:]]

    with pytest.raises(TypeError):
        hospital.begin_many("person", "save", bad, role="institution_admin")
    assert hospital.count(Query("person")) == 0
    assert hospital.outbox() == []

    made = hospital.begin_many("person", "save", people, role="institution_admin")
    assert [r.answers["name"] for r in made] == [p["name"] for p, _ in people]
    assert hospital.count(Query("person")) == 28
    assert len(hospital.pending(200)) == 28


def test_one_row_that_may_not_be_opened_stops_the_whole_import(hospital: WorkingCopy) -> None:
    said = {"roles": ["pi"], "password": "Yanbei2026"}
    people: list[tuple[Answers, Answers]] = [({"name": "向晚晴"}, said), ({"name": "何平"}, {})]

    with pytest.raises(Invalid) as told_:
        hospital.begin_many("person", "open", people, role="institution_admin")

    assert set(told_.value.details["problems"]) == {"roles", "password"}
    assert hospital.count(Query("person")) == 0


def test_a_first_password_is_sent_but_not_shown(hospital: WorkingCopy) -> None:
    said = {"roles": ["pi"], "password": "Yanbei2026"}
    (record,) = hospital.begin_many(
        "person", "open", [({"name": "向晚晴"}, said)], role="institution_admin"
    )

    assert record.state == "active"
    assert record.log[-1].said == {"roles": ["pi"]}
    assert hospital.get(record.id) == record
    assert hospital.pending(1)[0]["said"] == said


def test_saves_in_a_row_are_one_change(copy: WorkingCopy) -> None:
    record = copy.begin("study", {TITLE: "甲"}, role="pi")
    put(copy, record.id, title="乙")
    put(copy, record.id, other="丙")

    assert len(copy.outbox()) == 1
    assert edits(copy) == [{TITLE: [None, "乙"], OTHER: [None, "丙"]}]


def test_a_change_that_was_attempted_is_never_edited(copy: WorkingCopy) -> None:
    record = copy.begin("study", {TITLE: "甲"}, role="pi")
    (first,) = copy.pending(10)

    put(copy, record.id, title="乙")

    assert [item.state for item in copy.outbox()] == ["sent", "waiting"]
    assert copy.pending(10) == [first]  # repeated word for word; the later one waits for its answer
    assert copy.outbox()[0].attempts == 2


def test_typing_back_what_was_there_takes_the_edit_back(copy: WorkingCopy) -> None:
    record = study("甲")
    copy.take([told(record, 1)])
    put(copy, record.id, title="乙", other="丙")
    put(copy, record.id, title="甲")

    assert edits(copy) == [{OTHER: [None, "丙"]}]


def test_a_save_that_changes_nothing_is_not_sent(copy: WorkingCopy) -> None:
    record = study("甲")
    copy.take([told(record, 1)])

    put(copy, record.id, title="甲")

    assert copy.outbox() == []
    assert not copy.rows(Query("study")).rows[0].unsent


def test_saving_again_does_not_hide_that_somebody_else_was_first(copy: WorkingCopy) -> None:
    record = study("甲")
    copy.take([told(record, 1)])
    put(copy, record.id, title="乙")
    copy.take([told(replace(record, revision=2, answers={TITLE: "他人的"}), 2)])
    put(copy, record.id, title="丙")

    assert edits(copy) == [{TITLE: ["甲", "丙"]}]  # not ["他人的", …]: the registry must see it


@pytest.mark.parametrize("theirs", ["甲", "丙"])
def test_what_was_typed_last_stays_whatever_somebody_else_wrote_meanwhile(
    copy: WorkingCopy, theirs: str
) -> None:
    record = study("乙")
    copy.take([told(record, 1)])
    put(copy, record.id, title="甲")
    copy.take([told(replace(record, answers={TITLE: theirs}, revision=2), 2)])

    put(copy, record.id, title="乙")

    assert copy.get(record.id).answers[TITLE] == "乙"
    assert edits(copy) == [{TITLE: ["甲" if theirs == "甲" else "乙", "乙"]}]


def test_what_only_the_review_writes_cannot_be_edited(copy: WorkingCopy) -> None:
    record = study("甲")
    copy.take([told(record, 1)])
    of_review = [f.id for f in FORMS["study"].fields() if f.is_of_review]
    assert of_review

    with pytest.raises(NotAllowed, match="不能改动") as told_:
        copy.perform(record.id, "save", answers={TITLE: "甲", of_review[0]: "x"}, role="pi")

    assert told_.value.details["paths"] == [of_review[0]]
    assert copy.outbox() == []


def test_a_step_that_asks_refuses_what_is_missing_and_keeps_nothing(
    tmp_path: Path, key: bytes
) -> None:
    copy = desk(tmp_path, key, SECRETARY)
    record = study("甲", state="ec_form", parties={"ethics_committee": (COMMITTEE,)})
    copy.take([told(record, 1, feed=COMMITTEE)])

    with pytest.raises(Invalid) as told_:
        copy.perform(record.id, "return", said={}, role="ethics_secretary")
    assert told_.value.details["problems"] == ["reason"]
    with pytest.raises(NotAllowed):
        copy.perform(record.id, "return", said={"reason": "x"}, role="pi")
    assert copy.get(record.id).state == "ec_form"

    returned = copy.perform(record.id, "return", said={"reason": "缺签名"}, role="ethics_secretary")
    assert returned.state == "returned"
    assert (returned.log[-1].at, returned.log[-1].said) == ("", {"reason": "缺签名"})
    assert copy.outbox()[0].label.zh == "驳回"
    copy.close()


def test_submitting_what_is_incomplete_lists_every_problem(copy: WorkingCopy) -> None:
    record = copy.begin("study", {}, role="pi")

    with pytest.raises(Invalid, match="问题清单") as told_:
        copy.perform(record.id, "submit", said={"ethics_committee": COMMITTEE}, role="pi")

    assert TITLE in told_.value.details["problems"]
    assert copy.get(record.id).state == "draft"


def test_a_discarded_draft_can_be_restored_for_thirty_days(tmp_path: Path, key: bytes) -> None:
    clock = [datetime(2026, 11, 21, 8, tzinfo=UTC)]
    copy = desk(tmp_path, key, now=lambda: clock[0])
    record = copy.begin("study", {TITLE: "甲"}, role="pi")
    copy.discard(record.id)
    with pytest.raises(NotFound):
        copy.get(record.id)
    assert copy.count(Query("study")) == 0
    assert copy.pending(10) == []

    assert copy.restore(copy.recycled()[0].id).answers == {TITLE: "甲"}
    assert copy.get(record.id).id == record.id
    assert len(copy.pending(10)) == 1
    copy.settle_outcomes([refused(copy.pending(10)[0], "不行")])
    copy.retract(copy.outbox()[0].change_id)

    for days, left in ((29, 1), (31, 0)):
        clock[0] = datetime(2026, 11, 21, 8, tzinfo=UTC) + timedelta(days=days)
        copy.close()
        copy = WorkingCopy(tmp_path, key, now=lambda: clock[0])
        assert len(copy.recycled()) == left
    copy.close()


def test_a_deleted_draft_is_out_of_sight_and_gone_once_the_registry_agrees(
    copy: WorkingCopy,
) -> None:
    record = study("甲")
    copy.take([told(record, 1)])

    copy.perform(record.id, "delete", role="pi")
    assert copy.count(Query("study")) == 0
    with pytest.raises(NotFound):
        copy.get(record.id)

    (change,) = copy.pending(10)
    copy.settle_outcomes([done(change, replace(record, revision=2))])
    copy.take([gone(record.id, 2)])
    copy.follow([PI.id])
    assert copy.count(Query("study")) == 0
    assert copy.outbox() == []


def test_a_refused_deletion_brings_the_draft_back(copy: WorkingCopy) -> None:
    record = study("甲")
    copy.take([told(record, 1)])
    copy.perform(record.id, "delete", role="pi")
    (change,) = copy.pending(10)
    copy.settle_outcomes([refused(change, "已经有人提交。")])

    copy.retract(copy.outbox()[0].change_id)

    assert copy.get(record.id).answers == {TITLE: "甲"}
    assert copy.count(Query("study", text="甲")) == 1


def test_a_record_of_an_office_is_acted_on_by_the_office(hospital: WorkingCopy) -> None:
    record = hospital.begin("person", {"name": "向晚晴"}, role="institution_admin")

    assert record.parties["institution"] == (HOSPITAL.office,)
    assert hospital.count(Query("person", waits_for=(f"institution_admin@{OFFICE}",))) == 1
