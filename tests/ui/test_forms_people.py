"""People and sites of a study: whose record would help, and who is matched with the directory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.record import Record
from tests.builders import person_answers, study_answers
from tests.local_db.desks import carded
from tests.ui.conftest import DeskOf, activate
from tests.ui.test_forms_filing import shown
from tests.ui.world import MEMBER, PI, cards, news, person
from ui.desk import Desk
from ui.forms import judging
from ui.forms.filing import FilingView
from ui.forms.matching import MatchDialog
from ui.forms.problem_panel import ProblemPanel
from ui.forms.unregistered import UnregisteredDialog
from ui.main_window import MainWindow

TEAM = "impl.team_members"
NO_PHYSICIAN = {TEAM: {"t0000001": {"person": MEMBER.id, "name": "沈兰"}}}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "RECHECK", 20)


def own_record(title: str | None = None) -> Record:
    record = person("何平", mobile="13800000002", id_number="110105194912310029", who=PI)
    record.answers.update({**person_answers(), "name": "何平", "title": title})
    return record


def without_physician(desk: Desk) -> Record:
    cards(desk.copy)
    news(desk.copy, own_record("professor"))
    return desk.copy.begin("study", study_answers(NO_PHYSICIAN), role="pi")


def physician_problem(qtbot: QtBot, view: FilingView) -> ProblemPanel:
    """The panel with the problem of the physician chosen, once its people were looked up."""
    view.check()
    panel = view.panel
    qtbot.waitUntil(lambda: any(p.rule == "V-12" and p.people for p in panel.problems))
    panel.list.setCurrentRow([p.rule for p in panel.problems].index("V-12"))
    qtbot.waitUntil(lambda: bool(panel.people_in(panel.current())))
    return panel


def test_the_problem_of_the_physician_opens_the_record_of_whoever_could_count(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    record = without_physician(desk)
    window = MainWindow(desk)
    qtbot.addWidget(window)
    activate(qtbot, window)
    window.open(record.id, "filing")
    view: Any = window.pages.current()
    qtbot.waitUntil(lambda: bool(view.page_id))
    panel = physician_problem(qtbot, view)
    assert "何平" in panel.list.currentItem().text()
    assert panel.people.isVisible()

    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    told = {a.text(): a.isEnabled() for a in menu.actions()}
    assert told == {
        "打开何平的个人信息": True,
        "沈兰：个人信息不在本机，请其本人或机构管理员填写": False,
    }
    QTest.keyClick(menu, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: window.pages.current() is not view)
    opened: Any = window.pages.current()
    assert isinstance(opened, FilingView)
    qtbot.waitUntil(lambda: opened.record is not None)
    assert f"person:{opened.record.id}" == PI.id


def test_a_right_click_on_a_problem_leads_to_the_answer_and_to_the_people(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    view = shown(qtbot, desk, without_physician(desk))
    wanted = []
    view.record_wanted.connect(lambda record_id, how: wanted.append((f"person:{record_id}", how)))
    panel = physician_problem(qtbot, view)

    at = panel.list.visualItemRect(panel.list.currentItem()).center()
    panel.list.customContextMenuRequested.emit(at)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [a.text() for a in menu.actions()][:2] == ["转到该处", "打开何平的个人信息"]
    menu.actions()[1].trigger()
    menu.actions()[0].trigger()
    menu.close()

    assert wanted == [(PI.id, "mend")]
    assert view.page_id == "impl"


def test_the_problem_of_the_physician_goes_once_the_title_stands_in_the_record(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    view = shown(qtbot, desk, without_physician(desk))
    panel = physician_problem(qtbot, view)
    mended = {**own_record().answers, "title_class": "medical", "title": "chief_physician"}

    own = desk.copy.perform(own_record().id, "save", answers=mended, role="self")
    desk.changed.emit([own.id])

    qtbot.waitUntil(lambda: "V-12" not in [p.rule for p in panel.problems])
    assert not panel.people.isVisible()


def test_an_incomplete_record_is_named_and_a_double_click_opens_it(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    lacking = replace(own_record(), answers={**own_record().answers, "department": None})
    cards(desk.copy)
    news(desk.copy, lacking)
    view = shown(qtbot, desk, desk.copy.begin("study", study_answers(), role="pi"))
    wanted = []
    view.record_wanted.connect(lambda record_id, how: wanted.append((f"person:{record_id}", how)))
    view.check()
    panel = view.panel
    qtbot.waitUntil(lambda: "V-38" in [p.rule for p in panel.problems])
    panel.list.setCurrentRow([p.rule for p in panel.problems].index("V-38"))
    qtbot.waitUntil(lambda: bool(panel.people_in(panel.current())))
    item = panel.list.currentItem()
    assert "何平还需完善：" in item.text()
    assert panel.people.text() == "打开何平的个人信息"

    panel.list.itemDoubleClicked.emit(item)
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Return)

    assert wanted == [(PI.id, "mend")] * 2


def test_who_is_sent_to_an_incomplete_record_stands_at_what_is_missing(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    lacking = replace(own_record(), answers={**own_record().answers, "department": None})
    news(desk.copy, lacking)
    window = MainWindow(desk)
    qtbot.addWidget(window)
    activate(qtbot, window)

    window.pages.show_record(lacking.id, "mend")

    view: Any = window.pages.current()
    assert isinstance(view, FilingView)
    qtbot.waitUntil(view.panel.isVisible)
    assert view.page_id == view.draft.form.page_of("department").id
    assert "department" in [p.path for p in view.panel.problems]


def test_a_problem_that_speaks_of_nobody_offers_nobody(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    title = {"basic.research_title": None}
    record = desk.copy.begin("study", study_answers({**title}), role="pi")
    view = shown(qtbot, desk, record)
    view.check()
    panel = view.panel
    at = [p.path for p in panel.problems].index("basic.research_title")
    panel.list.setCurrentRow(at)

    assert not panel.people.isVisible()
    QTest.keyClick(panel.list, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.activePopupWidget() is None


# -- matching later ------------------------------------------------------------------------

SITES = "impl.participating_organization_repeat"
BRANCH = "impl.branch_organization_name"
BRANCH_REF = "impl.branch_organization_id"
ELSEWHERE = "office:66666666-1111-4111-8111-111111111111"
OUTSIDER = "person:66666666-5555-4555-8555-555555555555"
PLACES = (
    {"ref": ELSEWHERE, "kind": "institution", "name": "长河省中医院", "state": "opened",
     "sort": "changheshengzhongyiyuan", "initials": "chszyy", "address": "新河路8号"},
    {"ref": OUTSIDER, "kind": "investigator", "name": "唐立", "office": ELSEWHERE, "roles": ["pi"],
     "department": "针灸科", "title": "chief_physician", "sort": "tangli", "initials": "tl"},
)  # fmt: skip


def directory(desk: Desk, *given: dict[str, Any]) -> None:
    start = desk.copy.positions().get("directory", 0) + 1
    desk.copy.take([carded({"roles": [], **c}, start + n) for n, c in enumerate(given or PLACES)])


def with_site(desk: Desk, **row: Any) -> Record:
    site = {f"impl.branch_{key}": value for key, value in row.items()}
    changes = {
        "impl.multicenter_flag": "yes", "impl.multicenter_type": "domestic",
        "impl.organization_role": "domestic_lead", "impl.has_participating_branches": "yes",
        SITES: {"s1": site},
    }  # fmt: skip
    return desk.copy.begin("study", study_answers(changes), role="pi")


def site_of(qtbot: QtBot, desk: Desk, record: Record) -> tuple[FilingView, Any]:
    """The wizard with the page of the sites open, and the editors of the first site."""
    view = shown(qtbot, desk, record)
    view.go_to(f"{SITES}/s1/{BRANCH}")
    rows: Any = view.pages["impl"].cells[SITES].editor
    qtbot.waitUntil(lambda: rows.page is not None and BRANCH in rows.page.cells)
    return view, rows.page.cells


def dialog_of(kind: type[Any]) -> Any:
    found = [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]
    assert len(found) == 1
    return found[0]


def test_an_unmatched_institution_is_matched_from_its_badge_and_its_row_stays(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    directory(desk)
    typed = {"organization_name": "长河省中医院", "user_name": "唐立", "address": "旧址一号"}
    view, cells = site_of(qtbot, desk, with_site(desk, **typed))
    badge = cells[BRANCH].editor.badge
    assert badge.isVisible()

    QTest.mouseClick(badge, Qt.MouseButton.LeftButton)
    dialog = dialog_of(MatchDialog)
    assert dialog.line.text() == "长河省中医院"
    qtbot.waitUntil(lambda: dialog.list.count() == 1)
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)

    assert view.draft is not None
    row = view.draft.value(f"{SITES}/s1")
    assert row[BRANCH_REF] == ELSEWHERE
    assert row["impl.branch_address"] == "旧址一号"
    assert row["impl.branch_user_name"] == "唐立"
    assert not badge.isVisible()
    view.save()
    qtbot.waitUntil(lambda: not view.draft_is_changed)
    stored = desk.copy.get(view.record.id).answers  # type: ignore[union-attr]
    assert stored[SITES]["s1"][BRANCH_REF] == ELSEWHERE
    view.undo()
    assert BRANCH_REF not in view.draft.value(f"{SITES}/s1")


def test_a_site_investigator_is_matched_by_other_words_than_were_typed(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    directory(desk)
    view, cells = site_of(qtbot, desk, with_site(desk, user_name="唐力", user_mobile="13800000009"))

    QTest.mouseClick(cells["impl.branch_user_name"].editor.badge, Qt.MouseButton.LeftButton)
    dialog = dialog_of(MatchDialog)
    qtbot.waitUntil(lambda: "没有找到" in dialog.told.text())
    assert not dialog.verb.isEnabled()
    dialog.line.clear()
    QTest.keyClicks(dialog.line, "tl")
    qtbot.waitUntil(lambda: [o.text for o in dialog.offers] == ["唐立"])
    dialog.verb.click()

    assert view.draft is not None
    row = view.draft.value(f"{SITES}/s1")
    assert (row["impl.branch_user_name"], row["impl.branch_user_id"]) == ("唐立", OUTSIDER)
    assert row["impl.branch_user_mobile"] == "13800000009"


@pytest.mark.parametrize("typed", ["长河省中医医院", "长河省 中医院", "长河省中医院东院区"])
def test_names_that_are_almost_right_are_offered_for_matching(
    qtbot: QtBot, desk_of: DeskOf, typed: str
) -> None:
    desk = desk_of(PI)
    directory(desk)
    _view, cells = site_of(qtbot, desk, with_site(desk, organization_name=typed))

    QTest.mouseClick(cells[BRANCH].editor.badge, Qt.MouseButton.LeftButton)
    dialog = dialog_of(MatchDialog)

    qtbot.waitUntil(lambda: [o.text for o in dialog.offers] == ["长河省中医院"])
    dialog.reject()
    assert cells[BRANCH].editor.badge.isVisible()


def test_nothing_is_matched_where_nothing_may_be_written(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    directory(desk)
    record = with_site(desk, organization_name="长河省中医院")
    news(desk.copy, replace(record, state="registered", revision=9))
    _view, cells = site_of(qtbot, desk, record)
    badge = cells[BRANCH].editor.badge

    assert badge.isVisible()
    assert not badge.isEnabled()


def test_the_list_of_sites_marks_those_that_are_not_matched(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    directory(desk)
    record = with_site(desk, organization_name="长河省中医院")
    second = {SITES: {"s1": record.answers[SITES]["s1"], "s2": {BRANCH: "某诊所"}}}
    record = desk.copy.perform(record.id, "save", answers={**record.answers, **second}, role="pi")
    view, cells = site_of(qtbot, desk, record)
    model = view.pages["impl"].cells[SITES].editor.model  # type: ignore[attr-defined]

    def marked() -> list[bool]:
        icon = Qt.ItemDataRole.DecorationRole
        return [model.data(model.index(row, 0), icon) is not None for row in range(2)]

    assert marked() == [True, True]
    tip = model.data(model.index(1, 0), Qt.ItemDataRole.ToolTipRole)
    assert tip == "某诊所（未匹配）"

    QTest.mouseClick(cells[BRANCH].editor.badge, Qt.MouseButton.LeftButton)
    dialog = dialog_of(MatchDialog)
    qtbot.waitUntil(lambda: dialog.list.count() == 1)
    dialog.verb.click()

    assert marked() == [False, True]
    assert model.data(model.index(0, 0)) == "长河省中医院"  # what is copied has no mark in it


# -- institutions that are not registered --------------------------------------------------


def adding(qtbot: QtBot, editor: Any, typed: str) -> Any:
    """Type a name, go down to the last entry offered and take it: the dialog that comes."""
    editor.line.setFocus()
    editor.line.clear()
    QTest.keyClicks(editor.line, typed)
    qtbot.waitUntil(lambda: editor.line.list_shown() is not None)
    popup = editor.line.list_shown()
    model = popup.model()
    last = model.index(model.rowCount() - 1, 0)
    assert last.data() == "添加未在系统注册的医疗卫生机构…"
    for _ in range(model.rowCount()):
        QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    return dialog_of(UnregisteredDialog)


def test_an_institution_that_is_not_registered_is_added_to_the_row_as_unmatched(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    directory(desk)
    view, cells = site_of(qtbot, desk, with_site(desk, user_name="唐立"))
    editor = cells[BRANCH].editor

    dialog = adding(qtbot, editor, "Baishan")
    cells_of = dialog.page.cells
    assert cells_of["name"].editor.line.text() == "Baishan"
    dialog.verb.click()
    assert dialog.isVisible(), "province, city, grade and address are missing"
    assert cells_of["province"].problem_texts()
    draft = dialog.draft
    draft.put_many({"province": "43", "city": "4301", "grade": "2a", "address": "白山路3号"})
    draft.put("name", "白山县人民医院")
    name = cells_of["name"].editor.line
    QTest.keyClick(name, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    at = f"{SITES}/s1"
    qtbot.waitUntil(lambda: "impl.branch_country" in view.draft.value(at))  # type: ignore[union-attr]

    assert view.draft is not None
    row = view.draft.value(f"{SITES}/s1")
    assert row == {
        BRANCH: "白山县人民医院", "impl.branch_country": "CN", "impl.branch_province_select": "43",
        "impl.branch_organization_level": "2a", "impl.branch_address": "湖南省长沙市白山路3号",
        "impl.branch_user_name": "唐立",
    }  # fmt: skip
    assert editor.line.text() == "白山县人民医院"
    assert editor.badge.isVisible()
    assert cells["impl.branch_address"].editor.value() == "湖南省长沙市白山路3号"


def test_a_name_near_one_of_the_directory_is_offered_before_it_is_added(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    directory(desk, {**PLACES[0], "province": "43", "grade": "3a", "postcode": "410000"})
    view, cells = site_of(qtbot, desk, with_site(desk, user_name="唐立"))
    dialog = adding(qtbot, cells[BRANCH].editor, "x")
    dialog.draft.put_many(
        {"province": "43", "city": "4301", "grade": "2a", "address": "白山路3号",
         "name": "长河省中医医院"}
    )  # fmt: skip

    dialog.accept()  # before the directory has answered
    qtbot.waitUntil(lambda: bool(dialog.buttons))
    assert dialog.isVisible()
    assert dialog.verb.text() == "都不是，仍要添加"
    dialog.buttons[0].click()

    assert view.draft is not None
    row = view.draft.value(f"{SITES}/s1")
    assert (row[BRANCH], row[BRANCH_REF]) == ("长河省中医院", ELSEWHERE)
    assert row["impl.branch_address"] == "新河路8号"
    assert row["impl.branch_organization_level"] == "3a"
    assert (row["impl.branch_country"], row["impl.branch_province_select"]) == ("CN", "43")
    assert not cells[BRANCH].editor.badge.isVisible()


def test_the_near_one_is_not_meant_and_the_new_one_is_added_all_the_same(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    directory(desk)
    view, cells = site_of(qtbot, desk, with_site(desk, organization_name="长河省中医院"))
    dialog = adding(qtbot, cells[BRANCH].editor, "x")
    dialog.draft.put_many({"country": "JP", "province_name": "Kyoto", "grade": "na",
                           "address": "1-2", "name": "长河省中医医院"})  # fmt: skip
    qtbot.waitUntil(lambda: bool(dialog.buttons))
    dialog.verb.click()

    assert view.draft is not None
    row = view.draft.value(f"{SITES}/s1")
    assert BRANCH_REF not in row
    assert (row[BRANCH], row["impl.branch_province_name"]) == ("长河省中医医院", "Kyoto")
    assert row["impl.branch_address"] == "1-2"
