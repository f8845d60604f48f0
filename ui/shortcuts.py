"""Every key of the program in one list: bound from here, shown in 帮助."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractSlider, QAbstractSpinBox, QComboBox, QScrollBar, QWidget

from app.words import Words


@dataclass(frozen=True)
class Key:
    """What a key does, and where."""

    id: str
    keys: QKeySequence.StandardKey | str
    words: Words
    where: Words

    def sequence(self) -> QKeySequence:
        return QKeySequence(self.keys)

    def text(self) -> str:
        return self.sequence().toString(QKeySequence.SequenceFormat.NativeText)


_EVERYWHERE = Words("到处", "Everywhere")
_LISTS = Words("列表", "Lists")
_FILING = Words("填报", "Filing")
_S = QKeySequence.StandardKey

KEYS: tuple[Key, ...] = (
    Key("help", _S.HelpContents,
        Words("帮助；填报中显示当前字段的说明", "Help; in a filing, of the field"), _EVERYWHERE),
    Key("refresh", "F5", Words("立即同步", "Sync now"), _EVERYWHERE),
    Key("next_page", "Ctrl+Tab", Words("下一个打开的页", "Next open page"), _EVERYWHERE),
    Key("previous_page", "Ctrl+Shift+Tab", Words("上一个打开的页", "Page before it"), _EVERYWHERE),
    Key("close_page", _S.Close, Words("关闭当前页", "Close this page"), _EVERYWHERE),
    Key("zoom_in", "Ctrl++", Words("放大界面", "Larger"), _EVERYWHERE),
    Key("zoom_out", "Ctrl+-", Words("缩小界面", "Smaller"), _EVERYWHERE),
    Key("zoom_reset", "Ctrl+0", Words("恢复界面大小", "Usual size"), _EVERYWHERE),
    Key("lock", "Ctrl+L", Words("锁定", "Lock"), _EVERYWHERE),
    Key("new", _S.New, Words("新建", "New"), _LISTS),
    Key("new_from", "Ctrl+Shift+N", Words("新建自…", "New study from…"), _LISTS),
    Key("find", _S.Find, Words("搜索", "Search"), _LISTS),
    Key("print", _S.Print, Words("打印所选", "Print what is selected"), _LISTS),
    Key("open", "Return", Words("打开", "Open"), _LISTS),
    Key("edit", "F2", Words("填报", "Fill in"), _LISTS),
    Key("submit", "Ctrl+Return", Words("提交", "Submit"), _LISTS),
    Key("progress", "Ctrl+J", Words("审核进度", "Progress"), _LISTS),
    Key("change", "Ctrl+M", Words("变更", "Change"), _LISTS),
    Key("delete", "Del", Words("删除", "Delete"), _LISTS),
    Key("export", "Ctrl+E", Words("导出所选", "Export what is selected"), _LISTS),
    Key("copy", _S.Copy, Words("复制所选的行", "Copy the selected rows"), _LISTS),
    Key("copy_headed", "Ctrl+Shift+C", Words("连同标题行复制", "Copy with headings"), _LISTS),
    Key("save", _S.Save, Words("保存", "Save"), _FILING),
    Key("undo", _S.Undo, Words("撤销", "Undo"), _FILING),
    Key("redo", _S.Redo, Words("重做", "Redo"), _FILING),
    Key("next_section", "Ctrl+PgDown", Words("下一页", "Next section"), _FILING),
    Key("previous_section", "Ctrl+PgUp", Words("上一页", "Previous section"), _FILING),
    Key("next_problem", "F8", Words("下一个问题", "Next problem"), _FILING),
    Key("previous_problem", "Shift+F8", Words("上一个问题", "Previous problem"), _FILING),
)  # fmt: skip
_BY_ID = {key.id: key for key in KEYS}


def key(key_id: str) -> Key:
    return _BY_ID[key_id]


def bind(
    key_id: str,
    widget: QWidget,
    then: Callable[[], object],
    *,
    context: Qt.ShortcutContext = Qt.ShortcutContext.WindowShortcut,
) -> QShortcut:
    """Let a key of the list do something in this window or widget."""
    shortcut = QShortcut(_BY_ID[key_id].sequence(), widget)
    shortcut.setContext(context)
    shortcut.activated.connect(then)
    return shortcut


class WheelGuard(QObject):
    """The wheel never changes a value in a control that has not the focus: it scrolls the page."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(
            watched, QComboBox | QAbstractSpinBox | QAbstractSlider
        ):
            if isinstance(watched, QScrollBar) or watched.hasFocus():
                return False
            event.ignore()  # so that it goes on to what can scroll
            return True
        return False
