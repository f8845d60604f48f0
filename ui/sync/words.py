"""How the exchange stands, in words."""

from __future__ import annotations

from datetime import datetime

from app.words import Words
from ui import look, moments
from ui.language import say, told
from ui.sync.exchange import SyncState

STAGES = {
    "session": Words("连接", "connecting"),
    "files": Words("发送附件", "sending documents"),
    "changes": Words("发送", "sending"),
    "news": Words("接收", "receiving"),
    "documents": Words("接收附件", "receiving documents"),
}

SAID: dict[str, tuple[str, look.ColourRole, Words]] = {
    "signed_out": ("key-round", "warn", Words("登录已过期", "Session ended")),
    "cancelling": ("cloud", "dim", Words("正在停止同步…", "Stopping…")),
    "cancelled": (
        "cloud",
        "dim",
        Words("已停止同步，下次从停下处继续", "Stopped; goes on from here next time"),
    ),
}


def standing(state: SyncState, *, at: datetime | None = None) -> tuple[str, look.ColourRole, str]:
    """(icon, colour, sentence) of the left end of the sync bar."""
    last = moments.clock(state.last, at=at) if state.last else ""
    if state.standing in SAID:
        icon, tint, words = SAID[state.standing]
        return icon, tint, told(words)
    match state.standing:
        case "running":
            return "refresh-cw", "note", _running(state)
        case "done":
            return "cloud-check", "done", say(f"已同步 {last}", f"Synced {last}")
        case "offline":
            since = say(f"，上次同步 {last}", f", last synced {last}") if last else ""
            return "cloud-off", "dim", say("离线", "Offline") + since
        case "stopped":
            said = told(state.error.words) if state.error else say("同步未完成", "Not synced")
            return "triangle-alert", "warn", said
        case _:
            since = say(f"上次同步 {last}", f"Last synced {last}") if last else ""
            return "cloud", "dim", since or say("尚未同步", "Not synced yet")


def _running(state: SyncState) -> str:
    stage = told(STAGES[state.stage]) if state.stage in STAGES else ""
    if state.stage == "changes" and state.of:
        return say(f"同步中 {state.through}/{state.of}", f"Syncing {state.through}/{state.of}")
    if state.stage == "news" and state.of > state.through:
        return say(
            f"同步中 · 接收 {state.through}/{state.of}",
            f"Syncing · receiving {state.through}/{state.of}",
        ) + time_left(state.seconds)
    count = f" {state.through}" if state.through else ""
    return say("同步中", "Syncing") + (f" · {stage}{count}" if stage else "")


def time_left(seconds: float) -> str:
    """How long it will go on, as exactly as one wants to know it; nothing below five seconds."""
    if seconds < 5:
        return ""
    if seconds < 90:
        tens = max(10, round(seconds, -1))
        return say(f"，约还需 {tens:.0f} 秒", f", ~{tens:.0f} s left")
    minutes = round(seconds / 60)
    return say(f"，约还需 {minutes} 分钟", f", ~{minutes} min left")


def waiting(state: SyncState, *, at: datetime | None = None) -> str:
    """待发送 2（最早 2 天前）; nothing where nothing waits."""
    if not state.waiting:
        return ""
    made = moments.parsed(state.oldest)
    days = ((at or moments.now()) - made).days if made else 0
    plural = "s" if days > 1 else ""
    age = say(f"（最早 {days} 天前）", f" (oldest: {days} day{plural} ago)") if days >= 1 else ""
    return say(f"待发送 {state.waiting}", f"{state.waiting} to send") + age


def trouble(state: SyncState) -> str:
    """N 项需处理; nothing where there is none."""
    if not state.trouble:
        return ""
    return say(
        f"{state.trouble} 项需处理", f"{state.trouble} need{'s' if state.trouble == 1 else ''} you"
    )
