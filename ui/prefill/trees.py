"""The three lists of what a new filing would take, what not and why, and what to look at."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from ui import look
from ui.language import say, told
from ui.prefill.offer import Offer, Offered

_FIELD = Qt.ItemDataRole.UserRole
QUESTION, TEXT, SOURCE = range(3)


def _tree(name: str, *heads: str) -> QTreeWidget:
    tree = QTreeWidget()
    tree.setAccessibleName(name)
    tree.setHeaderLabels(list(heads))
    tree.setUniformRowHeights(True)
    tree.setAlternatingRowColors(True)
    tree.setEditTriggers(QTreeWidget.EditTrigger.NoEditTriggers)
    tree.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    tree.header().setStretchLastSection(True)
    return tree


class TakenTree(QTreeWidget):
    """Page by page: question, answer, where it comes from. Pages and questions can be unticked."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(say("将填入的内容", "What is taken"))
        self.setHeaderLabels([say("项目", "Question"), say("内容", "Answer"), say("来自", "From")])
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setEditTriggers(QTreeWidget.EditTrigger.NoEditTriggers)
        self.setColumnWidth(QUESTION, 230)
        self.setColumnWidth(TEXT, 270)

    def show_offer(self, offer: Offer | None, places: dict[str, str] | None = None) -> None:
        """Show what would be taken, everything ticked. `places` are sources said in words."""
        self.clear()
        dim = QBrush(look.colour("dim"))
        for part in offer.parts if offer else ():
            page = QTreeWidgetItem(self, [f"{told(part.title)}  {part.count}"])
            page.setFlags(
                page.flags() | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsAutoTristate
            )
            page.setFont(QUESTION, look.font(bold=True))
            for line in part.lines:
                item = self._item(page, line, places or {}, dim)
                item.setData(QUESTION, _FIELD, line.path)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(QUESTION, Qt.CheckState.Checked)
            page.setExpanded(True)

    def _item(
        self, above: QTreeWidgetItem, line: Offered, places: dict[str, str], dim: QBrush
    ) -> QTreeWidgetItem:
        sources = ", ".join(places.get(s, s) for s in line.sources)
        text = " ".join(line.text.split())
        item = QTreeWidgetItem(above, [told(line.question), text, sources])
        item.setForeground(SOURCE, dim)
        item.setToolTip(TEXT, line.text)
        item.setToolTip(SOURCE, sources)
        if line.warnings:
            item.setIcon(TEXT, look.icon("triangle-alert", "warn"))
            said = "\n".join(told(words) for words in line.warnings)
            item.setToolTip(TEXT, f"{said}\n\n{line.text}")
        for row in line.rows:
            self._item(item, row, places, dim)
        return item

    def chosen(self) -> set[str]:
        """The questions that are ticked."""
        return {
            str(item.data(QUESTION, _FIELD))
            for n in range(self.topLevelItemCount())
            if (page := self.topLevelItem(n))
            for m in range(page.childCount())
            if (item := page.child(m)).checkState(QUESTION) == Qt.CheckState.Checked
        }

    def tick(self, page: int, *, on: bool) -> None:
        """Tick or untick a whole page."""
        item = self.topLevelItem(page)
        if item is not None:
            state = Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
            item.setCheckState(QUESTION, state)


def left_tree() -> QTreeWidget:
    """What is not taken: where it stands, what it says, why."""
    tree = _tree(
        say("不填入的内容", "What is not taken"),
        say("原位置", "Where"), say("内容", "Value"), say("原因", "Why"),
    )  # fmt: skip
    tree.setRootIsDecorated(False)
    tree.setColumnWidth(0, 170)
    tree.setColumnWidth(1, 150)
    return tree


def show_left(tree: QTreeWidget, offer: Offer | None) -> None:
    """Fill the list of what is not taken."""
    tree.clear()
    for one in offer.left if offer else ():
        item = QTreeWidgetItem(tree, [one.source, " ".join(one.text.split()), told(one.reason)])
        item.setToolTip(0, one.source)
        item.setToolTip(1, one.text)
        item.setToolTip(2, told(one.reason))


def warned_tree() -> QTreeWidget:
    """What to look at before relying on it."""
    tree = _tree(
        say("请核对的内容", "What to check"), say("项目", "Question"), say("请核对", "Please check")
    )
    tree.setRootIsDecorated(False)
    tree.setColumnWidth(0, 200)
    return tree


def show_warned(tree: QTreeWidget, offer: Offer | None) -> None:
    """Fill the list of what to look at."""
    tree.clear()
    for where, words in offer.warnings if offer else ():
        item = QTreeWidgetItem(tree, [told(where), told(words)])
        item.setIcon(1, look.icon("triangle-alert", "warn"))
        item.setToolTip(1, told(words))
