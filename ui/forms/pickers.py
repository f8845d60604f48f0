"""Editors that pick from the directory: people, institutions, committees and their members."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout

from app import lists
from app.forms import types
from app.forms.schema import Field, Rows
from app.forms.types import EMPTY
from ui import look
from ui.forms.editing import Around, Card, Editor
from ui.forms.finding import FindingLine, Offer, Search
from ui.language import say, told

if TYPE_CHECKING:
    from local_db.investigators import Investigators

INVESTIGATOR = "investigator"
"""The kind of card of somebody who can be the investigator of a site, of whatever institution."""
COMMITTEES = {"ethics_committee": "ethics", "academic_committee": "academic"}
OFFICE, HOSPITAL = "office", "hospital"
"""Everything in the directory of institutions, authorities too; the level of all others."""
HERE = "CN"
"""The country of whatever is in the directory."""
OPEN_STATES = {"person": ("active", "new", ""), "committee": ("filed", "active", "")}


def card_kind(kind: str) -> str:
    """The kind of card behind a kind of reference."""
    if kind in COMMITTEES:
        return "committee"
    return {"member": "person", OFFICE: "institution"}.get(kind, kind)


def search_for(around: Around, kind: str, owner: Editor, of: str = "") -> Search:
    """Looks in the directory, what belongs to the own institution first.

    `of`: the field beside with the institution whose investigators are looked for.
    """
    if kind == INVESTIGATOR:
        return investigators_search(around, of, owner)

    def search(text: str, then: Callable[[list[Offer]], None]) -> None:
        around.cards(
            card_kind(kind), text, lambda found: then(offers(around, kind, found)),
            owner=owner, limit=60 if kind in COMMITTEES else 30,
        )  # fmt: skip

    return search


def offers(around: Around, kind: str, found: Iterable[Card]) -> list[Offer]:
    """Cards that may be picked, told with a word more about each."""
    own = around.desk.account.office if around.desk else ""
    fitting = [card for card in found if _fits(kind, card)]
    fitting.sort(key=lambda card: own not in (card.get("office"), card.get("institution")))
    return [Offer(str(card.get("name", "")), hint_of(card), card) for card in fitting]


def _fits(kind: str, card: Card) -> bool:
    states = OPEN_STATES.get(card_kind(kind))
    if states and card.get("state", "") not in states:
        return False
    if kind == "institution":  # where studies are done: no authority
        return bool(card.get("level", HOSPITAL) == HOSPITAL)
    return kind not in COMMITTEES or card.get("type", COMMITTEES[kind]) == COMMITTEES[kind]


def hint_of(card: Card) -> str:
    """What tells people and places of one name apart."""
    match card.get("kind"):
        case "person":
            title = lists.entry("titles", str(card.get("title", "")))
            parts = [str(card.get("department", "")), told(title.words) if title else ""]
        case "investigator":
            title = lists.entry("titles", str(card.get("title", "")))
            parts = [str(card.get(key, "")) for key in ("office_name", "department")]
            parts += [told(title.words)] if title else []
        case "committee":
            parts = [str(card.get("institution_name", ""))]
        case _:
            places = (("provinces", "province"), ("cities", "city"))
            found = [lists.entry(of, str(card.get(key, ""))) for of, key in places]
            parts = [told(e.words) for e in found if e]
    return " · ".join(filter(None, parts))


def investigators_search(around: Around, of: str, owner: Editor) -> Search:
    """Looks for investigators, of the institution beside first; asks for them where needed."""

    def search(text: str, then: Callable[[list[Offer]], None]) -> None:
        office = str(around.beside(of) or "") if of else ""

        def show(found: Investigators) -> None:
            then(offers(around, INVESTIGATOR, found.cards) + ([] if found.is_known else [later()]))
            if not found.is_known:
                around.want_investigators([office])

        if around.desk is not None:
            look_up = lambda copy: copy.investigators(text, office=office)  # noqa: E731
            around.desk.read(look_up, show, owner=owner)

    return search


def later() -> Offer:
    """What is said below the investigators that are here, while those asked for are not."""
    return Offer(
        say(
            "本机还没有该机构的负责人名单，连网后可查找；也可先填写姓名，以后再匹配。",
            "The investigators of this institution are not here yet: they come with a network. "
            "A name can be typed now and matched later.",
        ),
        "",
        None,
        is_open=False,
    )


def fields_beside(around: Around) -> tuple[Field, ...]:
    """The fields of the row, or of the page, that an editor stands in."""
    form = around.draft.form
    if not around.at:
        return tuple(form.fields())
    kind = form.at(around.at.rsplit("/", 1)[0])[-1].type
    return kind.fields if isinstance(kind, Rows) else ()


def known_beside(around: Around, asked: Field, card: Card, *, over: bool = False) -> dict[str, Any]:
    """Answers that the directory gives to the empty fields beside: title, department, address.

    With `over` also to those that are answered: what was just typed for them goes before.
    """
    brought = dict(asked.type.brings) if isinstance(asked.type, types.Text) else {}
    if not around.at and not brought:
        return {}
    told = {"country": HERE, **card} if card.get("kind") == "institution" else card
    found: dict[str, Any] = {}
    for field in fields_beside(around):
        key = brought.get(field.id, field.id.rsplit(".", 1)[-1] if around.at else "")
        value = card.get("ref") if _is_reference(field, card) and around.at else told.get(key)
        stands = around.beside(field.id) not in EMPTY and not over
        if field.id == asked.id or value in EMPTY or stands:
            continue
        if field.type.problem(value) is None:
            found[around.path(field.id)] = value
    return found


def _is_reference(field: Field, card: Card) -> bool:
    return isinstance(field.type, types.Pointer) and field.type.kind == card.get("kind")


class PointerEditor(Editor):
    """One person, institution or committee of the directory."""

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        self.kind = cast("types.Pointer", field.type).kind
        self._value: str | None = None
        self._name = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        search = members_search(around, self) if self.kind == "member" else None
        kind = OFFICE if self.kind == "institution" else self.kind
        self.line = FindingLine(search or search_for(around, kind, self))
        self.line.setPlaceholderText(
            say("点击选择，或输入名称、拼音", "Click to choose, or type a name")
        )
        row.addWidget(self.line)
        self.lead(self.line)
        self.line.picked.connect(self._on_picked)
        self.line.textEdited.connect(self._on_typed)
        self.line.left.connect(self.tidy)

    def _on_picked(self, offer: Offer) -> None:
        self._value, self._name = str(offer.stored["ref"]), offer.text
        beside = known_beside(self.around, self.field, offer.stored)
        self.around.draft.put_many({self.path: self._value} | beside, say("选择", "Pick"))
        self.changed.emit()

    def _on_typed(self, text: str) -> None:
        if not text.strip() and self._value:
            self._value, self._name = None, ""
            self.changed.emit()

    def value(self) -> Any:
        return self._value

    def set_value(self, value: Any) -> None:
        if value == self._value:
            return
        self._value, self._name = value, ""
        self.tidy()
        if value:
            self.around.named([value], self._on_named, self)

    def _on_named(self, found: dict[str, Card]) -> None:
        if self._value:
            card = found.get(self._value)
            self._name = (
                str(card["name"])
                if card
                else say("（不在本机名录中）", "(not in the directory here)")
            )
            self.tidy()

    def tidy(self) -> None:
        """A name that was typed and not picked is no answer: the one that stands is shown again."""
        if self.line.text() != self._name:
            self.line.setText(self._name)
            self.line.setCursorPosition(0)

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001
        self.line.setReadOnly(read_only)

    def mark_problem(self, kind: str) -> None:
        look.mark(self.line, kind)


class PointersEditor(Editor):
    """Several people: the members of the committee at work, each with a box to tick.

    Whoever takes part in the study cannot be chosen to review it (回避).
    """

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        self.kind = cast("types.Pointers", field.type).kind
        self._value: list[str] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 2, 0, 2)
        self._column.setSpacing(look.TIGHT)
        self._waiting = look.label(say("正在取得名单…", "Fetching the list…"), "dim")
        self._column.addWidget(self._waiting)
        self.boxes: dict[str, QCheckBox] = {}
        own = {"member": members_search, "delegate": delegates_search}.get(self.kind)
        offer = own(around, self) if own else search_for(around, self.kind, self)
        offer("", self._show)

    def _show(self, found: list[Offer]) -> None:
        self._waiting.setVisible(not found)
        self._waiting.setText(
            say(
                "名单中还没有可选的人。请先同步。",
                "The list has nobody to choose yet. Please sync first.",
            )
        )
        for offer in found:
            ref = str(offer.stored.get("ref", ""))
            box = QCheckBox(f"{offer.text}   {offer.hint}" if offer.hint else offer.text)
            box.setEnabled(offer.is_open)
            box.setChecked(ref in self._value)
            box.clicked.connect(self._on_clicked)
            self.boxes[ref] = box
            self._column.addWidget(box)
        if self.boxes:
            first = next((b for b in self.boxes.values() if b.isEnabled()), None)
            self.setFocusProxy(first or next(iter(self.boxes.values())))

    def _on_clicked(self) -> None:
        unseen = [ref for ref in self._value if ref not in self.boxes]
        self._value = [r for r, box in self.boxes.items() if box.isChecked()] + unseen
        self.changed.emit()

    def value(self) -> Any:
        return self._value or None

    def set_value(self, value: Any) -> None:
        self._value = list(value) if isinstance(value, list) else []
        for ref, box in self.boxes.items():
            box.setChecked(ref in self._value)


def members_search(around: Around, owner: Editor) -> Search:
    """The members of the committee that holds the record; those of the study are not open."""

    def search(text: str, then: Callable[[list[Offer]], None]) -> None:
        committees = committees_of(around)
        engaged = engaged_in(around)

        def show(found: dict[str, Card]) -> None:
            rows = [m for ref in committees if ref in found for m in found[ref].get("members", ())]
            then(
                [
                    _member(m, engaged)
                    for m in rows
                    if m.get("person") and text in str(m.get("name"))
                ]
            )

        around.named(committees, show, owner)

    return search


def delegates_search(around: Around, owner: Editor) -> Search:
    """Whoever is authorised to fill in the record."""

    def search(text: str, then: Callable[[list[Offer]], None]) -> None:
        refs = around.record.parties.get("delegate", ()) if around.record else ()

        def show(found: dict[str, Card]) -> None:
            cards = [found.get(ref, {"ref": ref, "name": ref}) for ref in refs]
            then([Offer(str(c["name"]), hint_of(c), c) for c in cards if text in str(c["name"])])

        around.named(list(refs), show, owner)

    return search


def committees_of(around: Around) -> list[str]:
    """The committee at work on a record: the one of the state that the record is in."""
    record = around.record
    if record is None:
        return []
    first = ("academic_committee", "ethics_committee")
    if not record.state.startswith("ac_"):
        first = first[::-1]
    named = [ref for party in first for ref in record.parties.get(party, ())]
    return named[:1]


def engaged_in(around: Around) -> dict[str, str]:
    """Who takes part in the record, by reference and by name: none of them may review it."""
    record = around.record
    if record is None:
        return {}
    own = say("项目负责人，应回避", "principal investigator, must withdraw")
    team = say("研究团队成员，应回避", "member of the team, must withdraw")
    found = dict.fromkeys(record.parties.get("pi", ()), own)
    for ref in (*record.parties.get("delegate", ()), *_references(record.answers)):
        found.setdefault(ref, team)
    return found


def _references(answers: Any) -> Iterable[str]:
    for value in answers.values() if isinstance(answers, dict) else answers:
        if isinstance(value, str) and value.startswith("person:"):
            yield value
        elif isinstance(value, dict | list):
            yield from _references(value)


def _member(row: Card, engaged: dict[str, str]) -> Offer:
    ref = str(row["person"])
    why = engaged.get(ref, "")
    return Offer(str(row.get("name", "")), why or _duty(row), {**row, "ref": ref}, is_open=not why)


def _duty(row: Card) -> str:
    from app.forms.committee import DUTY, EXPERTISE
    from ui.language import chosen

    parts = (DUTY.text(row.get("duty"), chosen()), EXPERTISE.text(row.get("field"), chosen()))
    return " · ".join(filter(None, parts))
