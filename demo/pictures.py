"""Pictures of every main screen, in both languages, light and dark, at 100 % and 150 %.

`python -m demo pictures` looks at the stores that the story left in demo-output/stores (it plays
the story first where there are none) and works on a copy of them, without a network.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from demo.stage import OFFSCREEN, SOURCE

NOBODY = "http://127.0.0.1:9"
RECORD = SOURCE / "tests/data/exchange/clinicaltrials_gov/NCT04469387.json"


@dataclass(frozen=True)
class Setting:
    """How the window is looked at."""

    language: str
    dark: bool
    scale: float

    @property
    def name(self) -> str:
        return f"{self.language}-{'dark' if self.dark else 'light'}-{round(self.scale * 100)}"


SETTINGS = tuple(
    Setting(language, dark, scale)
    for language, dark, scale in (
        ("zh", False, 1.0), ("en", False, 1.0), ("zh", True, 1.0), ("en", True, 1.0),
        ("zh", False, 1.5), ("en", False, 1.5),
    )
)  # fmt: skip


def take(output: Path, only: str = "") -> int:
    """Take every picture; how many there are."""
    stores = output / "stores"
    for setting in SETTINGS:
        if only and only != setting.name:
            continue
        folder = output / "screens" / setting.name
        shutil.rmtree(folder, ignore_errors=True)
        copied = output / "screens" / "stores"
        shutil.rmtree(copied, ignore_errors=True)
        for desk in ("office", "laptop"):
            kept = stores / desk / "data"
            shutil.copytree(kept, copied / desk, ignore=shutil.ignore_patterns("log", "lock"))
            about = {"desk": str(copied / desk), "to": str(folder), "setting": asdict(setting)}
            subprocess.run(
                [sys.executable, "-m", "demo.pictures", json.dumps(about)],
                cwd=SOURCE,
                check=True,
                env={
                    **os.environ, "QT_QPA_PLATFORM": OFFSCREEN,
                    "QT_SCALE_FACTOR": str(setting.scale),
                },
            )  # fmt: skip
        shutil.rmtree(copied, ignore_errors=True)
    return len(list((output / "screens").glob("*/*.png")))


def people() -> Iterator[tuple[str, str, str, str]]:
    """Who works at which desk: (desk, name of the pictures, login, password)."""
    from demo import roster_workbook, story

    yield "laptop", "investigator", roster_workbook.mobile(0), story.PI_PASSWORD
    yield "office", "hospital", story.FIRST, story.HOSPITAL_PASSWORD
    yield "office", "secretary", story.SECRETARY, story.SECRETARY_PASSWORD
    yield "laptop", "member", story.MEMBERS["何平"], story.MEMBER_PASSWORD
    yield "office", "member", story.MEMBERS["何平"], story.MEMBER_PASSWORD


def look_round(desk: Path, to: Path, setting: Setting) -> None:
    """One desk: everybody who has an account on it goes through their places."""
    from PySide6.QtWidgets import QApplication

    from demo import hands
    from demo.doing import Person
    from ui import look
    from ui.crash import log_to
    from ui.start import Application

    app = QApplication(sys.argv[:1])
    log_to(desk / "log")
    program = Application(NOBODY, desk)
    program.settings.address = NOBODY
    look.apply(app, dark=setting.dark)
    program.show()
    program.choose_language(setting.language)
    person = Person(program, to)
    person.picture(f"{desk.name}-sign-in")
    for at, who, login, password in people():
        if at != desk.name:
            continue
        try:
            person.sign_in(login, password)
        except hands.Stuck:
            continue  # this one never sat at this desk
        assert program.window is not None
        program.window.resize(1280, 800)
        _places(person, who)
        person.sign_out()
    program.close()


def _places(person: Any, who: str) -> None:
    from demo import hands
    from ui.prefill.view import PrefillDialog
    from ui.records.list_view import RecordsView

    window = person._window()
    for place in window.navigation.ids():
        person.go(place)
        hands.pause(0.5)
        view = window.pages.current()
        if isinstance(view, RecordsView) and view.model.rowCount():
            view.table.selectRow(0)
            hands.pause(0.4)
        person.picture(f"{who}-{place}")
        if isinstance(view, RecordsView) and place in ("my_studies", "studies", "reviews"):
            _record(person, view, f"{who}-{place}")
    if who == "investigator":
        person.go("my_studies")
        dialog: PrefillDialog = window.pages.current().begin_from()
        dialog.show_files([RECORD])
        hands.wait(lambda: dialog.offer, "what the file holds")
        hands.pause(0.3)
        for tab in range(dialog.tabs.count()):
            dialog.tabs.setCurrentIndex(tab)
            person.picture_of(dialog, f"{who}-prefill-{tab}")
        hands.click(dialog.begin)
        _filing(person, who)


def _record(person: Any, view: Any, name: str) -> None:
    from demo import hands

    if not view.model.rowCount():
        return
    view.open_selected()
    hands.pause(1.0)
    page = person._window().pages.current()
    tabs = getattr(page, "tabs", None)
    for number in range(tabs.count() if tabs is not None else 1):
        if tabs is not None:
            tabs.setCurrentIndex(number)
        hands.pause(0.2)
        person.picture(f"{name}-record-{number}")
    person._window().pages.close_current()


def _filing(person: Any, who: str) -> None:
    from demo import hands
    from ui.forms.filing import FilingView

    view = person._opened(person._current(FilingView))
    for page in list(view._pages()):
        view.open_page(page.id)
        hands.pause(0.4)
        person.picture(f"{who}-page-{page.id}")
    view.check()
    hands.pause(0.5)
    person.picture(f"{who}-check")
    person._window().pages.close_current()


def main() -> int:
    """One desk under one setting, told as JSON."""
    about = json.loads(sys.argv[1])
    look_round(Path(about["desk"]), Path(about["to"]), Setting(**about["setting"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
