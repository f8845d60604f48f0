"""How far each page of a filing is: the list of pages at the left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QListWidget, QListWidgetItem

from app.answers import Problem
from app.forms.schema import Form, Page
from app.forms.types import EMPTY
from app.record import Answers
from ui import look
from ui.forms.draft import Draft
from ui.language import say, told

LEAST, MOST, AROUND = 180, 300, 64
"""Pixels: how wide the list may be, and what stands around a title in it."""

Standing = Literal["empty", "begun", "whole", "wrong"]


@dataclass(frozen=True)
class PageState:
    """A page and how far it is; `count`: answers on it that are wrong, or missing once checked."""

    standing: Standing
    count: int = 0


def state_of(
    page: Page, known: Answers, problems: Sequence[Problem], form: Form, *, judged: bool
) -> PageState:
    """How far a page is. What is only missing counts as wrong after 检查, not before."""
    fields = [f for f in page.fields if not f.is_of_review]
    answered = any(known.get(f.id) not in EMPTY for f in fields)
    here = [p for p in problems if p.level == "block" and form.page_of(p.path).id == page.id]
    wrong = here if judged else [p for p in here if p.rule != "V-01"]
    if wrong:
        return PageState("wrong", len(wrong))
    if not answered:
        return PageState("empty")
    return PageState("begun" if here else "whole")


WORDS: dict[Standing, tuple[str, str]] = {
    "empty": ("未填写", "empty"),
    "begun": ("填写中", "begun"),
    "whole": ("已填好", "complete"),
    "wrong": ("有问题", "to be corrected"),
}


class PageList(QListWidget):
    """The pages of the route, each with a ring, half a ring, a check mark or how many are wrong."""

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        look.mark(self, "navigation")
        self.setAccessibleName(say("页面", "Pages"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.currentItemChanged.connect(self._on_current)

    def show_draft(
        self,
        draft: Draft,
        pages: Sequence[Page],
        problems: Sequence[Problem],
        current: str,
        *,
        judged: bool,
    ) -> None:
        """How far each page of a draft is; one page alone needs no list."""
        known = dict(draft.known())
        found = {p.id: state_of(p, known, problems, draft.form, judged=judged) for p in pages}
        self.show_pages(pages, found, current)
        self.setVisible(len(pages) > 1)

    def show_pages(self, pages: Sequence[Page], states: dict[str, PageState], current: str) -> None:
        self.blockSignals(True)  # noqa: FBT003 -- Qt's own
        if [self.item(n).data(Qt.ItemDataRole.UserRole) for n in range(self.count())] != [
            p.id for p in pages
        ]:
            self.clear()
            for page in pages:
                item = QListWidgetItem()
                item.setData(Qt.ItemDataRole.UserRole, page.id)
                self.addItem(item)
        for number, page in enumerate(pages):
            self._tell(self.item(number), number, page, states.get(page.id, PageState("empty")))
            if page.id == current:
                self.setCurrentRow(number)
        room = self.fontMetrics()
        widest = max((room.horizontalAdvance(f"9  {told(p.words)}  ●99") for p in pages), default=0)
        self.setFixedWidth(max(LEAST, min(widest + AROUND, MOST)))
        self.blockSignals(False)  # noqa: FBT003 -- Qt's own

    def _tell(self, item: QListWidgetItem, number: int, page: Page, state: PageState) -> None:
        count = f"  ●{state.count}" if state.count else ""
        text = f"{number + 1}  {told(page.words)}{count}"
        if item.text() != text:
            item.setText(text)
        word = say(*WORDS[state.standing])
        item.setToolTip(
            f"{told(page.words)}：{word}" if not state.count else f"{word} {state.count}"
        )
        item.setData(
            Qt.ItemDataRole.AccessibleTextRole, f"{told(page.words)} {word} {state.count or ''}"
        )
        item.setIcon(_icon(state.standing))
        item.setForeground(look.colour("block" if state.count else "text"))

    def _on_current(self, now: QListWidgetItem | None, _before: QListWidgetItem | None) -> None:
        if now is not None:
            self.wanted.emit(str(now.data(Qt.ItemDataRole.UserRole)))


def _icon(standing: Standing) -> QIcon:
    match standing:
        case "whole":
            return look.icon("circle-check", "done")
        case "wrong":
            return look.icon("circle-alert", "block")
        case _:
            return QIcon(_ring(half=standing == "begun"))


def _ring(*, half: bool) -> QPixmap:
    app = QApplication.instance()
    ratio = app.devicePixelRatio() if isinstance(app, QApplication) else 1.0
    drawn = QPixmap(int(16 * ratio), int(16 * ratio))
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    tint = look.colour("accent" if half else "faint")
    painter.setPen(QPen(tint, 1.5))
    painter.drawEllipse(QPointF(8, 8), 5.5, 5.5)
    if half:
        painter.setBrush(tint)
        painter.drawPie(QRectF(2.5, 2.5, 11, 11), 90 * 16, 180 * 16)
    painter.end()
    return drawn
