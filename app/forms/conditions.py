"""Conditions on answers, as data: they can be evaluated, listed, and read out.

Is("impl.multicenter_flag", "yes") & ~Is("impl.organization_role", "domestic")
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Condition:
    """A claim about answers. Sub-classes are frozen values; none holds a function."""

    def holds(self, answers: Mapping[str, Any]) -> bool:
        raise NotImplementedError

    def fields(self) -> set[str]:
        """The fields it reads."""
        raise NotImplementedError

    def __and__(self, other: Condition) -> Condition:
        return Both(self, other)

    def __or__(self, other: Condition) -> Condition:
        return Either(self, other)

    def __invert__(self) -> Condition:
        return Not(self)


@dataclass(frozen=True, init=False)
class Is(Condition):
    """The answer is one of these."""

    field: str
    among: tuple[Any, ...]

    def __init__(self, field: str, *among: Any) -> None:
        object.__setattr__(self, "field", field)
        object.__setattr__(self, "among", among)

    def holds(self, answers: Mapping[str, Any]) -> bool:
        return answers.get(self.field) in self.among

    def fields(self) -> set[str]:
        return {self.field}


@dataclass(frozen=True)
class Has(Condition):
    """Among several ticked options there is this one."""

    field: str
    option: str

    def holds(self, answers: Mapping[str, Any]) -> bool:
        ticked = answers.get(self.field)
        return isinstance(ticked, list) and self.option in ticked

    def fields(self) -> set[str]:
        return {self.field}


@dataclass(frozen=True)
class Answered(Condition):
    """There is an answer at all."""

    field: str

    def holds(self, answers: Mapping[str, Any]) -> bool:
        return answers.get(self.field) not in (None, "", [], {})

    def fields(self) -> set[str]:
        return {self.field}


@dataclass(frozen=True)
class AnyRow(Condition):
    """In some row of a group the inner claim holds: one of the grants is international."""

    group: str
    inner: Condition

    def holds(self, answers: Mapping[str, Any]) -> bool:
        rows = answers.get(self.group)
        return isinstance(rows, dict) and any(
            isinstance(row, dict) and self.inner.holds(row) for row in rows.values()
        )

    def fields(self) -> set[str]:
        return {self.group}


@dataclass(frozen=True)
class Both(Condition):
    left: Condition
    right: Condition

    def holds(self, answers: Mapping[str, Any]) -> bool:
        return self.left.holds(answers) and self.right.holds(answers)

    def fields(self) -> set[str]:
        return self.left.fields() | self.right.fields()


@dataclass(frozen=True)
class Either(Condition):
    left: Condition
    right: Condition

    def holds(self, answers: Mapping[str, Any]) -> bool:
        return self.left.holds(answers) or self.right.holds(answers)

    def fields(self) -> set[str]:
        return self.left.fields() | self.right.fields()


@dataclass(frozen=True)
class Not(Condition):
    inner: Condition

    def holds(self, answers: Mapping[str, Any]) -> bool:
        return not self.inner.holds(answers)

    def fields(self) -> set[str]:
        return self.inner.fields()


@dataclass(frozen=True)
class Never(Condition):
    """Not asked in the wizard: filled by a step of the workflow, or kept for what old files hold."""

    def holds(self, answers: Mapping[str, Any]) -> bool:  # noqa: ARG002 -- no answer changes it
        return False

    def fields(self) -> set[str]:
        return set()


NEVER = Never()
