"""The outbox against a model of two dicts: whatever happens in whatever order, nothing is lost."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from app.answers import replay
from app.record import Record
from local_db import Query, WorkingCopy
from sync.protocol import Outcome
from tests.local_db.desks import PI, TITLE, clash, desk, done, study, told
from tests.local_db.test_outbox import OTHER

FIELDS = st.sampled_from([TITLE, OTHER])
VALUES = st.sampled_from(["甲", "乙", "丙", "丁"])


class Desk(RuleBasedStateMachine):
    """One desk, a registry that is a record, and another person who changes it there."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.copy = desk(self.folder, bytes(32))
        self.registry = study("起点", answers={OTHER: "起点"})
        self.answered: dict[str, Outcome] = {}  # what the registry answered, by change
        self.position = 1
        self.copy.take([told(self.registry, 1)])
        # The model: the registry's word as this desk knows it, and what was typed on top of it.
        self.known = self.registry
        self.queue: list[tuple[str, dict[str, Any]]] = []

    # -- what a person does --------------------------------------------------

    @rule(field=FIELDS, value=VALUES)
    def save(self, field: str, value: str) -> None:
        seen = self.copy.get(self.registry.id)
        self.copy.perform(seen.id, "save", answers={**seen.answers, field: value}, role="pi")
        self.queue = self._queued()
        assert self.copy.get(seen.id).answers == {**seen.answers, field: value}

    @precondition(lambda self: any(i.state == "clash" for i in self.copy.outbox()))
    @rule(value=VALUES)
    def settle(self, value: str) -> None:
        chosen = {**self.copy.get(self.registry.id).answers, TITLE: value}
        kept = len(self.copy.recycled())
        self.copy.settle(self.registry.id, chosen, role="pi")
        self.queue = self._queued()
        assert self.copy.get(self.registry.id).answers == chosen
        assert len(self.copy.recycled()) == kept + 1

    @precondition(lambda self: any(i.state in ("waiting", "clash") for i in self.copy.outbox()))
    @rule()
    def take_back(self) -> None:
        last = self.copy.outbox()[-1]
        if last.state in ("waiting", "clash"):
            self.copy.retract(last.change_id)
            self.queue = self._queued()

    @rule()
    def restart(self) -> None:
        self.copy.close()
        self.copy = WorkingCopy(self.folder, bytes(32))

    # -- what the registry does ----------------------------------------------

    @rule(field=FIELDS, value=VALUES)
    def somebody_else_saves(self, field: str, value: str) -> None:
        self._commit({**self.registry.answers, field: value})

    @rule()
    def news_arrive(self) -> None:
        self.copy.take([told(self.registry, self.position)])
        self.known = self.registry

    @rule(reply_arrives=st.booleans())
    def send(self, reply_arrives: bool) -> None:
        changes = self.copy.pending(10)
        outcomes = [self._judge(change) for change in changes]
        if not reply_arrives:
            return
        self.copy.settle_outcomes(outcomes)
        for outcome in outcomes:
            record = Record.from_wire(outcome.record or {})
            if record.revision >= self.known.revision:
                self.known = record
        self.queue = self._queued()

    def _judge(self, change: dict[str, Any]) -> Outcome:
        if (answer := self.answered.get(change["change_id"])) is not None:
            return answer
        tried = replay(self.registry.answers, {p: (w, n) for p, (w, n) in change["edits"].items()})
        if tried.clashes:
            return clash(change, self.registry, *tried.clashes)  # not remembered: nothing was done
        self._commit(tried.answers)
        answer = self.answered[change["change_id"]] = done(change, self.registry)
        return answer

    def _commit(self, answers: dict[str, Any]) -> None:
        self.position += 1
        self.registry = replace(self.registry, answers=answers, revision=self.registry.revision + 1)

    # -- what holds always ---------------------------------------------------

    def _queued(self) -> list[tuple[str, dict[str, Any]]]:
        with self.copy._store.reading() as db:
            from local_db import outbox

            n = outbox.known(db, self.registry.id)
            return [
                (i.message["change_id"], {p: now for p, (_was, now) in i.message["edits"].items()})
                for i in outbox.items(db, n)
            ]

    @invariant()
    def what_is_seen_is_the_registry_s_word_with_the_outbox_on_top(self) -> None:
        expected = dict(self.known.answers)
        for _change_id, typed in self.queue:
            expected |= typed
        assert self.copy.get(self.registry.id).answers == expected

    @invariant()
    def the_list_tells_the_same(self) -> None:
        (row,) = self.copy.rows(Query("study", waits_for=(PI.id,))).rows
        assert row.head.title == self.copy.get(self.registry.id).answers[TITLE]
        assert row.unsent == bool(self.queue)
        assert row.problem == any(i.state == "clash" for i in self.copy.outbox())

    @invariant()
    def no_change_is_done_twice_or_waits_after_it_was_done(self) -> None:
        ids = [change_id for change_id, _ in self.queue]
        assert len(ids) == len(set(ids))

    def teardown(self) -> None:
        if hasattr(self, "copy"):
            assert self.copy.is_sound()
            self.copy.close()
            shutil.rmtree(self.folder)


TestDesk = Desk.TestCase
TestDesk.settings = settings(
    max_examples=20,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
