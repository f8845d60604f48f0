"""Two people write in one draft without a network: what is the same is asked, the rest comes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.answers import flat, nested
from app.forms import FORMS
from app.forms.types import Text
from server.db import connect, read
from server.sample import ident
from server.tables import RevisionRow
from tests import builders
from tests.ui.conftest import dressed
from tests.whole import desks
from tests.whole.conftest import Opened
from tests.whole.registry_process import RegistryProcess
from ui import tasks
from ui.desk import Desk
from ui.records.timeline import entries
from ui.sync.settle import BOTH, MINE, THEIRS, SettleDialog

__all__ = ["dressed"]
INVESTIGATOR, DELEGATE = "13800000009", "13800000002"
STUDY = FORMS["study"]
PROTOCOL = "attach.research_protocol_file"
CRITERIA = ("design.inclusion_criteria", "design.inclusion_criterion")


def texts(answers: dict[str, Any]) -> list[str]:
    """The paths of free text, rows included, in the order of the form."""
    found = [
        path for path, value in flat(answers).items()
        if value and isinstance(STUDY.at(path)[-1].type, Text)
        and not path.startswith(("attach.", "basic.research_title"))
    ]  # fmt: skip
    return sorted(found, key=lambda path: (STUDY.place(path), path))


@dataclass
class Draft:
    """A draft at two desks, whose people have each changed some of it since."""

    id: UUID
    investigator: desks.Desk
    delegate: desks.Desk
    same: list[str]
    only: dict[str, list[str]]
    document: str

    def write(self, desk: desks.Desk, whose: str, role: str) -> None:
        standing = flat(desk.copy.get(self.id).answers)
        standing |= {path: f"{whose}写的 {n}" for n, path in enumerate(self.same)}
        standing |= {path: f"{whose}独写的 {n}" for n, path in enumerate(self.only[whose][:-2])}
        for place in self.only[whose][-2:]:
            standing[place] = f"{whose}新增的一行"
        file = builders.document(f"研究方案（{whose}修订）.pdf", "V2.0")
        desk.copy.add_file(builders.content(f"研究方案（{whose}修订）.pdf", "V2.0"))
        standing |= {f"{self.document}/{key}": value for key, value in file.items()}
        desk.copy.perform(self.id, "save", answers=nested(standing), role=role)


@pytest.fixture
def draft(registry: RegistryProcess, open_desk: Opened) -> Iterator[Draft]:
    investigator = open_desk(registry, INVESTIGATOR, "investigator")
    delegate = open_desk(registry, DELEGATE, "delegate")
    answers = builders.study_answers({"basic.research_title": "两人合写的研究"})
    for row in answers[PROTOCOL].values():
        investigator.copy.add_file(builders.content(row["name"], row["version"]))
    study = investigator.copy.begin("study", {**answers}, role="pi").id
    for content in _contents(answers):
        investigator.copy.add_file(content)
    investigator.sync()
    investigator.do(study, "authorise", "pi", said={"delegate": f"person:{ident('何平')}"})
    investigator.sync()
    delegate.sync()
    paths = texts(answers)
    rows = [f"{CRITERIA[0]}/{row}/{CRITERIA[1]}" for row in ("aa01", "aa02", "bb01", "bb02")]
    only = {"负责人": [*paths[5:20], *rows[:2]], "授权人": [*paths[20:35], *rows[2:]]}
    row = f"{PROTOCOL}/{next(iter(answers[PROTOCOL]))}"
    made = Draft(study, investigator, delegate, paths[:5], only, row)
    made.write(investigator, "负责人", "pi")
    made.write(delegate, "授权人", "delegate")
    yield made
    tasks.finish()


def _contents(answers: Any) -> Iterator[bytes]:
    if isinstance(answers, dict):
        if "sha256" in answers:
            yield builders.content(answers["name"], answers["version"])
        for inner in answers.values():
            yield from _contents(inner)


def test_of_forty_changes_34_come_together_and_6_are_asked_with_both_texts_kept(
    draft: Draft, qtbot: QtBot, tmp_path: Path, registry: RegistryProcess
) -> None:
    assert len({*draft.same, draft.document, *chain(*draft.only.values())}) == 40
    draft.investigator.sync()
    draft.delegate.sync()
    (item,) = draft.delegate.copy.outbox()
    assert item.state == "clash"

    dialog = SettleDialog(Desk(draft.delegate.copy, "delegate"), item)
    qtbot.addWidget(dialog)
    dialog.resize(900, 760)
    dialog.show()
    qtbot.waitUntil(lambda: bool(dialog.choices))
    _keep_picture(dialog, "settle")
    dialog._area.verticalScrollBar().setValue(10_000)
    _keep_picture(dialog, "settle-document")
    groups = {id(group): group for group in dialog.choices.values()}
    assert len(groups) == 6
    assert {by.name for by in item.by.values()} == {"林远"}
    assert set(item.clashes) == set(dialog.choices)
    for path in draft.same[:2]:
        dialog.choices[path].button(MINE).click()
    for path in draft.same[2:]:
        dialog.choices[path].button(THEIRS).click()
    assert not dialog.keep.isEnabled()
    dialog.choices[f"{draft.document}/name"].button(BOTH).click()
    with qtbot.waitSignal(dialog.settled, timeout=20_000):
        dialog.keep.click()
    tasks.finish()
    draft.delegate.sync()
    draft.investigator.sync()

    assert draft.delegate.copy.outbox() == []
    answers = draft.investigator.copy.get(draft.id).answers
    assert answers == draft.delegate.copy.get(draft.id).answers
    stands = flat(answers)
    for whose, paths in draft.only.items():
        assert [p for p in paths if not stands.get(p, "").startswith(whose)] == []
    assert [stands[path] for path in draft.same] == [
        "授权人写的 0", "授权人写的 1", "负责人写的 2", "负责人写的 3", "负责人写的 4",
    ]  # fmt: skip
    names = sorted(row["name"] for row in answers[PROTOCOL].values())
    assert names == ["研究方案（授权人修订）.pdf", "研究方案（负责人修订）.pdf"]
    for copy in (draft.delegate.copy, draft.investigator.copy):
        [entry] = [e for e in entries(copy.get(draft.id)) if e.what == "处理冲突"]
        told = [line for _label, line in entry.said]
        assert len(told) == 6
        assert "保留自己的“授权人写的 0”，未用对方的“负责人写的 0”" in told
        assert "采用对方的“负责人写的 4”，未用自己的“授权人写的 4”" in told
        [document] = [line for line in told if line.startswith("两份都保留")]
        assert "授权人修订" in document
        assert "负责人修订" in document
    registry.stop()
    settled = _settled(tmp_path / "registry" / "registry.sqlite3", draft.id)
    for n, path in enumerate(draft.same):
        assert settled[path] == [f"授权人写的 {n}", f"负责人写的 {n}"]


def _settled(database: Path, record: UUID) -> dict[str, Any]:
    """What the history of the registry tells of settled clashes."""
    engine = connect(f"sqlite:///{database}", pool=1)
    asked = select(RevisionRow.change).where(RevisionRow.record == record)
    changes = read(engine, lambda session: list(session.scalars(asked)))
    engine.dispose()
    found: dict[str, Any] = {}
    for change in changes:
        found |= orjson.loads(change).get("settled", {})
    return found


def _keep_picture(dialog: SettleDialog, name: str) -> None:
    """For whoever looks at it: `YANBEI_PICTURES=<folder>`."""
    if folder := os.environ.get("YANBEI_PICTURES"):
        dialog.grab().save(str(Path(folder) / f"{name}.png"))
