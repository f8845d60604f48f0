"""The language in which workflows are declared, and the questions asked of them."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, TypeAlias

from app.errors import NotAllowed
from app.forms.conditions import Condition
from app.forms.schema import Field, Page, Rows, refuse_mistakes
from app.forms.types import Secret
from app.record import Answers, InForce, Parties, Principal, Record
from app.words import Words
from app.workflows.roles import ROLES, roles_on

Mood: TypeAlias = Literal["draft", "waiting", "back", "done", "ended"]
"""How a state looks in a list: its icon and colour."""

SYSTEM = "system"
"""The role of the registry itself: steps that follow from others."""

Round: TypeAlias = Literal["first", "unchanged", "minor", "substantive", "resume"]
"""What a record is on its way for: its first filing; a change of what is filed, by what differs
(nothing yet, nothing substantive, something substantive); or to go on after it was suspended."""

CHANGES: tuple[Round, ...] = ("unchanged", "minor", "substantive")
IN_FORCE = "in force"
"""Where a step leads that brings back the version in force, in the state it was in."""


@dataclass(frozen=True)
class State:
    """Where a record can be: who holds it (whose to-do list), who may read it (its audience)."""

    id: str
    zh: str
    en: str
    mood: Mood
    holders: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()

    @property
    def words(self) -> Words:
        return Words(self.zh, self.en)


@dataclass(frozen=True)
class Step:
    """`by` may `command` a record that is `at` one of these states; it goes `to` the next.

    `to` is None where the record stays where it is. `needs` names what must hold: "complete"
    (no blocking problem), "seen" (decided on the very revision that stands). The table only says
    which; the caller checks. `asks` is what the person is asked for; the answers are kept in the
    record's log. Where several steps have one command, the first whose `when` holds over what was
    said (and the record's answers) is taken. `writes` names the answers that may change with it:
    "all", or fields; `engages` and `fills` name parties and answers that come from what was said.
    """

    command: str
    zh: str
    en: str
    at: tuple[str, ...]
    by: tuple[str, ...]
    to: str | None = None
    needs: tuple[str, ...] = ()
    asks: Page | None = None
    when: Condition | None = None
    writes: Literal["all"] | tuple[str, ...] = ()
    engages: Mapping[str, str] = field(default_factory=dict)
    """{party: field of `asks` whose references become that party}"""
    fills: Mapping[str, str] = field(default_factory=dict)
    """{field of the record's form: field of `asks` whose answer it takes}"""
    joins: Mapping[str, str] = field(default_factory=dict)
    """{party: field of `asks` whose references are added to that party}"""
    leaves: Mapping[str, str] = field(default_factory=dict)
    """{party: field of `asks` whose references leave that party}"""
    rounds: tuple[Round, ...] = ()
    """Open only in these rounds; empty: in every one."""
    keeps: Literal["", "change", "resume"] = ""
    """What stands now stays in force while the record is on its way for this."""
    files: bool = False
    """What stands then is the next version in force."""
    danger: bool = False
    as_is: tuple[str, ...] = ()
    """Fields of `asks` that begin with the answers that the record has."""
    apart: bool = False
    """Done to the record as a whole, never while it is being filled in."""

    @property
    def words(self) -> Words:
        return Words(self.zh, self.en)

    def noted(self, said: Mapping[str, Any]) -> Answers:
        """What the log keeps of what was said: no password, and nothing that is private."""
        return _noted(self.asks.fields, said) if self.asks else dict(said)

    def may_write(self, asked: Field) -> bool:
        """Whether this answer may change with this step; the answers of a review never do."""
        return asked.id in self.writes if self.writes != "all" else not asked.is_of_review

    def is_ruled_out(self, answers: Mapping[str, Any]) -> bool:
        """Whether the record's answers alone forbid it, whatever is said."""
        asked = {f.id for f in self.asks.fields} if self.asks else set[str]()
        if self.when is None or self.when.fields() & asked:
            return False
        return not self.when.holds(answers)

    def is_of(self, round_: Round | None) -> bool:
        """Whether it is open in this round; None asks for any."""
        return round_ is None or not self.rounds or round_ in self.rounds


def _noted(fields: Iterable[Field], said: Mapping[str, Any]) -> Answers:
    kinds = {f.id: f for f in fields}
    kept: Answers = {}
    for name, value in said.items():
        asked = kinds.get(name)
        if asked is not None and (asked.private or isinstance(asked.type, Secret)):
            continue
        kept[name] = value
        if asked is not None and isinstance(asked.type, Rows) and isinstance(value, dict):
            rows = {k: row for k, row in value.items() if isinstance(row, dict)}
            kept[name] = {k: _noted(asked.type.fields, row) for k, row in rows.items()}
    return kept


@dataclass(frozen=True)
class Workflow:
    """States and steps of one form. Refuses at import what cannot be right."""

    id: str
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    founders: tuple[str, ...]
    """Grants that let somebody begin such a record ("anybody" where it needs none)."""
    begins: Mapping[str, str]
    """{party: "me", "my office", "itself:person" …} for a new record, see `parties_of_new`."""

    def __post_init__(self) -> None:
        names = [s.id for s in self.states]
        for step in self.steps:
            where = f"{self.id}.{step.command}"
            if unknown := ({*step.at, step.to or self.states[0].id} - {*names, IN_FORCE}):
                raise ValueError(f"{where}: no state {unknown}")
            if unknown := {*step.by} - {*ROLES, SYSTEM}:
                raise ValueError(f"{where}: no role {unknown}")
            if step.asks:
                refuse_mistakes(where, step.asks.fields, around=set())
        for state in self.states:
            if unknown := {*state.holders, *state.readers} - {*ROLES}:
                raise ValueError(f"{self.id}.{state.id}: no role {unknown}")

    @property
    def start(self) -> str:
        return self.states[0].id

    @cached_property
    def _by_id(self) -> dict[str, State]:
        return {s.id: s for s in self.states}

    def state(self, state_id: str) -> State:
        """The state; one that a newer program knows is told by its name."""
        return self._by_id.get(state_id) or State(state_id, state_id, state_id, "waiting")

    def open_to(
        self,
        state: str,
        roles: Iterable[str],
        round_: Round | None = None,
        answers: Mapping[str, Any] | None = None,
    ) -> list[Step]:
        """What these roles may do now, each command once: the buttons on the desk.

        With the record's answers, also what those alone decide; what will be said is not known.
        """
        mine = set(roles)
        open_steps: dict[str, Step] = {}
        for step in self.steps:
            if state not in step.at or not mine & set(step.by) or not step.is_of(round_):
                continue
            if answers is None or not step.is_ruled_out(answers):
                open_steps.setdefault(step.command, step)
        return list(open_steps.values())

    def step(
        self,
        command: str,
        state: str,
        roles: Iterable[str],
        said: Mapping[str, Any] | None = None,
        answers: Mapping[str, Any] | None = None,
        round_: Round = "first",
    ) -> Step:
        """The step a command takes, or NotAllowed: the gate on the registry and on the desk."""
        mine = set(roles)
        for step in self.steps:
            fits = step.command == command and state in step.at and mine & set(step.by)
            if not fits or not step.is_of(round_):
                continue
            if step.when is None or step.when.holds(_known(step, said or {}, answers or {})):
                return step
        raise self._refusal(command, state, mine, round_)

    def _refusal(self, command: str, state: str, mine: set[str], round_: Round) -> NotAllowed:
        where = self.state(state)
        named = next((s for s in self.steps if s.command == command), None)
        verb = named.words if named else Words(command, command)
        here = [s for s in self.steps if s.command == command and state in s.at]
        may = {r for s in here for r in s.by}
        if may and not may & mine:
            who = "、".join(ROLES[r].zh for r in sorted(may) if r in ROLES) or "系统"
            who_en = ", ".join(ROLES[r].en for r in sorted(may) if r in ROLES) or "the registry"
            return NotAllowed(
                f"“{verb.zh}”只能由{who}进行。请切换角色，或请对方办理。",
                f"“{verb.en}” is for: {who_en}. Please switch roles, or ask them to do it.",
                reason="role",
            )
        if round_ == "unchanged" and any(s.is_of("minor") for s in here):
            return NotAllowed(
                f"与备案的版本相比还没有任何修改，不能“{verb.zh}”。请先修改，或撤销变更。",
                f"Nothing differs from the version on file yet, so “{verb.en}” is not possible. "
                "Please make your changes, or undo the change.",
                reason="unchanged",
            )
        return NotAllowed(
            f"现在的状态是“{where.zh}”，不能“{verb.zh}”。请同步后再看。",
            f"The record is “{where.en}”, where “{verb.en}” is not possible. Please sync and look again.",
            reason="state",
        )

    def parties_of_new(self, record_id: str, principal: Principal) -> Parties:
        """Who is engaged in a record that this principal begins."""
        meant = {
            "me": principal.id, "my office": principal.office,
            "my committee": _committee_of(principal),
        }  # fmt: skip
        parties: Parties = {}
        for party, who in self.begins.items():
            name = meant[who] if who in meant else f"{who.removeprefix('itself:')}:{record_id}"
            if name:
                parties[party] = (name,)
        return parties

    def may_begin(self, principal: Principal) -> bool:
        if "my committee" in self.begins.values() and not _committee_of(principal):
            return False
        return "anybody" in self.founders or bool(
            {g.role for g in principal.grants} & {*self.founders}
        )

    def roles_in(self, record: Record, principal: Principal) -> set[str]:
        """The roles that somebody holds on a record: whoever begins one acts in the role that lets them.

        The secretary who founds a committee is given that committee with the first step the
        registry takes; until then nobody can hold it.
        """
        mine = roles_on(record.parties, principal)
        if not record.revision:
            mine |= {g.role for g in principal.grants} & {*self.founders}
        return mine


def _committee_of(principal: Principal) -> str:
    """The committee that somebody keeps in the role they act in; the first of several."""
    return next((g.scope for g in principal.grants if g.scope.startswith("committee:")), "")


def _known(step: Step, said: Mapping[str, Any], answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """What decides on the way a step takes: what it asks for and shows, then the record's answers.

    Nothing else that was said may stand for an answer, and a hidden question has none.
    """
    asked = step.asks.fields if step.asks else ()
    around = {**answers, **{f.id: said[f.id] for f in asked if f.id in said}}
    heard = {f.id: said[f.id] for f in asked if f.id in said and f.is_shown(around)}
    return ChainMap(heard, dict(answers))


def parties_after(step: Step, parties: Parties, said: Mapping[str, Any]) -> Parties:
    """The parties once a step is taken: those that `engages` names come from what was said."""
    found = dict(parties)
    for party, asked in step.engages.items():
        value = said.get(asked)
        named = value if isinstance(value, list) else [value] if value else []
        if named:
            found[party] = tuple(named)
        else:
            found.pop(party, None)
    for party, asked in step.joins.items():
        if joined := dict.fromkeys((*found.get(party, ()), *_names(said.get(asked)))):
            found[party] = tuple(joined)
    for party, asked in step.leaves.items():
        gone = _names(said.get(asked))
        if left := tuple(name for name in found.get(party, ()) if name not in gone):
            found[party] = left
        else:
            found.pop(party, None)
    return found


def _names(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value] if value else []


def taken(
    workflow: Workflow,
    record: Record,
    step: Step,
    answers: Mapping[str, Any],
    said: Mapping[str, Any],
) -> Record:
    """The record once a step is taken on these answers, its log aside: on registry and desk alike."""
    if step.to == IN_FORCE:
        return _as_in_force(workflow, record)
    after = replace(
        record,
        state=step.to or record.state,
        answers=answers_after(step, answers, said),
        parties=parties_after(step, record.parties, said),
    )
    if step.keeps:
        kept = InForce(
            kind=step.keeps, revision=record.revision, state=record.state, answers=record.answers,
            parties=record.parties, updated_at=record.updated_at,
        )  # fmt: skip
        return replace(after, in_force=kept)
    return replace(after, in_force=None) if step.files else after


def _as_in_force(workflow: Workflow, record: Record) -> Record:
    """Answers, parties and state as they were, but whoever was authorised since stays so."""
    kept = record.in_force
    if kept is None:
        raise NotAllowed(
            "没有可以恢复的备案版本。请同步后再看。",
            "There is no version on file to go back to. Please sync and look again.",
            reason="state",
        )
    parties = parties_in_force(workflow, record, kept)
    return replace(record, state=kept.state, answers=kept.answers, parties=parties, in_force=None)


def parties_in_force(workflow: Workflow, record: Record, kept: InForce) -> Parties:
    """The parties of the version in force; who was let in or out since stays so."""
    lasting = {p for s in workflow.steps for p in (*s.joins, *s.leaves)}
    versioned = {p: names for p, names in kept.parties.items() if p not in lasting}
    return versioned | {p: names for p, names in record.parties.items() if p in lasting}


def answers_after(step: Step, answers: Mapping[str, Any], said: Mapping[str, Any]) -> Answers:
    """The answers once a step is taken: those that `fills` names come from what was said."""
    return {
        **answers,
        **{field_id: said[asked] for field_id, asked in step.fills.items() if asked in said},
    }
