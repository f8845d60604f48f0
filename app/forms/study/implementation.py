"""实施信息. Source: spec/domain.md §2.3."""

from __future__ import annotations

from app.forms.conditions import NEVER, Is
from app.forms.schema import Field, Page, People, Rows
from app.forms.study.routes import CHICTR, IIT_OBS
from app.forms.types import YES_NO, Choice, Listed, Pointer, Text, options
from app.words import Words

# fmt: off
DSMB_FLAG = Choice(options(
    ("yes", "具有", "There is one"),
    ("no", "不具有", "There is none"),
))
MULTICENTER_TYPE = Choice(options(
    ("international", "国际多中心", "International"),
    ("domestic", "国内多中心", "Domestic"),
))
ORGANIZATION_ROLE = Choice(options(
    ("international_lead", "国际总牵头", "International lead"),
    ("china_lead", "国际中国片区牵头", "Lead for China in an international study"),
    ("domestic_lead", "国内牵头", "Domestic lead"),
    ("international_participant", "国际参与", "International participant"),
    ("china_parallel", "国际中国片区平行", "Parallel in China in an international study"),
    ("domestic_participant", "国内参与", "Domestic participant"),
))
HAS_PARTICIPATING_BRANCHES = Choice(options(
    ("yes", "有", "Yes"),
    ("no", "无", "No"),
))
OBSERVATIONAL_STATUS = Choice(options(
    ("not_started", "研究尚未开始", "Not started"),
    ("ongoing", "研究进行中", "Under way"),
    ("ended", "已结束研究", "Ended"),
))
OF_A_SITE = (
    ("impl.branch_organization_name_english", "english_name"),
    ("impl.branch_postcode", "postcode"),
    ("impl.branch_country", "country"),
    ("impl.branch_province_select", "province"),
    ("impl.branch_province_name", "province_name"),
    ("impl.branch_organization_level", "grade"),
    ("impl.branch_address", "address"),
)
OF_THE_LEADER = (
    ("impl.leading_country", "country"),
    ("impl.leading_province", "province"),
)
PAGE = Page("impl", "实施信息", "Implementation", fields=(
    Field("impl.dsmb_flag", "数据监察委员会", DSMB_FLAG, required=True, english="Data monitoring committee (DSMB)", names={"national": "dsmbFlag", "chictr": "数据与安全监察委员会"}, published=True),
    Field("impl.applicant_name", "项目联系人", Text(50), required=CHICTR, english="Project contact", names={"national": "applicantName", "chictr": "申请注册联系人", "trds": "7"}, short=True),
    Field("impl.applicant_name_english", "项目联系人（英文）", Text(), required=True, only=CHICTR, english="Applicant (English)", pair_of="impl.applicant_name", names={"national": "eng.applicantName", "chictr": "Applicant"}),
    Field("impl.applicant_telephone", "项目联系人电话", Text(30, shape="phone"), required=CHICTR, english="Contact phone", example="0731-84321000", names={"national": "applicantTel", "chictr": "申请注册联系人电话"}, short=True),
    Field("impl.applicant_email", "项目联系人邮箱", Text(100, shape="email"), required=CHICTR, english="Contact e-mail", example="name@example.com", names={"national": "applicantEmail", "chictr": "申请注册联系人电子邮件"}, short=True),
    Field("impl.applicant_address", "项目联系人通讯地址", Text(), required=CHICTR, english="Contact address", names={"national": "applicantAddr", "chictr": "申请注册联系人通讯地址"}),
    Field("impl.applicant_address_english", "项目联系人通讯地址（英文）", Text(), required=True, only=CHICTR, english="Applicant's address (English)", pair_of="impl.applicant_address", names={"national": "eng.applicantAddr"}),
    Field("impl.applicant_organization", "项目联系人所在单位", Text(), required=CHICTR, english="Contact affiliation", names={"national": "applicantOrg", "chictr": "申请人所在单位"}),
    Field("impl.applicant_organization_english", "项目联系人所在单位（英文）", Text(), required=True, only=CHICTR, english="Affiliation of the Registrant (English)", pair_of="impl.applicant_organization", names={"national": "eng.applicantOrg"}),
    Field("impl.team_members", "研究团队成员", People(), required=True, english="Research team members", names={"national": "members"},
          help=Words("干预性研究的负责人或成员中需要有医师。", "In an interventional study the investigator or a member must be a physician.")),
    Field("impl.multicenter_flag", "是否为多中心试验/研究", YES_NO, required=True, english="Multi-centre study?", names={"national": "multicenterFlag"}, published=True,
          help=Words("多中心研究由牵头单位填报，参与单位无需填报。", "The leading institution files a multi-centre study; participants do not.")),
    Field("impl.multicenter_type", "多中心研究类别", MULTICENTER_TYPE, required=True, only=Is("impl.multicenter_flag", "yes"), english="Multi-centre kind", names={"national": "multicenterType"}, published=True),
    Field("impl.organization_role", "本机构角色", ORGANIZATION_ROLE, required=True, only=Is("impl.multicenter_flag", "yes"), english="Role of this institution", names={"national": "orgRole"}),
    Field("impl.leading_institution", "牵头机构", Text(100, linked="institution", brings=OF_THE_LEADER), required=True, only=Is("impl.multicenter_flag", "yes") & Is("impl.organization_role", "international_participant", "domestic_participant"), english="Leading institution", names={"national": "leadingInstitution"}, published=True),
    Field("impl.leading_country", "牵头机构地域（国家）", Listed("countries"), required=True, only=Is("impl.multicenter_flag", "yes") & Is("impl.organization_role", "international_participant", "domestic_participant"), english="Leading institution: country", names={"national": "leadingCountry"}),
    Field("impl.leading_province", "牵头机构地域（省份）", Listed("provinces"), required=True, only=Is("impl.leading_country", "CN"), english="Leading institution: province", names={"national": "leadingProvince"}),
    Field("impl.has_participating_branches", "临床研究参与单位", HAS_PARTICIPATING_BRANCHES, required=True, only=Is("impl.multicenter_flag", "yes"), english="Participating institutions?", names={"national": "hasBranch"}, published=True),
    Field("impl.participating_organization_repeat", "参与单位", Rows((
        Field("impl.branch_organization_name", "机构名称", Text(100, linked="institution", link_field="impl.branch_organization_id", brings=OF_A_SITE), required=True, english="Institution name", names={"national": "branch.organizationName"}, published=True,
              help=Words("请从提示中选择；手工输入的机构无法匹配，分中心登录后看不到该项目。", "Please pick it from the suggestions; a typed institution is not matched and cannot see the study.")),
        Field("impl.branch_organization_id", "机构引用", Pointer("institution"), only=NEVER, english="Institution picked"),
        Field("impl.branch_organization_name_english", "机构名称（英文）", Text(), required=True, only=CHICTR, english="Institution name (English)", pair_of="impl.branch_organization_name", names={"national": "branch.organizationNameEn"}, published=True),
        Field("impl.branch_postcode", "邮编", Text(10, shape="postcode"), english="Postcode", example="410000", names={"national": "branch.orgPostcode"}, short=True),
        Field("impl.branch_country", "国家", Listed("countries"), required=True, english="Country", names={"national": "branch.country"}, published=True, short=True),
        Field("impl.branch_province_select", "省份", Listed("provinces"), required=True, only=Is("impl.branch_country", "CN"), english="Province", names={"national": "branch.province"}, published=True, short=True),
        Field("impl.branch_province_name", "省/州", Text(), required=True, only=~Is("impl.branch_country", "CN"), english="Province or state", names={"national": "branch.provinceName"}),
        Field("impl.branch_province_name_english", "省/州（英文）", Text(), required=True, only=~Is("impl.branch_country", "CN") & CHICTR, english="Province or state (English)", pair_of="impl.branch_province_name", names={"national": "branch.provinceNameEn"}),
        Field("impl.branch_organization_level", "机构等级", Listed("org_levels"), required=True, english="Institution grade", names={"national": "branch.orgLevel"}),
        Field("impl.branch_address", "地址", Text(), required=True, english="Address", names={"national": "branch.orgAddress"}),
        Field("impl.branch_user_name", "项目负责人", Text(50, linked="investigator", link_field="impl.branch_user_id", of_field="impl.branch_organization_id"), required=True, english="Site PI", names={"national": "branch.userName"}, short=True,
              help=Words("请从提示中选择；手工输入的负责人无法匹配。", "Please pick the person from the suggestions; a typed name is not matched.")),
        Field("impl.branch_user_id", "负责人引用", Pointer("person"), only=NEVER, english="Person picked"),
        Field("impl.branch_user_mobile", "负责人手机", Text(30, shape="mobile"), required=True, english="Site PI mobile", example="13800000000", names={"national": "branch.userMobile"}, private=True, short=True),
        Field("impl.branch_user_email", "负责人邮箱", Text(100, shape="email"), english="Site PI e-mail", names={"national": "branch.userEmail"}, short=True),
    )), required=True, only=Is("impl.has_participating_branches", "yes"), english="Participating institutions", names={"national": "branch", "chictr": "研究实施地点", "trds": "6"}, published=True),
    Field("impl.observational_status", "研究状态", OBSERVATIONAL_STATUS, required=True, only=IIT_OBS, english="Study progress state", names={"national": "observationalStatus"}, published=True),
))
# fmt: on
