"""Signing out with unsent work: what is unsent, that it is kept, and when it will go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ui.desk import Desk
from ui.language import say, told
from ui.questions import question

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from local_db import OutboxItem

NAMED = 5
"""Changes named one by one; of the others only how many there are."""


def ask(desk: Desk, window: QWidget, then: Callable[[], object]) -> None:
    """Leave at once where everything is sent; else say what is not, and leave if they still want.

    Nothing is thrown away either way.
    """

    def found(items: list[OutboxItem]) -> None:
        if not items:
            then()
            return
        box = question(unsent(items), say("退出", "Sign out"), window)
        box.setObjectName("leaving")
        box.accepted.connect(then)
        box.open()

    desk.read(lambda copy: copy.outbox(), found, owner=window)


def unsent(items: Sequence[OutboxItem]) -> str:
    """What has not been sent, and what becomes of it."""
    lines = [say(f"还有 {len(items)} 项没有发送：", f"Not sent yet ({len(items)}):")]
    lines += [_line(item) for item in items[:NAMED]]
    if (more := len(items) - NAMED) > 0:
        lines.append(say(f"· 另有 {more} 项", f"· {more} more"))
    lines += [
        "",
        say(
            "退出后它们加密保存在这台电脑上，不会丢失；下次用这个账号在这台电脑登录并联网后，"
            "会自动发送。",
            "They stay on this computer, encrypted, and nothing is lost. They are sent by "
            "themselves once this account signs in on this computer again and has a network.",
        ),
    ]
    if trouble := sum(item.state in ("refused", "clash") for item in items):
        lines.append(
            say(
                f"其中 {trouble} 项要先由您处理，请看“待发送”。",
                f"Of these, {trouble} must be looked at by you first: see the outbox.",
            )
        )
    return "\n".join(lines)


def _line(item: OutboxItem) -> str:
    return f"· {told(item.label)} · {item.title or say('（未命名）', '(untitled)')}"
