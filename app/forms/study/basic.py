"""基本信息. Source: spec/domain.md §2.2."""

from __future__ import annotations

from app.forms.conditions import Is
from app.forms.schema import Field, Page, Rows
from app.forms.study.routes import CHICTR, REGISTRATION
from app.forms.types import YES_NO, Choice, Date, Decimal, Listed, Option, Text, options
from app.words import Words

# fmt: off
SYNC_PLATFORM = Choice((
    Option("none", "两个平台均不公开", "On neither of the two registries"),
    Option("chictr", "中国临床试验注册中心公开", "On the Chinese Clinical Trial Registry"),
    Option("itmctr", "国际传统医学临床试验注册平台公开（暂未开通）", "On the International Traditional Medicine Clinical Trial Registry (not open yet)", closed=True),
))
REGISTRATION_STATUS = Choice(options(
    ("prospective", "预填报", "Before recruiting"),
    ("retrospective", "补填报", "After recruiting began"),
))
PAGE = Page("basic", "基本信息", "Basic information", fields=(
    Field("basic.sync_platform", "是否需要在其他研究注册平台公开", SYNC_PLATFORM, required=True, english="Publish on another registry?", names={"national": "syncPlatform"},
          help=Words("选择在中国临床试验注册中心公开时，联系人信息和全部英文信息必填；注册号由该中心审核后给出。", "If published on ChiCTR, the contact and every English field are needed; ChiCTR gives the number after its own review.")),
    Field("basic.registration_status", "填报状态", REGISTRATION_STATUS, required=True, only=CHICTR, english="Filing timing", names={"national": "registrationStatus", "chictr": "注册号状态"}, published=True,
          help=Words("尚未开始招募选“预填报”，已开始招募选“补填报”。", "Before the first participant choose “before recruiting”, otherwise “after recruiting began”.")),
    Field("basic.research_title", "医学研究题目", Text(400), required=True, english="Study title", example="某某片治疗2型糖尿病的随机对照研究", names={"national": "researchTitle", "chictr": "研究课题的正式科学名称", "trds": "10"}, published=True,
          help=Words("请与伦理批件上的项目名称一致，使用规范汉字。", "Please use the title of the ethics approval.")),
    Field("basic.scientific_title", "医学研究题目（英文）", Text(400), required=True, only=CHICTR, english="Scientific title (English)", pair_of="basic.research_title", names={"national": "eng.name", "chictr": "Scientific title", "trds": "10"}, published=True),
    Field("basic.brief_research_title", "医学研究题目简写", Text(50), english="Short title", names={"national": "briefResearchTitle", "chictr": "注册题目简写"}, published=True),
    Field("basic.english_acronym", "医学研究题目简写（英文）", Text(50), only=CHICTR, english="English Acronym", pair_of="basic.brief_research_title", names={"national": "eng.briefName"}, published=True),
    Field("basic.public_name", "医学研究通俗名称", Text(400), required=True, english="Public (lay) title", example="一种降糖药与常规药的比较", names={"national": "publicName", "chictr": "注册题目", "trds": "9"}, published=True,
          help=Words("公众能看懂的名称。", "A title that everybody understands.")),
    Field("basic.public_title", "医学研究通俗名称（英文）", Text(400), required=True, only=CHICTR, english="Public title (English)", pair_of="basic.public_name", names={"national": "eng.publicName", "chictr": "Public title", "trds": "9"}, published=True),
    Field("basic.funding_repeat", "本研究经费来源", Rows((
        Field("basic.funding_source_level_1", "资助级别（一级）", Listed("funding"), required=True, english="Funding level 1", names={"national": "funds.sourceId"}),
        Field("basic.funding_source_level_2", "资助级别（二级）", Listed("funding_programmes", within="basic.funding_source_level_1"), required=True, only=Is("basic.funding_source_level_1", "national", "ministry", "province", "city"), english="Funding level 2", names={"national": "funds.type2"}),
        Field("basic.funding_source_level_3", "资助级别（三级）", Text(100), required=True, only=Is("basic.funding_source_level_2", "nkrdp"), english="Funding level 3", names={"national": "funds.type3"}),
        Field("basic.funds_otherInfo", "其他名称", Text(), required=True, only=Is("basic.funding_source_level_1", "other"), english="Other funder name", names={"national": "funds.otherInfo"}),
        Field("basic.funding_source_english", "经费来源（英文）", Text(), required=~Is("basic.funding_source_level_1", "unfunded"), only=CHICTR, english="Source of funding (English)", names={"national": "funds.sourceEname"}),
        Field("basic.funding_project_name", "立项名称", Text(), required=~Is("basic.funding_source_level_1", "unfunded"), english="Grant/project name", names={"national": "funds.projectName"}),
        Field("basic.funding_project_number", "立项编号", Text(), required=~Is("basic.funding_source_level_1", "unfunded"), english="Grant/project number", example="82570123", names={"national": "funds.projectNumber"}),
        Field("basic.funding_international_cooperation", "涉及国际合作", YES_NO, required=True, english="International cooperation?", names={"national": "funds.isInternationalCooperation"}),
        Field("basic.funding_project_time", "立项时间", Date(), required=~Is("basic.funding_source_level_1", "unfunded"), english="Grant approval date", names={"national": "funds.projectTime"}, short=True),
        Field("basic.funding_amount", "资金额度", Decimal(Words("万元", "×10,000 CNY"), 4), required=True, english="Amount (10k CNY)", example="12.5", names={"national": "funds.fundsAmount"}, short=True,
              help=Words("单位为万元。", "In units of 10,000 yuan.")),
    )), required=True, english="Funding sources", names={"national": "funds", "chictr": "经费或物资来源", "trds": "4"},
          help=Words("可增加多项；无经费时资助级别选“无经费”。", "Add as many as there are; without funding choose “No funding”.")),
    Field("basic.material_donation_flag", "涉及材料捐献", YES_NO, required=True, english="Material donation involved?", names={"national": "materialDonationFlag"}),
    Field("basic.material_donation_repeat", "材料捐献", Rows((
        Field("basic.material_name", "材料名称", Text(), required=True, english="Material name", names={"national": "materials.name"}),
        Field("basic.material_name_english", "材料名称（英文）", Text(), required=True, only=CHICTR, english="Materials (English)", pair_of="basic.material_name", names={"national": "materials.ename"}),
        Field("basic.material_source_organization", "材料来源机构", Text(), required=True, english="Material source organisation", names={"national": "materials.sourceOrg"}),
        Field("basic.material_source_organization_english", "材料来源机构（英文）", Text(), required=True, only=CHICTR, english="Source(s) of materials (English)", pair_of="basic.material_source_organization", names={"national": "materials.sourceEorg"}),
    )), required=True, only=Is("basic.material_donation_flag", "yes"), english="Donated materials", names={"national": "materials"}),
    Field("basic.base_research_sponsor", "研究申办方", Text(), required=True, only=REGISTRATION, english="Sponsor", names={"national": "researchSponsor", "chictr": "试验主办单位", "trds": "5"}, published=True),
    Field("basic.base_research_sponsor_english", "研究申办方（英文）", Text(), required=True, only=REGISTRATION & CHICTR, english="Primary sponsor (English)", pair_of="basic.base_research_sponsor", names={"national": "eng.researchSponsor"}, published=True),
    Field("basic.total_funds", "本研究总经费", Decimal(Words("万元", "×10,000 CNY"), 4), required=True, english="Total study budget (10k CNY)", example="30", names={"national": "totalFunds"}, short=True,
          help=Words("单位为万元，不少于各来源之和。", "In units of 10,000 yuan; not below the sum of the sources.")),
    Field("basic.research_start_time", "研究预计持续时间（开始）", Date(), required=True, english="Planned study start", names={"national": "startTime", "chictr": "研究实施时间（从）"}, published=True, short=True,
          help=Words("研究实施前 30 日完成备案。", "File at least 30 days before the study starts.")),
    Field("basic.research_complete_time", "研究预计持续时间（结束）", Date(), required=True, english="Planned study end", names={"national": "completeTime", "chictr": "研究实施时间（至）", "trds": "22"}, published=True, short=True),
    Field("basic.recruiting_start_time", "征募研究对象时间（开始）", Date(), required=True, english="Recruiting period start", names={"national": "recruitingStartTime", "chictr": "征募观察对象时间（从）"}, published=True, short=True),
    Field("basic.recruiting_end_time", "征募研究对象时间（结束）", Date(), required=True, english="Recruiting period end", names={"national": "recruitingEndTime", "chictr": "征募观察对象时间（至）"}, published=True, short=True),
))
# fmt: on
