"""Rows with names of the directory: several that were typed or pasted are matched at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout

from app.forms.schema import Field, Rows
from app.forms.types import Text
from app.rules.near_names import plain_name
from ui import look
from ui.forms.editing import Around, Card
from ui.forms.pickers import INVESTIGATOR, known_beside, offers
from ui.forms.rows import RowsEditor
from ui.language import say

if TYPE_CHECKING:
    from local_db import WorkingCopy

FEW = 2
"""From so many unmatched names on they are matched together; one has its badge."""
ALIKE = 50
"""Entries looked at for one name: a short one stands in many."""


@dataclass(frozen=True)
class Match:
    """A name in a row, and the one entry of the directory that is called so."""

    row: str
    field: Field
    card: Card


def linked_fields(kind: Rows) -> tuple[Field, ...]:
    """The fields of a row whose names are linked with the directory."""
    return tuple(f for f in kind.fields if isinstance(f.type, Text) and f.type.link_field)


def unmatched(kind: Rows, rows: Mapping[str, Any]) -> Iterator[tuple[str, Field]]:
    """Where a name stands that is not linked."""
    for row_id, row in rows.items():
        for field in linked_fields(kind) if isinstance(row, dict) else ():
            if row.get(field.id) and not row.get(cast("Text", field.type).link_field):
                yield row_id, field


def sure_matches(
    copy: WorkingCopy, around: Around, kind: Rows, rows: Mapping[str, Any]
) -> list[Match]:
    """Whatever is called exactly so and is the only one; an investigator only where they work."""
    found: list[Match] = []
    linked: dict[tuple[str, str], str] = {}
    for row_id, field in unmatched(kind, rows):
        text, row = cast("Text", field.type), rows[row_id]
        office = str(row.get(text.of_field) or linked.get((row_id, text.of_field)) or "")
        cards = _called(copy, around, text.linked, str(row[field.id]), office)
        if len(cards) == 1:
            found.append(Match(row_id, field, cards[0]))
            linked[row_id, text.link_field] = str(cards[0]["ref"])
    return found


def _called(copy: WorkingCopy, around: Around, kind: str, name: str, office: str) -> list[Card]:
    if kind == INVESTIGATOR:
        known = copy.investigators(name, office=office, limit=ALIKE).cards if office else ()
        cards = [card for card in known if card.get("office") == office]
    else:
        cards = copy.cards(kind, name, limit=ALIKE)
    fitting = [offer.stored for offer in offers(around, kind, cards)]
    return [card for card in fitting if plain_name(str(card["name"])) == plain_name(name)]


class SitesEditor(RowsEditor):
    """Rows of places and people, with a button that matches those called as in the directory."""

    def _build(self) -> None:
        super()._build()
        self.match_button = QPushButton(look.icon("circle-help", "warn"), "")
        look.mark(self.match_button, "link")
        self.match_button.setToolTip(
            say(
                "把与名录中名称完全相同的机构和负责人一次匹配；其余可逐项点“未匹配”。",
                "Links whatever is called exactly as in the directory; the others one by one.",
            )
        )
        self.match_button.clicked.connect(self.match_all)
        self.told = look.label("", "hint", wrap=True)
        self.told.hide()
        column = cast("QVBoxLayout", self.layout())
        column.insertWidget(2, self.match_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.insertWidget(3, self.told)

    def match_all(self) -> None:
        """Look in the directory for every name that is not linked."""
        desk, rows = self.around.desk, dict(self._draft.rows(self.path))
        if desk is not None:
            around, kind = self.around, self.kind
            desk.read(
                lambda copy: sure_matches(copy, around, kind, rows), self._on_matches, owner=self
            )

    def _on_matches(self, found: list[Match]) -> None:
        given: dict[str, Any] = {}
        for match in found:
            inside = self.around.inside(f"{self.path}/{match.row}")
            text = cast("Text", match.field.type)
            if inside.beside(text.link_field) or not inside.beside(match.field.id):
                continue  # the person went on meanwhile
            given |= known_beside(inside, match.field, match.card)
            given[inside.path(match.field.id)] = match.card["name"]
            given[inside.path(text.link_field)] = match.card["ref"]
        self._draft.put_many(given, say("匹配", "Match"))
        institutions = [m.card["ref"] for m in found if m.card.get("kind") == "institution"]
        self.around.want_investigators(institutions)
        self._show_page()
        self._tell_unmatched()
        left = len(list(unmatched(self.kind, self._draft.rows(self.path))))
        self.told.setText(_result(len(found), left))
        self.told.show()
        if given:
            self.changed.emit()

    def _fit(self) -> None:
        super()._fit()
        self._tell_unmatched()

    def _on_answered(self, path: str) -> None:
        super()._on_answered(path)
        if path.startswith(f"{self.path}/"):
            self.told.hide()
            self._tell_unmatched()

    def _tell_unmatched(self) -> None:
        count = len(list(unmatched(self.kind, self._draft.rows(self.path))))
        self.match_button.setVisible(count >= FEW and not self._read_only)
        self.match_button.setText(
            say(f"未匹配 {count} 项，按名称匹配", f"{count} unmatched: match by name")
        )


def _result(matched: int, left: int) -> str:
    done = say(f"已匹配 {matched} 项。", f"{matched} matched.")
    if not left:
        return done
    return done + say(
        f"还有 {left} 项在本机名录中没有唯一的同名条目，请逐项点“未匹配”查找；"
        "负责人名单连网取得后可再匹配。",
        f" {left} have no entry of exactly that name here: use their badges. Investigators can be "
        "matched again once their lists have come.",
    )
