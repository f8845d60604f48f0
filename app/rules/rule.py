"""What a rule over several answers is: a small function that names the paths it complains of."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from app.answers import Level, Problem
from app.record import Answers
from app.words import Words


@dataclass(frozen=True)
class Known:
    """What is known beyond the answers; None where it is not."""

    investigator_title: str | None = None
    """The title code in the investigator's own record, "" where that record has none."""


@dataclass(frozen=True)
class Case:
    """What a rule judges: what would be submitted, the day, and what is known besides."""

    answers: Answers
    today: datetime.date
    known: Known = Known()

    def __getitem__(self, field_id: str) -> Any:
        return self.answers.get(field_id)

    def day(self, field_id: str) -> datetime.date | None:
        """A date, or nothing where there is none or it cannot be read."""
        return day(self.answers.get(field_id))

    def rows(self, group: str) -> Iterator[tuple[str, Answers]]:
        """(path of the row with its slash, the row), for rows in which something stands."""
        rows = self.answers.get(group)
        for row_id, row in (rows if isinstance(rows, dict) else {}).items():
            if isinstance(row, dict) and row:
                yield f"{group}/{row_id}/", row


def day(value: Any) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


Judge = Callable[[Case], Iterator[str]]


@dataclass(frozen=True)
class Rule:
    """One rule: its number and source, its level, its sentence, and what finds where it breaks."""

    id: str
    level: Level
    message: Words
    source: str
    judge: Judge

    def problems(self, case: Case) -> Iterator[Problem]:
        for path in self.judge(case):
            yield Problem(path, self.message, self.level, self.id)


class Rules(list[Rule]):
    """The rules of one form, in the order in which they are declared."""

    def rule(
        self, rule_id: str, level: Level, zh: str, en: str, source: str = "spec/domain.md"
    ) -> Callable[[Judge], Judge]:
        """Declare the function below as a rule."""

        def declare(judge: Judge) -> Judge:
            self.append(Rule(rule_id, level, Words(zh, en), source, judge))
            return judge

        return declare
