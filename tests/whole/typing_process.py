"""Somebody who types into the wizard, to be killed: `python -m tests.whole.typing_process KEY`.

Reads lines of FOLDER, RECORD, LOG and SEED and forks a process for each. That one opens the record
in a window and types until it is killed: letters, words composed by an input method, from field to
field with Tab, on one page after the other. What stands in the draft after each key goes to LOG as
a line of JSON: when (steady clock), the path, the answer.
"""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from local_db import WorkingCopy
from ui import look
from ui.desk import Desk
from ui.forms.editing import Editor, Line, Paragraph
from ui.forms.filing import FilingView
from ui.main_window import MainWindow

WORDS = ("研究", "随机", "对照", "患者", "安全性", "有效性", "随访", "治疗")
LETTERS = "abcdefghijklmnopqrstuvwxyz 0123456789"


class Typist:
    """Types what chance gives into whatever field has the keyboard."""

    def __init__(self, view: FilingView, log: int, chance: random.Random) -> None:
        self._view, self._log, self._chance = view, log, chance
        self._saves = False

    def key(self) -> None:
        """One letter, one word, or one step to the next field."""
        place = QApplication.focusWidget()
        dice = self._chance.random()
        if not isinstance(place, Line | Paragraph) or place.isReadOnly() or dice < 0.06:
            QTest.keyClick(place or self._view, Qt.Key.Key_Tab)
        elif dice < 0.08:
            self._view.step_page(1 if self._chance.random() < 0.6 else -1)
        elif dice < 0.2:
            self._word(place)
        else:
            QTest.keyClick(place, self._chance.choice(LETTERS))
        self._note(place)

    def _word(self, place: QWidget) -> None:
        word = self._chance.choice(WORDS)
        for event in (QInputMethodEvent("yan", []), QInputMethodEvent("yanjiu", [])):
            QApplication.sendEvent(place, event)
            self.rest()
        done = QInputMethodEvent()
        done.setCommitString(word)
        QApplication.sendEvent(place, done)

    def rest(self) -> None:
        """As long as a quick typist takes between two keys."""
        end = time.monotonic() + self._chance.uniform(0.02, 0.12)
        while time.monotonic() < end:
            QApplication.processEvents()
            self._watch()
            time.sleep(0.002)

    def _watch(self) -> None:
        """Note when a save begins and ends: the path "" with True, then with False."""
        assert self._view.saving is not None
        if self._view.saving.is_under_way != self._saves:
            self._saves = self._view.saving.is_under_way
            self._write("", self._saves)

    def _note(self, place: QWidget | None) -> None:
        if not isinstance(place, Line | Paragraph):
            return
        editor: QWidget | None = place
        while editor is not None and not isinstance(editor, Editor):
            editor = editor.parentWidget()
        if editor is not None and self._view.draft is not None:
            self._write(editor.path, self._view.draft.value(editor.path))

    def _write(self, path: str, value: Any) -> None:
        os.write(self._log, orjson.dumps([time.monotonic(), path, value]) + b"\n")


def type_on(folder: Path, key: bytes, record_id: UUID, log: Path, seed: int) -> None:
    """Until killed."""
    app = QApplication([])
    look.apply(app)
    copy = WorkingCopy(folder, key)
    window = MainWindow(Desk(copy, "pi"))
    window.show()
    window.activateWindow()
    window.open(record_id, "filing")
    view = window.pages.current()
    assert isinstance(view, FilingView)
    while not view.page_id:
        QApplication.processEvents()
    typist = Typist(view, os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY), random.Random(seed))
    view.open_page("basic")
    while True:
        typist.key()
        typist.rest()


def main() -> None:
    key = bytes.fromhex(sys.argv[1])
    for line in sys.stdin:
        folder, record_id, log, seed = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            type_on(Path(folder), key, UUID(record_id), Path(log), int(seed))
        os.write(1, f"{child}\n".encode())
        os.waitpid(child, 0)
        os.write(1, b"over\n")


if __name__ == "__main__":
    main()
