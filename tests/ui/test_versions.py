"""After filing, on the desk: versions compared, a change undone, delegates, copies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.errors import Unreachable
from app.forms import FORMS
from app.record import Answers, Grant, InForce, Principal, Record
from tests.builders import study_answers
from tests.ui.conftest import DeskOf
from tests.ui.world import COMMITTEE, OFFICE, PI, SECRETARY, cards, news, passage
from ui.desk import Desk
from ui.records.record_view import RecordView
from ui.records.undoing import UndoDialog
from ui.records.versions import VersionsView

SAMPLE, NAME = "design.total_sample_size", "basic.public_name"
CRITERIA = "design.inclusion_criteria"
HELPER = Principal(
    "person:77777777-7777-4777-8777-777777777777", "苏晴", OFFICE, "长河市第一人民医院",
    (Grant("other", OFFICE),),
)  # fmt: skip


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Any]], None]:
    """What the person will type into the next dialog of a step."""

    def answer(said: dict[str, Any]) -> None:
        monkeypatch.setattr("ui.forms.ask.ask", lambda *_args: said)

    return answer


def filed(**changes: Any) -> Record:
    """A study of the investigator that was filed with its sixth revision."""
    record_id = uuid4()
    log = (
        passage("submit", "draft", "ec_form", revision=2, said={"ethics_committee": COMMITTEE}),
        passage("ec_conclude", "ec_concl", "inst", revision=5, role="ethics_secretary"),
        passage("approve", "inst", "filed", revision=6, name="长河市第一人民医院",
                role="institution_admin"),
    )  # fmt: skip
    return Record(
        id=record_id, form="study", form_version=FORMS["study"].version, state="filed",
        revision=6, number="MR-43-26-000001", answers=study_answers(**changes), log=log,
        parties={"pi": (PI.id,), "institution": (OFFICE,), "ethics_committee": (COMMITTEE,)},
        updated_at="2026-11-20T08:00:00+00:00",
    )  # fmt: skip


def changing(record: Record, **changes: Any) -> Record:
    """The same while it is changed: answers by field id with `__` for the point."""
    answers: Answers = {**record.answers, **{k.replace("__", "."): v for k, v in changes.items()}}
    begun = passage("change", "filed", "changing", revision=7, said={"reason": "更正样本量。"})
    kept = InForce("change", 6, "filed", record.answers, record.parties, record.updated_at)
    return replace(
        record, state="changing", revision=8, answers=answers, in_force=kept,
        log=(*record.log, begun),
    )  # fmt: skip


def refiled(record: Record, **changes: Any) -> Record:
    """The change on file: version 2."""
    after = changing(record, **changes)
    more = (
        passage("submit", "changing", "inst", revision=9),
        passage("approve", "inst", "filed", revision=10, name="长河市第一人民医院"),
    )
    return replace(after, state="filed", revision=10, in_force=None, log=(*after.log, *more))


def shown(qtbot: QtBot, desk: Desk, record_id: UUID) -> RecordView:
    view = RecordView(desk, record_id)
    qtbot.addWidget(view)
    view.resize(1180, 760)
    with qtbot.waitExposed(view):
        view.show()
    qtbot.waitUntil(lambda: view.reading is not None and view.summary.is_whole())
    return view


def versions(qtbot: QtBot, view: RecordView) -> VersionsView:
    view.tabs.setCurrentWidget(view.versions)
    qtbot.waitUntil(lambda: bool(view.versions.count.text()) or not view.versions.print.isEnabled())
    return view.versions


def texts(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def test_a_change_is_compared_with_what_is_in_force_without_a_network(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    before = filed()
    news(desk.copy, changing(before, design__total_sample_size=240, basic__public_name="新名称"))

    found = versions(qtbot, shown(qtbot, desk, before.id))

    qtbot.waitUntil(lambda: found.compared is not None)
    assert found.earlier.currentText().startswith("备案第 1 版（2026-11-20）")
    assert found.later.currentText() == "正在编写的内容"
    assert found.count.text() == "2 处不同，其中实质性 1 处"
    plain = found.view.toPlainText()
    assert "研究设计" in plain
    assert "样本量" in plain
    assert "● 实质性变更" in plain
    assert "240" in found.view.marked()[1]


def test_one_word_changed_in_a_chinese_sentence_is_what_is_marked(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    field = "content.research_objective_description"
    old = "评价二甲双胍缓释片用于肥胖患者的疗效和安全性，随访十二个月。"
    before = filed(content__research_objective_description=old)
    new = {"content__research_objective_description": old.replace("肥胖", "糖尿病")}
    news(desk.copy, changing(before, **new))
    assert before.answers[field] == old

    found = versions(qtbot, shown(qtbot, desk, before.id))

    qtbot.waitUntil(lambda: found.compared is not None)
    assert found.view.marked() == (["肥胖"], ["糖尿病"])


def test_rows_are_told_by_identity_and_documents_on_both_sides(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    rows = {f"c{n:07}": {"design.inclusion_criterion": f"标准{n}，年龄满18岁"} for n in range(1, 4)}
    before = filed(design__inclusion_criteria=rows)
    later = dict(rows)
    del later["c0000001"]  # what was second is first now, and has not changed
    later["c0000003"] = {"design.inclusion_criterion": "标准3，年龄满16岁"}
    later["c0000009"] = {"design.inclusion_criterion": "签署知情同意书"}
    protocol = before.answers["attach.research_protocol_file"]
    row_id, document = next(iter(protocol.items()))
    replaced = {row_id: {**document, "version": "V2.0", "sha256": "b" * 64}}
    after = changing(
        before, design__inclusion_criteria=later, attach__research_protocol_file=replaced
    )
    news(desk.copy, after)

    found = versions(qtbot, shown(qtbot, desk, before.id))

    qtbot.waitUntil(lambda: found.compared is not None)
    plain = found.view.toPlainText()
    assert found.count.text() == "4 处不同，其中实质性 4 处"
    assert "标准2" not in plain
    assert "－ 删去" in plain
    assert "＋ 新增" in plain
    assert "纳入标准 · 第 2 行" in plain, "it was third and is second now"
    assert "18" in found.view.marked()[0]
    assert "16" in found.view.marked()[1]
    assert f"文件名：{document['name']}" in plain
    assert "校验值 bbbbbbbb" in plain


def test_an_earlier_version_that_is_not_here_is_asked_for_and_told_when_it_cannot_come(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    before = filed()
    news(desk.copy, refiled(before, basic__public_name="新名称"))
    view = shown(qtbot, desk, before.id)
    wanted: list[tuple[UUID, int]] = []
    desk.version_wanted.connect(lambda record_id, n: wanted.append((record_id, n)))

    view.tabs.setCurrentWidget(view.versions)
    qtbot.waitUntil(lambda: bool(wanted))

    assert wanted == [(before.id, 6)]
    assert "正在从登记中心取得" in view.versions.sentence.text()
    offline = Unreachable("现在连不上登记中心。", "The registry cannot be reached.")
    desk.version_came.emit(before.id, 6, offline)
    assert "不在本机，暂时取不到。现在连不上登记中心。" in view.versions.sentence.text()
    assert view.versions.again.isVisible()

    desk.copy.keep_version(before)
    desk.version_came.emit(before.id, 6, None)
    qtbot.waitUntil(lambda: view.versions.compared is not None)
    assert view.versions.count.text() == "1 处不同，其中实质性 0 处"
    assert view.versions.reason.text() == "变更原因：更正样本量。"
    assert desk.copy.version(before.id, 6).answers == before.answers, "from now on without network"


def test_sixty_changes_stand_in_one_view(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    criterion = "design.inclusion_criterion"
    rows = {f"c{n:07}": {criterion: f"标准{n:02}，年龄满18岁"} for n in range(60)}
    before = filed(design__inclusion_criteria=rows)
    later = {k: {criterion: v[criterion].replace("满18", "满16")} for k, v in rows.items()}
    news(desk.copy, changing(before, design__inclusion_criteria=later))

    found = versions(qtbot, shown(qtbot, desk, before.id))

    qtbot.waitUntil(lambda: found.compared is not None)
    assert found.count.text() == "60 处不同，其中实质性 60 处"
    assert found.view.marked() == (["18"] * 60, ["16"] * 60)


def test_only_what_is_substantive_can_be_looked_at(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    before = filed()
    news(desk.copy, changing(before, basic__public_name="新名称"))
    found = versions(qtbot, shown(qtbot, desk, before.id))
    qtbot.waitUntil(lambda: found.compared is not None)

    found.only.click()

    assert found.sentence.text() == "没有实质性变更。"
    found.only.click()
    assert "新名称" in found.view.toPlainText()


def test_the_marked_changes_are_shown_as_paper(qtbot: QtBot, desk_of: DeskOf) -> None:
    from ui.printing.preview import Preview

    desk = desk_of(PI)
    before = filed()
    news(desk.copy, changing(before, design__total_sample_size=240))
    found = versions(qtbot, shown(qtbot, desk, before.id))
    qtbot.waitUntil(lambda: found.compared is not None)

    found.print.click()

    qtbot.waitUntil(lambda: bool(opened(Preview)), timeout=20_000)
    preview = opened(Preview)[0]
    qtbot.waitUntil(preview.print_button.isEnabled, timeout=20_000)
    preview.close()


def opened(kind: type) -> list[Any]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]


# -- changing and undoing -------------------------------------------------------------------------


def pressed(view: RecordView, command: str) -> None:
    action = next(
        (a for a in view.steps.more.menu().actions() if a.objectName() == f"step:{command}"), None
    )
    if action is not None:
        action.trigger()
    else:
        view.steps.buttons[command].click()


def commands(view: RecordView) -> set[str]:
    names = {a.objectName() for a in view.steps.more.menu().actions()}
    return {*view.steps.buttons} | {n.removeprefix("step:") for n in names if n.startswith("step:")}


def test_what_comes_back_is_shown_before_a_change_is_undone(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    before = filed()
    news(desk.copy, changing(before, design__total_sample_size=240))
    view = shown(qtbot, desk, before.id)

    pressed(view, "undo")
    qtbot.waitUntil(lambda: bool(opened(UndoDialog)))
    dialog = opened(UndoDialog)[0]

    assert "下列 1 处恢复为备案的版本" in dialog.sentence.text()
    assert dialog.view.marked()[0] == ["240"]
    dialog.verb.click()
    qtbot.waitUntil(lambda: desk.copy.get(before.id).state == "filed")
    after = desk.copy.get(before.id)
    assert after.answers == before.answers
    assert after.in_force is None


def test_a_change_not_meant_to_be_undone_stays(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    before = filed()
    news(desk.copy, changing(before, design__total_sample_size=240))
    view = shown(qtbot, desk, before.id)

    pressed(view, "undo")
    qtbot.waitUntil(lambda: bool(opened(UndoDialog)))
    opened(UndoDialog)[0].cancel.click()

    assert desk.copy.get(before.id).state == "changing"


def test_the_investigator_changes_suspends_and_ends_what_is_filed(
    qtbot: QtBot, desk_of: DeskOf, answering: Callable[[dict[str, Any]], None]
) -> None:
    desk = desk_of(PI)
    before = filed()
    news(desk.copy, before)
    view = shown(qtbot, desk, before.id)
    assert commands(view) == {"change", "finish", "suspend", "terminate", "authorise"}

    answering({"reason": "更正样本量。"})
    pressed(view, "change")

    qtbot.waitUntil(lambda: view.reading is not None and view.reading.record.state == "changing")
    assert commands(view) == {"save", "undo", "authorise"}
    assert "变更获批前，备案第 1 版" in view.standing.text()
    assert "还没有修改" in view.standing.text()


def test_a_secretary_may_do_none_of_it(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(SECRETARY)
    before = filed()
    news(desk.copy, before)

    view = shown(qtbot, desk, before.id)

    assert commands(view) == set()
    assert not view.steps.isVisible()


# -- delegates, copies -----------------------------------------------------------------------


def test_a_delegate_sees_why_submitting_is_not_theirs_and_hands_over(
    qtbot: QtBot, desk_of: DeskOf, answering: Callable[[dict[str, Any]], None]
) -> None:
    desk = desk_of(HELPER)
    cards(desk.copy)
    record = replace(
        filed(), state="draft", log=(), number="", revision=2,
        parties={"pi": (PI.id,), "institution": (OFFICE,), "delegate": (HELPER.id,)},
    )  # fmt: skip
    news(desk.copy, record)

    view = shown(qtbot, desk, record.id)

    assert commands(view) == {"save", "hand_over"}
    assert "提交须由项目负责人进行" in view.standing.text()
    answering({"remark": "请核对"})
    pressed(view, "hand_over")
    qtbot.waitUntil(lambda: desk.copy.get(record.id).state == "handed")
    qtbot.waitUntil(lambda: commands(view) == set())


def test_a_study_is_copied_to_a_new_draft(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    record = replace(filed(), state="rejected")
    news(desk.copy, record)
    view = shown(qtbot, desk, record.id)
    actions = view.steps.more.menu().actions()
    copied = next(a for a in actions if a.objectName() == "copy_to_draft")

    with qtbot.waitSignal(view.opened) as opening:
        copied.trigger()

    new_id, how = opening.args
    made = desk.copy.get(new_id)
    assert how == "filing"
    assert made.id != record.id
    assert (made.state, made.number, made.revision) == ("draft", "", 0)
    kept = {k for k in record.answers if not FORMS["study"].field(k).is_of_review}
    assert {k: record.answers[k] for k in kept if k in made.answers} == made.answers
    assert made.answers[NAME] == record.answers[NAME]


def test_dialogs_of_steps_are_for_people(qtbot: QtBot, desk_of: DeskOf) -> None:
    """The real dialog of a suspension: what is asked stands in it."""
    from ui.forms.ask import AskDialog

    desk = desk_of(PI)
    before = filed()
    news(desk.copy, before)
    step = next(s for s in desk.open_steps(before) if s.command == "suspend")

    dialog = AskDialog(desk, before, step)
    qtbot.addWidget(dialog)

    assert "暂停日期" in texts(dialog)
    dialog.accept()
    assert dialog.result() != QDialog.DialogCode.Accepted
    assert "还有 2 处需要填写" in dialog.sentence.text()
