"""数据共享与信息公开. Source: spec/domain.md §2.8."""

from __future__ import annotations

from app.forms.conditions import Is
from app.forms.schema import Field, Page
from app.forms.study.routes import CHICTR
from app.forms.types import LONG, Choice, Choices, Text, options
from app.words import Words

# fmt: off
DATA_SHARE_STATEMENT = Choice(options(
    ("share", "共享", "Shared"),
    ("no", "不共享", "Not shared"),
))
STATISTICAL_RESULT_PUBLIC = Choice(options(
    ("public", "公开", "Published"),
    ("no", "不公开", "Not published"),
))
RESULT_RELEASE_METHOD = Choices(options(
    ("application", "申请药品/器械", "Application for a drug or device"),
    ("patent", "申请专利后公开", "Published after a patent application"),
    ("paper", "学术论文发表", "Published as a paper"),
    ("other", "其他", "Other"),
))
PAGE = Page("share", "数据共享与信息公开", "Data sharing and disclosure", fields=(
    Field("share.data_share_statement", "研究数据共享声明", DATA_SHARE_STATEMENT, required=True, english="Data sharing statement", names={"national": "dataShareStatement", "chictr": "是否共享原始数据", "trds": "24"}, published=True),
    Field("share.data_share_plan", "共享原始数据的方式", LONG, required=True, only=Is("share.data_share_statement", "share") | CHICTR, english="How raw data are shared", names={"national": "dataSharePlan", "chictr": "共享原始数据的方式", "trds": "24"}, published=True,
          help=Words("写明公开原始数据的日期和方式，包括平台名称和网址。", "Say when and how raw data are opened, with platform and address.")),
    Field("share.data_share_plan_english", "共享原始数据的方式（英文）", LONG, required=True, only=CHICTR, english="The way of sharing IPD (English)", pair_of="share.data_share_plan", names={"national": "eng.dataSharePlan"}, published=True),
    Field("share.data_acquisition_condition", "共享数据获取条件", LONG, only=Is("share.data_share_statement", "share") | CHICTR, english="Conditions for obtaining data", names={"national": "dataAcquisitionCondition"}, published=True),
    Field("share.data_url", "网址", Text(300), only=Is("share.data_share_statement", "share") | CHICTR, english="URL", example="https://www.example.org", names={"national": "dataUrl"}, published=True),
    Field("share.data_analysis", "数据采集和管理", LONG, required=True, only=Is("share.data_share_statement", "share") | CHICTR, english="Data collection and management", names={"national": "dataAnalysis", "chictr": "数据采集和管理"}, published=True,
          help=Words("写明病例记录表（CRF）和电子采集系统（EDC）。", "Say how the case record form and the electronic data capture work.")),
    Field("share.data_analysis_english", "数据采集和管理（英文）", LONG, required=True, only=CHICTR, english="Data collection and Management (English)", pair_of="share.data_analysis", names={"national": "eng.dataAnalysis"}, published=True),
    Field("share.statistical_result_public", "是否公开试验完成后统计结果", STATISTICAL_RESULT_PUBLIC, required=True, english="Publish final statistical results?", names={"national": "statisticalResultPublic", "chictr": "是否公开试验完成后的统计结果"}, published=True),
    Field("share.result_release_method", "结果发布方式", RESULT_RELEASE_METHOD, required=True, english="Result release methods", names={"national": "releaseMethod[]"}, published=True),
    Field("share.result_release_method_other", "其他（结果发布方式说明）", Text(), english="Other release method, text", names={"national": "releaseMethodOther"}, published=True),
))
# fmt: on
