"""A person: added by the institution or imported, completed by themself. Source: spec/domain.md §6.1."""

from __future__ import annotations

from app.forms.conditions import Answered, Never
from app.forms.schema import Field, Files, Form, Page, Rows
from app.forms.types import Choice, Choices, Date, Keywords, Listed, Text, options
from app.words import Words

SEX = Choice(options(("male", "男", "Male"), ("female", "女", "Female")))
ROLE = Choices(options(
    ("pi", "项目负责人", "Principal investigator"),
    ("ethics_secretary", "伦理委员会秘书", "Ethics committee secretary"),
    ("ethics_member", "伦理委员会委员", "Ethics committee member"),
    ("academic_secretary", "学术委员会秘书", "Academic committee secretary"),
    ("academic_member", "学术委员会委员", "Academic committee member"),
    ("integrity_officer", "科研诚信管理员", "Research integrity officer"),
    ("other", "其他人员", "Other staff"),
))  # fmt: skip
MONTH = Text(7, shape="year_month")

# fmt: off
PERSON = Form(
    "person", "人员", "Person", version=1, title_fields=("name",),
    pages=(
        Page("identity", "身份信息", "Identity", (
            Field("name", "姓名", Text(50), required=True, english="Name", short=True, example="何平"),
            Field("sex", "性别", SEX, required=True, english="Sex", short=True),
            Field("id_kind", "证件类型", Listed("id_kinds"), required=True, english="ID kind", short=True),
            Field("id_number", "证件号码", Text(25, shape="id_number"), required=True, english="ID number", private=True, short=True,
                  help=Words("同一证件号码在全系统只能有一人；已被使用时请办理“移入”。", "An ID number belongs to one person in the whole system; if it is in use, move the person in.")),
            Field("birth_date", "出生日期", Date(), english="Birth date", private=True, short=True,
                  help=Words("填写居民身份证号码后可自动得出。", "Follows from the number of a resident identity card.")),
            Field("roles", "角色", ROLE, english="Roles", only=Never()),
        )),
        Page("contact", "联系方式", "Contact", (
            Field("mobile", "移动电话", Text(30, shape="mobile"), required=True, english="Mobile", private=True, short=True, example="13800000000",
                  help=Words("也是登录名，全系统唯一。", "It is also a login name, unique in the whole system.")),
            Field("email", "邮箱", Text(100, shape="email"), required=True, english="E-mail", short=True, example="name@example.com"),
            Field("landline", "固定电话", Text(30, shape="landline"), english="Landline", private=True, short=True, example="0731-84321000"),
            Field("postcode", "邮编", Text(10, shape="postcode"), english="Postcode", short=True, example="410000"),
            Field("address", "地址", Text(200), english="Address"),
        )),
        Page("work", "工作信息", "Work", (
            Field("department", "院系/科室", Text(100), required=True, english="Department", short=True, example="心内科"),
            Field("position", "职务", Text(100), english="Position", short=True),
            Field("title_class", "职称类别", Listed("title_classes"), required=True, english="Title class", short=True,
                  help=Words("干预性研究需要有医师：请如实填写医疗类职称。", "An interventional study needs a physician: please fill in medical titles truthfully.")),
            Field("title", "职称", Listed("titles", within="title_class"), required=Answered("title_class"), english="Title", short=True),
            Field("licence_number", "医师执业证书编号", Text(60), english="Licence to practise, number"),
            Field("research_fields", "研究领域", Keywords(boxes=20, max_length=100), english="Research fields"),
        )),
        Page("history", "经历与培训", "History and training", (
            Field("work_history", "工作经历", Rows((
                Field("start", "开始年月", MONTH, required=True, english="From", short=True, example="2005-04"),
                Field("end", "结束年月", MONTH, english="To", short=True, example="2010-03",
                      help=Words("至今请留空。", "Leave it empty if it goes on.")),
                Field("employer", "工作单位", Text(200), required=True, english="Employer"),
                Field("description", "工作经历", Text(1000, lines=2), english="Description"),
            ), least=0), english="Work history"),
            Field("education", "教育背景", Rows((
                Field("start", "开始年月", MONTH, required=True, english="From", short=True, example="1998-09"),
                Field("end", "结束年月", MONTH, english="To", short=True, example="2003-06"),
                Field("school", "毕业学校", Text(200), required=True, english="School"),
                Field("major", "专业", Text(100), english="Major"),
                Field("level", "学历", Listed("education"), required=True, english="Level of education", short=True),
                Field("degree", "学位", Listed("degrees"), english="Degree", short=True),
            ), least=0), english="Education"),
            Field("certificates", "GCP/伦理培训证书", Rows((
                Field("name", "证书名称", Text(200), required=True, english="Certificate"),
                Field("date", "发证日期", Date(), english="Date of issue", short=True),
                Field("valid_to", "有效期至", Date(), english="Valid to", short=True),
                Field("document", "证书（PDF）", Files(), english="Certificate (PDF)"),
            ), least=0), english="GCP and ethics training certificates"),
        )),
    ),
)
# fmt: on
