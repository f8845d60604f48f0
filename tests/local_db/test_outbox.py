"""What waits to be sent and what becomes of it: confirmed, clashing, refused, taken back."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from app.errors import NotAllowed, NotFound, TryLater
from local_db import Query, WorkingCopy
from sync.protocol import Outcome
from tests.local_db.desks import (
    OFFICE,
    OTHER,
    TITLE,
    clash,
    done,
    put,
    refused,
    study,
    told,
)


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


def test_nothing_counts_as_sent_while_documents_go_before_it(copy: WorkingCopy) -> None:
    sha256 = copy.add_file(b"%PDF")
    record = copy.begin("study", {TITLE: "甲"}, role="pi")

    before = copy.outgoing(200)

    assert (before.files, before.messages) == ([sha256], [])
    assert copy.outbox()[0].attempts == 0
    put(copy, record.id, title="乙")
    assert len(copy.outbox()) == 1, "what was not attempted is still joined"

    after = copy.outgoing(200, despite_files=True)

    assert [change_id for _, change_id, _ in after.messages] == [str(copy.outbox()[0].change_id)]
    assert copy.outbox()[0].attempts == 1
