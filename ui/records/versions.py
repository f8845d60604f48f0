"""版本对比: which versions a record has, and what two of them differ in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.answers import Version, readable_versions
from app.errors import AppError, NotFound
from app.exchange.compared import Chapter, compared, counted
from app.forms import FORMS
from app.record import Record
from ui import look, moments, problems, tasks
from ui.desk import Desk
from ui.language import chosen, say
from ui.names import Names, title_of
from ui.records.compare import CompareView

if TYPE_CHECKING:
    from local_db import WorkingCopy


@dataclass(frozen=True)
class Compared:
    """Two versions and what they differ in, made ready off the UI thread."""

    before: Record
    after: Record
    chapters: list[Chapter]
    names: dict[str, str]


def compare_on(copy: WorkingCopy, before: Record, after: Record) -> Compared:
    """Compare two versions with names in place of references. In the data lane."""
    names = Names(copy)
    known = names.within(before.answers) | names.within(after.answers)
    form = FORMS[after.form]
    chapters = compared(form, before.answers, after.answers, names=known, language=chosen())
    return Compared(before, after, chapters, known)


def told_version(version: Version) -> str:
    """A version as it is called: 备案第 2 版（2026-11-21）, 第 1 次提交, 现在."""
    day = moments.minute(version.at)[:10]
    when = say(f"（{day}）", f" ({day})") if day else ""
    match version.kind:
        case "filed":
            name = say(f"备案第 {version.number} 版", f"Version {version.number} on file") + when
        case "submitted":
            name = say(f"第 {version.number} 次提交", f"Submission {version.number}") + when
        case _:
            return say("正在编写的内容", "What is being written")
    return name + say("，现在", ", now") if version.is_now else name


class VersionsView(QWidget):
    """Choose two versions and read what differs; those not here are fetched from the registry."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._record: Record | None = None
        self._versions: list[Version] = []
        self._missing: int | None = None
        self.compared: Compared | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(look.NORMAL, look.NORMAL, look.NORMAL, look.NORMAL)
        column.setSpacing(look.SMALL)
        column.addLayout(self._choices())
        column.addLayout(self._found())
        self.reason = look.label("", "dim", wrap=True)
        column.addWidget(self.reason)
        self._stack = QStackedWidget()
        self.view = CompareView()
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._instead())
        column.addWidget(self._stack, 1)
        desk.version_came.connect(self._on_version)

    def _choices(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look.SMALL)
        self.earlier, self.later = QComboBox(), QComboBox()
        self.earlier.setAccessibleName(say("较早的版本", "Earlier version"))
        self.later.setAccessibleName(say("较晚的版本", "Later version"))
        for box in (self.earlier, self.later):
            box.setMinimumWidth(210)
            box.activated.connect(lambda _row: self._compare())
        row.addWidget(self.earlier)
        row.addWidget(look.label(say("对比", "compared with"), "dim"))
        row.addWidget(self.later)
        row.addStretch(1)
        self.print = QPushButton(look.icon("printer"), say("打印对照…", "Print comparison…"))
        self.print.clicked.connect(self._print)
        row.addWidget(self.print)
        return row

    def _found(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look.SMALL)
        self.only = QCheckBox(say("只看实质性变更", "Substantive changes only"))
        self.only.toggled.connect(lambda _on: self._tell())
        row.addWidget(self.only)
        row.addStretch(1)
        self.count = look.label("", "strong")
        row.addWidget(self.count)
        return row

    def _instead(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        self.sentence = look.label("", "dim", wrap=True)
        column.addWidget(self.sentence)
        row = QHBoxLayout()
        self.again = QPushButton(look.icon("refresh-cw"), say("再试一次", "Try again"))
        self.again.clicked.connect(self._fetch)
        row.addWidget(self.again)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        return page

    # -- which versions ---------------------------------------------------------------------

    def show_record(self, record: Record) -> None:
        """Offer the versions of a record; the newest against the one before it."""
        same = self._record is not None and self._record.id == record.id
        kept = (self._revision(self.earlier), self._revision(self.later)) if same else (None, None)
        self._record, self._versions = record, readable_versions(record, self._desk.account)
        for box in (self.earlier, self.later):
            box.clear()
            for version in self._versions:
                box.addItem(told_version(version), version.revision)
        self._choose(self.later, kept[1], 0)
        self._choose(self.earlier, kept[0], self._place_before())
        if self.isVisible():
            self._compare()
        else:
            self.compared = None

    def showEvent(self, event: QShowEvent) -> None:
        """Compare once somebody looks: most records are opened for something else."""
        super().showEvent(event)
        if self.compared is None:
            self._compare()

    @staticmethod
    def _choose(box: QComboBox, revision: int | None, place: int) -> None:
        found = box.findData(revision) if revision is not None else -1
        box.setCurrentIndex(found if found >= 0 else min(place, box.count() - 1))

    def _place_before(self) -> int:
        """Against what is in force while it is changed; else the newest that was on file before."""
        filed = [n for n, v in enumerate(self._versions) if v.kind == "filed" and not v.is_now]
        return filed[0] if filed else min(1, len(self._versions) - 1)

    @staticmethod
    def _revision(box: QComboBox) -> int | None:
        revision = box.currentData()
        return int(revision) if revision is not None else None

    # -- comparing ------------------------------------------------------------------------------

    def _compare(self) -> None:
        record, before, after = (
            self._record, self._revision(self.earlier), self._revision(self.later)
        )  # fmt: skip
        if record is None or before is None or after is None:
            return
        if len(self._versions) < 2:
            self._say(say("只有一个版本，没有可以对比的。", "There is only one version so far."))
            return
        wanted = record.id

        def work(copy: WorkingCopy) -> Compared | int:
            found = []
            for revision in (before, after):
                try:
                    found.append(copy.version(wanted, revision))
                except NotFound:
                    return revision
            return compare_on(copy, *found)

        self._desk.read(work, partial(self._compared, (wanted, before, after)), owner=self)

    def _compared(self, asked: tuple[UUID, int, int], found: Compared | int) -> None:
        now = (
            self._record.id if self._record else None,
            self._revision(self.earlier), self._revision(self.later),
        )  # fmt: skip
        if asked != now:
            return  # something else was chosen meanwhile
        if isinstance(found, int):
            self._missing = found
            self._fetch()
            return
        self._missing, self.compared = None, found
        self._tell()

    def _tell(self) -> None:
        if self.compared is None:
            return
        chapters = self.compared.chapters
        everything, major = counted(chapters)
        if self.only.isChecked():
            chapters = [
                Chapter(c.title, kept)
                for c in chapters
                if (kept := tuple(b for b in c.blocks if b.substantive))
            ]
        self.count.setText(
            say(
                f"{everything} 处不同，其中实质性 {major} 处",
                f"{everything} differences, {major} substantive",
            )
        )
        why = self._versions[max(0, self.later.currentIndex())].reason
        self.reason.setText(say("变更原因：", "Reason for the change: ") + why if why else "")
        self.reason.setVisible(bool(why))
        self.print.setEnabled(True)
        if not chapters:
            self._say(
                say("没有实质性变更。", "Nothing substantive differs.")
                if everything
                else say("两个版本没有不同。", "The two versions do not differ."),
                keep=True,
            )
            return
        self._stack.setCurrentIndex(0)
        self.view.show_chapters(chapters, self.earlier.currentText(), self.later.currentText())

    def _say(self, sentence: str, *, keep: bool = False, again: bool = False) -> None:
        """A sentence where there is nothing to compare."""
        if not keep:
            self.count.setText("")
            self.reason.hide()
            self.print.setEnabled(False)
        self.sentence.setText(sentence)
        self.again.setVisible(again)
        self._stack.setCurrentIndex(1)

    # -- versions that are not here ---------------------------------------------------------------

    def _fetch(self) -> None:
        if self._record is None or self._missing is None:
            return
        self._say(
            say(
                "这个版本不在本机，正在从登记中心取得…",
                "This version is not on this computer; it is being fetched from the registry…",
            ),
            again=True,
        )
        self._desk.version_wanted.emit(self._record.id, self._missing)

    def _on_version(self, record_id: UUID, revision: int, error: object) -> None:
        if self._record is None or (self._record.id, self._missing) != (record_id, revision):
            return
        if error is None:
            self._compare()
            return
        told = error.words if isinstance(error, AppError) else None
        self._say(
            say(
                "这个版本不在本机，暂时取不到。" + (told.zh if told else "请稍后再试。"),
                "This version is not on this computer and could not be fetched. "
                + (told.en if told else "Please try again later."),
            ),
            again=True,
        )

    # -- paper -------------------------------------------------------------------------------------

    def _print(self) -> None:
        if self.compared is None:
            return
        found, who, language = self.compared, self._desk.account, chosen()
        at = moments.now().astimezone()
        versions = (self.earlier.currentText(), self.later.currentText())

        def make() -> bytes:
            from app.exchange.pdf.changes import changes_pdf

            return changes_pdf(
                found.before, found.after, institution=who.office_name, names=found.names,
                versions=versions, printed_by=who.name, printed_at=at, language=language,
            )  # fmt: skip

        def show(content: bytes) -> None:
            from ui.printing.preview import show_preview

            title = say("变更对照 ", "Marked changes ") + title_of(found.after)
            show_preview(content, title, self)

        tasks.run(
            make, then=show, failed=partial(problems.show, parent=self), owner=self, lane="work"
        )
