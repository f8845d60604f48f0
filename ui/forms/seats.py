"""Members of a committee: picked from the staff, pasted, or read from their workbook."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from app.errors import AppError
from app.forms.committee import Seats
from app.forms.schema import Field
from app.forms.types import EMPTY
from app.record import Answers
from ui import look, moments, problems, tasks
from ui.forms.editing import Around, Card
from ui.forms.people import StaffDialog, row_of
from ui.forms.rows import RowsEditor
from ui.language import say, told

if TYPE_CHECKING:
    from app.roster.seats import Read

TOLD = 3
"""Problems of a workbook that are told at once; the others stand at their answers as well."""


class SeatsEditor(RowsEditor):
    """Rows of members. What is declared of somebody from the staff is filled in for them."""

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        self.seats = cast("Seats", field.type)
        self.pick_button = QPushButton(
            look.icon("users"), say("从人员名录选择…", "Pick from the staff…")
        )
        self.pick_button.clicked.connect(self.pick)
        self.read_button = QPushButton(look.icon("sheet"), say("从工作簿读取…", "Read a workbook…"))
        self.read_button.clicked.connect(self._on_read_wanted)
        self.template_button = QPushButton(
            look.icon("download"), say("下载模板…", "Save the template…")
        )
        look.mark(self.template_button, "flat")
        self.template_button.clicked.connect(self._on_template_wanted)
        self.check_button = QPushButton(
            look.icon("search"), say("核对是否已有账号", "See who has an account")
        )
        look.mark(self.check_button, "flat")
        self.check_button.clicked.connect(self.ask_who_is_known)
        ways = QHBoxLayout()
        ways.setSpacing(look.TIGHT)
        for button in (
            self.pick_button, self.read_button, self.template_button, self.check_button,
        ):  # fmt: skip
            ways.addWidget(button)
        ways.addStretch(1)
        cast("QVBoxLayout", self.layout()).insertLayout(0, ways)
        self.told, self.known = look.label("", "warn", wrap=True), look.label("", "hint", wrap=True)
        for label in (self.known, self.told):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.hide()
            # Above the rows: below them nobody would see it.
            cast("QVBoxLayout", self.layout()).insertWidget(1, label)
        self._tell_ways()

    def _tell_ways(self) -> None:
        """Staff are picked where that is declared, and a workbook read where one is named."""
        self.pick_button.setVisible(bool(self.seats.picked) and not self._read_only)
        for button in (self.read_button, self.template_button, self.check_button):
            button.setVisible(bool(self.seats.template) and not self._read_only)

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001
        super().set_read_only(read_only)
        self._tell_ways()

    # -- from the staff ----------------------------------------------------------------------

    def pick(self) -> None:
        dialog = StaffDialog(self.around, told(self.field.words), self)
        dialog.accepted.connect(lambda: self.take(dialog.chosen_cards()))
        dialog.open()

    def take(self, cards: list[Card]) -> None:
        """Add people of the staff who are not there yet."""
        rows = self._draft.rows(self.path)
        there = {row.get("person") for row in rows.values()}
        new = [
            {**row_of(card, self.kind.fields), **self.seats.picked}
            for card in cards
            if card.get("ref") not in there
        ]
        self._add(new, say("选择人员", "Pick people"))

    def add(self) -> None:
        """One more row, which takes over what rows have alike."""
        before = self._last()
        super().add()
        for name, value in before.items():
            self._draft.put(f"{self.path}/{self.current}/{name}", value)

    def _last(self) -> Answers:
        """What a new row takes over from the last one."""
        rows = list(self._draft.rows(self.path).values())
        last = rows[-1] if rows else {}
        return {name: last[name] for name in self.seats.alike if last.get(name) not in EMPTY}

    def _add(self, new: list[Answers], said: str) -> None:
        if not new:
            return
        rows = self._draft.rows(self.path)
        before = self._last()
        kept = {row_id: row for row_id, row in rows.items() if row}
        if len(kept) < len(rows):  # the empty row that a new list begins with
            self._draft.put(self.path, kept, said)
        made = self._draft.add_rows(self.path, [{**before, **row} for row in new], said)
        self._show_rows(made[0])
        self.changed.emit()

    # -- from a workbook -----------------------------------------------------------------------

    def _on_read_wanted(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(
            self, say("选择委员名单", "Choose the workbook"), _documents(), _workbooks()
        )
        if name:
            self.read_workbook(Path(name))

    def read_workbook(self, path: Path) -> None:
        """Take the members of a workbook as rows; what is wrong there is told by its cell."""
        from app.roster import seats

        today = moments.now().astimezone().date()
        self.read_button.setEnabled(False)
        tasks.run(
            lambda: seats.read(path, today), then=partial(self._take_read, path.name),
            failed=self._not_read, owner=self, lane="work",
        )  # fmt: skip

    def _take_read(self, name: str, found: Read) -> None:
        self.read_button.setEnabled(True)
        self._add(found.rows, say("读取工作簿", "Read a workbook"))
        count = len(found.rows)
        lines = [say(f"“{name}”：读取 {count} 人。", f"“{name}”: {count} people read.")]
        lines += [
            " ".join(filter(None, (f.cell, told(f.message), "→", told(f.remedy))))
            for f in found.findings[:TOLD]
        ]
        if more := len(found.findings) - TOLD:
            lines += [say(f"另有 {more} 处。", f"{more} more.")] if more > 0 else []
        self._tell("\n".join(lines), "warn" if found.findings else "done")
        self.ask_who_is_known()

    def ask_who_is_known(self) -> None:
        """Ask the registry who has an account; of the others it needs a mobile and an e-mail.

        Without a network it is said so: the registry looks when the step arrives.
        """
        desk = self.around.desk
        asked = self._with_numbers()
        if desk is None or not asked:
            return

        def work() -> dict[str, str]:
            from sync.protocol import Sought

            rows = [Sought(**row) for row in asked]
            with desk.reached() as client:
                found = client.known("person", rows)
            return {one.value: one.name for one in found if one.by == "id_number"}

        self.check_button.setEnabled(False)
        tasks.run(
            work, then=partial(self._tell_known, asked), failed=self._not_asked, owner=self,
            lane="network",
        )  # fmt: skip

    def _with_numbers(self) -> list[Answers]:
        """Who is asked about, as the registry is asked for them."""
        from app.roster import seats

        rows = self._draft.rows(self.path).values()
        return [keys for row in rows if (keys := seats.keys_of(row))]

    def _tell_known(self, asked: list[Answers], found: dict[str, str]) -> None:
        """`found`: the names that the registry has, by number."""
        from app.roster import seats

        self.check_button.setEnabled(True)
        new, other = seats.told_apart(asked, found)
        there = len(asked) - len(new) - len(other)
        lines = [say(f"已有账号 {there} 人。", f"{there} have an account.")]
        if new:
            lines.append(
                say(
                    f"系统中没有：{'、'.join(new)}。请填写其移动电话和邮箱，以便建立账号。",
                    f"Not known: {', '.join(new)}. Please fill in their mobile and e-mail, so that "
                    "an account can be made.",
                )
            )
        if other:
            lines.append(
                say(
                    f"证件号码已存在但姓名不一致：{'、'.join(other)}。请核对。",
                    f"The ID number is held by somebody of another name: {', '.join(other)}. "
                    "Please check both.",
                )
            )
        self._say(self.known, "\n".join(lines), "warn" if new or other else "done")

    def _not_asked(self, error: Exception) -> None:
        self.check_button.setEnabled(True)
        if isinstance(error, AppError):
            text = say(
                "现在不能核对，提交后由登记中心核对。",
                "This cannot be checked now; the registry will.",
            )
            self._say(self.known, f"{told(error.words)}\n{text}", "hint")
        else:
            problems.show(error, self)

    def _not_read(self, error: Exception) -> None:
        self.read_button.setEnabled(True)
        if isinstance(error, AppError):
            self._tell(told(error.words), "block")
        else:
            problems.show(error, self)

    def _tell(self, text: str, kind: str) -> None:
        self._say(self.told, text, kind)

    @staticmethod
    def _say(label: QLabel, text: str, kind: str) -> None:
        look.mark(label, kind)
        label.setText(text)
        label.show()

    def _on_template_wanted(self) -> None:
        from app.roster import template
        from app.roster.kinds import TEMPLATES

        kind = TEMPLATES[self.seats.template]
        title = say(kind.title, kind.english)
        name, _kind = QFileDialog.getSaveFileName(
            self, title, str(Path(_documents()) / f"{title}.xlsx"), _workbooks()
        )
        if name:
            path = Path(name if name.lower().endswith(".xlsx") else f"{name}.xlsx")
            tasks.run(
                lambda: template.write(path, template=kind), then=lambda _none: None,
                failed=partial(problems.show, parent=self), owner=self, lane="work",
            )  # fmt: skip


def _documents() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)


def _workbooks() -> str:
    return say("Excel 工作簿 (*.xlsx)", "Excel workbooks (*.xlsx)")
