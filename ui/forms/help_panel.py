"""What a field is for, with an example: the pane that F1 opens."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.forms.schema import Field, Files
from app.forms.types import Choice, Date, Text
from ui import look
from ui.forms.cell import Cell
from ui.language import chosen, say, told


class HelpPanel(QScrollArea):
    """Help for the field at hand."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFixedWidth(250)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(say("帮助", "Help"))
        self.show_field(None)

    def follow(self, widget: QWidget) -> None:
        """Show the field in which this widget stands."""
        inside: QWidget | None = widget
        while inside is not None and not isinstance(inside, Cell):
            inside = inside.parentWidget()
        if inside is not None:
            self.show_field(inside.field)

    def show_field(self, field: Field | None) -> None:
        sheet = QWidget()
        look.mark(sheet, "sheet")
        column = QVBoxLayout(sheet)
        column.setContentsMargins(look.WIDE, look.WIDE, look.WIDE, look.WIDE)
        column.setSpacing(look.SMALL)
        if field is None:
            text = say(
                "把光标放在一个栏目中，这里会说明怎样填写。",
                "Put the cursor into a field to read about it here.",
            )
            column.addWidget(look.label(text, "dim", wrap=True))
        else:
            column.addWidget(look.label(told(field.words), "section", wrap=True))
            if field.english:
                other = field.english if chosen() == "zh" else field.label
                column.addWidget(look.label(other, "hint", wrap=True))
            for kind, text in told_of(field):
                column.addWidget(look.label(text, kind, wrap=True))
        column.addStretch(1)
        self.setWidget(sheet)


def told_of(field: Field) -> list[tuple[str, str]]:
    """What can be said of a field, from its declaration: (kind of text, text)."""
    found = [("", told(field.help))] if field.help else []
    if field.example:
        found += [("strong", say("例", "Example")), ("", field.example)]
    how = _how(field)
    if how:
        found += [("strong", say("怎样填写", "How to answer")), ("", how)]
    if field.published:
        found.append(("note", say("备案后向社会公开。", "Published once filed.")))
    if field.private:
        found.append(
            ("note", say("个人信息：列表和打印中会遮盖。", "Personal: masked in lists and prints."))
        )
    if field.substantive:
        found.append(
            (
                "warn",
                say("备案后修改此项须重新审查。", "Changing it after filing needs a new review."),
            )
        )
    return found


def _how(field: Field) -> str:
    kind = field.type
    if isinstance(kind, Files):
        return say(
            f"PDF 文件，每个最多 {kind.megabytes} MB；可拖放；填写版本号和版本日期。",
            f"PDF files of up to {kind.megabytes} MB each; drop them here; give version and date.",
        )
    if isinstance(kind, Date):
        return say(
            "2026-03-05、2026.3.5、20260305、2026年3月5日都可以。",
            "2026-03-05, 2026.3.5 and 20260305 are all understood.",
        )
    if isinstance(kind, Text) and not kind.shape:
        return say(f"最多 {kind.max_length} 字。", f"Up to {kind.max_length} characters.")
    if isinstance(kind, Choice):
        closed = [o for o in kind.options if o.closed]
        return say("灰色选项暂未开通。", "Options in grey are not open yet.") if closed else ""
    return ""
