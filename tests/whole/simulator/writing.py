"""What people write: every text is another one, so that each can be found again."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from app.answers import flat
from app.forms.types import Date, Integer
from app.record import Answers, Record
from app.workflows.table import Step
from server.sample import ETHICS, ident
from tests import builders
from tests.whole.simulator.template import MEMBERS

TEXTS = (
    "basic.public_name",
    "basic.brief_research_title",
    "design.sample_calculation_basis",
    "share.data_analysis",
)
ROWS = {
    "design.inclusion_criteria": "design.inclusion_criterion",
    "design.exclusion_criteria": "design.exclusion_criterion",
}
SAID: dict[type, Any] = {Date: "2026-11-10", Integer: 12}
"""What is said where a word is no answer."""
DOCUMENTS = "attach.research_protocol_file"


class Pen:
    """Writes for one desk, and remembers what its own person wrote over."""

    def __init__(self, random: Random, name: str) -> None:
        self._random, self._name = random, name
        self._count = 0
        self.written: set[str] = set()
        self._wet: set[str] = set()
        self.overwritten: set[str] = set()

    def words(self) -> str:
        self._count += 1
        text = f"«{self._name} {self._count}»"
        self._wet.add(text)
        return text

    def blot(self, *, kept: bool) -> None:
        """What was just written is stored from now on, or was refused and is not promised."""
        if kept:
            self.written |= self._wet
        self._wet = set()

    def kept(self) -> set[str]:
        """The texts that must be somewhere at the end."""
        return self.written - self.overwritten

    def overwrote(self, before: Answers, after: Answers) -> None:
        """Remember which texts a person took away knowingly."""
        gone = set(map(str, flat(before).values())) - set(map(str, flat(after).values()))
        self.overwritten |= gone

    def answers(self, record: Record, step: Step) -> Answers:
        """The record's answers as this person leaves them with this step."""
        answers = copy.deepcopy(record.answers)
        if record.form == "opinion":
            answers["comments"] = self.words()
            if step.command == "give" or self._random.random() < 0.3:
                answers["opinion"] = self._random.choice(("agree", "agree_after"))
        elif step.writes == "all" and (step.command == "save" or self._random.random() < 0.3):
            for _ in range(self._random.randint(1, 3)):
                self._edit(answers)
            self._wet &= {str(value) for value in flat(answers).values()}  # no second thoughts
        return answers

    def _edit(self, answers: Answers) -> None:
        kind = self._random.random()
        if kind < 0.6:
            # Mostly the same one: where people write at one place, they clash.
            answers[self._random.choices(TEXTS, (5, 1, 1, 1))[0]] = self.words()
        elif kind < 0.9:
            self._edit_rows(answers)
        elif kind < 0.95:
            whole = builders.study_answers()
            answers.update({key: value for key, value in whole.items() if key not in answers})
        else:
            rows = answers.setdefault(DOCUMENTS, {})
            rows[self._row_id()] = builders.document(self.words())

    def _edit_rows(self, answers: Answers) -> None:
        group = self._random.choice(sorted(ROWS))
        rows: dict[str, Any] = answers.setdefault(group, {})
        chosen = self._random.choice(sorted(rows)[:2]) if rows else ""
        kind = self._random.random()
        if not chosen or kind < 0.4:
            rows[self._row_id()] = {} if kind < 0.05 else {ROWS[group]: self.words()}
        elif kind < 0.8:
            rows[chosen][ROWS[group]] = self.words()
        elif len(rows) > 1:
            del rows[chosen]

    def _row_id(self) -> str:
        return f"{self._random.getrandbits(32):08x}"

    def merged(self, mine: Answers, theirs: Answers) -> Answers:
        """After a clash: of each answer one of the two, and sometimes a third."""
        chosen: Answers = {}
        for key in sorted(mine.keys() | theirs.keys()):
            value = self._random.choice((mine, theirs)).get(key)
            if value is not None:
                chosen[key] = copy.deepcopy(value)
        if self._random.random() < 0.3:
            chosen[self._random.choice(TEXTS)] = self.words()
        return chosen

    def said(self, step: Step) -> Answers:
        """What this person says where the step asks."""
        if step.asks is None:
            return {}
        said = {
            "submit": self._committees,
            "ec_pass": self._pass,
            "ec_conclude": self._conclusion,
        }.get(step.command)
        if said:
            asked = {field.id for field in step.asks.fields}
            return {name: value for name, value in said().items() if name in asked}
        return {
            field.id: SAID[type(field.type)] if type(field.type) in SAID else self.words()
            for field in step.asks.fields
        }

    def _committees(self) -> Answers:
        return {"ethics_committee": f"committee:{ident(ETHICS)}"}

    def _pass(self) -> Answers:
        if self._random.random() < 0.1:
            return {"way": "exempt", "remark": self.words()}
        members = [f"person:{ident(name)}" for name in self._random.sample(MEMBERS, len(MEMBERS))]
        return {"way": "expedited", "members": members, "remark": self.words()}

    def _conclusion(self) -> Answers:
        decision = self._random.choices(("agree", "agree_after", "again", "refuse"), (6, 2, 1, 1))
        if decision != ["agree"]:
            return {"decision": decision[0], "reason": self.words()}
        return {
            "decision": "agree",
            "approval_number": self.words(),
            "approval_date": "2026-11-10",
            "approval_document": {self._row_id(): builders.document(self.words())},
        }
