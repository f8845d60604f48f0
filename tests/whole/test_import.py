"""Workbooks imported at a desk with a window, into a registry that runs: row by row, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from pypdf import PdfReader
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.roster import result, template
from app.roster.columns import EMAIL, ID_NUMBER, MOBILE, NAME, POSITION
from app.roster.kinds import TEMPLATES
from local_db import Query
from sync.client import RegistryClient
from sync.protocol import SignIn
from tests.app.roster.test_templates import hospital, member
from tests.app.roster.workbooks import id_number, person, written
from tests.whole.conftest import Opened
from tests.whole.desks import HOSPITAL, Desk
from tests.whole.registry_process import RegistryProcess
from ui import language, look, problems, tasks
from ui.desk import Desk as Office
from ui.importing.view import ImportView
from ui.people import papers

LONG = 30_000
OTHER = "长河省中医院"
FIRST = "Changhe2026"


class Window:
    """An import screen on a desk; its network can be taken away."""

    def __init__(self, desk: Desk, address: str, role: str, qtbot: QtBot) -> None:
        self.desk, self.qtbot = desk, qtbot
        self.office = Office(desk.copy, role)
        self._address = address
        self.network(on=True)
        self.view = ImportView(self.office)
        qtbot.addWidget(self.view)
        self.view.show()

    def network(self, *, on: bool) -> None:
        """Give or take the way to the registry."""
        token = self.desk.client._token
        self.office.way = (lambda: RegistryClient(self._address, token)) if on else None

    def open(self, path: Path) -> ImportView:
        """Read a workbook and wait until it is known who is known."""
        with self.qtbot.waitSignal(self.view.checking.learned, timeout=LONG):
            self.view.open(path)
        return self.view

    def take(self) -> None:
        """Import whatever can be."""
        view = self.view
        assert view.mending.go.isEnabled()
        view.mending.go.click()
        self.until(lambda: view.pages.currentWidget() is view.done)

    def sync(self) -> None:
        """A round of the exchange, as the window hears of it."""
        self.desk.sync()
        self.office.changed.emit([])
        tasks.finish()

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for it."""
        self.qtbot.waitUntil(holds, timeout=LONG)

    def codes(self) -> dict[int, list[str]]:
        """Which D codes are said of which rows."""
        assert self.view.mending.model is not None
        said = {
            e.row: [f.code for f in e.findings if f.code[0] == "D"]
            for e in self.view.mending.model.entries()
        }
        return {row: codes for row, codes in said.items() if codes}

    def standings(self) -> list[str]:
        """How it stands with each row, as the last page says it."""
        now = self.view.done.imported
        assert now is not None
        return [one.standing for one in now.rows]

    def people(self) -> list[str]:
        """Who is in this institution, by this desk."""
        return self.desk.listed("person", "active")


WindowOf = Callable[..., Window]


@pytest.fixture
def window_of(
    registry: RegistryProcess, open_desk: Opened, qapp: QApplication, qtbot: QtBot
) -> Iterator[WindowOf]:
    """`window_of(login, role)`: the import screen of an account of the sample."""
    language.choose("zh")
    look.apply(qapp, dark=False)

    def made(login: str = HOSPITAL, role: str = "institution_admin") -> Window:
        desk = open_desk(registry, login)
        desk.sync()
        return Window(desk, registry.address, role, qtbot)

    yield made
    tasks.finish()


@pytest.fixture(autouse=True)
def refusals(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What people were told went wrong."""
    told: list[Any] = []
    monkeypatch.setattr(problems, "show", lambda error, *_parent, **_more: told.append(error))
    return told


def engage(desk: Desk, **answers: Any) -> None:
    """Open somebody's account, and send it."""
    made = desk.copy.begin("person", answers, role="institution_admin")
    desk.do(made.id, "open", "institution_admin", said={"roles": ["pi"], "password": FIRST})
    assert not desk.sync().refused


def of(n: int) -> dict[str, Any]:
    """The same invented person as row n."""
    row = person(n)
    return {"name": row[NAME], "id_number": row[ID_NUMBER], "mobile": row[MOBILE],
            "email": row[EMAIL], "birth_date": "1980-03-07", "sex": "male"}  # fmt: skip


def test_the_registry_knows_whom_this_desk_cannot_know_and_they_are_moved_in(
    window_of: WindowOf, open_desk: Opened, registry: RegistryProcess, tmp_path: Path
) -> None:
    other = open_desk(registry, OTHER)
    engage(other, **of(0))
    engage(other, **of(1) | {"id_number": id_number(91)})
    window = window_of()
    engage(window.desk, **of(2) | {"position": ""})
    path = written(tmp_path / "in.xlsx", [person(n) for n in range(4)])

    view = window.open(path)

    assert window.codes() == {2: ["D06"], 3: ["D03", "D04"], 4: ["D05"]}
    assert "登记中心已核对" in view.mending.asked.text()
    assert [e.row for e in view.mending.to_import()] == [5]
    view.mending.already.setCurrentIndex(2)
    assert {e.row: e.deed for e in view.mending.to_import()} == {
        2: "move_in", 4: "update", 5: "new",
    }  # fmt: skip
    window.take()
    window.sync()
    window.until(lambda: window.standings() == ["done"] * 3)
    (asked,) = window.desk.copy.rows(Query("transfer")).rows
    assert asked.head.state == "asked"
    people = {r.head.title: r.head.id for r in window.desk.copy.rows(Query("person")).rows}
    assert {person(2)[NAME], person(3)[NAME]} <= set(people)


def test_who_is_here_gets_what_was_empty_and_nothing_is_overwritten(
    window_of: WindowOf, tmp_path: Path
) -> None:
    window = window_of()
    engage(window.desk, **of(0) | {"position": "", "department": "内科"})
    row = person(0)
    row[POSITION] = "主任"
    window.open(written(tmp_path / "in.xlsx", [row]))
    window.view.choosing.roles["other"].setChecked(True)
    window.open(tmp_path / "in.xlsx")
    window.view.mending.already.setCurrentIndex(1)

    window.take()
    window.sync()
    window.until(lambda: window.standings() == ["done"])

    def found() -> dict[str, Any]:
        (record,) = [
            window.desk.copy.get(UUID(r.head.id))
            for r in window.desk.copy.rows(Query("person", text=row[NAME])).rows
        ]
        return record.answers

    assert (found()["position"], found()["department"]) == ("主任", "内科")
    assert sorted(found()["roles"]) == ["other", "pi"]

    assert window.view._import is not None
    window.view.taking_back.undo(window.view._import)
    window.until(lambda: window.standings() == ["undone"])
    window.sync()
    assert found()["roles"] == ["pi"]
    assert not found().get("position")


def test_an_import_is_undone_as_a_whole_and_can_be_made_again(
    window_of: WindowOf, tmp_path: Path
) -> None:
    window = window_of()
    before = window.people()
    path = written(tmp_path / "in.xlsx", [person(n) for n in range(5)])
    window.open(path)
    window.take()
    window.sync()
    window.until(lambda: window.standings() == ["done"] * 5)
    assert window.view.done.title.text() == "已导入 5 行"

    assert window.view._import is not None
    window.view.taking_back.undo(window.view._import)
    window.until(lambda: window.standings() == ["undone"] * 5)
    window.sync()

    assert window.people() == before
    window.open(path)
    assert window.codes() == {}
    window.take()
    window.sync()
    window.until(lambda: window.standings() == ["done"] * 5)


def test_account_slips_are_printed_for_exactly_those_whose_accounts_were_opened(
    window_of: WindowOf,
    open_desk: Opened,
    registry: RegistryProcess,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[bytes] = []
    monkeypatch.setattr(papers, "show", lambda make, *_what: shown.append(make()))
    window = window_of()
    engage(window.desk, **of(0) | {"position": ""})
    window.open(written(tmp_path / "in.xlsx", [person(n) for n in range(4)]))
    window.view.mending.already.setCurrentIndex(1)
    engage(open_desk(registry, OTHER), **of(2) | {"id_number": id_number(92)})
    window.network(on=False)
    window.take()
    done = window.view.done
    assert not done.slips.isVisibleTo(done), "no account is open yet"
    window.network(on=True)
    window.sync()
    window.until(lambda: sorted(window.standings()) == ["done", "done", "done", "refused"])

    assert done.slips.text() == "打印账号通知单（2）"
    done.slips.click()
    window.until(lambda: bool(shown))

    pages = [page.extract_text() for page in PdfReader(BytesIO(shown[0])).pages]
    assert len(pages) == 2
    for n, page in zip((1, 3), pages, strict=True):
        assert person(n)[NAME] in page
        assert person(n)[MOBILE] in page
        assert FIRST in page


def test_once_somebody_has_signed_in_nothing_is_undone_and_it_says_why(
    window_of: WindowOf, registry: RegistryProcess, tmp_path: Path, refusals: list[Any]
) -> None:
    window = window_of()
    window.open(written(tmp_path / "in.xlsx", [person(n) for n in range(3)]))
    window.take()
    window.sync()
    window.until(lambda: window.standings() == ["done"] * 3)
    RegistryClient(registry.address).sign_in(
        SignIn(login=person(1)[MOBILE], password=FIRST, desk="theirs")
    )

    assert window.view._import is not None
    window.view.taking_back.undo(window.view._import)
    window.until(lambda: bool(refusals))

    assert "因此全部没有办理" in refusals[0].words.zh
    window.sync()
    assert {person(n)[NAME] for n in range(3)} <= set(window.people())


def test_offline_rows_wait_for_the_registry_which_answers_each_of_them(
    window_of: WindowOf, open_desk: Opened, registry: RegistryProcess, tmp_path: Path
) -> None:
    window = window_of()
    window.network(on=False)
    view = window.open(written(tmp_path / "in.xlsx", [person(n) for n in range(4)]))
    assert "待服务器复核" in view.mending.asked.text()
    window.take()
    assert "待服务器复核" in view.done.sent.text()
    engage(open_desk(registry, OTHER), **of(2) | {"id_number": id_number(92)})

    window.network(on=True)
    window.sync()
    window.until(lambda: window.standings() == ["done", "done", "refused", "done"])
    shown = [view.done.model.index(0, n).data() for n in range(4)]
    assert shown[:3] == ["4", person(2)[NAME], "新建账号"]
    assert "手机号已被其他账号使用" in shown[3]

    with window.qtbot.waitSignal(view.checking.learned, timeout=LONG):
        view.done.mend.click()
    assert window.codes() == {4: ["D03", "D04"]}
    assert window.desk.copy.outbox() == []


def test_a_returned_workbook_imported_again_skips_what_is_done(
    window_of: WindowOf, tmp_path: Path
) -> None:
    window = window_of()
    path = written(tmp_path / "in.xlsx", [person(n) for n in range(4)] + [person(4, 邮箱="?")])
    view = window.open(path)
    assert view.mending.model is not None
    result.write(tmp_path / "back.xlsx", view.mending.model.checked(), TEMPLATES["accounts"])
    window.take()
    window.sync()
    book = openpyxl.load_workbook(tmp_path / "back.xlsx")
    book.worksheets[0]["H6"] = person(4)[EMAIL]
    book.save(tmp_path / "back.xlsx")

    window.open(tmp_path / "back.xlsx")

    assert window.codes() == {2: ["D05"], 3: ["D05"], 4: ["D05"], 5: ["D05"]}
    assert [e.row for e in view.mending.to_import()] == [6]
    assert view.mending.here.text() == "已在本机构 4"


def test_what_the_registry_learns_after_the_look_is_shown_and_not_imported(
    window_of: WindowOf, open_desk: Opened, registry: RegistryProcess, tmp_path: Path
) -> None:
    window = window_of()
    view = window.open(written(tmp_path / "in.xlsx", [person(0), person(1)]))
    assert window.codes() == {}
    engage(open_desk(registry, OTHER), **of(1))

    with window.qtbot.waitSignal(view.checking.learned, timeout=LONG):
        view.mending.go.click()

    assert window.codes() == {3: ["D06"]}
    assert window.desk.copy.outbox() == []
    window.take()
    window.sync()
    window.until(lambda: window.standings() == ["done"])


def test_institutions_are_imported_by_their_authority(window_of: WindowOf, tmp_path: Path) -> None:
    window = window_of("长河市卫生健康委员会", "authority")
    path = tmp_path / "in.xlsx"
    declared = TEMPLATES["institutions"]
    template.write(path, [hospital(0), hospital(1), hospital(2, 机构名称=OTHER)], declared)

    view = window.open(path)

    assert window.codes() == {4: ["D10"]}
    window.take()
    window.sync()
    window.until(lambda: window.standings() == ["done", "done"])
    assert not view.done.undo.isVisible(), "the registry keeps institutions that were opened"
    window.open(path)
    assert window.codes() == {2: ["D09"], 3: ["D09"], 4: ["D10"]}
    assert view.mending.here.text() == "以前已导入 2"


def test_members_are_added_to_a_committee_own_ones_and_those_from_outside(
    window_of: WindowOf, open_desk: Opened, registry: RegistryProcess, tmp_path: Path
) -> None:
    admin = open_desk(registry, HOSPITAL)
    engage(admin, **of(0))
    engage(open_desk(registry, OTHER), **of(1))
    secretary = open_desk(registry, "13800000001")
    secretary.sync()
    (row,) = secretary.copy.rows(Query("committee")).rows
    secretary.do(UUID(row.head.id), "change", "ethics_secretary", said={"reason": "换届"})
    assert not secretary.sync().refused
    outside = {"来源": "外聘（其他医疗卫生机构）", "工作单位": OTHER}
    rows = [member(0), member(1, **outside), member(2, **outside | {
        "移动电话": "13900000098", "邮箱": "new@example.com"})]  # fmt: skip
    path = tmp_path / "in.xlsx"
    template.write(path, rows, TEMPLATES["members"])
    window = Window(secretary, registry.address, "ethics_secretary", window_of().qtbot)
    window.until(lambda: window.view.choosing.committee.count() == 1)

    view = window.open(path)

    assert window.codes() == {4: ["D12"]}
    assert [e.deed for e in view.mending.to_import()] == ["member", "seat", "seat"]
    window.take()
    window.sync()
    window.sync()
    window.until(lambda: window.standings() == ["done"] * 3)
    members = secretary.copy.get(UUID(row.head.id)).answers["members"].values()
    assert {person(n)[NAME] for n in range(3)} <= {m["name"] for m in members}
    window.open(path)
    assert window.codes() == {2: ["D15"], 3: ["D15"], 4: ["D15"]}
