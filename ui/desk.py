"""What every view is given: the working copy, who is acting in which role, and what has changed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.answers import open_on
from app.record import Answers, Principal, Record
from app.workflows import WORKFLOWS
from app.workflows.roles import ROLES
from app.workflows.table import Step
from ui import problems, tasks

if TYPE_CHECKING:
    from local_db import WorkingCopy
    from sync.client import RegistryClient

log = logging.getLogger(__name__)
T = TypeVar("T")


class Desk(QObject):
    """One person at work in one role. Whatever a view does to the working copy goes through it."""

    changed = Signal(object)
    """Ids (list of UUID) of records that have changed; an empty list: look at everything again."""
    synced = Signal(object)
    """`sync.engine.Report` of a round that has ended."""
    acted = Signal(object, str, object)
    """(`Record`, command, what was said): a step that was taken here."""
    sync_wanted = Signal()
    """Something was done here: to be sent soon."""
    sync_asked = Signal()
    """A person asks for an exchange: at once, whatever went wrong before."""
    document_wanted = Signal(str)
    """The SHA-256 of a document that somebody wants to read and that is not here."""
    version_wanted = Signal(object, int)
    """(id of a record, revision): an earlier version that somebody wants to read, not here yet."""
    version_came = Signal(object, int, object)
    """(id, revision, None): it is here now; or the error that kept it away."""
    role_changed = Signal(str)

    def __init__(self, copy: WorkingCopy, role: str = "", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.copy = copy
        self.way: Callable[[], RegistryClient] | None = None
        """Makes a way to the registry; none where no exchange runs."""
        self.account: Principal = copy.principal()
        """Who it is, with every role they hold."""
        kept = copy.preference("role") or ""
        self._role = next((r for r in (role, kept) if r in self.roles()), self.roles()[0])

    def roles(self) -> tuple[str, ...]:
        """The roles that can be switched to; somebody without any is there for themself."""
        return tuple(r for r in self.account.roles() if r in ROLES) or ("self",)

    @property
    def role(self) -> str:
        return self._role

    @property
    def principal(self) -> Principal:
        """Who it is, with the active role only."""
        return self.account.acting_as(self._role)

    def switch(self, role: str) -> None:
        """Act in another of one's roles from now on, also the next time the program is started."""
        if role != self._role and role in self.roles():
            self._role = role
            self._later(lambda: self.copy.prefer("role", role))
            self.role_changed.emit(role)

    def refresh(self) -> None:
        """Take over what the registry has said of this person since: roles, office."""
        self.account = self.copy.principal()
        if self._role not in self.roles():
            self._role = self.roles()[0]
            self.role_changed.emit(self._role)

    def roles_on(self, record: Record) -> set[str]:
        """The roles in which they may act on a record now.

        The active one, and those that are never switched to because nobody grants them (本人 …).
        """
        workflow = WORKFLOWS.get(record.form)
        held = workflow.roles_in(record, self.account) if workflow else set()
        granted = set(self.account.roles())
        return {role for role in held if role == self._role or role not in granted}

    def open_steps(self, record: Record) -> list[Step]:
        """What they may do to a record now: the buttons."""
        return open_on(record, self.roles_on(record))

    def may_begin(self, form_id: str) -> bool:
        workflow = WORKFLOWS.get(form_id)
        return bool(workflow and workflow.may_begin(self.principal))

    def role_for(self, record: Record, command: str) -> str:
        """The role to act in: the active one where it may, else another that they hold."""
        mine = self.roles_on(record)
        for step in WORKFLOWS[record.form].steps:
            if step.command == command and record.state in step.at and mine & set(step.by):
                return self._role if self._role in step.by else sorted(mine & set(step.by))[0]
        return self._role

    def read(
        self,
        work: Callable[[WorkingCopy], T],
        then: Callable[[T], object],
        *,
        owner: QObject,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Ask the working copy off the UI thread; `then` gets the answer on it."""
        copy = self.copy
        tasks.run(lambda: work(copy), then=then, failed=failed or self._told(owner), owner=owner)

    @contextmanager
    def reached(self) -> Iterator[RegistryClient]:
        """A way to the registry, for the lane of the network; Unreachable where there is none."""
        if self.way is None:
            from sync.replies import unreachable

            raise unreachable()
        client = self.way()
        try:
            yield client
        finally:
            client.close()

    def begin(
        self,
        form_id: str,
        answers: Answers | None = None,
        *,
        then: Callable[[Record], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Begin a record in the active role."""
        copy, role = self.copy, self._role
        self._act(lambda: copy.begin(form_id, answers, role=role), then, failed, owner)

    def perform(  # noqa: PLR0913 -- what is done, and what follows
        self,
        record_id: UUID,
        command: str,
        *,
        answers: Answers | None = None,
        said: Answers | None = None,
        then: Callable[[Record], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Do what the workflow allows: here at once, in the registry at the next sync."""
        copy = self.copy

        def work() -> Record:
            role = self.role_for(copy.get(record_id), command)
            done: Record = copy.perform(record_id, command, answers=answers, said=said, role=role)
            return done

        def done(record: Record) -> None:
            if then:
                then(record)
            self.acted.emit(record, command, said or {})

        self._act(work, done, failed, owner)

    def act(
        self,
        work: Callable[[WorkingCopy], T],
        *,
        ids: list[UUID],
        then: Callable[[T], object] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Change the working copy in another way (take back, settle, discard …), and say so."""

        def done(result: T) -> None:
            self.changed.emit(ids)
            self.sync_wanted.emit()
            if then:
                then(result)

        owner = owner or self
        copy = self.copy
        tasks.run(lambda: work(copy), then=done, failed=self._told(owner), owner=owner)

    def sync_now(self) -> None:
        """Ask for an exchange with the registry as soon as there is a network."""
        self.sync_wanted.emit()

    def ask_sync(self) -> None:
        """A person asks for an exchange: at once, even where the last one has just failed."""
        self.sync_asked.emit()

    def _act(
        self,
        work: Callable[[], Record],
        then: Callable[[Record], object] | None,
        failed: Callable[[Exception], object] | None,
        owner: QObject | None,
    ) -> None:
        owner = owner or self

        def done(record: Record) -> None:
            self.changed.emit([record.id])
            self.sync_wanted.emit()
            if then:
                then(record)

        tasks.run(work, then=done, failed=failed or self._told(owner), owner=owner)

    def _later(self, work: Callable[[], None]) -> None:
        tasks.run(work, then=lambda _none: None, failed=self._told(self), owner=self)

    @staticmethod
    def _told(owner: QObject) -> Callable[[Exception], object]:
        return partial(problems.show, parent=owner if isinstance(owner, QWidget) else None)
