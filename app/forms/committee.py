"""A committee and its members. Source: seed 000; spec/domain.md §6.3 and §8.4."""

from __future__ import annotations

from app.forms.conditions import Is
from app.forms.person import SEX
from app.forms.schema import Field, Files, Form, Page, Rows
from app.forms.types import Choice, Choices, Date, Integer, Pointer, Text, options
from app.words import Words

KIND = Choice(options(
    ("ethics", "伦理委员会", "Ethics committee"),
    ("academic", "学术委员会", "Academic committee"),
))  # fmt: skip
BRANCH = Choice(options(
    ("main", "主会", "Main committee"),
    ("branch", "分会", "Branch"),
))  # fmt: skip
DUTY = Choice(options(
    ("chair", "主任委员", "Chair"),
    ("vice_chair", "副主任委员", "Vice chair"),
    ("member", "委员", "Member"),
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
ETHICS = Is("kind", "ethics")

# fmt: off
MEMBERS = Rows((
    Field("person", "人员", Pointer("person"), english="Person"),
    Field("name", "姓名", Text(50), required=True, english="Name", short=True),
    Field("sex", "性别", SEX, required=True, english="Sex", short=True),
    Field("duty", "委员会职务", DUTY, required=True, english="Duty", short=True),
    Field("field", "专业领域", EXPERTISE, required=True, english="Field of expertise", short=True),
    Field("source", "来源", ORIGIN, required=True, english="From where"),
    Field("term_from", "任期开始", Date(), required=True, english="Term from", short=True),
    Field("term_to", "任期结束", Date(), required=True, english="Term to", short=True,
          help=Words("每届任期不超过 5 年。", "A term is at most 5 years.")),
    Field("documents", "保密协议、利益冲突声明、培训证书", Files(), english="Confidentiality, conflict-of-interest and training documents"),
), least=1)

COMMITTEE = Form(
    "committee", "委员会", "Committee", version=1, title_fields=("name",),
    pages=(
        Page("identity", "委员会信息", "Committee", (
            Field("kind", "委员会类型", KIND, required=True, english="Kind", published=True, short=True),
            Field("branch", "主会或分会", BRANCH, required=ETHICS, only=ETHICS, english="Main committee or branch", published=True, short=True),
            Field("main_committee", "所属主会", Pointer("ethics_committee"), required=Is("branch", "branch"), only=Is("branch", "branch"), english="Main committee it belongs to",
                  help=Words("伦理委员会为分会时，请关联主会。", "A branch must name its main committee.")),
            Field("name", "委员会名称", Text(100), required=True, english="Name", published=True),
            Field("english_name", "英文名称", Text(200), english="English name", published=True),
            Field("institution", "所属机构", Pointer("institution"), english="Institution"),
            Field("institution_name", "所属机构名称", Text(100, linked="institution", link_field="institution"), required=True, english="Name of the institution", published=True),
            Field("founded", "成立日期", Date(), required=True, english="Date of foundation"),
            Field("scope", "审查范围", SCOPE, required=ETHICS, only=ETHICS, english="Scope of review", published=True),
        )),
        Page("members", "委员名单", "Members", (
            Field("members", "委员", MEMBERS, required=True, english="Members",
                  help=Words("在任委员不少于 7 人，应有不同性别和非本机构委员。", "At least 7 members in office, of both sexes, with some from outside the institution.")),
        )),
        Page("documents", "备案材料", "Documents", (
            Field("appointment_document", "任命文件（PDF）", Files(), english="Document of appointment (PDF)"),
            Field("charter_document", "章程（PDF）", Files(), required=ETHICS, english="Charter (PDF)"),
            Field("rules_document", "工作制度或 SOP（PDF）", Files(), required=ETHICS, english="Rules of procedure or SOP (PDF)"),
            Field("members_document", "委员名单和工作简历（PDF）", Files(), required=ETHICS, english="List of members with their histories (PDF)"),
            Field("yearly_reports", "年度工作报告", Rows((
                Field("year", "年度", Integer(2000, 2100), required=True, english="Year", short=True),
                Field("date", "报告日期", Date(), english="Date of report", short=True),
                Field("document", "报告（PDF）", Files(), required=True, english="Report (PDF)"),
            ), least=0), english="Yearly reports"),
        )),
        Page("contact", "联系方式", "Contact", (
            Field("contact_name", "联系人", Text(50), required=True, english="Contact person", short=True),
            Field("contact_phone", "联系电话", Text(30, shape="phone"), required=True, english="Telephone", short=True),
            Field("contact_email", "邮箱", Text(100, shape="email"), required=ETHICS, english="E-mail", short=True),
            Field("office_address", "办公室地址", Text(200), required=True, english="Office address", published=True),
        )),
    ),
)
# fmt: on
