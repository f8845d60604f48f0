"""The last step: what the registry says row by row, and the way back."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.words import Words
from ui import look
from ui.importing.imports import Progress, RowStanding, Standing, What
from ui.importing.people_model import NOWHERE, Index
from ui.language import say, told

Role = Qt.ItemDataRole
WHAT: dict[What, Words] = {
    "new": Words("新建账号", "New account"),
    "update": Words("更新", "Update"),
    "move_in": Words("申请移入", "Move in"),
    "member": Words("列入委员", "Member"),
    "seat": Words("列入委员", "Member"),
}
STANDINGS: dict[Standing, tuple[Words, str, look.ColourRole]] = {
    "waiting": (Words("待登记中心答复", "Waits for the registry"), "clock", "dim"),
    "done": (Words("登记中心已办理", "Done by the registry"), "circle-check", "done"),
    "refused": (Words("未通过", "Refused"), "circle-alert", "block"),
    "undone": (Words("已撤销", "Undone"), "undo-2", "dim"),
}
HEADS = (
    Words("行", "Row"),
    Words("姓名 / 名称", "Name"),
    Words("办理", "What"),
    Words("结果", "Result"),
)
_ORDER: dict[Standing, int] = {"refused": 0, "waiting": 1, "done": 2, "undone": 3}


class AnswersModel(QAbstractTableModel):
    """One line for each imported row; what was refused stands first."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[RowStanding] = []

    def show_rows(self, rows: list[RowStanding]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self._rows = sorted(rows, key=lambda one: (_ORDER[one.standing], one.row.row))
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole:
            return told(HEADS[section])
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        one = self._rows[index.row()]
        _words, icon, colour = STANDINGS[one.standing]
        if role in (Role.DisplayRole, Role.ToolTipRole):
            return self._text(one, index.column())
        if index.column() == 3:
            if role == Role.DecorationRole:
                return look.icon(icon, colour)
            if role == Role.ForegroundRole:
                return look.colour(colour)
        if index.column() == 0 and role == Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    @staticmethod
    def _text(one: RowStanding, column: int) -> str:
        match column:
            case 0:
                return str(one.row.row)
            case 1:
                return one.row.name
            case 2:
                return told(WHAT[one.row.what])
        said = told(STANDINGS[one.standing][0])
        return say(f"{said}：", f"{said}: ") + told(one.error.words) if one.error else said


class DonePage(QWidget):
    """What has come of an import."""

    again = Signal()
    result_wanted = Signal()
    back = Signal()
    undo_wanted = Signal()
    slips_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        page = QVBoxLayout(self)
        page.setContentsMargins(look.WIDE, look.WIDE, look.WIDE, look.WIDE)
        page.setSpacing(look.SMALL)
        head = QHBoxLayout()
        self._picture = QLabel()
        self.title = look.label(kind="title")
        head.addWidget(self._picture)
        head.addWidget(self.title)
        head.addStretch(1)
        page.addLayout(head)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(6)
        page.addWidget(self.bar)
        self.sent = look.label(kind="dim", wrap=True)
        self.rest = look.label(kind="warn", wrap=True)
        page.addWidget(self.sent)
        page.addWidget(self.rest)
        self.model = AnswersModel()
        page.addWidget(self._table(), 1)
        page.addWidget(self._foot())
        self.imported: Progress | None = None
        self._shown: tuple[str, tuple[RowStanding, ...]] = ("", ())

    def _table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setAccessibleName(say("导入结果", "Result of the import"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setWordWrap(False)
        vertical = table.verticalHeader()
        vertical.hide()
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setDefaultSectionSize(look.ROW)
        for column, width in enumerate((60, 200, 110)):
            table.setColumnWidth(column, width)
        table.horizontalHeader().setStretchLastSection(True)
        return table

    def _foot(self) -> QFrame:
        foot = QFrame()
        look.mark(foot, "bottom")
        row = QHBoxLayout(foot)
        row.setContentsMargins(0, look.SMALL, 0, 0)
        row.setSpacing(look.SMALL)
        self.undo = QPushButton(look.icon("undo-2"), say("撤销本次导入…", "Undo this import…"))
        self.save = QPushButton(
            look.icon("download"), say("保存未导入的行…", "Save the other rows…")
        )
        self.slips = QPushButton(look.icon("printer"), "")
        self.slips.setToolTip(
            say(
                "登记中心已办理的新账号，一人一页，初始密码折在里面。初始密码不保存在本机，"
                "离开此页后不能再打印。",
                "One page for each new account that the registry has opened, the first password "
                "folded inside. It is not kept on this computer: print before you leave this page.",
            )
        )
        self.mend = QPushButton(look.icon("pencil"), say("继续修改", "Mend them now"))
        self.more = QPushButton(look.icon("upload"), say("导入另一个文件", "Import another file"))
        self.undo.clicked.connect(self.undo_wanted)
        self.save.clicked.connect(self.result_wanted)
        self.slips.clicked.connect(self.slips_wanted)
        self.mend.clicked.connect(self.back)
        self.more.clicked.connect(self.again)
        row.addWidget(self.undo)
        row.addStretch(1)
        for button in (self.slips, self.save, self.mend, self.more):
            row.addWidget(button)
        return foot

    def busy(self, *, is_busy: bool) -> None:
        """While the registry undoes an import."""
        for button in (self.undo, self.slips, self.save, self.mend, self.more):
            button.setEnabled(not is_busy)
        if is_busy:
            self.bar.setRange(0, 0)
            self.bar.show()

    def offer_slips(self, count: int) -> None:
        """Offer account slips for so many people."""
        self.slips.setText(say(f"打印账号通知单（{count}）", f"Print {count} account slips"))
        self.slips.setVisible(count > 0)
        self.slips.setEnabled(True)

    def tell(self, now: Progress, *, left: int, here_already: int, is_online: bool) -> None:
        """Say how it stands; `left` rows of the file were not taken."""
        self.imported = now
        total, waiting, refused = len(now.rows), now.count("waiting"), now.count("refused")
        self._title(now)
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(total - waiting)
        self.bar.setVisible(waiting > 0)
        self.sent.setText(_sent(now, is_online=is_online))
        said = []
        if refused:
            said.append(say(
                f"{refused} 行登记中心未通过，原因见下表；可以现在修改后再导入。",
                f"The registry refused {refused} rows, for the reasons below; mend them.",
            ))  # fmt: skip
        if left:
            said.append(say(
                f"{left} 行有错误，没有导入。可以现在修改，或保存为工作簿退回填表人。",
                f"{left} rows have errors and were not imported. Mend them now, or save them "
                "as a workbook for whoever filled them in.",
            ))  # fmt: skip
        if here_already:
            said.append(say(
                f"{here_already} 行以前已导入或已在本机构，没有重复办理。",
                f"{here_already} rows were here already and were not done again.",
            ))  # fmt: skip
        self.rest.setText("\n".join(said))
        self.rest.setVisible(bool(said))
        look.mark(self.rest, "warn" if left or refused else "dim")
        if self._shown != (now.of.id, now.rows):
            self._shown = (now.of.id, now.rows)
            self.model.show_rows(list(now.rows))
        # An institution that was opened is suspended, never deleted: only what was not sent goes.
        may_go = now.of.template != "institutions" or not now.count("done")
        self.undo.setVisible(may_go and not now.of.undone)
        self.undo.setEnabled(True)
        self.save.setVisible(left > 0)
        self.mend.setVisible(left > 0 or refused > 0 or now.of.undone)
        self.mend.setText(
            say("回到表格", "Back to the table")
            if now.of.undone
            else say("继续修改", "Mend them now")
        )
        for button in (self.save, self.mend, self.more):
            button.setEnabled(True)

    def _title(self, now: Progress) -> None:
        total, waiting, refused = len(now.rows), now.count("waiting"), now.count("refused")
        if now.of.undone:
            icon, colour = "undo-2", "dim"
            text = say(f"已撤销本次导入（{total} 行）", f"The import was undone ({total} rows)")
        elif waiting:
            icon, colour = "send", "accent"
            text = say(
                f"已导入 {total} 行，登记中心已答复 {total - waiting} 行",
                f"{total} rows imported; the registry has answered {total - waiting}",
            )
        elif refused:
            icon, colour = "triangle-alert", "warn"
            text = say(
                f"已办理 {total - refused} 行，{refused} 行未通过",
                f"{total - refused} rows done, {refused} refused",
            )
        else:
            icon, colour = "circle-check", "done"
            text = say(f"已导入 {total} 行", f"{total} rows imported")
        self._picture.setPixmap(look.pixmap(icon, colour, 24))  # type: ignore[arg-type]
        self.title.setText(text)


def _sent(now: Progress, *, is_online: bool) -> str:
    if now.of.undone:
        return say(
            "各行已全部收回，可以修改后重新导入。",
            "All rows were taken back; they may be mended and imported again.",
        )
    if not now.is_over and not is_online:
        return say(
            "现在离线：各行待服务器复核。联网同步后，登记中心逐行答复，结果显示在这里。",
            "Offline: the rows are checked again by the registry after the next sync, and its "
            "answers appear here row by row.",
        )
    if not now.is_over:
        return say(
            "正在上报，可以离开此页继续工作。", "Being sent; you may go on working elsewhere."
        )
    if now.of.template == "accounts":
        return say(
            "登录名为手机号或邮箱，首次登录须完善信息并修改密码。尚无人登录时可以整体撤销。",
            "The login is the mobile number or e-mail. While nobody has signed in, the import can "
            "be undone as a whole.",
        )
    return ""
