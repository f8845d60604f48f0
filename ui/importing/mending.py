"""The second step: the people in a table, their problems beside it, and what can go in."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.roster.checks import Checked, Entry, Terms, counts
from app.roster.codes import Finding
from ui import look
from ui.importing.findings import FindingsPanel
from ui.importing.people_model import PeopleModel
from ui.importing.table import PeopleTable
from ui.language import say, told

GOOD, ALL = "good", "all"
UNITS = {"accounts": "人", "institutions": "家", "members": "名"}


class Chip(QWidget):
    """A number with its word and its icon."""

    def __init__(self, role: look.ColourRole, icon: str = "") -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.TIGHT)
        self._icon, self._role = icon, role
        self._picture = QLabel()
        self._text = QLabel()
        look.mark(self._text, "strong" if role == "text" else role)
        row.addWidget(self._picture)
        row.addWidget(self._text)
        self._picture.setVisible(bool(icon))

    def say(self, text: str, icon: str = "", role: look.ColourRole | None = None) -> None:
        """Show this number; the icon takes the colours now in use."""
        self._icon, self._role = icon or self._icon, role or self._role
        if role:
            look.mark(self._text, role)
        self._text.setText(text)
        self.setAccessibleName(text)
        if self._icon:
            self._picture.setPixmap(look.pixmap(self._icon, self._role))

    def text(self) -> str:
        return self._text.text()


class MendingPage(QWidget):
    """Look, mend, import."""

    left = Signal()
    import_wanted = Signal(object)
    """The entries (list of Entry) to import."""
    result_wanted = Signal()
    already_chosen = Signal(str)
    """What becomes of who is in the system already (`app.roster.known.Already`)."""
    asking_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.model: PeopleModel | None = None
        self._is_busy = False
        page = QVBoxLayout(self)
        page.setContentsMargins(look.WIDE, look.WIDE, look.WIDE, 0)
        page.setSpacing(look.SMALL)
        page.addLayout(self._head())
        page.addLayout(self._tools())
        self.bar = QFrame()
        self.bar_text = QLabel()
        self.bar_text.setWordWrap(True)
        QHBoxLayout(self.bar).addWidget(self.bar_text)
        page.addWidget(self.bar)
        self.table = PeopleTable()
        self.findings = FindingsPanel()
        self.findings.chosen.connect(self._on_finding)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.addWidget(self.table)
        parts.addWidget(self.findings)
        parts.setStretchFactor(0, 3)
        parts.setStretchFactor(1, 1)
        parts.setSizes([760, 300])
        parts.setChildrenCollapsible(False)
        page.addWidget(parts, 1)
        self.note = QLabel()
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        look.mark(self.note, "hint")
        page.addWidget(self.note)
        page.addWidget(self._foot())
        for keys, step in (("F8", 1), ("Shift+F8", -1)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda step=step: self.table.go_to_problem(step))

    # The parts of the page

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look.WIDE)
        self.title = QLabel()
        look.mark(self.title, "title")
        self.title.setMinimumWidth(0)
        self.total = Chip("text")
        self.good = Chip("done", "circle-check")
        self.wrong = Chip("block", "circle-alert")
        self.warned = Chip("warn", "triangle-alert")
        self.here = Chip("note", "info")
        row.addWidget(self.title)
        row.addSpacing(look.NORMAL)
        for chip in (self.total, self.good, self.wrong, self.warned, self.here):
            row.addWidget(chip)
        row.addStretch(1)
        return row

    def _tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look.SMALL)
        self.only = QCheckBox(say("只看有问题的行", "Only rows with problems"))
        self.only.toggled.connect(self._on_only)
        self.undo = self._tool(say("撤销", "Undo"), "undo-2", "Ctrl+Z")
        self.redo = self._tool(say("重做", "Redo"), "redo-2", "Ctrl+Y")
        self.undo.clicked.connect(self._on_undo)
        self.redo.clicked.connect(self._on_redo)
        self.back = self._tool(say("上一处", "Previous"), "chevron-up", "")
        self.next = self._tool(say("下一处问题", "Next problem"), "chevron-down", "")
        self.back.setToolTip("Shift+F8")
        self.next.setToolTip("F8")
        self.back.clicked.connect(lambda: self.table.go_to_problem(-1))
        self.next.clicked.connect(lambda: self.table.go_to_problem(1))
        for widget in (self.undo, self.redo, self.back, self.next):
            row.addWidget(widget)
        row.addSpacing(look.SMALL)
        row.addWidget(self.only)
        row.addStretch(1)
        self.asked = Chip("note", "cloud-check")
        self.ask_again = self._tool(say("重新核对", "Ask again"), "refresh-cw", "")
        self.ask_again.clicked.connect(self.asking_wanted)
        row.addWidget(self.asked)
        row.addWidget(self.ask_again)
        row.addSpacing(look.SMALL)
        self.result = self._tool(say("导出校验结果…", "Save the result…"), "download", "")
        self.result.clicked.connect(self.result_wanted)
        row.addWidget(self.result)
        return row

    @staticmethod
    def _tool(text: str, icon: str, keys: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setIcon(look.icon(icon))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        if keys:
            button.setShortcut(keys)
            button.setToolTip(f"{text} {keys}")
        return button

    def _foot(self) -> QFrame:
        foot = QFrame()
        look.mark(foot, "bottom")
        row = QHBoxLayout(foot)
        row.setContentsMargins(0, look.SMALL, 0, look.SMALL)
        row.setSpacing(look.SMALL)
        self.leave = QPushButton(look.icon("chevron-left"), say("换一个文件", "Another file"))
        self.leave.clicked.connect(self.left)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setMaximumWidth(160)
        self.progress.setTextVisible(False)
        self.progress.hide()
        self.stop = QPushButton(look.icon("x"), say("取消", "Cancel"))
        self.stop.clicked.connect(self.stop_wanted)
        self.stop.hide()
        self.already = QComboBox()
        self.already.setAccessibleName(say("已有人员", "People known already"))
        for words, code in (
            (say("已有人员：跳过", "Known people: skip"), "skip"),
            (say("已有人员：更新（补空白、加角色）", "Known people: update"), "update"),
            (
                say("已有人员：更新，并申请移入外单位人员", "Known people: update, or move in"),
                "move_in",
            ),
        ):
            self.already.addItem(words, code)
        self.already.currentIndexChanged.connect(
            lambda _n: self.already_chosen.emit(str(self.already.currentData()))
        )
        self.how = QComboBox()
        self.how.addItem(say("只导入正确的行", "Import only the right rows"), GOOD)
        self.how.addItem(say("全部正确才导入", "Import only when all are right"), ALL)
        self.how.setAccessibleName(say("导入方式", "What to import"))
        self.how.currentIndexChanged.connect(self._refresh)
        self.go = QPushButton()
        look.mark(self.go, "primary")
        self.go.setShortcut("Ctrl+Return")
        self.go.clicked.connect(self._on_go)
        row.addWidget(self.leave)
        row.addStretch(1)
        row.addWidget(self.progress)
        row.addWidget(self.stop)
        row.addWidget(self.already)
        row.addWidget(self.how)
        row.addWidget(self.go)
        return foot

    # What is shown

    def show_roster(self, name: str, checked: Checked, terms: Terms) -> None:
        """Show a workbook that was read."""
        self.title.setText(name if len(name) <= 40 else f"{name[:39]}…")
        self.title.setToolTip(name)
        self.only.blockSignals(True)  # noqa: FBT003 -- Qt's signature
        self.only.setChecked(False)
        self.only.blockSignals(False)  # noqa: FBT003
        old, self.model = self.model, PeopleModel(checked, terms, self)
        self.model.rechecked.connect(self._refresh)
        self.already.setVisible(terms.template.id == "accounts")
        self.already.blockSignals(True)  # noqa: FBT003
        self.already.setCurrentIndex(max(self.already.findData(terms.already), 0))
        self.already.blockSignals(False)  # noqa: FBT003
        self.model.undo_stack.indexChanged.connect(self._on_step)
        self.table.show_people(self.model)
        self.table.selectionModel().currentChanged.connect(self._on_current)
        if old is not None:
            old.deleteLater()
        self._refresh()
        self.table.go_to_problem(1)

    def busy(self, *, is_busy: bool) -> None:
        """While people are being imported nothing else can be done here."""
        self._is_busy = is_busy
        self.progress.setVisible(is_busy)
        self.stop.setVisible(is_busy)
        for widget in (self.table, self.go, self.how, self.leave, self.already, self.ask_again):
            widget.setEnabled(not is_busy)
        if not is_busy:
            self.progress.setRange(0, 0)
            self._refresh()

    def through(self, done: int, of: int) -> None:
        """How many rows are through."""
        self.progress.setRange(0, max(of, 1))
        self.progress.setValue(done)

    def asking(self) -> None:
        """The registry is being asked; before an import it is asked once more in any case."""
        self.asked.say(say("正在向登记中心核对…", "Asking the registry…"), "refresh-cw", "note")
        self.ask_again.setEnabled(False)

    def answered(self, *, by_registry: bool) -> None:
        """The registry has answered, or cannot be reached."""
        if by_registry:
            self.asked.say(say("登记中心已核对", "Checked by the registry"), "cloud-check", "done")
        else:
            self.asked.say(
                say("未联网核对：待服务器复核", "Not asked: to be checked again"),
                "cloud-off",
                "warn",
            )
        self.ask_again.setEnabled(not self._is_busy)
        self.ask_again.setVisible(not by_registry)
        self._refresh()

    def to_import(self) -> list[Entry]:
        """The entries that are imported in the chosen way; none where that is not possible."""
        if self.model is None:
            return []
        checked = self.model.checked()
        if self.how.currentData() == ALL and checked.has_errors:
            return []
        return list(checked.importable)

    def _refresh(self) -> None:
        if self.model is None:
            return
        checked = self.model.checked()
        n = counts(checked)
        self.total.say(say(f"共 {n['rows']} 行", f"{n['rows']} rows"))
        self.good.say(say(f"可导入 {n['importable']}", f"{n['importable']} can be imported"))
        self.wrong.say(say(f"错误 {n['wrong']} 行", f"{n['wrong']} with errors"))
        self.warned.say(say(f"警告 {n['warnings']}", f"{n['warnings']} warnings"))
        self.here.say(self._here(n["here_already"]))
        self.wrong.setVisible(n["wrong"] > 0)
        self.warned.setVisible(n["warnings"] > 0)
        self.here.setVisible(n["here_already"] > 0)
        self.findings.show_findings(self.model.problems())
        self._on_step()
        entries = self.to_import()
        unit = UNITS[self.model.template.id]
        self.go.setText(say(f"导入 {len(entries)} {unit}", f"Import {len(entries)}"))
        self.go.setEnabled(bool(entries) and not self._is_busy)
        self._tell_of_file(checked)
        self._on_current(self.table.currentIndex())

    def _here(self, n: int) -> str:
        if self.model is not None and self.model.template.id == "accounts":
            return say(f"已在本机构 {n}", f"{n} here already")
        return say(f"以前已导入 {n}", f"{n} imported before")

    def _tell_of_file(self, checked: Checked) -> None:
        found = [f for f in checked.about_file if f.code != "R36"]
        stops = any(f.severity == "E" for f in found)
        self.bar.setVisible(bool(found))
        look.mark(self.bar, "bar-block" if stops else "bar-warn")
        lines = [f"{'●' if f.severity == 'E' else '▲'} {_told(f)}" for f in found[:4]]
        if len(found) > 4:
            lines.append(say(f"……共 {len(found)} 处", f"… {len(found)} in all"))
        self.bar_text.setText("\n".join(lines))

    # What happens

    def _on_current(self, index: QModelIndex, _before: QModelIndex | None = None) -> None:
        """Say in full what is wrong with the current cell."""
        text = ""
        if self.model is not None and index.isValid():
            row = self.model.row_at(index)
            found = [f for f in self.model.problems() if (f.row, f.column) == (row, index.column())]
            text = "   ".join(_told(f) for f in found)
        self.note.setText(text or " ")

    def _on_finding(self, found: Finding) -> None:
        if self.model is None:
            return
        place = self.model.place(found.row, found.column)
        if not place.isValid():  # its row was left out
            self.only.setChecked(False)
            place = self.model.place(found.row, found.column)
        self.table.go(place)

    def _on_only(self, only: bool) -> None:  # noqa: FBT001 -- a toggle sends it
        if self.model is not None:
            self.model.show_only_problems(only)
            self._refresh()

    def _on_step(self) -> None:
        if self.model is not None:
            self.undo.setEnabled(self.model.undo_stack.canUndo())
            self.redo.setEnabled(self.model.undo_stack.canRedo())

    def _on_undo(self) -> None:
        if self.model is not None:
            self.model.undo_stack.undo()

    def _on_redo(self) -> None:
        if self.model is not None:
            self.model.undo_stack.redo()

    def _on_go(self) -> None:
        entries = self.to_import()
        if entries:
            self.import_wanted.emit(entries)


def _told(f: Finding) -> str:
    place = f"{f.cell} " if f.cell else ""
    return f"{place}{told(f.message)} → {told(f.remedy)}"
