"""Committees and stem-cell institutions at the windows of everybody who has a part in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.forms.committee import ORIGIN
from app.record import Answers
from app.roster import template
from app.roster.members import MEMBERS
from demo import hands
from demo.filling import give
from server.sample import PEOPLE, _answers_of, ident
from tests import builders
from tests.ui.conftest import dressed  # noqa: F401 -- a fixture
from tests.whole.conftest import Opened
from tests.whole.registry_process import RegistryProcess
from tests.whole.windows import AtWindow
from ui import language
from ui.forms.ask import AskDialog
from ui.forms.filing import FilingView
from ui.forms.people import StaffDialog
from ui.forms.seats import SeatsEditor

pytestmark = [pytest.mark.timeout(240), pytest.mark.usefixtures("dressed")]

HOSPITAL, CITY = "长河市第一人民医院", "长河市卫生健康委员会"
NAME = "长河市第一人民医院药物临床试验伦理委员会"
TERM = {"term_from": "2026-01-01", "term_to": "2029-12-31"}
NEW_NUMBER = "110101198003073015"
STAFF = {
    "周静": ("secretary", "medicine"), "何平": ("chair", "medicine"),
    "沈兰": ("vice_chair", "nursing"), "马骏": ("member", "pharmacy"),
    "顾言": ("member", "statistics"), "秦岭": ("member", "medicine"),
    "白鹭": ("member", "life_science"),
}  # fmt: skip
EMPLOYERS = {
    "方正": "长河律师事务所",
    "许文": "长河大学",
    "陆遥": "长河省中医院",
    "贺新": "长河大学",
}
DOCUMENTS = {
    "appointment_document": "任命文件", "charter_document": "章程",
    "rules_document": "标准操作规程", "members_document": "委员名单和工作简历",
}  # fmt: skip
At = Callable[..., AtWindow]


def mobile(n: int) -> str:
    return f"138000{n:05}"


def number_of(name: str) -> str:
    """The ID number of somebody of the sample."""
    return str(_answers_of(next(p for p in PEOPLE if p.name == name))["id_number"])


def document(folder: Path, name: str) -> str:
    """A PDF with this name."""
    from demo.documents import _pdf

    return str(_pdf(folder / f"{name}.pdf", name, ["样张，内容为虚构。"], pages=1))


@pytest.fixture
def at(registry: RegistryProcess, open_desk: Opened) -> Iterator[At]:
    """`at(login, role)`: somebody at their window, with everything that is theirs to read."""
    open_windows: list[AtWindow] = []

    def opened(login: str, role: str) -> AtWindow:
        whole = open_desk(registry, login)
        whole.sync()
        person = AtWindow(whole, registry.address, role)
        open_windows.append(person)
        person.wait_for_sync()
        return person

    yield opened
    for person in open_windows:
        person.close()


def contact(name: str) -> Answers:
    return {
        "contact_name": name, "contact_phone": "0731-84321009", "contact_email": "ec@example.com",
        "office_address": "长河市人民路 1 号行政楼 3 楼",
    }  # fmt: skip


def workbook_of_members(folder: Path) -> Path:
    """Four from outside, one of them new to the system, as a secretary keeps them."""
    term = (TERM["term_from"], TERM["term_to"])
    _own, elsewhere, outside = (option.zh for option in ORIGIN.options)
    rows = [
        ("方正", number_of("方正"), "委员", "法学", outside, *term),
        ("许文", number_of("许文"), "委员", "生命伦理学", outside, *term),
        ("陆遥", number_of("陆遥"), "委员", "医学", elsewhere, *term),
        ("贺新", NEW_NUMBER, "委员", "社会学", outside, *term),
    ]
    path = folder / "外聘委员.xlsx"
    template.write(path, rows, MEMBERS)
    return path


def seats_editor(person: AtWindow) -> SeatsEditor:
    view = person._current(FilingView)
    view.open_page("members")
    editor: SeatsEditor = hands.named(view, SeatsEditor, "members")
    return editor


def pick_from_the_staff(person: AtWindow, people: dict[str, tuple[str, str]]) -> None:
    """Tick people in the staff, then say of each what only the secretary knows."""
    editor = seats_editor(person)
    hands.click(editor.pick_button)
    dialog = hands.shown(StaffDialog, "the staff")
    hands.wait(lambda: dialog.list.count() >= len(people), "the names of the staff")
    for row in range(dialog.list.count()):
        item = dialog.list.item(row)
        if item.data(Qt.ItemDataRole.UserRole)["name"] in people:
            item.setCheckState(Qt.CheckState.Checked)
    person.picture_of(dialog, "ethics-03-staff")
    hands.click(dialog.add_button)
    hands.wait(lambda: len(editor.model.ids) == len(people), "the rows of those who were picked")
    for row_id in list(editor.model.ids):
        editor.go_to([row_id])
        duty, field = people[editor.value()[row_id]["name"]]
        answers = {"duty": duty, "field": field, **TERM}
        for field_id, value in answers.items():
            cell = editor.page.cells[field_id]
            give(cell.field, cell.editor, value)


def seat_from_a_workbook(person: AtWindow, workbook: Path) -> None:
    """添加外聘委员: a workbook is read, what it does not say is typed, the verb pressed."""
    view = person._current(FilingView)

    def fill(dialog: AskDialog) -> None:
        editor = hands.named(dialog, SeatsEditor, "people")
        editor.read_workbook(workbook)
        hands.wait(editor.known.isVisible, "the workbook to be read, and the registry's word")
        assert "系统中没有：贺新。" in editor.known.text() or language.chosen() != "zh"
        person.picture_of(dialog, "ethics-05-workbook")
        for row_id in list(editor.model.ids):
            editor.go_to([row_id])
            name = editor.value()[row_id]["name"]
            answers = {"employer": EMPLOYERS[name]}
            if name == "贺新":
                answers |= {"mobile": "13900000001", "email": "he.xin@example.com"}
            for field_id, value in answers.items():
                cell = editor.page.cells[field_id]
                give(cell.field, cell.editor, value)
        person.picture_of(dialog, "ethics-06-workbook-filled")

    person.in_dialog(partial(person._step, view, "seat"), fill)


def test_an_ethics_committee_is_founded_filed_changed_undone_reported_on_and_ended(  # noqa: PLR0915 -- one story
    at: At, tmp_path: Path
) -> None:
    secretary = at(mobile(1), "ethics_secretary")
    secretary.go("committee", "ethics-01-list")
    view = secretary.begins("committee")
    committee = view._id
    given = {
        "branch": "main", "name": NAME, "english_name": "Ethics Committee for Drug Trials",
        "founded": "2026-01-01", "scope": ["drug", "iit"], **contact("周静"),
    }  # fmt: skip
    files = {field: [document(tmp_path, name)] for field, name in DOCUMENTS.items()}
    secretary.fills(given, files, "ethics-02-draft")
    assert secretary.complaints("ethics-02-complaints") == {"members"}

    # Its members: seven of the staff, four from outside by number and name, one of them new.
    pick_from_the_staff(secretary, STAFF)
    secretary.picture("ethics-04-members")
    assert secretary.complaints() == {"members"}, "nobody from outside, nobody of law"
    secretary.wait_for_sync()
    seat_from_a_workbook(secretary, workbook_of_members(tmp_path))
    assert secretary.wait_for_sync() == {"waiting": 0, "trouble": 0}
    rows = secretary.record(committee).answers["members"]
    assert {row["name"] for row in rows.values()} == {*STAFF, *EMPLOYERS}
    assert all(row["person"] for row in rows.values())
    seats_editor(secretary)
    hands.pause(0.2)
    secretary.picture("ethics-07-members")
    assert secretary.complaints("ethics-08-checked") == set()
    assert secretary.takes("submit").state == "inst"
    secretary.wait_for_sync()
    secretary.picture("ethics-09-submitted")

    # The institution, then its registering authority.
    hospital = at(HOSPITAL, "institution_admin")
    hospital.go("todo", "ethics-10-institution-todo")
    hospital.opens("todo", NAME, "ethics-11-institution")
    said = {"remark": "材料齐全，同意上报。"}
    assert hospital.takes("approve", said, "ethics-12-approve").state == "auth"
    hospital.wait_for_sync()
    city = at(CITY, "authority")
    city.go("todo", "ethics-13-authority-todo")
    city.opens("todo", NAME, "ethics-14-authority")
    assert city.takes("approve", {"remark": "予以备案。"}, "ethics-15-file").state == "filed"
    city.wait_for_sync()
    secretary.wait_for_sync()
    filed = secretary.record(committee)
    assert re.fullmatch(r"EC-\d{8}-\d{4}", filed.number)
    secretary.opens("committee", NAME, "ethics-16-filed")

    # A change that is undone: what was filed comes back.
    secretary.takes("change", {"reason": "办公地址变更。"}, "ethics-17-change")
    secretary.fill_in("committee", NAME, {"office_address": "长河市新河路 2 号"})
    secretary.opens("committee", NAME, "ethics-18-changing")
    secretary.undoes("ethics-19-undo")
    secretary.wait_for_sync()
    assert secretary.record(committee).answers == filed.answers
    assert secretary.record(committee).state == "filed"

    # A change that is approved keeps the number.
    secretary.takes("change", {"reason": "办公地址变更。"})
    secretary.fill_in("committee", NAME, {"office_address": "长河市新河路 2 号"})
    assert secretary.takes("submit").state == "inst"
    secretary.wait_for_sync()
    for person, place in ((hospital, "todo"), (city, "todo")):
        person.wait_for_sync()
        person.opens(place, NAME, f"ethics-20-change-{person.desk.role}")
        person.takes("approve", {"remark": "同意变更。"})
        person.wait_for_sync()
    secretary.wait_for_sync()
    changed = secretary.record(committee)
    assert (changed.state, changed.number) == ("filed", filed.number)
    assert changed.answers["office_address"] == "长河市新河路 2 号"

    # The yearly report, and the end.
    secretary.opens("committee", NAME)
    report = {"year": 2025, "date": "2026-02-10", "document": [document(tmp_path, "年度报告")]}
    secretary.takes("report", report, "ethics-21-report")
    assert secretary.wait_for_sync() == {"waiting": 0, "trouble": 0}
    assert list(secretary.record(committee).answers["yearly_reports"]) == ["y2025"]
    city.wait_for_sync()
    city.opens("committees", NAME, "ethics-22-authority-filed")
    ended = city.takes("revoke", {"reason": "机构合并，委员会撤销。"}, "ethics-23-revoke")
    assert ended.state == "revoked"
    city.wait_for_sync()
    hospital.wait_for_sync()
    assert hospital.record(committee).state == "revoked"
    hospital.opens("committees", NAME, "ethics-24-revoked")


def test_an_academic_committee_is_kept_by_its_secretary_and_read_by_the_institution(
    at: At, tmp_path: Path
) -> None:
    secretary = at(mobile(11), "academic_secretary")
    secretary.go("academic_committee", "academic-01-list")
    committee = secretary.begins("academic_committee")._id
    name = "长河市第一人民医院科研学术委员会"
    given = {"name": name, "founded": "2026-01-01", **contact("高原")}
    secretary.fills(given, {"charter_document": [document(tmp_path, "章程")]}, "academic-02-draft")
    assert secretary.complaints() == {"members"}
    staff = {"高原": ("secretary", "statistics"), "秦岭": ("chair", "medicine")}
    pick_from_the_staff(secretary, staff | {"白鹭": ("member", "life_science")})
    assert secretary.complaints("academic-03-members") == set()
    assert secretary.takes("establish").state == "active"
    assert secretary.wait_for_sync() == {"waiting": 0, "trouble": 0}

    # It may be kept and closed without anybody's leave; the institution reads it.
    secretary.opens("academic_committee", name, "academic-04-active")
    secretary.takes("change")
    secretary.fill_in("academic_committee", name, {"office_address": "长河市新河路 2 号"})
    assert secretary.takes("complete").state == "active"
    assert secretary.wait_for_sync() == {"waiting": 0, "trouble": 0}
    hospital = at(HOSPITAL, "institution_admin")
    view = hospital.opens("academic_committees", name, "academic-05-institution")
    assert view.steps.buttons == {}, "the institution reads it and no more"
    assert hospital.record(committee).answers["office_address"] == "长河市新河路 2 号"
    secretary.opens("academic_committee", name)
    closed = secretary.takes("close", {"reason": "与新的委员会合并。"}, "academic-06-close")
    assert closed.state == "inactive"
    secretary.wait_for_sync()
    assert secretary.takes("reopen").state == "active"
    assert secretary.wait_for_sync() == {"waiting": 0, "trouble": 0}


def test_a_stem_cell_institution_is_filed_by_institution_province_and_nation(
    at: At, tmp_path: Path
) -> None:
    secretary = at(mobile(11), "academic_secretary")
    secretary.go("stem_cell", "stem-01-list")
    filing = secretary.begins("stem_cell")._id
    right = builders.stem_cell_answers()
    given = {k: v for k, v in right.items() if not k.endswith("_document")} | {
        "ethics_committee": f"committee:{ident('长河市第一人民医院伦理委员会')}",
        "academic_committee": f"committee:{ident('长河市第一人民医院学术委员会')}",
        "grade": "3b",
    }
    paper = document(tmp_path, "备案材料")
    files = {name: [paper] for name in right if name.endswith("_document")}
    secretary.fills(given, files, "stem-02-draft")
    assert secretary.complaints("stem-03-complaints") == {"grade"}
    secretary.answer({"grade": "3a"})
    assert secretary.complaints() == set()
    assert secretary.takes("submit").state == "inst"
    assert secretary.wait_for_sync() == {"waiting": 0, "trouble": 0}

    chain = {
        HOSPITAL: ("institution_admin", "prov"), "长河省卫生健康委员会": ("authority", "nat"),
        "国家卫生健康委员会": ("authority", "filed"),
    }  # fmt: skip
    windows = {}
    for number, (login, (role, state)) in enumerate(chain.items(), 4):
        person = windows[login] = at(login, role)
        person.go("todo", f"stem-{number:02}-{state}-todo")
        person.opens("todo", HOSPITAL, f"stem-{number:02}-{state}-before")
        said = {"remark": "材料齐全，同意。"}
        after = person.takes("approve", said, f"stem-{number:02}-{state}-approve")
        assert after.state == state
        assert person.wait_for_sync() == {"waiting": 0, "trouble": 0}
    secretary.wait_for_sync()
    filed = secretary.record(filing)
    assert (filed.state, filed.number[:3]) == ("filed", "SC-")

    secretary.opens("stem_cell", HOSPITAL, "stem-07-filed")
    secretary.takes("change", {"reason": "主要责任人变更。"})
    secretary.fill_in("stem_cell", HOSPITAL, {"responsible_person": "江明"})
    secretary.opens("stem_cell", HOSPITAL)
    secretary.undoes("stem-08-undo")
    secretary.wait_for_sync()
    assert secretary.record(filing).answers == filed.answers
    nation = windows["国家卫生健康委员会"]
    nation.wait_for_sync()
    nation.opens("stem_cells", HOSPITAL, "stem-09-nation")
    ended = nation.takes("revoke", {"reason": "条件不再具备。"}, "stem-10-revoke")
    assert ended.state == "revoked"
    assert nation.wait_for_sync() == {"waiting": 0, "trouble": 0}
