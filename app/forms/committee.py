"""An ethics committee, an academic one, and their members. Source: seed 000; spec/domain.md §6.3, §8.4."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.forms.conditions import NEVER, Is
from app.forms.person import SEX
from app.forms.schema import Field, Files, Form, Page, Rows
from app.forms.types import YES_NO, Choice, Choices, Date, Integer, Pointer, Text, options
from app.forms.upgrades import upgrade
from app.record import Answers
from app.words import Words

BRANCH = Choice(options(
    ("main", "主会", "Main committee"),
    ("branch", "分会", "Branch"),
))  # fmt: skip
DUTY = Choice(options(
    ("chair", "主任委员", "Chair"),
    ("vice_chair", "副主任委员", "Vice chair"),
    ("member", "委员", "Member"),
    ("member_secretary", "委员兼秘书", "Member and secretary"),
    ("secretary", "秘书", "Secretary"),
))  # fmt: skip
ORIGIN = Choice(options(
    ("own", "本单位", "Own institution"),
    ("other_institution", "外聘（其他医疗卫生机构）", "External (another institution)"),
    ("outside", "外聘（高校教师、律师等其他人士）", "External (teacher, lawyer and others)"),
))  # fmt: skip
EXPERTISE = Choice(options(
    ("medicine", "医学", "Medicine"),
    ("pharmacy", "药学", "Pharmacy"),
    ("nursing", "护理", "Nursing"),
    ("life_science", "生命科学", "Life science"),
    ("bioethics", "生命伦理学", "Bioethics"),
    ("law", "法学", "Law"),
    ("sociology", "社会学", "Sociology"),
    ("management", "管理学", "Management"),
    ("statistics", "统计学", "Statistics"),
    ("lay", "社区（非专业）代表", "Lay representative of the community"),
    ("other", "其他", "Other"),
))  # fmt: skip
SCOPE = Choices(options(
    ("drug", "药物临床试验", "Drug trials"),
    ("device", "医疗器械临床试验", "Device trials"),
    ("iit", "研究者发起的临床研究", "Investigator-initiated studies"),
    ("new_technology", "生物医学新技术", "New biomedical technology"),
    ("stem_cell", "干细胞临床研究", "Stem-cell studies"),
))  # fmt: skip


@dataclass(frozen=True)
class Seats(Rows):
    """Rows of people who sit on a committee, picked from the staff or read from a workbook."""

    picked: Mapping[str, str] = field(default_factory=dict)
    """What is said of somebody picked from the staff of the own institution."""
    alike: tuple[str, ...] = ()
    """Answers that a new row takes over from the one before: a committee begins together."""
    template: str = ""
    """The workbook (`app.roster`) that may be read into these rows."""


# fmt: off
TERM = ("term_from", "term_to")
MEMBERS = Seats(picked={"source": "own"}, alike=TERM, least=0, fields=(
    Field("name", "姓名", Text(50, linked="person", link_field="person"), required=True, english="Name", short=True,
          help=Words("从本单位人员中选择；外聘委员请用“添加外聘委员”。", "Pick from the staff; add members from outside with “Add external members”.")),
    Field("person", "人员引用", Pointer("person"), only=NEVER, english="Person picked"),
    Field("sex", "性别", SEX, required=True, english="Sex", short=True),
    Field("duty", "委员会职务", DUTY, required=True, english="Duty", short=True),
    Field("field", "专业领域", EXPERTISE, required=True, english="Field of expertise", short=True),
    Field("source", "来源", ORIGIN, required=True, english="From where"),
    Field("employer", "工作单位", Text(100), english="Employer", only=Is("source", "other_institution", "outside")),
    Field("term_from", "任期起", Date(), required=True, english="Term from", short=True),
    Field("term_to", "任期止", Date(), required=True, english="Term to", short=True,
          help=Words("每届任期不超过 5 年。", "A term is at most 5 years.")),
    Field("minority", "是否少数民族", YES_NO, english="Of a national minority?", short=True,
          help=Words("民族自治地方的委员会需要填写。", "Needed for committees in autonomous areas.")),
    Field("documents", "保密协议、利益冲突声明、培训证书", Files(), english="Confidentiality, conflict-of-interest and training documents"),
))

NAMES = (
    Field("name", "委员会名称", Text(100), required=True, english="Name", published=True, example="长河市第一人民医院伦理委员会"),
    Field("english_name", "英文名称", Text(200), english="English name", published=True),
    Field("institution_name", "所属机构", Text(100), required=True, english="Institution", given="office_name", published=True),
    Field("founded", "成立日期", Date(), required=True, english="Date of foundation", short=True),
)
OFFICE = (
    Field("contact_name", "联系人", Text(50), required=True, english="Contact person", short=True, given="name"),
    Field("contact_phone", "联系电话", Text(30, shape="phone"), required=True, english="Telephone", short=True, example="0731-84321009"),
    Field("contact_email", "邮箱", Text(100, shape="email"), required=True, english="E-mail", short=True),
    Field("office_address", "办公室地址", Text(200), required=True, english="Office address", published=True),
)
YEARLY = (
    Field("year", "年度", Integer(2000, 2100), required=True, english="Year", short=True, example="2026"),
    Field("date", "报告日期", Date(), required=True, english="Date of report", short=True),
    Field("document", "报告（PDF）", Files(), required=True, english="Report (PDF)"),
)

COMMITTEE = Form(
    "committee", "伦理委员会", "Ethics committee", version=2, title_fields=("name",),
    pages=(
        Page("identity", "委员会信息", "Committee", (
            Field("branch", "主会或分会", BRANCH, required=True, english="Main committee or branch", published=True, short=True),
            Field("main_committee", "所属主会", Pointer("ethics_committee"), required=Is("branch", "branch"), only=Is("branch", "branch"), english="Main committee it belongs to",
                  help=Words("伦理委员会为分会时，请关联主会。", "A branch must name its main committee.")),
            *NAMES,
            Field("scope", "审查范围", SCOPE, required=True, english="Scope of review", published=True),
            Field("science_ethics", "是否同时为科技伦理（审查）委员会", YES_NO, english="Also a committee of science and technology ethics?",
                  help=Words("科技伦理（审查）委员会的委员人数应为单数。", "Such a committee has an odd number of members.")),
        )),
        Page("members", "委员名单", "Members", (
            Field("members", "委员", MEMBERS, required=True, english="Members",
                  help=Words("在任委员不少于 7 人，应有不同性别和非本机构委员。", "At least 7 members in office, of both sexes, with some from outside the institution.")),
        )),
        Page("documents", "备案材料", "Documents", (
            Field("appointment_document", "任命文件（PDF）", Files(), english="Document of appointment (PDF)"),
            Field("charter_document", "章程（PDF）", Files(), required=True, english="Charter (PDF)"),
            Field("rules_document", "工作制度或 SOP（PDF）", Files(), required=True, english="Rules of procedure or SOP (PDF)"),
            Field("members_document", "委员名单和工作简历（PDF）", Files(), required=True, english="List of members with their histories (PDF)"),
            Field("yearly_reports", "年度工作报告", Rows(YEARLY, least=0), english="Yearly reports",
                  help=Words("备案后每年 3 月 31 日前，用“提交年度报告”办理。", "Once filed: by 31 March of each year, with “Hand in the yearly report”.")),
        )),
        Page("contact", "联系方式", "Contact", OFFICE),
    ),
)

ACADEMIC_COMMITTEE = Form(
    "academic_committee", "学术委员会", "Academic committee", version=1, title_fields=("name",),
    pages=(
        Page("identity", "委员会信息", "Committee", NAMES),
        Page("members", "委员名单", "Members", (
            Field("members", "委员", MEMBERS, required=True, english="Members"),
        )),
        Page("documents", "材料", "Documents", (
            Field("appointment_document", "任命文件（PDF）", Files(), english="Document of appointment (PDF)"),
            Field("charter_document", "章程（PDF）", Files(), english="Charter (PDF)"),
            Field("rules_document", "工作制度或 SOP（PDF）", Files(), english="Rules of procedure or SOP (PDF)"),
        )),
        Page("contact", "联系方式", "Contact", OFFICE),
    ),
)
# fmt: on


@upgrade("committee", to=2)
def _of_ethics_only(answers: Answers) -> Answers:
    """Academic committees have a form of their own; the institution is told by the parties."""
    return {name: value for name, value in answers.items() if name not in ("kind", "institution")}
