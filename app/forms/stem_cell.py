"""Filing an institution for stem-cell studies. Source: spec/domain.md §4.4, after seed 000."""

from __future__ import annotations

from app.forms.conditions import Answered
from app.forms.schema import Field, Files, Form, Page
from app.forms.types import Date, Listed, Pointer, Text
from app.words import Words

# fmt: off
STEM_CELL = Form(
    "stem_cell", "干细胞临床研究机构备案", "Stem-cell institution filing", version=1, title_fields=("institution_name",),
    pages=(
        Page("institution", "机构信息", "Institution", (
            Field("institution_name", "机构名称", Text(100), required=True, english="Institution", given="office_name", published=True),
            Field("grade", "机构等级", Listed("org_levels"), required=True, english="Grade", short=True, published=True,
                  help=Words("开展干细胞临床研究的机构应为三级甲等医院。", "Stem-cell studies are for hospitals of grade 3, class A.")),
            Field("drug_trial_number", "药物临床试验机构备案号", Text(60), required=True, english="Drug trial institution, filing number", short=True,
                  help=Words("开展干细胞临床研究的机构应具有药物临床试验机构资格。", "The institution must be qualified for drug trials.")),
            Field("licence_number", "执业许可证号", Text(60), required=True, english="Licence number", short=True),
            Field("licence_valid_to", "执业许可证有效期至", Date(), required=True, english="Licence valid to", short=True),
        )),
        Page("people", "责任人与委员会", "People and committees", (
            Field("responsible_person", "主要责任人", Text(50), required=True, english="Person responsible", short=True),
            Field("responsible_title", "主要责任人职称", Text(50), required=True, english="Title of the person responsible", short=True),
            Field("quality_person", "质量受权人", Text(50), required=True, english="Authorised quality person", short=True),
            Field("quality_title", "质量受权人职称", Text(50), english="Title of the quality person", short=True, only=Answered("quality_person")),
            Field("ethics_committee", "伦理委员会", Pointer("ethics_committee"), required=True, english="Ethics committee",
                  help=Words("应为本机构已备案的伦理委员会。", "A filed ethics committee of this institution.")),
            Field("academic_committee", "学术委员会", Pointer("academic_committee"), required=True, english="Academic committee"),
            Field("cell_types", "拟研究的干细胞类型和适应症", Text(2000, lines=4), required=True, english="Kinds of stem cells and indications intended"),
        )),
        Page("documents", "备案材料", "Documents", (
            Field("pledge_document", "1 诚信承诺书（PDF）", Files(), required=True, english="1 Pledge of integrity (PDF)"),
            Field("licence_document", "2 执业许可证和药物临床试验机构资格（PDF）", Files(), required=True, english="2 Licence and drug-trial qualification (PDF)"),
            Field("organisation_document", "3 组织管理体系（框架图）和各部门职责（PDF）", Files(), required=True, english="3 Organisation chart and duties (PDF)"),
            Field("staff_document", "4 主要责任人、质量受权人资质及人员培训情况（PDF）", Files(), required=True, english="4 Qualifications and training of staff (PDF)"),
            Field("committees_document", "5 学术委员会和伦理委员会组成、工作制度和 SOP（PDF）", Files(), required=True, english="5 Committees: composition, rules and SOP (PDF)"),
            Field("preparation_document", "6 干细胞制备和质量控制条件（PDF）", Files(), required=True, english="6 Preparation and quality control (PDF)"),
            Field("rules_document", "7 管理制度和 SOP（PDF）", Files(), required=True, english="7 Management rules and SOP (PDF)"),
            Field("risk_document", "8 风险防控与应急（PDF）", Files(), required=True, english="8 Risk control and emergencies (PDF)"),
        )),
        Page("contact", "联系方式", "Contact", (
            Field("contact_name", "联系人", Text(50), required=True, english="Contact person", short=True, given="name"),
            Field("contact_phone", "联系电话", Text(30, shape="phone"), required=True, english="Telephone", short=True, example="0731-84321009"),
            Field("contact_email", "邮箱", Text(100, shape="email"), required=True, english="E-mail", short=True),
            Field("address", "地址", Text(200), required=True, english="Address", published=True),
        )),
    ),
)
# fmt: on
