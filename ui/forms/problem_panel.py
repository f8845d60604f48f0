"""The list of what is missing or wrong, docked below the form; it empties itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QVBoxLayout,
)

from app.answers import LEVELS, Problem
from app.words import Words
from ui import look
from ui.forms.cell import LEVEL_ICONS, ORDER
from ui.forms.engaged import Person
from ui.language import say, told

LEAST, USUAL = 110, 200
Label = Callable[[str], Words]


class _List(QListWidget):
    """Enter goes to the problem, as a double click does; Ctrl+Enter to the people in it."""

    entered_at = Signal()
    people_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            with_control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            (self.people_wanted if with_control else self.entered_at).emit()
        else:
            super().keyPressEvent(event)


class ProblemPanel(QFrame):
    """Problems in the order of the form, in the very words that stand under the answers."""

    wanted = Signal(str)
    """The path of an answer to go to."""
    person_wanted = Signal(object)
    """The `Person` whose own record is to be opened."""
    closed = Signal()

    def __init__(self, label: Label) -> None:
        super().__init__()
        self._label = label
        self.problems: list[Problem] = []
        self._people: Mapping[str, Person] = {}
        look.mark(self, "bottom")
        column = QVBoxLayout(self)
        column.setContentsMargins(look.NORMAL, look.TIGHT, look.NORMAL, look.SMALL)
        column.setSpacing(look.TIGHT)
        head = QHBoxLayout()
        self.heading = look.label("", "strong")
        head.addWidget(self.heading)
        self.people = QPushButton(look.icon("user"), "")
        self.people.setToolTip("Ctrl+Enter")
        self.people.clicked.connect(self._go_to_people)
        self.people.hide()
        head.addWidget(self.people)
        head.addStretch(1)
        self.keys = look.label(
            say("F8 下一个 · Shift+F8 上一个", "F8 next · Shift+F8 previous"), "hint"
        )
        head.addWidget(self.keys)
        close = QPushButton(look.icon("x"), say("收起", "Hide"))
        look.mark(close, "flat")
        close.clicked.connect(self.closed)
        head.addWidget(close)
        column.addLayout(head)
        self.list = _List()
        self.list.setAccessibleName(say("问题", "Problems"))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemDoubleClicked.connect(lambda _item: self._mend())
        self.list.entered_at.connect(self._mend)
        self.list.people_wanted.connect(self._go_to_people)
        self.list.currentRowChanged.connect(lambda _row: self._tell_people())
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        column.addWidget(self.list, 1)
        column.addStretch(0)
        self.setMinimumHeight(LEAST)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show these; the one that was chosen stays chosen while it is there."""
        problems = list(problems)
        if problems == self.problems and self.list.count():
            return
        chosen = self.current()
        self.problems = problems
        self.list.clear()
        for problem in problems:
            words = (LEVELS[problem.level], self._label(problem.path), problem.message)
            text = say("　", " · ").join(map(told, words))
            item = QListWidgetItem(look.icon(LEVEL_ICONS[problem.level], problem.level), text)
            item.setToolTip(text)
            self.list.addItem(item)
        if chosen in problems:
            self.list.setCurrentRow(problems.index(chosen))
        self.heading.setText(_counted(problems))
        look.mark(self.heading, "strong" if problems else "done")
        self.list.setVisible(bool(problems))
        self.keys.setVisible(bool(problems))
        self.setMinimumHeight(LEAST if problems else 0)
        self._tell_people()

    def wanted_height(self) -> int:
        """Of nothing the heading alone; else a few problems, which scroll."""
        return USUAL if self.problems else self.sizeHint().height()

    # -- the people a problem speaks of ------------------------------------------------------

    def name_people(self, people: Mapping[str, Person]) -> None:
        """Who stands behind the references in the problems, and whose record can be opened."""
        self._people = people
        self._tell_people()

    def people_in(self, problem: Problem | None) -> list[Person]:
        """Whom a problem speaks of, as far as they are known here."""
        refs = problem.people if problem else ()
        return [self._people[ref] for ref in refs if ref in self._people]

    def _at_hand(self) -> Problem | None:
        """The problem that is chosen; before one is, the first that speaks of people."""
        return self.current() or next((p for p in self.problems if p.people), None)

    def _tell_people(self) -> None:
        people = self.people_in(self._at_hand())
        self.people.setVisible(bool(people))
        one = people[0] if len(people) == 1 and people[0].how else None
        self.people.setText(_opening(one) if one else say("打开人员信息…", "Open a person…"))

    def _go_to_people(self) -> None:
        people = self.people_in(self._at_hand())
        if len(people) == 1 and people[0].how:
            self.person_wanted.emit(people[0])
        elif people:
            menu = self.people_menu(people)
            menu.popup(self.people.mapToGlobal(QPoint(0, self.people.height())))

    def people_menu(self, people: Sequence[Person], path: str = "") -> QMenu:
        """The way to an answer, and one to each person; whose record is not here is told why."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if path:
            go = menu.addAction(say("转到该处", "Go to the answer"))
            go.triggered.connect(lambda: self.wanted.emit(path))
        for person in people:
            action = menu.addAction(look.icon("user"), _opening(person))
            action.setEnabled(bool(person.how))
            action.triggered.connect(
                lambda _on=False, person=person: self.person_wanted.emit(person)
            )
        usable = [action for action in menu.actions() if action.isEnabled()]
        if usable:
            menu.setActiveAction(usable[0])
        return menu

    def _show_menu(self, at: QPoint) -> None:
        row = self.list.indexAt(at).row()
        if row < 0:
            return
        problem = self.problems[row]
        menu = self.people_menu(self.people_in(problem), problem.path)
        menu.popup(self.list.viewport().mapToGlobal(at))

    # -- going to a problem ------------------------------------------------------------------

    def current(self) -> Problem | None:
        row = self.list.currentRow()
        return self.problems[row] if 0 <= row < len(self.problems) else None

    def step(self, by: int) -> Problem | None:
        """Go to the next or the previous problem, round and round."""
        if not self.problems:
            return None
        row = self.list.currentRow()
        row = (
            (0 if by > 0 else len(self.problems) - 1)
            if row < 0
            else (row + by) % len(self.problems)
        )
        self.list.setCurrentRow(row)
        self._go()
        return self.problems[row]

    def _go(self) -> None:
        if problem := self.current():
            self.wanted.emit(problem.path)

    def _mend(self) -> None:
        """Where the problem at hand is mended: at its answer, or in somebody's own record."""
        problem = self.current()
        people = [one for one in self.people_in(problem) if one.how]
        if problem and problem.is_theirs and people:
            self.person_wanted.emit(people[0])
        else:
            self._go()


def _opening(person: Person) -> str:
    if person.how:
        return say(f"打开{person.name}的个人信息", f"Open the record of {person.name}")
    return say(
        f"{person.name}：个人信息不在本机，请其本人或机构管理员填写",
        f"{person.name}: not on this computer; they or their institution can fill it in",
    )


def _counted(problems: Sequence[Problem]) -> str:
    if not problems:
        return say("✓ 没有发现问题", "✓ No problems found")
    parts = []
    for level in ORDER:
        if count := sum(p.level == level for p in problems):
            parts.append(f"{told(LEVELS[level])} {count}")
    return " · ".join(parts)
