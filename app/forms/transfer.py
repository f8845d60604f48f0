"""人员移入: whom an office takes over, by ID number and name together. Source: seed 000; domain.md §6.1."""

from __future__ import annotations

from app.forms.conditions import Never
from app.forms.schema import Field, Form, Page
from app.forms.types import Date, Pointer, Text
from app.words import Words

# fmt: off
TRANSFER = Form(
    "transfer", "人员移入", "Move in", version=1, title_fields=("name",),
    pages=(
        Page("whom", "移入人员", "Whom to move in", (
            Field("name", "姓名", Text(50), required=True, english="Name", short=True, example="何平",
                  help=Words("须与系统中登记的姓名完全一致。", "Exactly as it is registered.")),
            Field("id_number", "证件号码", Text(25, shape="id_number"), required=True, english="ID number", private=True, short=True,
                  help=Words("与姓名同时一致才能移入。", "Name and number must both be right.")),
            Field("since", "到岗日期", Date(), english="With us since", short=True),
            Field("remark", "说明", Text(500, lines=3), english="Remark",
                  help=Words("人员仍在其他机构时，说明会送该机构确认。", "Where the person still belongs elsewhere, that institution reads this and agrees first.")),
            Field("sending_name", "原机构", Text(200), english="Present institution", only=Never()),
            Field("person", "人员", Pointer("person"), english="Person", only=Never()),
        )),
    ),
)
# fmt: on
