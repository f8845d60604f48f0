"""The sync bar: one glance, one click to the outbox."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from app.words import counted
from ui import look
from ui.language import say, told
from ui.sync import words
from ui.sync.exchange import SyncState


class SyncBar(QFrame):
    """已同步 14:02 · 待发送 2 · n 项需处理 — and at the right how many rows there are."""

    outbox_wanted = Signal()
    sync_wanted = Signal()
    cancel_wanted = Signal()
    """The round under way shall stop; the next one goes on where it left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        look.mark(self, "bottom")
        self.setFixedHeight(look.CONTROL + 2)
        row = QHBoxLayout(self)
        row.setContentsMargins(look.SMALL, 0, look.WIDE, 0)
        row.setSpacing(look.NORMAL)
        self.standing, self.waiting, self.trouble = QPushButton(), QPushButton(), QPushButton()
        self.cancel = QPushButton(look.icon("x", "dim"), say("停止", "Stop"))
        self.cancel.setObjectName("cancel_sync")
        for button in (self.standing, self.cancel, self.waiting, self.trouble):
            look.mark(button, "bar")
            row.addWidget(button)
        self.cancel.setToolTip(
            say(
                "停止这次同步。已收到的都保留，下次从停下处继续。",
                "Stop this exchange. What has arrived stays; the next one goes on from there.",
            )
        )
        self.cancel.clicked.connect(self.cancel_wanted)
        self.standing.setToolTip(say("立即同步", "Sync now"))
        self.standing.clicked.connect(self.sync_wanted)
        self.waiting.clicked.connect(self.outbox_wanted)
        self.trouble.clicked.connect(self.outbox_wanted)
        self.calm = look.label(say("离线时照常工作", "Work goes on without a network"), "hint")
        row.addWidget(self.calm)
        row.addStretch(1)
        self.rows = look.label("", "hint")
        row.addWidget(self.rows)
        self.show_state(SyncState())

    def show_state(self, state: SyncState) -> None:
        icon, tint, sentence = words.standing(state)
        self.standing.setIcon(look.icon(icon, tint))
        self.standing.setText(sentence)
        # Not in the rounds that find nothing: the bar would twitch every minute.
        self.cancel.setVisible(state.standing == "running" and bool(state.through or state.of))
        # There is no room for both in the smallest window.
        self.calm.setVisible(self.cancel.isHidden())
        self.waiting.setText(words.waiting(state))
        self.waiting.setIcon(look.icon("send", "note"))
        self.waiting.setVisible(bool(state.waiting))
        self.trouble.setText(words.trouble(state))
        self.trouble.setIcon(look.icon("circle-alert", "block"))
        self.trouble.setVisible(bool(state.trouble))

    def show_rows(self, total: int, selected: int) -> None:
        """At the right: 128 项 · 选中 1."""
        text = told(counted(total, "项", "item"))
        if selected:
            text += say(f" · 选中 {selected}", f" · {selected} selected")
        self.rows.setText(text)
