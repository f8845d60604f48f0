"""Which version of a record stands, which stood before, and what a change of it amounts to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from app.answers.asking import without_hidden
from app.answers.edits import edits_between
from app.forms import FORMS
from app.forms.schema import Form
from app.forms.types import Secret
from app.forms.upgrades import up_to_date
from app.record import Answers, InForce, Passage, Principal, Record
from app.workflows import WORKFLOWS
from app.workflows.readers import as_in_force, may_read
from app.workflows.table import Round, Step, Workflow

VersionKind = Literal["filed", "submitted", "written"]


def round_of(record: Record, answers: Mapping[str, Any] | None = None) -> Round:
    """What a record is on its way for; with `answers`, as if they were its answers already."""
    kept = record.in_force
    if kept is None:
        return "first"
    if kept.kind == "resume":
        return "resume"
    form = FORMS[record.form]
    now = record.answers if answers is None else dict(answers)
    changed = _asked(form, edits_between(*(without_hidden(form, a) for a in (kept.answers, now))))
    if not changed:
        return "unchanged"
    return "substantive" if any(is_substantive(form, path) for path in changed) else "minor"


def _asked(form: Form, paths: Iterable[str]) -> list[str]:
    """Without what steps of the workflow fill: that is not a change of whoever files."""
    heads = {path: path.split("/")[0] for path in paths}
    return [p for p, h in heads.items() if not (form.has(h) and form.field(h).is_of_review)]


def is_substantive(form: Form, path: str) -> bool:
    """Whether a change at this path needs a new review: by its field, or the group it is in."""
    try:
        return any(field.substantive for field in form.at(path.rstrip("/")))
    except (KeyError, IndexError):  # written by a newer program
        return False


def step_of(
    record: Record,
    command: str,
    roles: Iterable[str],
    said: Mapping[str, Any],
    answers: Mapping[str, Any],
) -> Step:
    """The step a command takes on a record with these answers, or NotAllowed."""
    round_ = round_of(record, answers)
    return WORKFLOWS[record.form].step(command, record.state, roles, said, answers, round_)


def open_on(record: Record, roles: Iterable[str]) -> list[Step]:
    """What these roles may do to a record as it stands: the buttons."""
    workflow = WORKFLOWS.get(record.form)
    if workflow is None:
        return []
    return workflow.open_to(record.state, roles, round_of(record), record.answers)


def as_new_draft(form: Form, answers: Mapping[str, Any]) -> Answers:
    """The answers with which a copy begins: all but what steps filled, or the account gives."""
    kept = {
        field.id
        for field in form.fields()
        if not (field.is_of_review or field.given or isinstance(field.type, Secret))
    }
    return {name: value for name, value in answers.items() if name in kept}


# -- earlier versions -------------------------------------------------------------------


@dataclass(frozen=True)
class Version:
    """A revision that people compare: what was filed, or submitted, or stands now."""

    revision: int
    kind: VersionKind
    number: int = 0
    """Of what was filed: 1, 2, 3 …; of what was submitted: which submission it was."""
    at: str = ""
    name: str = ""
    """Who took the step that made it a version."""
    reason: str = ""
    """Why it was made: what was said when the change was begun."""
    is_now: bool = False
    state: str = ""
    """The one that it was in then: who is told of it may read the version."""


def readable_versions(record: Record, reader: Principal) -> list[Version]:
    """Those of its versions that somebody who reads a record may compare; what stands always."""
    workflow = WORKFLOWS[record.form]
    return [
        version
        for version in versions_of(record)
        if version.is_now or may_read(workflow, version.state, record.parties, reader)
    ]


def versions_of(record: Record) -> list[Version]:
    """The versions of a record, newest first, as its log tells them: what stands comes first."""
    workflow = WORKFLOWS[record.form]
    found: list[Version] = []
    counts = {"filed": 0, "submitted": 0}
    reason = ""
    for passage in record.log:
        if _step(workflow, passage, keeps=True):
            reason = str(passage.said.get("reason") or "")
        kind = _kind(workflow, passage)
        if kind is None:
            continue
        counts[kind] += 1
        why = reason if kind == "filed" else ""
        version = Version(
            passage.revision, kind, counts[kind], passage.at, passage.name, why, state=passage.after
        )
        found.append(version)
        if kind == "filed":
            reason = ""
    return _with_what_stands(record, found)


def _kind(workflow: Workflow, passage: Passage) -> Literal["filed", "submitted"] | None:
    moved = passage.before != passage.after
    if moved and _step(workflow, passage, files=True):
        return "filed"
    return "submitted" if moved and _step(workflow, passage, complete=True) else None


def _step(workflow: Workflow, passage: Passage, **wanted: bool) -> bool:
    """Whether the step of a passage is one that files, keeps or needs a complete form."""
    for step in workflow.steps:
        here = step.command == passage.command and passage.before in step.at
        if not here or step.to not in (None, passage.after):
            continue
        traits = {
            "files": step.files, "keeps": bool(step.keeps), "complete": "complete" in step.needs
        }  # fmt: skip
        if all(traits[name] for name in wanted):
            return True
    return False


def _with_what_stands(record: Record, found: list[Version]) -> list[Version]:
    newest = found[-1] if found else None
    in_force = record.in_force is None and bool(newest and newest.kind == "filed")
    stands = newest and (in_force or _is_unwritten_since(record, newest.revision))
    if newest and stands:
        return [replace(newest, is_now=True), *reversed(found[:-1])]
    now = Version(record.revision, "written", at=record.updated_at, is_now=True, state=record.state)
    return [now, *reversed(found)]


def _is_unwritten_since(record: Record, revision: int) -> bool:
    """Whether no state in which the answers are written was reached after a submission."""
    workflow = WORKFLOWS[record.form]
    writable = {s for step in workflow.steps if step.writes == "all" for s in step.at}
    return record.state not in writable and bool(revision)


def records_known(record: Record) -> dict[int, Record]:
    """The versions that a record itself holds, by revision: what stands, and what is in force."""
    found = {versions_of(record)[0].revision: record}
    if kept := record.in_force:
        before = as_in_force(WORKFLOWS[record.form], record)
        filed = [v for v in versions_of(before) if v.kind == "filed"]
        revision = filed[0].revision if filed else kept.revision
        found[revision] = replace(before, revision=revision)
    return found


def brought_up_to_date(record: Record) -> Record:
    """The record with the answers of older form versions read as this program's form has them."""
    form = FORMS.get(record.form)
    if form is None or record.form_version >= form.version:
        return record

    def renewed(answers: Answers) -> Answers:
        return up_to_date(form.id, record.form_version, answers, latest=form.version)

    kept = record.in_force
    in_force: InForce | None = replace(kept, answers=renewed(kept.answers)) if kept else None
    return replace(
        record, answers=renewed(record.answers), in_force=in_force, form_version=form.version
    )
