"""Somebody at a computer: a real working copy, which may die, and what they happen to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random
from uuid import UUID

from app.answers import round_of
from app.errors import AppError
from app.record import Answers, Record
from app.workflows import WORKFLOWS
from app.workflows.roles import roles_on
from app.workflows.table import Step
from local_db import Query, WorkingCopy
from sync import engine as exchange
from tests import builders
from tests.whole.simulator import writing
from tests.whole.simulator.deaths import Fuse
from tests.whole.simulator.network import DeskClient
from tests.whole.simulator.template import KEY, PI, Place

WEIGHTS = {
    "save": 4, "submit": 4, "delete": 0.15, "return": 0.5, "ec_close": 0.5, "change": 4,
    "finish": 0.3, "terminate": 0.3, "authorise": 0, "withdraw": 0,
}  # fmt: skip
SELDOM = ("filed", "suspended")
"""Where a record may stay for good: people seldom go on with it."""


@cache
def states_open_to(form: str, role: str, *, all_: bool) -> tuple[str, ...]:
    """Where a record of this form can be for this role to go on with it; `all_`: even seldom."""
    states = {
        state
        for step in WORKFLOWS[form].steps
        if role in step.by and (all_ or step.command != "undo")
        for state in step.at
    }
    return tuple(sorted(states if all_ else states.difference(SELDOM)))


class SimulatedDesk:
    """One person at one computer, in a run decided by `random`."""

    def __init__(
        self,
        place: Place,
        folder: Path,
        random: Random,
        now: Callable[[], datetime],
    ) -> None:
        self.place, self.random = place, random
        self.fuse = Fuse()
        self.pen = writing.Pen(random, place.name)
        self._folder, self._now = folder / place.name, now
        self.is_syncing = False
        self.is_idle = False
        """Whether nothing waited here when this person last looked, and nothing has come since."""
        self.has_unsent = False
        self._open()
        self.token = self.copy.preference("token") or ""

    def _open(self) -> None:
        self.copy = WorkingCopy(self._folder, KEY, now=self._now, new_id=self._new_id)
        self.fuse.lay(self.copy._store._reads)

    def _new_id(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def restart(self) -> None:
        """After a death: what is in the file is all there is."""
        self.fuse.douse()
        self.copy.close()
        self._open()

    def exchange(self, client: DeskClient) -> exchange.Report:
        self.is_idle = False
        report = exchange.run(self.copy, client)
        self.has_unsent = False
        return report

    # -- what people do -------------------------------------------------------

    def act(self) -> str:
        """One thing this person happens to do now; what it was, or the refusal of the desk."""
        choices: list[Callable[[], str]] = [self._step] * 8
        choices += [self._see_to_outbox] * 3 + [self._tidy]
        if self.place.account == PI:
            choices += [self._begin] * (4 if self.copy.count(Query("study")) < 7 else 0)
        chosen = self.random.choice(choices)
        self.pen.blot(kept=False)
        try:
            done = chosen()
        except AppError as error:
            return f"{chosen.__name__.strip('_')}: {error.code}"
        self.pen.blot(kept=True)
        if not done.startswith("nothing"):
            self.is_idle, self.has_unsent = False, True
        return done

    def _begin(self) -> str:
        answers: Answers = {"basic.research_title": self.pen.words()}
        if self.random.random() < 0.7:
            title = answers["basic.research_title"]
            answers = builders.study_answers({"basic.research_title": title})
            self._bring(answers)
        record = self.copy.begin("study", answers, role="pi")
        return f"begin {record.id}"

    def _bring(self, answers: object) -> None:
        """Attach every document that these answers name."""
        if isinstance(answers, dict):
            if "sha256" in answers:
                self.copy.add_file(builders.content(answers["name"], answers["version"]))
            for inner in answers.values():
                self._bring(inner)

    def _step(self) -> str:
        """A step that is open to this person on one of their records."""
        form = "opinion" if self.place.role == "ethics_member" else "study"
        states = states_open_to(form, self.place.role, all_=self.random.random() < 0.2)
        waiting = self.copy.rows(Query(form, states=states, limit=50)).rows
        if not waiting:
            self.is_idle = True
            return "nothing to do"
        # Half of the time all look at the same one: where people meet, they clash.
        same = min(waiting, key=lambda row: row.head.id)
        chosen = same if self.random.random() < 0.5 else self.random.choice(waiting)
        record = self.copy.get(chosen.head.id)
        roles = roles_on(record.parties, self.copy.principal())
        steps = WORKFLOWS[form].open_to(record.state, roles, round_of(record))
        if not steps:
            return "nothing is open"
        weights = [WEIGHTS.get(s.command, 2) for s in steps]
        step = self.random.choices(steps, weights)[0]
        role = self.random.choice(sorted(roles & set(step.by)))
        return self._take(record, step, role)

    def _take(self, record: Record, step: Step, role: str) -> str:
        answers, said = self.pen.answers(record, step), self.pen.said(step)
        self._bring(said)
        self._bring(self._added(record.answers, answers))
        self._perform(record, step.command, answers, said, role)
        return f"{step.command} {record.id}"

    @staticmethod
    def _added(before: Answers, after: Answers) -> Answers:
        return {key: value for key, value in after.items() if before.get(key) != value}

    def _perform(
        self, record: Record, command: str, answers: Answers, said: Answers, role: str
    ) -> None:
        self.copy.perform(record.id, command, answers=answers, said=said, role=role)
        self.pen.overwrote(record.answers, answers)

    def _see_to_outbox(self) -> str:
        """Settle a clash, or take back what was refused."""
        stuck = [item for item in self.copy.outbox() if item.state in ("clash", "refused")]
        if not stuck:
            return self._step()
        item = self.random.choice(stuck)
        if item.state == "clash" and item.theirs is not None and self.random.random() < 0.7:
            mine = self.copy.get(item.record_id)
            roles = sorted(roles_on(item.theirs.parties, self.copy.principal()))
            answers = self.pen.merged(mine.answers, item.theirs.answers)
            self.copy.settle(item.record_id, answers, role=self.random.choice(roles or ["pi"]))
            return f"settle {item.record_id}"
        self.copy.retract(item.change_id)
        return f"retract {item.change_id}"

    def _tidy(self) -> str:
        """Take back what was not sent, throw a draft away, or bring something back."""
        recycled = self.copy.recycled()
        if recycled and self.random.random() < 0.5:
            chosen = self.random.choice(recycled)
            return f"restore {self.copy.restore(chosen.id).id}"
        items = self.copy.outbox()
        if not items:
            return "nothing to tidy"
        item = self.random.choice(items)
        if self.random.random() < 0.5:
            self.copy.retract(item.change_id)
            return f"retract {item.change_id}"
        self.copy.discard(item.record_id)
        return f"discard {item.record_id}"

    def resolve(self) -> int:
        """Decide everything that waits for this person's decision; how much there was."""
        stuck = [item for item in self.copy.outbox() if item.state in ("clash", "refused")]
        for item in stuck:
            if any(item.change_id == still.change_id for still in self.copy.outbox()):
                self.copy.retract(item.change_id)
        return len(stuck)
