"""An institution or a health authority: created from above, completed by itself. Source: domain.md §6.2."""

from __future__ import annotations

from app.forms.conditions import Answered, Is, Never
from app.forms.schema import Field, Files, Form, Page
from app.forms.types import YES_NO, Choice, Date, Listed, Pointer, Text, options
from app.words import Words

LEVEL = Choice(options(
    ("hospital", "医疗卫生机构", "Medical or health institution"),
    ("national", "国家卫生健康委", "National health commission"),
    ("province", "省卫生健康委", "Provincial health commission"),
    ("city", "市卫生健康委", "City health commission"),
    ("county", "区（县）卫生健康局", "District or county health bureau"),
))  # fmt: skip
MANAGEMENT = Choice(options(
    ("local", "属地管理", "Managed where it lies"),
    ("direct", "直管", "Directly under its authority"),
))  # fmt: skip
OWNERSHIP = Choice(options(
    ("public", "公立", "Public"),
    ("private", "民营", "Private"),
))  # fmt: skip
STEM_CELL = Choice(options(
    ("none", "未备案", "Not filed"),
    ("filed", "已备案", "Filed"),
))  # fmt: skip
HOSPITAL = Is("level", "hospital")

# fmt: off
INSTITUTION = Form(
    "institution", "机构", "Institution", version=1, title_fields=("name",),
    pages=(
        Page("identity", "机构信息", "Institution", (
            Field("level", "机构层级", LEVEL, required=True, english="Level", published=True,
                  help=Words("由执业登记机关选定；如有误请向其反馈。", "Chosen by the registering authority; tell it if this is wrong.")),
            Field("name", "机构名称", Text(100), required=True, english="Name", published=True, names={"national": "organizationName"},
                  help=Words("也是机构账号的登录名。", "It is also the login name of the institution.")),
            Field("english_name", "机构英文名称", Text(200), english="English name", published=True, names={"national": "organizationNameEn"}),
            Field("uscc", "统一社会信用代码", Text(18, shape="uscc"), required=HOSPITAL, english="Unified social credit code"),
            Field("kind", "机构类别", Listed("org_kinds"), required=HOSPITAL, only=HOSPITAL, english="Kind of institution", published=True),
            Field("grade", "机构等级", Listed("org_levels"), required=HOSPITAL, only=HOSPITAL, english="Grade", published=True, names={"national": "orgLevel"}),
            Field("management", "管理关系", MANAGEMENT, only=HOSPITAL, english="Managed by",
                  help=Words("属地：由所在地卫生健康行政部门管理；直管：直接隶属于发放账号的机关。", "Where it lies, or directly under the authority that issues its account.")),
            Field("ownership", "经济性质", OWNERSHIP, only=HOSPITAL, english="Ownership"),
            Field("province", "所在省份", Listed("provinces"), english="Province", short=True, published=True),
            Field("city", "所在城市", Listed("cities", within="province"), english="City", short=True, published=True),
            Field("county", "所在区县", Listed("counties", within="city"), english="District or county", short=True),
            Field("registrar", "执业登记机关", Pointer("institution"), english="Registering authority", only=Never(),
                  help=Words("发放本账号并重置密码的机关，请检查是否正确。", "The authority that issues this account and resets its password; please check it.")),
        )),
        Page("licence", "执业与资质", "Licence and qualifications", only=HOSPITAL, fields=(
            Field("licence_number", "执业许可证号", Text(60), english="Licence number"),
            Field("licence_valid_to", "执业许可证有效期至", Date(), english="Licence valid to"),
            Field("licence_document", "执业许可证（PDF）", Files(), english="Licence (PDF)"),
            Field("legal_representative", "法定代表人", Text(50), english="Legal representative", short=True),
            Field("responsible_leader", "分管领导", Text(50), english="Leader in charge", short=True),
            Field("drug_trial_number", "药物临床试验机构备案号", Text(60), english="Drug trial institution, filing number"),
            Field("device_trial_number", "医疗器械临床试验机构备案号", Text(60), english="Device trial institution, filing number"),
            Field("stem_cell", "干细胞临床研究机构备案", STEM_CELL, english="Stem-cell institution filing"),
            Field("has_committee", "是否设伦理委员会", YES_NO, english="Has an ethics committee?"),
            Field("entrusted_committee", "委托审查机构", Text(200), required=Is("has_committee", "no"), only=Is("has_committee", "no"), english="Committee entrusted with review"),
        )),
        Page("contact", "联系方式", "Contact", (
            Field("department", "管理部门名称", Text(100), english="Managing department", example="科研处"),
            Field("contact_name", "联系人", Text(50), required=True, english="Contact person", short=True),
            Field("contact_phone", "联系电话", Text(30, shape="phone"), required=True, english="Telephone", short=True, example="0731-84321000"),
            Field("contact_email", "邮箱", Text(100, shape="email"), english="E-mail", short=True),
            Field("postcode", "邮编", Text(10, shape="postcode"), english="Postcode", short=True),
            Field("address", "地址", Text(200), required=True, english="Address", published=True, names={"national": "orgAddress"}),
            Field("address_english", "英文地址", Text(300), only=Answered("english_name"), english="Address in English"),
        )),
    ),
)
# fmt: on

REGISTERED = (
    "level", "name", "uscc", "kind", "grade", "management", "province", "city", "county", "registrar",
)  # fmt: skip
"""What the registering authority chooses; the login, the review and the numbers follow from it."""
OWN_FIELDS = tuple(field.id for field in INSTITUTION.fields() if field.id not in REGISTERED)
"""What an office says of itself."""
