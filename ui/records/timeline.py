"""审核进度: what was done to a record, by whom, when, and what was said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.answers import SETTLED
from app.answers import told as answer_told
from app.forms import FORMS
from app.forms.schema import Files, Page
from app.forms.types import EMPTY, Secret
from app.record import Passage, Record
from app.workflows import WORKFLOWS
from app.workflows.table import IN_FORCE, SYSTEM, Step
from ui import look, moments
from ui.language import chosen, say, told
from ui.records import states
from ui.records.steps import ICONS


@dataclass(frozen=True)
class Entry:
    """A passage in words."""

    icon: str
    tint: look.ColourRole
    what: str
    who: str
    when: str
    led: str
    """From which state to which; empty where it stayed."""
    said: tuple[tuple[str, str], ...]
    pending: bool


def entries(record: Record, name_of: Callable[[str], str] = str) -> list[Entry]:
    """The log of a record in words, newest first. `name_of` puts names in place of references."""
    return [_entry(record, passage, name_of) for passage in reversed(shown(record.log))]


def shown(log: Sequence[Passage]) -> list[Passage]:
    """Of several saves on end by one person only the last."""
    kept: list[Passage] = []
    for passage in log:
        before = kept[-1] if kept else None
        if before and _is_same_work(before, passage):
            kept.pop()
        kept.append(passage)
    return kept


def _is_same_work(before: Passage, after: Passage) -> bool:
    both_save = before.command == after.command == "save" and before.by == after.by
    return both_save and bool(before.at) == bool(after.at) and not before.said


def _entry(record: Record, passage: Passage, name_of: Callable[[str], str]) -> Entry:
    step = _step(record.form, passage)
    after = states.state_of(record.form, passage.after)
    moved = passage.before != passage.after and passage.before
    before = states.state_of(record.form, passage.before) if moved else None
    moody, tint = states.MOODS[after.mood]
    who = passage.name or name_of(passage.by)
    role = told(states.role_words(passage.role)) if passage.role else ""
    if passage.role == SYSTEM:  # the registry itself: what it is called depends on the reader
        who = role
    return Entry(
        icon=ICONS.get(passage.command, moody) if not moved else moody,
        tint="faint" if not passage.at else tint if moved else "dim",
        what=_what(step, passage),
        who=say(f"{who}（{role}）", f"{who} ({role})") if role and role != who else who,
        when=moments.minute(passage.at) or say("待发送", "Waits to be sent"),
        led=f"{told(before.words)} → {told(after.words)}" if before else "",
        said=(
            *_said(step.asks if step else None, passage, name_of),
            *_settled(record.form, passage, name_of),
        ),
        pending=not passage.at,
    )


def _what(step: Step | None, passage: Passage) -> str:
    if passage.command == "save" and SETTLED in passage.said:
        return say("处理冲突", "Settled a clash")
    return told(step.words) if step else passage.command


def _step(form: str, passage: Passage) -> Step | None:
    workflow = WORKFLOWS.get(form)
    if workflow is None:
        return None
    named = [s for s in workflow.steps if s.command == passage.command]
    here = [s for s in named if passage.before in s.at] or named
    led = [s for s in here if s.to in (passage.after, IN_FORCE)]
    return next(iter(led or here), None)


def _said(
    page: Page | None, passage: Passage, name_of: Callable[[str], str]
) -> list[tuple[str, str]]:
    told_lines = []
    known = {f.id: f for f in page.fields} if page else {}
    for field_id, value in passage.said.items():
        field = known.get(field_id)
        if field_id == SETTLED or value in EMPTY or (field and isinstance(field.type, Secret)):
            continue
        text = field.type.text(value, chosen()) if field else str(value)
        told_lines.append((told(field.words) if field else field_id, _named(text, value, name_of)))
    return told_lines


def _named(text: str, value: Any, name_of: Callable[[str], str]) -> str:
    """With names in place of references; where none of several people is known here, how many."""
    with_names = name_of(text)
    if isinstance(value, list) and with_names and not with_names.strip("—；;、, "):
        return say(f"{len(value)} 人", f"{len(value)} in all")
    return with_names


def _settled(
    form_id: str, passage: Passage, name_of: Callable[[str], str]
) -> list[tuple[str, str]]:
    """What was chosen at a clash, one line for each place: whose stands, and both texts."""
    places, form = passage.said.get(SETTLED), FORMS.get(form_id)
    if not isinstance(places, dict) or form is None:
        return []
    lines = []
    for path, choice in places.items():
        try:
            field, label = form.at(path.rstrip("/"))[-1], form.label(path.rstrip("/"))
        except (KeyError, IndexError):  # written by a newer program
            continue
        asked = None if isinstance(field.type, Files) else field  # of a document, its name
        texts = {
            whose: _quoted(name_of(answer_told(asked, choice.get(whose), chosen())))
            for whose in ("mine", "theirs")
        }
        known = "mine" in choice or "theirs" in choice
        lines.append((told(label), _choice(str(choice.get("stands")), texts if known else {})))
    return lines


def _quoted(text: str) -> str:
    return f"“{text}”" if text else say("（空）", "(empty)")


def _choice(stands: str, texts: dict[str, str]) -> str:
    mine_zh, theirs_zh = (texts.get(w, "内容") for w in ("mine", "theirs"))
    mine_en, theirs_en = (f" {texts[w]}" if texts else "" for w in ("mine", "theirs"))
    match stands:
        case "mine":
            return say(
                f"保留自己的{mine_zh}，未用对方的{theirs_zh}",
                f"kept their own{mine_en}, not the other’s{theirs_en}",
            )
        case "theirs":
            return say(
                f"采用对方的{theirs_zh}，未用自己的{mine_zh}",
                f"took the other’s{theirs_en}, not their own{mine_en}",
            )
        case "both":
            return say(
                f"两份都保留：自己的{mine_zh}，对方的{theirs_zh}",
                f"kept both: their own{mine_en} and the other’s{theirs_en}",
            )
        case _:
            return say(
                f"自己的{mine_zh}与对方的{theirs_zh}都已改写",
                f"wrote anew in place of their own{mine_en} and the other’s{theirs_en}",
            )


class Timeline(QScrollArea):
    """The log of one record, newest first."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._shown: list[Entry] | None = None

    def show_entries(self, found: Sequence[Entry]) -> None:
        if list(found) == self._shown:
            return
        self._shown = list(found)
        sheet = QWidget()
        look.mark(sheet, "sheet")
        column = QVBoxLayout(sheet)
        column.setContentsMargins(look.WIDE, look.WIDE, look.WIDE, look.WIDE)
        column.setSpacing(0)
        if not found:
            column.addWidget(look.label(say("还没有办理记录。", "Nothing was done yet."), "dim"))
        for entry in found:
            column.addWidget(_drawn(entry))
        column.addStretch(1)
        self.setWidget(sheet)

    def texts(self) -> list[str]:
        """Every line shown, top down."""
        return [w.text() for w in self.findChildren(QLabel) if w.text()]


def _drawn(entry: Entry) -> QWidget:
    frame = QWidget()
    row = QHBoxLayout(frame)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(look.NORMAL)
    rail = QVBoxLayout()
    rail.setSpacing(0)
    dot = QLabel()
    dot.setPixmap(look.pixmap(entry.icon, entry.tint))
    dot.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    rail.addWidget(dot)
    line = QFrame()
    line.setFixedWidth(1)
    look.mark(line, "rail")
    rail.addWidget(line, 1, Qt.AlignmentFlag.AlignHCenter)
    row.addLayout(rail)
    text = QVBoxLayout()
    text.setContentsMargins(0, 0, 0, look.WIDE)
    text.setSpacing(2)
    head = QHBoxLayout()
    head.setSpacing(look.NORMAL)
    head.addWidget(look.label(entry.what, "strong"))
    if entry.led:
        head.addWidget(look.label(entry.led, "dim"))
    head.addStretch(1)
    head.addWidget(look.label(entry.when, "note" if entry.pending else "dim"))
    text.addLayout(head)
    text.addWidget(look.label(entry.who, "dim"))
    for asked, said in entry.said:
        text.addWidget(look.label(asked + say("：", ": ") + said, wrap=True))
    row.addLayout(text, 1)
    return frame
