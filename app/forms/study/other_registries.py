"""其他信息. Source: spec/domain.md §2.7."""

from __future__ import annotations

from app.forms.conditions import Is
from app.forms.schema import Field, Page, Rows
from app.forms.types import Choice, Text, options
from app.words import Words

# fmt: off
PLATFORM_NAME = Choice(options(
    ("chictr", "中国临床试验注册中心", "Chinese Clinical Trial Registry (ChiCTR)"),
    ("cde", "药物临床试验登记与信息公示平台", "Drug trial registration platform (CDE)"),
    ("nih", "临床研究注册（NIH）", "ClinicalTrials.gov (NIH)"),
    ("other", "其他", "Other"),
))
PAGE = Page("other", "其他信息", "Other registries", fields=(
    Field("other.other_platform_records", "其他研究平台信息", Rows((
        Field("other.platform_name", "研究平台", PLATFORM_NAME, english="Other registry", names={"national": "platform.name"}, published=True),
        Field("other.platform_other_name", "其他平台", Text(), only=Is("other.platform_name", "other"), english="Other registry name", names={"national": "platform.otherName"}, published=True),
        Field("other.platform_record_number", "平台研究编号", Text(80), english="Number on that registry", example="ChiCTR2400084905", names={"national": "platform.recordNo"}, published=True,
              help=Words("已选择平台时必填；没有编号请填“无”。", "Needed once a registry is chosen; write 无 (none) if there is no number.")),
    )), english="Other registry records", names={"national": "platform", "trds": "3"}, published=True),
))
# fmt: on
