"""The sample province as tests speak of it: who does what, and what they can read of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from app.answers import edits_between
from app.forms import FORMS
from app.record import Answers, Principal, Record
from app.workflows.roles import feeds_of
from server import feeds
from server.accounts import principal_of
from server.books import Books, record_of
from server.db import read, transact
from server.files import Archive
from server.moments import clock
from server.registry import Registry
from server.sample import ident
from server.tables import FileOwnerRow, FileRow, RecordRow
from sync.protocol import Change, Outcome
from tests import builders

__all__ = ["Province", "Somebody", "ident"]


class Refused(AssertionError):
    """What somebody did was not done; `outcome` says why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.error or outcome.clashes)
        self.outcome = outcome


@dataclass
class Province:
    engine: Engine
    archive: Archive
    now: datetime = field(default_factory=clock)

    def somebody(self, name: str) -> Somebody:
        return Somebody(self, name)

    def record(self, record_id: UUID) -> Record:
        """The record as the registry has it."""
        body = read(
            self.engine,
            lambda session: session.scalar(select(RecordRow.body).where(RecordRow.id == record_id)),
        )
        assert body is not None, "no such record"
        return record_of(body)

    def pass_time(self, **by: float) -> None:
        self.now += timedelta(**by)


class Somebody:
    """A person or an office of the province, acting straight on the registry."""

    def __init__(self, province: Province, name: str) -> None:
        self.province = province
        self.account = ident(name)

    @property
    def who(self) -> Principal:
        return read(self.province.engine, lambda session: principal_of(session, self.account))

    def change(self, record_id: UUID, form: str, command: str, role: str, **rest: Any) -> Change:
        standing = rest.pop("standing", None) or self._standing(record_id, form)
        answers = rest.pop("answers", None)
        edits = rest.pop("edits", None)
        if edits is None:
            edits = edits_between(standing.answers, answers) if answers is not None else {}
        whole: dict[str, Any] = {
            "change_id": uuid4(),
            "record_id": record_id,
            "form": form,
            "form_version": FORMS[form].version,
            "base_revision": standing.revision,
            "command": command,
            "role": role,
            "edits": edits,
            **rest,
        }
        return Change(**whole)

    def _standing(self, record_id: UUID, form: str) -> Record:
        def look(session: Session) -> Record | None:
            return Books(session, clock()).find(record_id)

        found = read(self.province.engine, look)
        return found or Record(record_id, form, FORMS[form].version, "")

    def send(self, change: Change) -> Outcome:
        """What becomes of a change, as over the network but without it."""

        def work(session: Session) -> Outcome:
            who = principal_of(session, self.account)
            return Registry(session, who, self.province.now).receive(change)

        return transact(self.province.engine, work)

    def does(self, record_id: UUID, form: str, command: str, role: str, **rest: Any) -> Record:
        """Do it, and be sure that it is done."""
        outcome = self.send(self.change(record_id, form, command, role, **rest))
        if outcome.result != "done":
            raise Refused(outcome)
        assert outcome.record is not None
        return Record.from_wire(outcome.record)

    def brings(self, answers: Answers) -> Answers:
        """Bring every document that these answers name."""

        def work(session: Session) -> None:
            for sha256 in sorted(set(_named(answers))):
                if not session.get(FileRow, sha256):
                    row = {"sha256": sha256, "size": 1, "stored_at": datetime.now(UTC)}
                    session.execute(insert(FileRow).values(**row))
                if not session.get(FileOwnerRow, (sha256, self.who_id)):
                    owner = {"sha256": sha256, "principal": self.who_id}
                    session.execute(insert(FileOwnerRow).values(**owner))

        transact(self.province.engine, work)
        return answers

    @property
    def who_id(self) -> str:
        return self.who.id

    def reads(self) -> dict[str, dict[str, Any]]:
        """What this account's feeds hold now: {feed: {ref: record, card or None where gone}}."""
        found: dict[str, dict[str, Any]] = {}
        for feed in feeds_of(self.who):
            found[feed] = {}
            for line, body in self.items(feed):
                found[feed][line["id"]] = orjson.loads(body) if body else None
        return found

    def items(self, feed: str, after: int = 0) -> Iterator[tuple[dict[str, Any], bytes]]:
        page = read(self.province.engine, lambda session: feeds.page(session, feed, after, 10_000))
        for pair in page.lines:
            line, body = pair.split(b"\n")[:2]
            yield orjson.loads(line), body

    def can_read(self, record_id: UUID) -> bool:
        return any(items.get(str(record_id)) for items in self.reads().values())


def _named(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "sha256" in value:
            yield value["sha256"]
        for inner in value.values():
            yield from _named(inner)


# -- the story, as far as a test needs it ----------------------------------------------


@dataclass
class Story:
    """A study on its way, and those who move it."""

    province: Province
    study: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        as_ = self.province.somebody
        self.pi, self.secretary = as_("林远"), as_("周静")
        self.members = (as_("何平"), as_("沈兰"))
        self.hospital, self.city = as_("长河市第一人民医院"), as_("长河市卫生健康委员会")
        self.academic = as_("高原")

    def drafted(self, **changes: Any) -> Record:
        answers = builders.study_answers(**changes)
        self.pi.brings(answers)
        return self.pi.does(self.study, "study", "save", "pi", answers=answers)

    def submitted(self, *, academic: bool = False, **changes: Any) -> Record:
        if not self._is_begun():
            self.drafted(**changes)
        said = {"ethics_committee": committee("长河市第一人民医院伦理委员会")}
        if academic:
            said["academic_committee"] = committee("长河市第一人民医院学术委员会")
        return self.pi.does(self.study, "study", "submit", "pi", said=said)

    def passed(self, **said: Any) -> Record:
        said = {
            "way": "expedited",
            "members": [f"person:{m.account}" for m in self.members],
            **said,
        }
        return self.secretary.does(self.study, "study", "ec_pass", "ethics_secretary", said=said)

    def opinions(self) -> list[Record]:
        def look(session: Session) -> list[Record]:
            return Books(session, clock()).children(self.study, "opinion")

        return read(self.province.engine, look)

    def opinion_of(self, member: Somebody) -> Record:
        ref = (f"person:{member.account}",)
        asked = [o for o in self.opinions() if o.parties["ethics_reviewer"] == ref]
        return max(asked, key=lambda o: o.answers["study_revision"])

    def given(self, member: Somebody, opinion: str = "agree") -> Record:
        record = self.opinion_of(member)
        answers = {**record.answers, "opinion": opinion}
        if opinion != "agree":
            answers["comments"] = "请补充说明。"
        return member.does(record.id, "opinion", "give", "ethics_member", answers=answers)

    def concluded(self, decision: str = "agree") -> Record:
        said: Answers = {"decision": decision}
        if decision == "agree":
            said |= {
                "approval_number": "伦审〔2026〕研018号",
                "approval_date": "2026-11-20",
                "approval_document": {"c0000001": builders.document("伦理批件.pdf")},
            }
            self.secretary.brings(said)
        else:
            said["reason"] = "请补充风险控制措施。"
        return self.secretary.does(
            self.study, "study", "ec_conclude", "ethics_secretary", said=said
        )

    def approved(self) -> Record:
        return self.hospital.does(self.study, "study", "approve", "institution_admin")

    def filed(self) -> Record:
        self.submitted()
        self.passed()
        for member in self.members:
            self.given(member)
        self.concluded()
        return self.approved()

    def _is_begun(self) -> bool:
        look = select(RecordRow.id).where(RecordRow.id == self.study)
        return read(self.province.engine, lambda session: session.execute(look).first()) is not None


def committee(name: str) -> str:
    return f"committee:{ident(name)}"


def at_once(works: list[Any]) -> None:
    """Run these in threads that start together; the first error is raised here."""
    barrier = threading.Barrier(len(works))
    errors: list[BaseException] = []

    def run(work: Any) -> None:
        barrier.wait()
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
