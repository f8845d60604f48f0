"""The one place that tells a person what went wrong."""

from __future__ import annotations

import logging
import platform
import traceback
from pathlib import Path

from PySide6 import __version__ as qt_version
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from app.errors import AppError, Unreachable
from app.words import Words
from ui.language import say, told

log = logging.getLogger(__name__)
_OPEN: set[QMessageBox] = set()


def show(error: Exception, parent: QWidget | None = None) -> None:
    """Tell a person what happened and what they can do; report what is our fault.

    Returns at once; the box stays until it is closed.
    """
    match error:
        case Unreachable():
            pass  # the sync bar says it already
        case AppError():
            _box(QMessageBox.Icon.Warning, told(error.words), details_of(error), parent)
        case _:
            report = report_of(error)
            log.error("bug: %s", report)
            log.debug("bug", exc_info=error)
            _box(
                QMessageBox.Icon.Critical,
                say(
                    "程序出了差错。您已写的内容已保存，可以继续工作；如再次出现，请把“详情”发给技术支持。",
                    "The program made a mistake. What you wrote is saved and you can go on; if it "
                    "happens again, please send the details to technical support.",
                ),
                report,
                parent,
            )


def sentence(error: Exception) -> str:
    """What went wrong, to stand in a window; a fault of ours is shown in its own box instead."""
    if isinstance(error, Unreachable):
        return say(
            "连接不上登记中心，请检查网络后再试。",
            "The registry cannot be reached; please check the network and try again.",
        )
    if isinstance(error, AppError):
        return told(error.words)
    show(error)
    return ""


def tell(words: Words, parent: QWidget | None = None) -> None:
    """Tell a person something that is no failure."""
    _box(QMessageBox.Icon.Information, told(words), "", parent)


def details_of(error: AppError) -> str:
    """The technical part, folded under 详情: the code, and details that are plain values."""
    lines = [f"{error.code}"]
    lines += [
        f"{name}: {value}"
        for name, value in error.details.items()
        if isinstance(value, str | int | float | bool)
    ]
    return "\n".join(lines)


def report_of(error: BaseException) -> str:
    """Where a bug is, without what it was about: the message may hold somebody's data."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{'/'.join(Path(f.filename).parts[-3:])}:{f.lineno} {f.name}" for f in frames]
    cause = error.__cause__ or error.__context__
    return "\n".join(
        [
            f"{type(error).__module__}.{type(error).__qualname__}",
            *lines,
            *([f"← {type(cause).__qualname__}"] if cause else []),
            f"Python {platform.python_version()}, Qt {qt_version}, {platform.system()}",
        ]
    )


def _box(icon: QMessageBox.Icon, text: str, details: str, parent: QWidget | None) -> None:
    box = QMessageBox(parent)
    box.setWindowTitle(say("研备", "Yanbei"))
    box.setIcon(icon)
    # Plain: what a colleague or the registry wrote is never taken for markup.
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    read = box.addButton(say("知道了", "Got it"), QMessageBox.ButtonRole.AcceptRole)
    # With 详情 beside it Qt does not know by which of them Esc and the cross leave.
    box.setEscapeButton(read)
    box.setDefaultButton(read)
    if details:
        copy = box.addButton(say("复制详情", "Copy details"), QMessageBox.ButtonRole.HelpRole)
        copy.clicked.disconnect()
        copy.clicked.connect(lambda: QApplication.clipboard().setText(f"{text}\n{details}"))
        box.setDetailedText(details)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    _OPEN.add(box)
    box.destroyed.connect(lambda: _OPEN.discard(box))
    box.open()
