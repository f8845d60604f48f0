"""Many steps at once: all of them or none, on new records and on those here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import NotAllowed
from local_db import Deed, Query, WorkingCopy
from tests import builders
from tests.local_db.desks import HOSPITAL, desk

KEY = bytes(range(32))
ROLE = "institution_admin"


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[WorkingCopy]:
    made = desk(tmp_path / "desk", KEY, HOSPITAL)
    yield made
    made.close()


def opening(n: int, **more: str) -> Deed:
    """Open the account of an invented person."""
    answers = builders.person_answers(name=f"罗{n}", mobile=f"1390000{n:04}", **more)
    return Deed("person", "open", answers, {"roles": ["pi"], "password": "Changhe2026"})


def test_new_records_and_steps_on_those_here_are_taken_in_their_order(copy: WorkingCopy) -> None:
    (first_id,) = copy.act_many([opening(0)], role=ROLE)
    first = copy.get(first_id)
    heard: list[int] = []

    made = copy.act_many(
        [
            opening(1),
            Deed("person", "save", {**first.answers, "position": "主任"}, {}, first.id),
            Deed("person", "set_roles", None, {"roles": ["other", "pi"]}, first.id),
            Deed("transfer", "request", {"name": "方正", "id_number": "110105199003076435"},
                 {"roles": ["pi"]}),
        ],
        role=ROLE, progress=heard.append,
    )  # fmt: skip

    assert [copy.get(r).form for r in made] == ["person", "person", "person", "transfer"]
    assert made[1] == made[2] == first.id
    assert copy.get(first.id).answers["position"] == "主任"
    assert [i.command for i in copy.outbox()] == ["open", "open", "save", "set_roles", "request"]
    assert heard == sorted(heard)
    assert {*heard} >= {0, 1, 2, 3}


def test_a_stop_is_heard_after_each_batch_and_nothing_stays(copy: WorkingCopy) -> None:
    class Stopped(Exception):
        pass

    told, asked = list[int](), list[int]()

    def opened() -> Iterator[Deed]:
        for n in range(1000):
            asked.append(n)
            yield opening(n)

    def stop_at_the_third_word(count: int) -> None:
        told.append(count)
        if len(told) == 3:
            raise Stopped

    with pytest.raises(Stopped):
        copy.act_many(opened(), role=ROLE, progress=stop_at_the_third_word)

    assert told == [0, 100, 200]
    assert len(asked) < 400, "the rest was never made"
    assert copy.outbox() == []
    assert copy.count(Query("person")) == 0


def test_a_stop_at_the_last_word_leaves_nothing_either(copy: WorkingCopy) -> None:
    class Stopped(Exception):
        pass

    def stop_at_the_end(count: int) -> None:
        if count == 150:
            raise Stopped

    with pytest.raises(Stopped):
        copy.act_many([opening(n) for n in range(150)], role=ROLE, progress=stop_at_the_end)

    assert copy.outbox() == []
    assert copy.count(Query("person")) == 0


def test_one_that_may_not_be_taken_leaves_none(copy: WorkingCopy) -> None:
    with pytest.raises(NotAllowed):
        copy.act_many([opening(0), opening(1), Deed("committee", "save", {})], role=ROLE)

    assert copy.outbox() == []
    assert copy.count(Query("person")) == 0


def test_changes_are_taken_back_together_or_not_at_all(copy: WorkingCopy) -> None:
    copy.act_many([opening(0), opening(1), opening(2)], role=ROLE)
    ids = [item.change_id for item in copy.outbox()]
    copy.pending(1)  # the first one is on its way
    with pytest.raises(NotAllowed):
        copy.retract_many([*ids[1:], ids[0]])
    assert len(copy.outbox()) == 3

    copy.retract_many(ids[1:])

    assert [item.change_id for item in copy.outbox()] == ids[:1]
    assert copy.count(Query("person")) == 1


def test_few_steps_are_sent_at_once_and_many_saves(copy: WorkingCopy) -> None:
    typed = '"command":"save"'
    saved = [Deed("person", "save", {"name": f"何{n}", "department": typed}) for n in range(3)]
    copy.act_many([*(opening(n, department=typed) for n in range(4)), *saved], role=ROLE)
    ids = [str(item.change_id) for item in copy.outbox()]

    first = copy.next_messages(10, steps=3)
    rest = copy.next_messages(10, after=first[-1][0], steps=3)

    assert [change_id for _, change_id, _ in first] == ids[:3]
    assert [change_id for _, change_id, _ in rest] == ids[3:]
    assert [item.attempts for item in copy.outbox()] == [1] * 7
