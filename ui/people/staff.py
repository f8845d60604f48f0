"""人员: the people of an institution, for its administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHBoxLayout

from app.exchange.told import masked
from app.forms import FORMS
from app.forms.schema import Field
from app.forms.types import Text
from app.record import Record
from app.words import Words
from ui.desk import Desk
from ui.language import chosen, told
from ui.people.papers import staff_menu
from ui.records.list_view import RecordsView
from ui.records.lists import RecordList
from ui.records.rows_model import STATE, UPDATED, Column, Details, RowsModel
from ui.records.states import role_words

if TYPE_CHECKING:
    from local_db import Query, RowPage, WorkingCopy

PEOPLE = RecordList(
    "staff", Words("人员", "Staff"), "users", form="person", named="scope",
    empty=Words("还没有人员。", "There are no people yet."),
    next_step=Words(
        "点击“新建”逐个添加，或用“批量导入”从表格导入。",
        "Press “New” to add one, or import a spreadsheet with “Import”.",
    ),
)  # fmt: skip
NAME = Column("title", Words("姓名", "Name"), 140, "title")
DEPARTMENT = Column("department", Words("科室", "Department"), 150)
ROLES = Column("roles", Words("角色", "Roles"), 170, english=230)
MOBILE = Column("mobile", Words("手机号", "Mobile"), 120)
ID_NUMBER = Column("id_number", Words("证件号码", "ID number"), 165)


class StaffModel(RowsModel):
    """People with what an administrator looks for; numbers are masked."""

    def __init__(self, desk: Desk, query: Query, parent: QObject | None = None) -> None:
        super().__init__(desk, query, parent)
        self.columns = (NAME, DEPARTMENT, ROLES, MOBILE, ID_NUMBER, STATE, UPDATED)
        self._language = chosen()

    def fetch(self, copy: WorkingCopy, query: Query) -> tuple[RowPage, Details]:
        page = copy.rows(query)
        return page, {row.head.id: self._of(copy, row.head.id) for row in page.rows}

    def _of(self, copy: WorkingCopy, record_id: str) -> dict[str, str]:
        from uuid import UUID

        record = copy.get(UUID(record_id))
        card = copy.card(f"person:{record_id}") or {}
        roles = "、" if self._language == "zh" else ", "
        return {
            "department": str(record.answers.get("department") or card.get("department") or ""),
            "roles": roles.join(
                role_words(role).say(self._language) for role in card.get("roles", ())
            ),
            "mobile": masked(_shaped(record, "mobile")),
            "id_number": masked(_shaped(record, "id_number")),
        }


def _shaped(record: Record, shape: str) -> str:
    """The answer to the question for a mobile number, an ID number …, whatever it is called."""

    def asks_for(field: Field) -> bool:
        return isinstance(field.type, Text) and field.type.shape == shape

    found = next((f for f in FORMS[record.form].fields() if asks_for(f)), None)
    return str(record.answers.get(found.id) or "") if found else ""


class StaffView(RecordsView):
    """The list of people."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, PEOPLE)
        self.search.setPlaceholderText(
            told(
                Words("搜索 姓名 / 拼音首字母 / 手机号 / 邮箱", "Name, initials, mobile or e-mail")
            )
        )

    def _tools(self) -> QHBoxLayout:
        row = super()._tools()
        self.papers = staff_menu(self)
        row.insertWidget(row.indexOf(self.export) + 1, self.papers)
        return row

    def _model(self) -> RowsModel:
        return StaffModel(self.desk, self.listed.query(self.desk.principal), self)
