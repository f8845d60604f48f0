"""After a clash: for each answer that two people changed, whose stands."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.answers import compare, document_row, flat, nested
from app.answers import told as answer_told
from app.forms import FORMS
from app.record import Answers, Record
from app.words import Words
from ui import look, moments
from ui.desk import Desk
from ui.language import chosen, say, told

if TYPE_CHECKING:
    from local_db import OutboxItem, Wrote


MINE, THEIRS, BOTH = 0, 1, 2
WHOSE = 190
TOP = Qt.AlignmentFlag.AlignTop


@dataclass(frozen=True)
class Choice:
    """Something that two people changed, in words: what was there, mine, theirs, and by whom."""

    paths: tuple[str, ...]
    label: Words
    base: str
    mine: str
    theirs: str
    by: Wrote | None
    document: str = ""
    """The path of its row where it is a document: both can stay."""


def choices_of(item: OutboxItem, mine: Answers) -> list[Choice]:
    """What is to be chosen after a clash, in the order of the form."""
    assert item.theirs is not None, "only a clash brings theirs"
    form, theirs = FORMS[item.form], item.theirs.answers
    found: dict[str, Choice] = {}
    for difference in compare(form, theirs, mine):
        path = difference.path
        if path not in item.clashes:
            continue
        row = document_row(form, path)
        if row in found:
            found[row] = replace(found[row], paths=(*found[row].paths, path))
        elif row:
            found[row] = _document(item, (row, path), theirs, mine)
        else:
            texts = difference.told(chosen())
            base = answer_told(difference.field, item.was.get(path), chosen())
            found[path] = Choice(
                (path,), difference.label, base, texts[1], texts[0], item.by.get(path)
            )
    return list(found.values())


def _document(item: OutboxItem, at: tuple[str, str], theirs: Answers, mine: Answers) -> Choice:
    row, path = at
    form = FORMS[item.form]
    field = form.at(row)[-1]
    was = {**_row(theirs, row)} | {
        p.removeprefix(row + "/"): value for p, value in item.was.items() if p.startswith(row + "/")
    }
    base, my, their = (
        field.type.text({"": {k: v for k, v in one.items() if v is not None}}, chosen())
        for one in (was, _row(mine, row), _row(theirs, row))
    )
    return Choice((path,), form.label(row), base, my, their, item.by.get(path), row)


def _row(answers: Answers, path: str) -> Answers:
    inside: Any = answers
    for part in path.split("/"):
        inside = inside.get(part, {}) if isinstance(inside, dict) else {}
    return inside if isinstance(inside, dict) else {}


def _signed(by: Wrote | None) -> str:
    """Who was first and when, in brackets."""
    at = moments.parsed(by.at) if by else None
    who = " ".join(filter(None, (by.name if by else "", moments.clock(at) if at else "")))
    return say(f"（{who}）", f" ({who})") if who else ""


class SettleDialog(QDialog):
    """What was there, mine and theirs; what is chosen goes out as one new save on top of theirs."""

    settled = Signal(object)

    def __init__(self, desk: Desk, item: OutboxItem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        assert item.theirs is not None, "only a clash brings theirs"
        self._desk, self._item, self._theirs = desk, item, item.theirs
        self.setWindowTitle(say("比较并选择", "Compare and choose"))
        self.resize(760, 520)
        self.choices: dict[str, QButtonGroup] = {}
        """By path: button MINE, THEIRS, or for documents BOTH."""
        self._documents: dict[str, QButtonGroup] = {}
        self._mine: Answers = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(look.HUGE, look.WIDE, look.HUGE, look.WIDE)
        column.setSpacing(look.NORMAL)
        column.addWidget(look.label(item.title, "section", wrap=True))
        text = say(
            "下列各处，您和别人都修改过。请逐项选择保留哪一个；其余修改已自动合并。两种内容都会留在历史记录中。",
            "You and somebody else both changed these. Please choose for each which one stays; the "
            "other changes have been put together already. Both texts stay in the history.",
        )
        column.addWidget(look.label(text, "dim", wrap=True))
        every = QHBoxLayout()
        for whose, words in (
            (MINE, say("全部用我的", "Mine everywhere")),
            (THEIRS, say("全部用对方的", "Theirs everywhere")),
        ):
            button = QPushButton(words)
            button.setAutoDefault(False)  # Enter must not choose
            button.clicked.connect(lambda _on, whose=whose: self.choose_all(whose))
            every.addWidget(button)
        every.addStretch(1)
        column.addLayout(every)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        column.addWidget(self._area, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        later = QPushButton(say("以后再说", "Later"))
        later.clicked.connect(self.reject)
        self.keep = QPushButton(say("保存选择", "Save the choice"))
        look.mark(self.keep, "primary")
        self.keep.setEnabled(False)
        self.keep.clicked.connect(self._settle)
        row.addWidget(later)
        row.addWidget(self.keep)
        column.addLayout(row)
        desk.read(lambda copy: copy.get(item.record_id), self._show, owner=self)

    def _show(self, mine: Record) -> None:
        self._mine = mine.answers
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(0, 0, look.SMALL, 0)
        for choice in choices_of(self._item, mine.answers):
            column.addWidget(self._card(choice))
        column.addStretch(1)
        self._area.setWidget(sheet)
        self._judge()

    def _card(self, choice: Choice) -> QFrame:
        card = QFrame()
        look.mark(card, "card")
        column = QVBoxLayout(card)
        column.addWidget(look.label(told(choice.label), "strong", wrap=True))
        group = QButtonGroup(card)
        lines: list[tuple[int, str, str | None]] = [
            (-1, say("原来", "Before"), choice.base),
            (MINE, say("我的", "Mine"), choice.mine),
            (THEIRS, say("对方的", "Theirs") + _signed(choice.by), choice.theirs),
        ]
        if choice.document:
            lines.append((BOTH, say("两份都保留", "Keep both"), None))
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, WHOSE)
        for place, (number, whose, text) in enumerate(lines):
            if number < 0:
                grid.addWidget(look.label(whose, "hint"), place, 0, TOP)
            else:
                button = QRadioButton(whose)
                group.addButton(button, number)
                grid.addWidget(button, place, 0, TOP)
            if text is not None:
                role = "hint" if number < 0 else "text"
                said = look.label(text or say("（空）", "(empty)"), role, wrap=True)
                grid.addWidget(said, place, 1, TOP)
        column.addLayout(grid)
        group.idToggled.connect(lambda *_: self._judge())
        for path in choice.paths:
            self.choices[path] = group
        if choice.document:
            self._documents[choice.document] = group
        return card

    def choose_all(self, whose: int) -> None:
        """Take mine, or theirs, everywhere."""
        for group in self.choices.values():
            group.button(whose).setChecked(True)

    def _judge(self) -> None:
        self.keep.setEnabled(all(group.checkedId() >= 0 for group in self.choices.values()))

    def chosen_answers(self) -> Answers:
        """My answers, with theirs where theirs was chosen; of a document perhaps both."""
        standing, theirs = flat(self._mine), flat(self._theirs.answers)
        mine = dict(standing)
        for path, group in self.choices.items():
            if group.checkedId() != MINE:
                standing[path] = theirs.get(path)
        for row, group in self._documents.items():
            if group.checkedId() == BOTH:  # mine comes behind it, as a document of its own
                beside = f"{row.rpartition('/')[0]}/{secrets.token_hex(4)}/"
                for path, value in mine.items():
                    if path.startswith(row + "/"):
                        standing[beside + path.removeprefix(row + "/")] = value
                standing |= {p: v for p, v in theirs.items() if p.startswith(row + "/")}
        return nested({path: value for path, value in standing.items() if value is not None})

    def _settle(self) -> None:
        answers, record_id = self.chosen_answers(), self._item.record_id
        self.keep.setEnabled(False)
        role = self._desk.role_for(self._theirs, "save")
        self._desk.act(
            lambda copy: copy.settle(record_id, answers, role=role),
            ids=[record_id],
            then=self._done,
            owner=self,
        )

    def _done(self, record: object) -> None:
        self.settled.emit(record)
        self.accept()
