"""离线上报包: made where there is no network, delivered where there is one, its receipt read in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QWidget

from app.errors import NotAllowed
from app.words import Words
from ui import look, moments, problems, tasks
from ui.desk import Desk
from ui.language import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_db import OutboxItem, WorkingCopy
    from sync.packages import Made, Settled

SUFFIX = "ybp"
UNNAMEABLE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
"""What no file may be called on the one system or the other."""


class PackageButton(QPushButton):
    """A menu with the three steps of an offline package."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(look.icon("file-text"), say("离线上报包", "Offline package"))
        self.desk = desk
        self.setObjectName("packages")
        self.setToolTip(
            say(
                "没有网络时，把待发送的内容做成一个加密签名的文件，带到任何一台联网的电脑送交。",
                "Without a network, put what waits into one signed and encrypted file, and deliver "
                "it from any computer that has one.",
            )
        )
        menu = QMenu(self)
        menu.addAction(look.icon("save"), say("制作…", "Make…"), self.make)
        menu.addAction(look.icon("upload"), say("送交…", "Deliver…"), self.deliver)
        menu.addAction(look.icon("download"), say("读入回执…", "Read in a receipt…"), self.settle)
        self.setMenu(menu)

    # -- asking for a file ---------------------------------------------------

    def make(self) -> None:
        dialog = self._dialog(say("制作离线上报包", "Make an offline package"), self.make_at)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX)
        name = say("离线上报包", "Offline package")
        dialog.selectFile(f"{name} {moments.now().astimezone():%Y-%m-%d %H%M}.{SUFFIX}")
        dialog.open()

    def make_one(self, item: OutboxItem) -> None:
        """Make a package of what waits of one record; what was refused is put into it again."""
        dialog = self._dialog(
            say("导出此项", "Export this one"), lambda file: self.make_one_at(file, item)
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX)
        name = UNNAMEABLE.sub(" ", item.title).strip()[:40] or say("离线上报包", "Offline package")
        dialog.selectFile(f"{name} {moments.now().astimezone():%Y-%m-%d %H%M}.{SUFFIX}")
        dialog.open()

    def deliver(self) -> None:
        title = say("送交离线上报包", "Deliver an offline package")
        dialog = self._dialog(title, self.deliver_file)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.open()

    def settle(self) -> None:
        title = say("读入离线上报包的回执", "Read in the receipt of an offline package")
        dialog = self._dialog(title, self.settle_file)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.open()

    def _dialog(self, title: str, then: Callable[[Path], object]) -> QFileDialog:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        kind = say("离线上报包", "Offline packages")
        dialog = QFileDialog(self, title, folder, f"{kind} (*.{SUFFIX})")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: then(Path(name)))
        return dialog

    # -- doing it ------------------------------------------------------------

    def make_at(self, file: Path) -> None:
        """Make a package here, and say what is in it and what is next."""
        from sync import packages

        now = moments.now()
        self.desk.read(
            lambda copy: packages.make(copy, file, now),
            lambda made: self._told(_made(made)),
            owner=self,
        )

    def make_one_at(self, file: Path, item: OutboxItem) -> None:
        """Make a package of one record here, and say what is next."""
        from sync import packages

        now = moments.now()

        def work(copy: WorkingCopy) -> Made:
            if item.state == "refused":
                copy.send_again(item.change_id)
            return packages.make(copy, file, now, item.record_id)

        self.desk.read(work, lambda made: self._told(_made(made)), owner=self)

    def deliver_file(self, file: Path) -> None:
        """Bring a package to the registry; where it is one's own, settle it at once."""
        from sync import packages

        desk = self.desk

        def work() -> tuple[Path, Settled | None]:
            with desk.reached() as client:
                receipt = packages.deliver(client, file)
            try:
                return receipt, packages.settle(desk.copy, receipt)
            except NotAllowed:  # somebody else's: they read it in on their own computer
                return receipt, None

        def done(found: tuple[Path, Settled | None]) -> None:
            receipt, settled = found
            self._told(_settled(settled) if settled else _delivered(receipt))

        tasks.run(work, then=done, failed=self._failed, owner=self, lane="network")

    def settle_file(self, file: Path) -> None:
        """Read in a receipt."""
        from sync import packages

        self.desk.read(
            lambda copy: packages.settle(copy, file),
            lambda settled: self._told(_settled(settled)),
            owner=self,
        )

    def _told(self, words: Words) -> None:
        self.desk.changed.emit([])
        problems.tell(words, self._window())

    def _failed(self, error: Exception) -> None:
        problems.show(error, self._window())

    def _window(self) -> QWidget:
        return self.window()


def _made(made: Made) -> Words:
    left_zh = f"还有 {made.left} 项放不下，请再制作一个。" if made.left else ""
    left_en = f" {made.left} more did not fit; please make another one." if made.left else ""
    return Words(
        f"已制作：{made.file}\n{made.changes} 项、{made.documents} 个附件。{left_zh}"
        "请带到任何一台联网的电脑，用“送交”上报，再把回执带回本机读入。",
        f"Made: {made.file}\n{made.changes} changes, {made.documents} documents.{left_en} Take it "
        "to any computer with a network, deliver it there, and bring the receipt back to this one.",
    )


def _delivered(receipt: Path) -> Words:
    return Words(
        f"登记中心已接收。回执：{receipt}\n请把回执带回原电脑，用“读入回执”办结。",
        f"The registry has taken it. Receipt: {receipt}\nPlease take it back to the computer that "
        "made the package, and read it in there.",
    )


def _settled(settled: Settled) -> Words:
    trouble = settled.clashes + settled.refused
    more_zh = f"{trouble} 项需要您处理，请看“待发送”。" if trouble else ""
    more_en = f" {trouble} need you; please look at the outbox." if trouble else ""
    return Words(
        f"回执已读入：{settled.done} 项已办结。{more_zh}",
        f"The receipt was read in: {settled.done} done.{more_en}",
    )
