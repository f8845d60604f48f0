"""审计日志: what was done to the people, accounts and committees of an office, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.errors import AppError
from app.forms import FORMS
from app.workflows import WORKFLOWS
from ui import look, moments, problems, tasks
from ui.desk import Desk
from ui.language import say, told
from ui.people.log_table import LogTable
from ui.records.states import role_words

if TYPE_CHECKING:
    from sync.protocol import AuditEvent, AuditEvents

PAGE = 100
"""Events that the registry tells at once."""


class AuditView(QWidget):
    """The log of one's office; an authority also reads those of the offices below it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("audit")
        column = QVBoxLayout(self)
        column.setContentsMargins(look.WIDE, look.NORMAL, look.WIDE, look.NORMAL)
        column.setSpacing(look.SMALL)
        row = QHBoxLayout()
        row.addWidget(look.label(say("审计日志", "Audit log"), "title"))
        row.addStretch(1)
        self.again = QPushButton(look.icon("refresh-cw"), say("刷新", "Refresh"))
        self.again.clicked.connect(self.refresh)
        row.addWidget(self.again)
        column.addLayout(row)
        hint = say(
            "谁在什么时候对哪个人员、账号或委员会做了什么。不含证件号码、手机号和密码。",
            "Who did what to which person, account or committee, and when. It holds no numbers "
            "and no passwords.",
        )
        column.addWidget(look.label(hint, "hint", wrap=True))
        self.log = LogTable(
            say("审计日志", "Audit log"),
            (
                (say("时间", "When"), 140),
                (say("操作", "What"), 130),
                (say("对象", "To whom"), 150),
                (say("办理人", "By"), 200),
                (say("机构", "Office"), 150),
                (say("原因", "Why"), 200),
            ),
        )
        self.log.more_wanted.connect(self._more)
        column.addWidget(self.log, 1)
        self._last = ""
        self.refresh()

    def refresh(self) -> None:
        """Read it from its end again."""
        self._ask("", fresh=True)

    def _more(self) -> None:
        self._ask(self._last, fresh=False)

    def _ask(self, beyond: str, *, fresh: bool) -> None:
        desk = self.desk
        self.log.say(say("正在读取…", "Reading…"))

        def work() -> AuditEvents:
            with desk.reached() as client:
                return client.audit(beyond)

        def show(found: AuditEvents) -> None:
            if fresh:
                self.log.clear()
            self._add(found)

        tasks.run(work, then=show, failed=self._failed, owner=self, lane="network")

    def _failed(self, error: Exception) -> None:
        if isinstance(error, AppError):
            self.log.say(told(error.words))
        else:
            problems.show(error, self)

    def _add(self, events: AuditEvents) -> None:
        found = events.events
        self._last = found[-1].id if found else self._last
        self.log.add([_line(event) for event in found])
        self.log.more.setVisible(len(found) >= PAGE // 2)


def _line(event: AuditEvent) -> tuple[str, ...]:
    form = FORMS.get(event.form)
    kind = told(form.words) if form else event.form
    role = told(role_words(event.role))
    by = (
        event.name
        if role in event.name
        else say(f"{event.name}（{role}）", f"{event.name} ({role})")
    )
    return (
        moments.minute(event.at),
        _verb(event.form, event.command),
        say(f"{kind}“{event.subject}”", f"{kind} “{event.subject}”"),
        by,
        event.office,
        event.reason,
    )


def _verb(form: str, command: str) -> str:
    workflow = WORKFLOWS.get(form)
    steps = workflow.steps if workflow else ()
    found = next((step for step in steps if step.command == command), None)
    return told(found.words) if found else command
