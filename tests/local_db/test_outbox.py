"""Acting without a network: what is queued, what is seen, and that nothing written is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from app.errors import Invalid, NotAllowed, NotFound, SignedOut, TryLater
from app.forms import FORMS
from app.record import Answers
from local_db import Query, WorkingCopy
from sync.protocol import Change, Outcome
from tests.local_db.desks import (
    COMMITTEE,
    HOSPITAL,
    OFFICE,
    PI,
    SECRETARY,
    TITLE,
    clash,
    desk,
    done,
    gone,
    refused,
    study,
    told,
)

OTHER = next(
    f.id for f in FORMS["study"].fields()
    if f.id != TITLE and not f.is_of_review and type(f.type).__name__ == "Text"
)  # fmt: skip


def put(copy: WorkingCopy, record_id: UUID, **changes: str | None) -> None:
    """Save some answers of a study as its PI."""
    was = copy.get(record_id).answers
    now: Answers = {**was, **{{"title": TITLE, "other": OTHER}[k]: v for k, v in changes.items()}}
    answers = {k: v for k, v in now.items() if v is not None}
    copy.perform(record_id, "save", answers=answers, role="pi")


def edits(copy: WorkingCopy) -> list[dict[str, list[object]]]:
    return [message["edits"] for message in copy.pending(200)]


# -- beginning ---------------------------------------------------------------------------------


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


# -- saving ------------------------------------------------------------------------------------


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


# -- replay ------------------------------------------------------------------------------------


def test_unsent_edits_lie_on_top_of_newer_news(copy: WorkingCopy) -> None:
    record = study("甲", answers={OTHER: "旧"})
    copy.take([told(record, 1)])
    put(copy, record.id, title="乙")

    copy.take([told(replace(record, revision=2, answers={TITLE: "甲", OTHER: "新"}), 2)])

    seen = copy.get(record.id)
    assert (seen.answers[TITLE], seen.answers[OTHER], seen.revision) == ("乙", "新", 2)
    row = copy.rows(Query("study")).rows[0]
    assert (row.head.title, row.unsent, row.problem) == ("乙", True, False)


def test_a_step_that_no_longer_fits_keeps_the_words_and_is_marked(copy: WorkingCopy) -> None:
    record = study("甲")
    copy.take([told(record, 1)])
    put(copy, record.id, title="乙")

    copy.take([told(replace(record, revision=2, state="ec_form"), 2)])

    seen = copy.get(record.id)
    assert (seen.state, seen.answers[TITLE]) == ("ec_form", "乙")
    assert copy.rows(Query("study")).rows[0].problem


def test_an_older_record_never_takes_the_place_of_a_newer(copy: WorkingCopy) -> None:
    record = study("新", revision=5)
    copy.take([told(record, 9, feed=OFFICE)])

    copy.take([told(replace(record, revision=4, answers={TITLE: "旧"}), 3)])

    assert copy.get(record.id).answers[TITLE] == "新"
    assert copy.rows(Query("study")).rows[0].head.title == "新"


# -- answers of the registry -------------------------------------------------------------------


def test_a_confirmed_change_leaves_the_outbox(copy: WorkingCopy) -> None:
    record = copy.begin("study", {TITLE: "甲"}, role="pi")
    (change,) = copy.pending(10)

    copy.settle_outcomes([done(change, study("甲", record_id=record.id, number="MR-43-26-000001"))])
    copy.settle_outcomes([done(change, study("甲", record_id=record.id))])  # a lost reply, again

    assert copy.outbox() == []
    row = copy.rows(Query("study")).rows[0]
    assert (row.unsent, row.head.number, row.head.revision) == (False, "MR-43-26-000001", 1)


def test_an_answer_that_comes_late_does_not_undo_newer_news(copy: WorkingCopy) -> None:
    record = study("甲")
    copy.take([told(record, 1)])
    put(copy, record.id, title="乙")
    (change,) = copy.pending(10)
    copy.take([told(replace(record, revision=5, answers={TITLE: "更新的"}), 2)])

    copy.settle_outcomes([done(change, replace(record, revision=2, answers={TITLE: "乙"}))])

    assert copy.get(record.id).revision == 5
    assert copy.get(record.id).answers == {TITLE: "更新的"}


def test_a_clash_keeps_both_and_is_shown(copy: WorkingCopy) -> None:
    record = study("甲")
    copy.take([told(record, 1)])
    put(copy, record.id, title="我的")
    (change,) = copy.pending(10)
    theirs = replace(record, revision=2, answers={TITLE: "他的"})

    copy.settle_outcomes([clash(change, theirs, TITLE)])

    (item,) = copy.outbox()
    assert (item.state, item.clashes, item.theirs) == ("clash", (TITLE,), theirs)
    assert copy.get(record.id).answers[TITLE] == "我的"
    assert copy.rows(Query("study")).rows[0].problem
    assert copy.pending(10) == []


def test_settling_puts_one_save_on_top_of_theirs_and_keeps_the_old_one(copy: WorkingCopy) -> None:
    record = study("甲")
    copy.take([told(record, 1)])
    put(copy, record.id, title="我的")
    (change,) = copy.pending(10)
    copy.settle_outcomes(
        [clash(change, replace(record, revision=2, answers={TITLE: "他的"}), TITLE)]
    )

    settled = copy.settle(record.id, {TITLE: "商定的"}, role="pi")

    assert settled.answers[TITLE] == "商定的"
    (message,) = copy.pending(10)
    assert message["edits"] == {TITLE: ["他的", "商定的"]}
    assert message["base_revision"] == 2
    assert message["change_id"] != change["change_id"]
    assert [r.answers[TITLE] for r in copy.recycled()] == ["我的"]
    assert not copy.rows(Query("study")).rows[0].problem


def test_a_clash_that_can_no_longer_be_settled_by_saving_stays_as_it_is(copy: WorkingCopy) -> None:
    record = study("甲")
    copy.take([told(record, 1)])
    put(copy, record.id, title="我的")
    (change,) = copy.pending(10)
    copy.settle_outcomes([clash(change, replace(record, revision=2, state="ec_form"), TITLE)])

    with pytest.raises(NotAllowed):
        copy.settle(record.id, {TITLE: "商定的"}, role="pi")

    assert [item.state for item in copy.outbox()] == ["clash"]
    assert copy.recycled() == []


def test_a_stuck_change_holds_back_only_its_own_record(copy: WorkingCopy) -> None:
    one, two = copy.begin("study", {TITLE: "甲"}, role="pi"), study("乙")
    (change,) = copy.pending(10)
    put(copy, one.id, other="后来写的")
    copy.take([told(two, 1)])
    put(copy, two.id, other="别的")

    copy.settle_outcomes([refused(change, "题目重复。")])

    assert [m["record_id"] for m in copy.pending(10)] == [str(two.id)]
    first = copy.outbox()[0]
    assert first.state == "refused"
    assert first.error is not None
    assert first.error.say() == "题目重复。"
    assert copy.get(one.id).answers == {TITLE: "甲", OTHER: "后来写的"}


def test_what_the_registry_wants_to_hear_later_is_not_stuck(copy: WorkingCopy) -> None:
    sha256 = copy.add_file(b"%PDF")
    copy.file_sent(sha256)
    copy.begin("study", {TITLE: "甲"}, role="pi")
    (change,) = copy.pending(10)
    error = TryLater("附件还没有上传完成。", "not yet", reason="file", files=[sha256]).to_wire()

    copy.settle_outcomes([Outcome(change_id=change["change_id"], result="refused", error=error)])

    (item,) = copy.outbox()
    assert item.state == "sent"
    assert item.error is not None
    assert item.error.say() == "附件还没有上传完成。"
    assert not copy.rows(Query("study")).rows[0].problem
    assert copy.files_to_send() == [sha256]
    assert copy.pending(10, without=[change["change_id"]]) == []
    assert copy.pending(10) == [change]


def test_a_decision_stands_on_what_its_person_s_own_change_became(copy: WorkingCopy) -> None:
    record = study("甲")
    copy.take([told(record, 1)])
    put(copy, record.id, title="乙")
    (first,) = copy.pending(10)
    copy.perform(record.id, "delete", role="pi")

    copy.settle_outcomes([done(first, replace(record, revision=2, answers={TITLE: "乙"}))])

    (second,) = copy.pending(10)
    assert (second["command"], second["base_revision"]) == ("delete", 2)


def test_a_decision_does_not_stand_on_what_somebody_else_did_in_between(copy: WorkingCopy) -> None:
    record = study("甲")
    copy.take([told(record, 1)])
    put(copy, record.id, title="乙")
    (first,) = copy.pending(10)
    copy.perform(record.id, "delete", role="pi")

    copy.settle_outcomes([done(first, replace(record, revision=3, answers={TITLE: "乙"}))])

    (second,) = copy.pending(10)
    assert second["base_revision"] == 1


# -- taking back -------------------------------------------------------------------------------


def test_taking_back_puts_the_record_as_it_was_and_keeps_what_was_written(
    copy: WorkingCopy,
) -> None:
    record = study("甲")
    copy.take([told(record, 1)])
    put(copy, record.id, title="乙")

    taken_back = copy.outbox()[0].change_id
    copy.retract(taken_back)

    assert copy.get(record.id).answers == {TITLE: "甲"}
    assert copy.outbox() == []
    (kept,) = copy.recycled()
    assert kept.answers[TITLE] == "乙"

    assert copy.restore(kept.id).answers[TITLE] == "乙"
    assert copy.recycled() == []
    (message,) = copy.pending(10)
    assert message["edits"] == {TITLE: ["甲", "乙"]}
    assert message["change_id"] != str(taken_back), "the registry may have answered to that one"


def test_what_may_have_arrived_cannot_be_taken_back(copy: WorkingCopy) -> None:
    record = copy.begin("study", {TITLE: "甲"}, role="pi")
    copy.pending(10)

    with pytest.raises(NotAllowed, match="请先同步"):
        copy.retract(copy.outbox()[0].change_id)
    with pytest.raises(NotAllowed, match="正在上报"):
        copy.discard(record.id)
    with pytest.raises(NotFound):
        copy.retract(uuid4())

    assert len(copy.outbox()) == 1


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


# -- sending a refused one again, and one record alone -----------------------------------------


def test_a_refused_change_is_sent_again_under_a_new_id_with_what_was_made_on_it(
    copy: WorkingCopy,
) -> None:
    record = study("旧题目")
    copy.take([told(record, 1)])
    put(copy, record.id, title="新题目")
    first = copy.pending(10)[0]
    put(copy, record.id, other="又改")
    copy.settle_outcomes([refused(first, "这项研究正在审查。")])
    assert copy.pending(10) == [], "nothing of it goes on its own"

    copy.send_again(UUID(first["change_id"]))

    again = copy.outbox()[0]
    assert (again.state, again.attempts) == ("waiting", 0)
    assert again.error is not None
    assert again.error.words.zh == "这项研究正在审查。", "the last answer stays told"
    [sent] = copy.pending(10)
    assert sent["change_id"] != first["change_id"], "to the old one the same answer would come"
    assert {**sent, "change_id": ""} == {**first, "change_id": ""}
    copy.settle_outcomes([done(sent, study("新题目", revision=2, record_id=record.id))])
    assert [edit for message in copy.pending(10) for edit in message["edits"]] == [OTHER]


def test_only_a_refused_change_is_sent_again(copy: WorkingCopy) -> None:
    record = study("旧题目")
    copy.take([told(record, 1)])
    put(copy, record.id, title="新题目")
    [item] = copy.outbox()

    with pytest.raises(NotFound):
        copy.send_again(item.change_id)
    with pytest.raises(NotFound):
        copy.send_again(uuid4())

    assert copy.outbox() == [item]


def test_a_package_of_one_record_holds_nothing_of_another(copy: WorkingCopy) -> None:
    first, second = study("甲"), study("乙")
    copy.take([told(first, 1), told(second, 2)])
    put(copy, first.id, title="甲改")
    put(copy, second.id, title="乙改")

    packed = copy.pack(10**6, second.id)

    assert [message["record_id"] for message in packed.changes] == [str(second.id)]
    assert packed.left == 0
    assert [item.state for item in copy.outbox()] == ["waiting", "sent"]
    with pytest.raises(NotFound):
        copy.pack(10**6, uuid4())
