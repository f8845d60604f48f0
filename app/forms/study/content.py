"""研究内容. Source: spec/domain.md §2.4."""

from __future__ import annotations

from app.forms.conditions import Is
from app.forms.schema import Field, Page
from app.forms.study.routes import CHICTR, IIT_INT
from app.forms.types import LONG, YES_NO, Choice, Keywords, Listed, ListedMany, Text, options
from app.words import Words

# fmt: off
PRIMARY_PURPOSE = Choice(options(
    ("aetiology", "病因", "Aetiology"),
    ("diagnosis", "诊断", "Diagnosis"),
    ("treatment", "治疗", "Treatment"),
    ("rehabilitation", "康复", "Rehabilitation"),
    ("prognosis", "预后", "Prognosis"),
    ("prevention", "预防", "Prevention"),
    ("control", "控制", "Control"),
    ("health_maintenance", "健康维护", "Health maintenance"),
    ("screening", "筛查", "Screening"),
    ("basic_science", "基础研究", "Basic science"),
    ("other", "其他", "Other"),
))
STUDY_TYPE = Choice(options(
    ("exploratory", "探索性研究", "Exploratory"),
    ("confirmatory", "确证性研究", "Confirmatory"),
))
PAGE = Page("content", "研究内容", "Study content", fields=(
    Field("content.primary_purpose", "主要目的", PRIMARY_PURPOSE, required=True, english="Primary purpose", names={"national": "primaryPurpose", "trds": "15"}, published=True, substantive=True),
    Field("content.research_objective_description", "研究目的的具体描述", LONG, required=True, english="Description of the objectives", names={"national": "introduction", "chictr": "研究目的"}, published=True, substantive=True),
    Field("content.research_objective_description_english", "研究目的的具体描述（英文）", LONG, required=True, only=CHICTR, english="Objectives of Study (English)", pair_of="content.research_objective_description", names={"national": "eng.introduction", "chictr": "Objectives of Study"}, published=True, substantive=True),
    Field("content.research_content_description", "研究内容", LONG, required=True, english="Study content", names={"national": "detailedIntroduction"}, substantive=True),
    Field("content.scientific_social_value_evaluation", "研究的科学价值和社会价值自评价", LONG, only=IIT_INT, english="Self-evaluation: scientific and social value", names={"national": "evaluationScientificSocial"}),
    Field("content.risk_protection_evaluation", "研究参与者风险及保护措施自评价", LONG, only=IIT_INT, english="Self-evaluation: participant risk and protection", names={"national": "evaluationRiskProtective"}),
    Field("content.comparative_value_risk_evaluation", "研究的科学、社会价值与研究参与者风险的比较自评价", LONG, only=IIT_INT, english="Self-evaluation: value versus risk", names={"national": "evaluationComparative"}),
    Field("content.discipline_classification", "学科分类", ListedMany("disciplines"), required=True, english="Discipline classification", names={"national": "researchNsfcs"}, published=True,
          help=Words("可选多项，按国家自然科学基金代码或 GB/T 13745。", "Several may be chosen, by NSFC code or GB/T 13745.")),
    Field("content.icd11_classification", "国际疾病分类(ICD-11)", ListedMany("icd11"), required=True, english="ICD-11 classification", names={"national": "researchIcds", "chictr": "疾病代码", "trds": "12"}, published=True,
          help=Words("可选章，也可输入具体代码，例如 5A11 2型糖尿病。", "Choose a chapter or type a code, such as 5A11.")),
    Field("content.disease_symptom", "具体疾病或症状", Text(2000, lines=2), required=True, english="Specific disease or symptom", example="2型糖尿病", names={"national": "diseaseSymptom", "chictr": "研究疾病", "trds": "12"}, published=True),
    Field("content.target_disease", "具体疾病或症状（英文）", Text(2000, lines=2), required=True, only=CHICTR, english="Target disease (English)", pair_of="content.disease_symptom", names={"national": "eng.diseaseSymptom", "chictr": "Target disease"}, published=True),
    Field("content.keywords", "关键词", Keywords(), required=True, english="Keywords", names={"national": "keyword[]"}, published=True,
          help=Words("至少填写一个。", "At least one.")),
    Field("content.study_type", "研究类型", STUDY_TYPE, required=True, english="Study type (exploratory/confirmatory)", names={"national": "studyType2"}, published=True, substantive=True),
    Field("content.extra_inspection_measures", "是否采用额外的检查、检验、诊断措施", YES_NO, required=True, english="Extra examinations/tests/diagnostics used?", names={"national": "extraInspectionMeasures"}, substantive=True,
          help=Words("观察性研究风险超过最小风险的，应按干预性研究管理。", "An observational study above minimal risk is managed as interventional.")),
    Field("content.extra_measure_name", "额外措施名称", Text(), required=True, only=Is("content.extra_inspection_measures", "yes"), english="Extra measure name", names={"national": "extraMeasureName"}, substantive=True),
    Field("content.research_phase", "研究阶段", Listed("phases"), required=True, english="Study phase", names={"national": "researchPhase", "chictr": "研究所处阶段", "trds": "15"}, published=True, substantive=True,
          help=Words("选择最接近的选项如实填写。", "Choose the option that comes nearest.")),
    Field("content.research_phase_other", "其他阶段", Text(), required=True, only=Is("content.research_phase", "other"), english="Other phase, specify", names={"national": "otherPhase"}, published=True),
))
# fmt: on
