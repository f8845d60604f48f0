"""撤销变更: what comes back is shown before it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.answers import versions_of
from app.exchange.compared import counted
from app.record import Record
from app.workflows import WORKFLOWS
from app.workflows.readers import as_in_force
from app.workflows.table import Step
from ui import look
from ui.desk import Desk
from ui.language import say, told
from ui.names import title_of
from ui.records.compare import CompareView
from ui.records.states import state_of
from ui.records.versions import Compared, compare_on, told_version


def ask_to_undo(
    desk: Desk, record: Record, step: Step, parent: QWidget, then: Callable[[], object]
) -> None:
    """Show what undoing the change of a record brings back; `then` where it is meant."""
    before = as_in_force(WORKFLOWS[record.form], record)

    def show(found: Compared) -> None:
        dialog = UndoDialog(found, step, parent)
        dialog.accepted.connect(then)
        dialog.open()

    desk.read(lambda copy: compare_on(copy, record, before), show, owner=parent)


class UndoDialog(QDialog):
    """What stands now at the left, what comes back at the right."""

    def __init__(self, found: Compared, step: Step, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(told(step.words))
        self.setSizeGripEnabled(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.HUGE, look.WIDE, look.HUGE, look.WIDE)
        column.setSpacing(look.NORMAL)
        column.addWidget(look.label(told(step.words), "title"))
        column.addWidget(look.label(title_of(found.after), "dim", wrap=True))
        count = counted(found.chapters)[0]
        in_review = state_of(found.before.form, found.before.state).mood == "waiting"
        self.sentence = look.label(_sentence(count, in_review=in_review), wrap=True)
        column.addWidget(self.sentence)
        self.view = CompareView()
        back = next((v for v in versions_of(found.after) if v.kind == "filed"), None)
        called = (
            told_version(replace(back, is_now=False))
            if back
            else say("备案的版本", "the version on file")
        )
        self.view.show_chapters(
            found.chapters, say("现在的内容", "As it stands"),
            say("恢复为：", "Comes back: ") + called,
        )  # fmt: skip
        self.view.setVisible(bool(count))
        column.addWidget(self.view, 1)
        row = QHBoxLayout()
        row.addWidget(
            look.label(
                say(
                    "本次修改仍保留在历史记录中，可在“版本对比”里查看。",
                    "What was changed stays in the history.",
                ),
                "hint",
            ),
            1,
        )
        self.cancel = QPushButton(say("取消", "Cancel"))
        self.cancel.setAutoDefault(False)
        self.cancel.clicked.connect(self.reject)
        self.verb = QPushButton(look.icon("undo-2", "block"), told(step.words))
        self.verb.setObjectName(f"verb:{step.command}")
        look.mark(self.verb, "danger")
        self.verb.setAutoDefault(False)
        self.verb.clicked.connect(self.accept)
        row.addWidget(self.cancel)
        row.addWidget(self.verb)
        column.addLayout(row)
        self.resize(880, 620 if count else 260)


def _sentence(count: int, *, in_review: bool) -> str:
    if not count:
        return say(
            "与备案的版本没有不同，撤销后回到变更前的状态。",
            "Nothing differs from the version on file; it goes back to where it was.",
        )
    ends = say("正在进行的审查随之终止。", " The review under way ends.") if in_review else ""
    return (
        say(
            f"撤销后，下列 {count} 处恢复为备案的版本。",
            f"These {count} answers go back to the version on file."
            if count > 1
            else "This answer goes back to the version on file.",
        )
        + ends
    )
