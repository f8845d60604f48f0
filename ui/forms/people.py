"""People of a study: several at once from the staff of the institution, or typed one by one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
)

from app.forms.schema import Field
from app.forms.types import EMPTY, Pointer
from app.record import Answers
from ui import look
from ui.forms.editing import Around, Card, Line
from ui.forms.pickers import offers
from ui.forms.rows import RowsEditor
from ui.language import say, told


class PeopleEditor(RowsEditor):
    """Rows of persons with a button that picks from the staff."""

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        self.pick_button = QPushButton(
            look.icon("users"), say("从人员名录选择…", "Pick from the staff…")
        )
        self.pick_button.clicked.connect(self.pick)
        self.layout().insertWidget(0, self.pick_button, 0, Qt.AlignmentFlag.AlignLeft)  # type: ignore[union-attr]

    def pick(self) -> None:
        dialog = StaffDialog(self.around, told(self.field.words), self)
        dialog.accepted.connect(lambda: self.take(dialog.chosen_cards()))
        dialog.open()

    def take(self, cards: list[Card]) -> None:
        """Add persons who are not there yet, with what the directory knows of them."""
        rows = self._draft.rows(self.path)
        there = {row.get("person") for row in rows.values() if isinstance(row, dict)}
        new = [row_of(card, self.kind.fields) for card in cards if card.get("ref") not in there]
        if new:
            made = self._draft.add_rows(self.path, new, say("选择人员", "Pick people"))
            self._show_rows(made[0])

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001
        super().set_read_only(read_only)
        self.pick_button.setVisible(not read_only)


def row_of(card: Card, fields: tuple[Field, ...]) -> Answers:
    found: Answers = {}
    for field in fields:
        key = field.id.rsplit(".", 1)[-1]
        value = card.get("ref") if isinstance(field.type, Pointer) else card.get(key)
        if value not in EMPTY and field.type.problem(value) is None:
            found[field.id] = value
    return found


class StaffDialog(QDialog):
    """The staff with boxes to tick; typing finds by name, pinyin and initials."""

    def __init__(self, around: Around, title: str, parent: RowsEditor) -> None:
        super().__init__(parent)
        self._around = around
        self._ticked: dict[str, Card] = {}
        self.setWindowTitle(title)
        self.resize(460, 480)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        self.line = Line()
        self.line.setPlaceholderText(say("姓名、拼音或首字母", "Name, pinyin or initials"))
        self.line.setAccessibleName(say("查找人员", "Find people"))
        self.line.textChanged.connect(self._look)
        column.addWidget(self.line)
        self.list = QListWidget()
        self.list.setAccessibleName(title)
        self.list.itemChanged.connect(self._on_ticked)
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        cancel = QPushButton(say("取消", "Cancel"))
        cancel.clicked.connect(self.reject)
        self.add_button = QPushButton()
        look.mark(self.add_button, "primary")
        self.add_button.clicked.connect(self.accept)
        row.addWidget(cancel)
        row.addWidget(self.add_button)
        column.addLayout(row)
        self._tell()
        self._look()

    def chosen_cards(self) -> list[Card]:
        return list(self._ticked.values())

    def _look(self) -> None:
        self._around.cards("person", self.line.text().strip(), self._show, owner=self, limit=200)

    def _show(self, found: list[Card]) -> None:
        self.list.blockSignals(True)  # noqa: FBT003 -- Qt's own
        self.list.clear()
        for offer in offers(self._around, "person", found):
            item = QListWidgetItem(f"{offer.text}   {offer.hint}" if offer.hint else offer.text)
            item.setData(Qt.ItemDataRole.UserRole, offer.stored)
            ticked = offer.stored.get("ref") in self._ticked
            item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.blockSignals(False)  # noqa: FBT003 -- Qt's own

    def _on_ticked(self, item: QListWidgetItem) -> None:
        card = item.data(Qt.ItemDataRole.UserRole)
        if item.checkState() == Qt.CheckState.Checked:
            self._ticked[card["ref"]] = card
        else:
            self._ticked.pop(card["ref"], None)
        self._tell()

    def _tell(self) -> None:
        count = len(self._ticked)
        self.add_button.setText(say(f"添加 {count} 人", f"Add {count}"))
        self.add_button.setEnabled(bool(count))
