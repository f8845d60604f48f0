"""What becomes of the rows of a workbook: the steps they are, and how they are taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from app.errors import NotAllowed, NotFound
from app.forms import FORMS
from app.forms.types import EMPTY
from app.record import Answers, Record
from app.roster.checks import Entry
from ui.importing.imports import Import, ImportedRow, keep

if TYPE_CHECKING:
    from local_db import Deed, WorkingCopy
    from sync.client import RegistryClient
    from sync.protocol import Change

UNDOING = "撤销批量导入 Import undone"
"""Kept in the audit log as the reason."""
ACTING = {"authority": {"person": "authority_admin", "transfer": "authority_admin"}}
"""A health authority keeps its own staff under the name of its other role."""


def acts_as(role: str, form: str) -> str:
    """The role in which somebody acts on records of a form."""
    return ACTING.get(role, {}).get(form, role)


@dataclass(frozen=True)
class Order:
    """Who imports which file, when, and into which committee."""

    role: str
    at: str
    file: str
    committee: UUID | None = None


def take(
    copy: WorkingCopy,
    entries: Sequence[Entry],
    order: Order,
    *,
    progress: Callable[[int], object] = lambda _done: None,
) -> Import:
    """Take the steps of these rows here, all of them or none; they are sent with the next sync."""
    template = entries[0].terms.template
    plan = _Plan(copy, order.committee)
    role = acts_as(order.role, template.form)
    made = copy.act_many(plan.deeds(entries), role=role, progress=progress)
    rows = [row if row.record else _with_record(row, made[n]) for n, row in plan.rows]
    done = Import(uuid4().hex, order.at, order.file, template.id, tuple(rows))
    keep(copy, done)
    return done


def _with_record(row: ImportedRow, record: UUID) -> ImportedRow:
    return ImportedRow(row.row, row.name, row.what, str(record), row.id, row.roles, row.filled)


class _Plan:
    """The steps of an import, in order, and which row each belongs to."""

    def __init__(self, copy: WorkingCopy, committee: UUID | None) -> None:
        self._copy, self._committee = copy, committee
        self.rows: list[tuple[int, ImportedRow]] = []
        """(which step, the row); a step may be of several rows, a row of several steps."""
        self._steps = 0
        self._members: dict[str, Answers] = {}
        self._seats: dict[str, Answers] = {}

    def deeds(self, entries: Iterable[Entry]) -> Iterator[Deed]:
        """Each step once it is asked for, so that a long workbook never stands here as steps."""
        for entry in entries:
            for deed in self._of(entry):
                yield deed
                self._steps += 1
        yield from self._of_committee()

    def _of(self, entry: Entry) -> Iterator[Deed]:
        match entry.deed:
            case "new":
                yield self._begin(entry, entry.terms.template.form, entry.terms.template.command)
            case "move_in":
                yield self._begin(entry, "transfer", "request")
            case "update":
                yield from self._update(entry)
            case "member" | "seat":
                self._seat(entry)

    def _row(self, entry: Entry, record: object = "", **more: Any) -> ImportedRow:
        name = entry.clean[entry.terms.template.keys["name"]]
        assert entry.deed != "none", "only what is right is imported"
        return ImportedRow(entry.row, name, entry.deed, str(record or ""), **more)

    def _begin(self, entry: Entry, form: str, command: str) -> Deed:
        from local_db import Deed

        answers, said = entry.answers(), entry.said()
        if form == "transfer":
            answers = {name: answers[name] for name in ("name", "id_number")}
            said = {"roles": said["roles"]}
        self.rows.append((self._steps, self._row(entry)))
        return Deed(form, command, answers, said)

    def _update(self, entry: Entry) -> Iterator[Deed]:
        """Fill what is empty, and give the roles that are not held; nothing is overwritten."""
        from local_db import Deed

        record = self._copy.get(UUID(entry.known_as().partition(":")[2]))
        stands = {k: v for k, v in record.answers.items() if v not in EMPTY}
        new = {k: v for k, v in entry.answers().items() if k not in stands}
        held = tuple(record.answers.get("roles") or ())
        wanted = set(entry.said().get("roles") or ())
        row = self._row(entry, record.id, roles=held, filled=tuple(sorted(new)))
        if new or not wanted <= set(held):
            self.rows.append((self._steps, row))
        if new:
            yield Deed("person", "save", {**record.answers, **new}, {}, record.id)
        if not wanted <= set(held):
            said = {"roles": sorted(wanted | set(held))}
            yield Deed("person", "set_roles", None, said, record.id)

    def _seat(self, entry: Entry) -> None:
        group = self._members if entry.deed == "member" else self._seats
        group[uuid4().hex[:8]] = entry.answers()
        row_id = next(reversed(group))
        self.rows.append((0, self._row(entry, self._committee, id=row_id)))

    def _of_committee(self) -> Iterator[Deed]:
        """The rows of a committee are one save, and one step for those from outside."""
        from local_db import Deed

        if not self._members and not self._seats:
            return
        assert self._committee is not None
        record = self._copy.get(self._committee)
        if self._members:
            members = {**(record.answers.get("members") or {}), **self._members}
            answers = {**record.answers, "members": members}
            yield Deed(record.form, "save", answers, {}, record.id)
        if self._seats:
            said: Answers = {"people": self._seats}
            yield Deed(record.form, "seat", None, said, record.id)


# -- back again --------------------------------------------------------------------------


def undo(copy: WorkingCopy, client: RegistryClient | None, done: Import, *, role: str) -> Import:
    """Take an import back as a whole: what was sent in the registry, what was not here.

    The registry does all of it or, where one person has signed in since, nothing; nothing here is
    taken back then either.
    """
    waiting = {item.record_id: item for item in reversed(copy.unsent())}
    records = {UUID(row.record) for row in done.rows}
    mine = [item for record, item in waiting.items() if record in records]
    if any(item.state == "sent" for item in mine):
        raise NotAllowed(
            "这次导入正在上报。请等同步结束后再撤销。",
            "This import is being sent. Please wait for the sync to end, then undo it.",
            reason="sent",
        )
    changes = [
        change
        for row in done.rows
        if UUID(row.record) not in waiting
        for change in _backwards(copy, row, role)
    ]
    if changes:
        if client is None:
            from sync.replies import unreachable

            raise unreachable()
        client.together(changes)
    copy.retract_many([item.change_id for item in mine])
    _leave_committee(copy, done, role)
    undone = Import(done.id, done.at, done.file, done.template, done.rows, undone=True)
    keep(copy, undone)
    return undone


def _backwards(copy: WorkingCopy, row: ImportedRow, role: str) -> list[Change]:
    if row.what in ("member", "seat"):
        return []
    try:
        record = copy.get(UUID(row.record))
    except NotFound:
        return []  # somebody has deleted it since
    if row.what == "new":
        return [_change(record, "delete", role, {})]
    if row.what == "move_in":
        return [_change(record, "withdraw", role, {})]
    edits = {
        name: (record.answers[name], None)
        for name in row.filled
        if name in record.answers and not isinstance(record.answers[name], dict)
    }
    back = []
    if set(record.answers.get("roles") or ()) != set(row.roles):
        back.append(_change(record, "set_roles", role, {"roles": list(row.roles)}))
    if edits:
        back.append(_change(record, "save", role, {}, edits))
    return back


def _change(
    record: Record,
    command: str,
    role: str,
    said: Answers,
    edits: Mapping[str, tuple[Any, Any]] | None = None,
) -> Change:
    from sync.protocol import Change

    return Change(
        change_id=uuid4(),
        record_id=record.id,
        form=record.form,
        form_version=FORMS[record.form].version,
        base_revision=record.revision,
        command=command,
        role=acts_as(role, record.form),
        edits=dict(edits or {}),
        said=said,
    )


def _leave_committee(copy: WorkingCopy, done: Import, role: str) -> None:
    """Rows that stand in a committee already are taken out of its draft here."""
    rows = {row.id for row in done.rows if row.what in ("member", "seat")}
    committees = {UUID(row.record) for row in done.rows if row.id}
    for committee in committees:
        record = copy.get(committee)
        members = record.answers.get("members") or {}
        left = {row_id: row for row_id, row in members.items() if row_id not in rows}
        if len(left) < len(members):
            copy.perform(committee, "save", answers={**record.answers, "members": left}, role=role)


def give_up(copy: WorkingCopy, done: Import, rows: Sequence[ImportedRow]) -> Import:
    """Take rows out of an import that the registry refused: they are mended and imported anew."""
    if done.undone:
        return done
    gone = {UUID(row.record) for row in rows}
    items: dict[UUID, UUID] = {}
    for item in copy.unsent():
        items.setdefault(item.record_id, item.change_id)
    copy.retract_many([items[record] for record in gone if record in items])
    numbers = {row.row for row in rows}
    left = tuple(row for row in done.rows if row.row not in numbers)
    kept = Import(done.id, done.at, done.file, done.template, left)
    keep(copy, kept)
    return kept
