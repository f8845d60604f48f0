"""新建自…: choose what to fill a new study from, see what is taken and what not, then begin."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.answers import given
from app.forms import FORMS
from app.words import Words
from ui import look, problems, tasks
from ui.desk import Desk
from ui.language import chosen, say, told
from ui.prefill.offer import Offer
from ui.prefill.sources import (
    FILES,
    KINDS,
    PATTERNS,
    Found,
    Kind,
    ReadFiles,
    earlier_studies,
    kept_templates,
    offer_from,
    read_files,
)
from ui.prefill.trees import TakenTree, left_tree, show_left, show_warned, warned_tree

if TYPE_CHECKING:
    from local_db import WorkingCopy

_FOUND = Qt.ItemDataRole.UserRole
SEARCH_AFTER = 150
HINTS: dict[Kind, Words] = {
    "earlier": Words("还没有以前的研究。", "There is no earlier study yet."),
    "file": Words(
        "选择或拖入 ClinicalTrials.gov 的 JSON，ChiCTR 的 XML，ICTRP 的 CSV、xlsx 或 XML。",
        "Choose or drop JSON of ClinicalTrials.gov, XML of ChiCTR, or CSV, xlsx or XML of ICTRP.",
    ),
    "template": Words(
        "还没有模板。在研究列表中右击一项研究，选“存为模板”。",
        "There is no template yet. Right-click a study in the list and choose “Keep as template”.",
    ),
}


class PrefillDialog(QDialog):
    """What would be filled in is shown before anything is; nothing is begun until the verb."""

    begun = Signal(object)
    """The id of the new study."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.offer: Offer | None = None
        self._kind: Kind = "earlier"
        self._files = ReadFiles((), ())
        self._wanted: Found | None = None
        self.setWindowTitle(say("新建自…", "New study from…"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setAcceptDrops(True)
        self.resize(1080, 680)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.WIDE, look.NORMAL, look.WIDE, look.NORMAL)
        column.setSpacing(look.SMALL)
        column.addLayout(self._kinds())
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.addWidget(self._left_side())
        halves.addWidget(self._right_side())
        halves.setSizes([320, 740])
        halves.setStretchFactor(1, 1)
        halves.setChildrenCollapsible(False)
        column.addWidget(halves, 1)
        column.addLayout(self._footer())
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(SEARCH_AFTER)
        self._typing.timeout.connect(self._list)
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self._show_offer(None)

    # What it is made of

    def _kinds(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look.SMALL)
        self._group = QButtonGroup(self)
        self.kinds: dict[Kind, QPushButton] = {}
        for kind, words in KINDS.items():
            button = QPushButton(told(words))
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.clicked.connect(partial(self.show_kind, kind))
            self._group.addButton(button)
            self.kinds[kind] = button
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _left_side(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, look.SMALL, 0)
        column.setSpacing(look.SMALL)
        self.choose = QPushButton(look.icon("folder-open"), say("选择文件…", "Choose files…"))
        self.choose.setAutoDefault(False)
        self.choose.clicked.connect(self._ask_files)
        column.addWidget(self.choose)
        self.search = QLineEdit()
        self.search.setPlaceholderText(say("搜索 名称 / 编号", "Search title or number"))
        self.search.setAccessibleName(say("搜索", "Search"))
        self.search.setClearButtonEnabled(True)
        column.addWidget(self.search)
        self.list = QListWidget()
        self.list.setAccessibleName(say("可以取用的记录", "What can be taken from"))
        # One line for the title, one for the number: whole titles are in the tooltips.
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setSpacing(2)
        self.list.currentItemChanged.connect(self._on_item)
        column.addWidget(self.list, 1)
        self.hint = look.label("", "dim", wrap=True)
        column.addWidget(self.hint)
        return side

    def _right_side(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(look.SMALL, 0, 0, 0)
        column.setSpacing(look.SMALL)
        self.heading = look.label("", "section", wrap=True)
        column.addWidget(self.heading)
        self.nothing = look.label(
            say(
                "在左边选择一项，这里显示将填入的内容。",
                "Choose one at the left to see what it gives.",
            ),
            "dim",
            wrap=True,
        )
        column.addWidget(self.nothing)
        self.taken, self.left, self.warned = TakenTree(), left_tree(), warned_tree()
        self.taken.itemChanged.connect(lambda *_: self._count())
        self.tabs = QTabWidget()
        for tree in (self.taken, self.left, self.warned):
            self.tabs.addTab(tree, "")
        column.addWidget(self.tabs, 1)
        column.addStretch(0)
        return side

    def _footer(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.state = look.label("", "dim", wrap=True)
        row.addWidget(self.state, 1)
        cancel = QPushButton(say("取消", "Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self.begin = QPushButton(look.icon("file-plus", "on_accent"), say("新建并填入", "Begin"))
        look.mark(self.begin, "primary")
        self.begin.setDefault(True)
        self.begin.clicked.connect(self._begin)
        row.addWidget(cancel)
        row.addWidget(self.begin)
        return row

    # From what

    def show_kind(self, kind: Kind, *_clicked: object) -> None:
        """Show what there is of one kind."""
        self._kind = kind
        for name, button in self.kinds.items():
            button.setChecked(name == kind)
            look.mark(button, "chosen" if name == kind else "")
        self.choose.setVisible(kind == "file")
        self.search.clear()
        self._show_offer(None)
        self._list()

    def show_earlier(self, record_id: UUID) -> None:
        """Begin from this study of one's own."""
        self._wanted = Found(str(record_id), "", "")
        self.show_kind("earlier")

    def show_template(self, template_id: str) -> None:
        """Begin from this template."""
        self._wanted = Found(template_id, "", "")
        self.show_kind("template")

    def show_files(self, files: Sequence[Path]) -> None:
        """Read these files and show what they hold."""
        self.show_kind("file")
        self._say(say("正在读取…", "Reading…"))
        self.choose.setEnabled(False)
        wanted = tuple(files)
        tasks.run(
            lambda: read_files(wanted),
            then=self._have_read,
            failed=self._failed,
            owner=self,
            lane="work",
        )

    def _have_read(self, read: ReadFiles) -> None:
        self._files = read
        self.choose.setEnabled(True)
        self._list()
        if read.refused and not read.found:
            self._say("\n".join(f"{name}: {told(why)}" for name, why in read.refused), "warn")
        elif read.refused:
            self._say(
                say(
                    f"{len(read.refused)} 条无法读取：{read.refused[0][0]}",
                    f"{len(read.refused)} could not be read: {read.refused[0][0]}",
                ),
                "warn",
            )

    def _failed(self, error: Exception) -> None:
        self.choose.setEnabled(True)
        self._say("")
        problems.show(error, self)

    def _ask_files(self) -> None:
        dialog = QFileDialog(self, say("选择文件", "Choose files"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        every = say("所有文件", "All files")
        dialog.setNameFilters([f"{told(FILES)} ({PATTERNS})", f"{every} (*)"])
        dialog.filesSelected.connect(lambda names: self.show_files([Path(n) for n in names]))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if files_of(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if files := files_of(event):
            event.acceptProposedAction()
            self.show_files(files)

    def _list(self) -> None:
        text, kind = self.search.text().strip(), self._kind
        if kind == "file":
            self._show_found(kind, [f for f in self._files.found if _fits(f, text)])
            return
        who = self._desk.account.id

        def read(copy: WorkingCopy) -> list[Found]:
            if kind == "earlier":
                return earlier_studies(copy, who, text)
            return [f for f in kept_templates(copy) if _fits(f, text)]

        self._desk.read(read, partial(self._show_found, kind), owner=self)

    def _show_found(self, kind: Kind, found: Sequence[Found]) -> None:
        if kind != self._kind:
            return
        self.list.clear()
        for one in found:
            title = one.title or say("（未命名）", "(untitled)")
            facts = f"{one.id}  {one.facts}" if kind == "file" else one.facts
            item = QListWidgetItem(f"{title}\n{facts}")
            item.setToolTip(title)
            item.setSizeHint(QSize(120, 2 * self.list.fontMetrics().lineSpacing() + look.NORMAL))
            item.setData(_FOUND, one)
            self.list.addItem(item)
        self._say("" if found else told(HINTS[kind]))
        self._choose_row(found)

    def _choose_row(self, found: Sequence[Found]) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is None:
            if len(found) == 1:  # among several, which one is for the person to say
                self.list.setCurrentRow(0)
            return
        row = next((n for n, one in enumerate(found) if one.id == wanted.id), None)
        if row is not None:
            self.list.setCurrentRow(row)
        elif self._kind == "earlier":  # further down than the list goes
            self._read_offer(wanted)

    def _on_item(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._read_offer(item.data(_FOUND))

    def _read_offer(self, found: Found) -> None:
        language = chosen()
        self._desk.read(
            lambda copy: offer_from(copy, found, language), self._show_offer, owner=self
        )

    # What is taken

    def _show_offer(self, offer: Offer | None) -> None:
        self.offer = offer
        self.heading.setText((offer.title or offer.id) if offer else "")
        self.heading.setVisible(offer is not None)
        self.taken.blockSignals(True)  # noqa: FBT003 -- Qt's signature
        self.taken.show_offer(offer)
        self.taken.blockSignals(False)  # noqa: FBT003 -- Qt's signature
        show_left(self.left, offer)
        show_warned(self.warned, offer)
        self.tabs.setCurrentIndex(0)
        self.tabs.setVisible(offer is not None)
        self.nothing.setVisible(offer is None)
        self._count()

    def _count(self) -> None:
        offer = self.offer
        chosen_ids = self.taken.chosen() if offer else set()
        self.begin.setEnabled(bool(chosen_ids))
        if offer is None:
            self.state.setText("")
            return
        taken = sum(
            line.count for part in offer.parts for line in part.lines if line.path in chosen_ids
        )
        left, warned = len(offer.left), len(offer.warnings)
        self.tabs.setTabText(0, say(f"填入 {taken}", f"Taken {taken}"))
        self.tabs.setTabText(1, say(f"不填入 {left}", f"Not taken {left}"))
        self.tabs.setTabText(2, say(f"请核对 {warned}", f"To check {warned}"))
        self.state.setText(
            say(
                f"将填入 {taken} 项；{left} 项不填入，原因见“不填入”。新建前不会保存任何内容。",
                f"{taken} answers are taken, {left} values are not; “Not taken” says why. Nothing "
                "is saved before you begin.",
            )
        )

    def _say(self, text: str, kind: str = "dim") -> None:
        self.hint.setText(text)
        look.mark(self.hint, kind)
        self.hint.setVisible(bool(text))

    def _begin(self) -> None:
        if self.offer is None:
            return
        # What the account says of its own institution is truer than any record.
        own = given(FORMS["study"], self._desk.principal)
        answers = {**self.offer.answers(self.taken.chosen()), **own}
        self.begin.setEnabled(False)

        def failed(error: Exception) -> None:
            self.begin.setEnabled(True)
            problems.show(error, self)

        def done(record_id: UUID) -> None:
            self.begun.emit(record_id)
            self.accept()

        self._desk.begin(
            "study", answers, then=lambda record: done(record.id), failed=failed, owner=self
        )


def _fits(found: Found, text: str) -> bool:
    there = f"{found.id} {found.title} {found.facts}".casefold()
    return all(word in there for word in text.casefold().split())


def files_of(event: QDropEvent) -> list[Path]:
    """The files that are dragged, if they are files of this computer."""
    urls = event.mimeData().urls()
    files = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    return [file for file in files if file.is_file()]
