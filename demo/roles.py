"""Pictures of every screen of each role: `python -m demo roles`.

A province at work (`demo.province`) stays behind in OUTPUT/roles/province; everybody's window opens
on a copy of their store, in touch with the registry, and goes through their places, the records in
each state, the dialog of each step, the menus and the windows that come up now and then.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast
from uuid import UUID

from PySide6.QtWidgets import QApplication, QMenu, QToolButton, QWidget

from demo import hands
from demo.at_desk import AtDesk
from demo.province import EVERYBODY, Province, Who
from demo.stage import OFFSCREEN, SOURCE, Registry
from local_db import WorkingCopy
from sync.client import RegistryClient
from tests.whole.desks import KEY
from ui import language, look, problems, tasks
from ui.desk import Desk
from ui.forms.ask import AskDialog
from ui.forms.filing import FilingView
from ui.locking import LockWindow
from ui.main_window import MainWindow
from ui.people.passwords import AskPassword, PasswordDialog
from ui.records.list_view import RecordsView
from ui.records.record_view import RecordView
from ui.records.steps import is_open_to_nobody
from ui.records.undoing import ask_to_undo
from ui.review.review_view import ReviewView
from ui.settings import Settings
from ui.start import Application
from ui.sync.exchange import Exchange

MOST = 6
"""Records of one list that are opened: one in each state, as far as that goes."""


@dataclass(frozen=True)
class Setting:
    """How a window is looked at."""

    language: str
    dark: bool
    width: int
    height: int

    @property
    def name(self) -> str:
        return f"{self.language}-{'dark' if self.dark else 'light'}-{self.width}x{self.height}"


SETTINGS = (
    Setting("zh", dark=False, width=1280, height=800),
    Setting("en", dark=False, width=1366, height=700),
    Setting("zh", dark=True, width=1366, height=700),
    Setting("en", dark=True, width=1280, height=800),
)


@dataclass
class _Program:
    """As much of the program as somebody who has signed in works with."""

    desk: Desk
    window: MainWindow
    exchange: Exchange
    guide: None = None
    sign_in: None = None


class Looking(AtDesk):
    """One person at their window, who only looks."""

    def __init__(self, who: Who, folder: Path, address: str, pictures: Path) -> None:
        self.who = who
        self.copy = WorkingCopy(folder, KEY)
        token = folder.with_suffix(".token").read_text(encoding="utf-8")
        self.desk = Desk(self.copy, who.role)
        self.exchange = Exchange(self.desk, lambda: RegistryClient(address, token), self.desk)
        self.window = MainWindow(self.desk, self.exchange, Settings(folder, address))
        self.window.show()
        program = _Program(self.desk, self.window, self.exchange)
        super().__init__(cast("Application", program), pictures)
        self.seen: set[tuple[str, ...]] = set()

    def close(self) -> None:
        self.exchange.stop()
        self.window.close()
        tasks.finish()
        self.copy.close()
        self.window.deleteLater()
        QApplication.processEvents()

    def shown(self, name: str) -> None:
        self.picture(f"{self.who.name}-{name}")

    def of(self, widget: QWidget, name: str) -> None:
        """A picture of a window that came up, which is then closed."""
        hands.pause(0.3)
        hands.picture(self._pictures, f"{self.who.name}-{name}", widget)
        widget.close()
        hands.pause(0.05)

    # -- places ----------------------------------------------------------------------------

    def look_round(self) -> None:
        for place in self.window.navigation.ids():
            self.go(place)
            hands.pause(0.5)
            view = self.window.pages.current()
            if isinstance(view, RecordsView) and view.model.rowCount():
                view.table.selectRow(0)
                hands.pause(0.4)
            self.shown(place)
            if isinstance(view, RecordsView):
                self.open_some(place, view)
                if place in ("my_studies", "studies", "staff", "reviews"):
                    self.menus(place, view)
        self.menu(self.window.top.name, "menu-name")
        self.menu(self.window.top.role, "menu-role")

    def menus(self, place: str, view: RecordsView) -> None:
        from ui.records import list_menu

        self.go(place)
        if view.model.rowCount():
            view.table.selectRow(0)
            hands.pause(0.3)
        for button in view.findChildren(QToolButton):
            if button.menu() is not None and button.isVisible() and button.isEnabled():
                self.menu(button, f"{place}-menu-{button.objectName() or button.text()}")
        if view.model.rowCount():
            menu = list_menu.made(view)
            menu.popup(self.window.mapToGlobal(self.window.rect().center()))
            self.of(menu, f"{place}-menu-row")

    def menu(self, button: QToolButton, name: str) -> None:
        menu: QMenu | None = button.menu()
        if menu is not None:
            menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
            self.of(menu, name.replace("/", "-"))

    # -- records ---------------------------------------------------------------------------

    def open_some(self, place: str, view: RecordsView) -> None:
        """A record in each state that this person has not opened yet."""
        for row in range(min(view.model.rowCount(), 60)):
            line = view.model.row(row)
            if line is None:
                continue
            kind = (line.head.form, line.head.state)
            opened = [k for k in self.seen if k[0] == kind[0]]
            if kind in self.seen or len(opened) >= MOST:
                continue
            self.seen.add(kind)
            view.table.selectRow(row)
            hands.pause(0.2)
            view.open_selected()
            hands.pause(1.0)
            self.record(f"{place}-{'-'.join(kind)}", whole=not opened)
            self.window.pages.close_current()
            hands.pause(0.1)

    def record(self, name: str, *, whole: bool) -> None:
        page = self.window.pages.current()
        if isinstance(page, FilingView):
            self.filing(page, name)
            return
        tabs = getattr(page, "tabs", None)
        for number in range(tabs.count() if tabs is not None and whole else 1):
            if tabs is not None:
                if not tabs.isTabVisible(number):
                    continue
                tabs.setCurrentIndex(number)
            hands.pause(0.3)
            self.shown(f"{name}-{number}")
        if isinstance(page, RecordView | ReviewView):
            self.steps(page)

    def steps(self, page: RecordView | ReviewView) -> None:
        """The dialog of every step that is open on the record shown."""
        record = page.steps.record
        if record is None:
            return
        if page.steps.more.isVisible():
            self.menu(page.steps.more, f"{record.form}-{record.state}-more")
        for step in self.desk.open_steps(record):
            kind = ("step", record.form, step.command, step.asks.id if step.asks else "")
            if kind in self.seen or is_open_to_nobody(step, record):
                continue
            self.seen.add(kind)
            if step.asks is not None:
                dialog = AskDialog(self.desk, record, step, page)
                dialog.open()
                self.of(dialog, f"ask-{record.form}-{step.command}-{step.asks.id}")
                dialog.deleteLater()
            elif step.command == "undo":
                ask_to_undo(self.desk, record, step, page, _nothing)
                with suppress(hands.Stuck):
                    hands.wait(QApplication.activeModalWidget, "what comes back", 5)
                self.last(f"undo-{record.form}")
            elif step.danger:
                page.steps.take(step)
                self.last(f"confirm-{record.form}-{step.command}")

    def last(self, name: str) -> None:
        """The window that came up last."""
        window = QApplication.activeModalWidget()
        if window is not None:
            self.of(window, name)

    def filing(self, view: FilingView, name: str) -> None:
        hands.wait(lambda: view.page_id, "the first page")
        for page in list(view._pages()):
            view.open_page(page.id)
            hands.pause(0.3)
            self.shown(f"{name}-{page.id}")
        view.check()
        hands.pause(0.5)
        self.shown(f"{name}-check")

    # -- what comes up now and then --------------------------------------------------------

    def windows(self) -> None:
        """The windows that belong to no place."""
        from ui.sync import leaving

        leaving.ask(self.desk, self.window, _nothing)
        hands.pause(0.4)
        self.last("leave-unsent")
        asked = AskPassword(self.window)
        asked.say_problem("")
        asked.open()
        self.of(asked, "password-again")
        change = PasswordDialog(self.window)
        change.open()
        self.of(change, "password-change")
        from app.errors import NotAllowed

        refused = NotAllowed(
            "“审核通过”只能由机构管理员进行。", "“Approve” is the administrator's."
        )
        problems.show(refused, self.window)
        self.last("problem")
        problems.show(ZeroDivisionError("a fault of the program"), self.window)
        self.last("fault")
        locked = LockWindow(self.desk.account.name, self.window)
        locked.show()
        hands.picture(self._pictures, f"{self.who.name}-locked", locked)
        self.shown("locked-behind")
        locked.open_up()

    def clashes(self) -> None:
        """The window in which a clash is settled, and a page of the package."""
        from ui.sync.outbox import OutboxView

        self.go("outbox")
        hands.pause(0.4)
        view = self._place(OutboxView)
        for item in view.items:
            if item.state == "clash":
                view.settle(item)
                hands.pause(0.6)
                self.last("clash")
                break

    def filings(self, place: str) -> None:
        """Filing in: pages, help, search, problems."""
        self.go(place)
        listed = self._place(RecordsView)
        for row in range(listed.model.rowCount()):
            line = listed.model.row(row)
            if line is not None and line.head.state in ("draft", "new", "changing"):
                self.window.open(UUID(str(line.head.id)), "filing")
                break
        else:
            return
        hands.pause(1.0)
        view = self.window.pages.current()
        if not isinstance(view, FilingView):
            return
        self.filing(view, f"{place}-filing")
        view.toggle_help()
        view.pages[view.page_id].go_to_first()
        hands.pause(0.3)
        self.shown(f"{place}-filing-help")
        view.toggle_help()
        view.search()
        self.last(f"{place}-filing-search")
        self.window.pages.close_current()


def _nothing(*_what: object) -> None:
    return


# -- taking them ---------------------------------------------------------------------------


def take(output: Path, only: str = "") -> int:
    """Take every picture; how many there are."""
    kept = output / "roles" / "province"
    is_new = not (kept / "filled").exists()
    if is_new:
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
    registry = Registry(kept / "registry")
    try:
        address = f"http://127.0.0.1:{registry.port()}"
        if is_new:
            province = Province(kept / "desks", address)
            try:
                province.fill()
            finally:
                province.close()
            (kept / "filled").touch()
        for setting in SETTINGS:
            if not only or only in setting.name:
                _take(setting, kept / "desks", address, output / "roles" / setting.name)
    finally:
        registry.stop()
    return len(list((output / "roles").glob("*/*.png")))


def _take(setting: Setting, desks: Path, address: str, to: Path) -> None:
    shutil.rmtree(to, ignore_errors=True)
    about = {"desks": str(desks), "to": str(to), "address": address, "setting": asdict(setting)}
    subprocess.run(
        [sys.executable, "-m", "demo.roles", json.dumps(about)],
        cwd=SOURCE, check=True, env={**os.environ, "QT_QPA_PLATFORM": OFFSCREEN},
    )  # fmt: skip


def _parts(person: Looking) -> Iterator[Callable[[], None]]:
    yield person.look_round
    filed_in = {
        "pi": "my_studies", "ethics-secretary": "committee", "academic-secretary": "stem_cell",
        "delegate": "filled_in", "hospital": "staff", "county": "institutions",
    }  # fmt: skip
    if place := filed_in.get(person.who.name):
        yield lambda: person.filings(place)
    if person.who.name in ("pi", "delegate"):
        yield person.clashes
        yield person.windows


def main() -> int:
    """Everybody under one setting, told as JSON."""
    about = json.loads(sys.argv[1])
    setting = Setting(**about["setting"])
    app = QApplication(sys.argv[:1])
    language.choose("en" if setting.language == "en" else "zh")
    look.apply(app, dark=setting.dark)
    language.translate(app)
    only = os.environ.get("YANBEI_ROLES", "")
    for who in EVERYBODY:
        if only and who.name not in only.split(","):
            continue
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / who.name
            shutil.copytree(Path(about["desks"]) / who.name, folder)
            shutil.copy(Path(about["desks"]) / f"{who.name}.token", folder.with_suffix(".token"))
            person = Looking(who, folder, about["address"], Path(about["to"]))
            person.window.resize(setting.width, setting.height)
            for part in _parts(person):
                try:
                    part()
                except Exception as error:  # the others are still worth a picture
                    sys.stderr.write(f"{who.name}: {part}: {error!r}\n")
                    if os.environ.get("YANBEI_TRACE"):
                        raise
            person.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
