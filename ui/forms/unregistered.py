"""The dialog for an institution that is not registered, checked against those that are."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
)

from app.answers import Problem, check, without_hidden
from app.forms.study.unregistered import HERE, UNREGISTERED, as_card
from ui import look
from ui.forms.draft import Draft
from ui.forms.editing import Around, Editor
from ui.forms.finding import Offer
from ui.forms.matching import look_near
from ui.forms.page import PageView
from ui.forms.scrolling import scrolled
from ui.language import say, told

KIND = "institution"


class UnregisteredDialog(QDialog):
    """Asks for the institution. One of almost the same name in the directory is offered instead."""

    added = Signal(object)
    """What was said, as a card without a reference (dict)."""
    matched = Signal(object)
    """The `Offer` of the directory that it turned out to be."""

    def __init__(self, around: Around, name: str, parent: Editor) -> None:
        super().__init__(parent)
        self._around = around
        self._page = UNREGISTERED.pages[0]
        self.draft = Draft(UNREGISTERED, {"name": name, "country": HERE}, parent=self)
        self._judged = False
        self._looked_for: str | None = None
        self._wants_to_add = False
        self.near: list[Offer] = []
        self.setWindowTitle(told(UNREGISTERED.words))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 680)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.HUGE, look.WIDE, look.HUGE, look.WIDE)
        column.setSpacing(look.NORMAL)
        column.addWidget(look.label(told(UNREGISTERED.words), "title", wrap=True))
        column.addWidget(
            look.label(
                say(
                    "添加后该机构标为“未匹配”：对方看不到本项目。对方注册后可点击标记再匹配。",
                    "It is marked as unmatched and cannot see the study. Once it has registered, "
                    "the mark leads to matching it.",
                ),
                "hint",
                wrap=True,
            )
        )
        for help_ in (f.help for f in self._page.fields if f.help):
            column.addWidget(look.label(told(help_), "hint", wrap=True))
        self.page = PageView(self._page.fields, Around(self.draft, around.desk))
        column.addWidget(scrolled(self.page), 1)
        self.alike = QFrame()
        look.mark(self.alike, "card")
        self._inside = QVBoxLayout(self.alike)
        self._inside.addWidget(
            look.label(
                say(
                    "名录中有名称相近的机构，是其中之一吗？",
                    "The directory has institutions called much alike. Is it one of them?",
                ),
                "warn",
                wrap=True,
            )
        )
        self.buttons: list[QPushButton] = []
        self.alike.hide()
        column.addWidget(self.alike)
        column.addLayout(self._make_buttons())
        self._tell_near([])
        self.draft.answered.connect(self._on_answered)
        self.page.beyond = lambda next_: self.verb if next_ else self.cancel
        self.page.go_to_first()
        self._look()

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        self.cancel = QPushButton(say("取消", "Cancel"))
        self.cancel.setAutoDefault(False)
        self.cancel.clicked.connect(self.reject)
        self.verb = QPushButton()
        look.mark(self.verb, "primary")
        self.verb.setAutoDefault(False)
        self.verb.clicked.connect(self.accept)
        row.addWidget(self.cancel)
        row.addWidget(self.verb)
        return row

    def _on_answered(self, path: str) -> None:
        if self._judged:
            self._check()
        if path == "name":
            self._look()

    # -- is it in the directory? -----------------------------------------------------------

    def _name(self) -> str:
        return str(self.draft.value("name") or "").strip()

    def _look(self) -> None:
        name = self._name()
        look_near(self._around, KIND, name, lambda near: self._on_near(name, near), self)

    def _on_near(self, name: str, near: list[Offer]) -> None:
        if name != self._name():
            return
        self._looked_for = name
        self._tell_near(near)
        if self._wants_to_add:
            self._wants_to_add = False
            if not near:
                self._add()

    def _tell_near(self, near: list[Offer]) -> None:
        self.near = near
        for button in self.buttons:
            self._inside.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [self._choosing(offer) for offer in near]
        for button in self.buttons:
            self._inside.addWidget(button)
        self.alike.setVisible(bool(near))
        add, anyway = say("添加", "Add"), say("都不是，仍要添加", "None of them: add it")
        self.verb.setText(anyway if near else add)

    def _choosing(self, offer: Offer) -> QPushButton:
        where = f"   {offer.hint}" if offer.hint else ""
        button = QPushButton(say(f"选用 {offer.text}{where}", f"Take {offer.text}{where}"))
        look.mark(button, "link")
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self._take(offer))
        return button

    def _take(self, offer: Offer) -> None:
        self.matched.emit(offer)
        super().accept()

    # -- adding it -------------------------------------------------------------------------

    def _check(self) -> list[Problem]:
        found = [p for p in check(UNREGISTERED, self.draft.answers) if p.level == "block"]
        self.page.judge(found, everything=True)
        return found

    def accept(self) -> None:
        """Add it once nothing is missing and its name was looked for."""
        self._judged = True
        if found := self._check():
            self.page.go_to(found[0].path.split("/"))
        elif self._looked_for != self._name():
            self._wants_to_add = True
        else:
            self._add()

    def _add(self) -> None:
        kept = without_hidden(UNREGISTERED, self.draft.answers)
        self.added.emit(as_card({k: v for k, v in kept.items() if v is not None}))
        super().accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter ends a line or picks from a list; Ctrl+Enter adds, as in every dialog of a step.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.accept()
            return
        super().keyPressEvent(event)
