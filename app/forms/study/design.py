"""研究设计. Source: spec/domain.md §2.5."""

from __future__ import annotations

from app.forms.conditions import NEVER, Has, Is
from app.forms.schema import Field, Files, Page, Rows
from app.forms.study.routes import CHICTR, COHORT, DIAGNOSTIC, IIT_OBS, REG_IVD, TRIAL
from app.forms.types import LONG, YES_NO, Choice, Choices, Date, Integer, Option, Text, options
from app.words import Words

# fmt: off
STUDY_DESIGN = Choice((
    Option("cross_sectional", "横断面研究", "Cross-sectional study", only=IIT_OBS | REG_IVD),
    Option("case_control", "病例对照研究", "Case-control study", only=IIT_OBS | REG_IVD),
    Option("cohort", "队列研究", "Cohort study", only=IIT_OBS | REG_IVD),
    Option("case_report", "个案报告", "Case report", only=IIT_OBS | REG_IVD),
    Option("ecological", "生态学研究", "Ecological study", only=IIT_OBS | REG_IVD),
    Option("diagnostic", "诊断试验", "Diagnostic study", only=IIT_OBS | REG_IVD),
    Option("other", "其他", "Other", only=IIT_OBS | REG_IVD),
    Option("rct", "随机对照试验", "Randomised controlled trial", only=TRIAL),
    Option("non_randomised", "非随机对照试验", "Non-randomised controlled trial", only=TRIAL),
))
STUDY_DESIGN_SUBTYPE = Choice((
    Option("case_control", "一般病例-对照研究", "Ordinary case-control study", only=Is("design.study_design", "case_control")),
    Option("nested_case_control", "巢式病例-对照研究", "Nested case-control study", only=Is("design.study_design", "case_control")),
    Option("retrospective_cohort", "回顾性队列研究", "Retrospective cohort study", only=Is("design.study_design", "cohort")),
    Option("prospective_cohort", "前瞻性队列研究", "Prospective cohort study", only=Is("design.study_design", "cohort")),
    Option("ambidirectional_cohort", "双向队列研究", "Ambidirectional cohort study", only=Is("design.study_design", "cohort")),
    Option("parallel", "平行设计", "Parallel design", only=Is("design.study_design", "rct")),
    Option("crossover", "交叉设计", "Crossover design", only=Is("design.study_design", "rct")),
    Option("factorial", "析因设计", "Factorial design", only=Is("design.study_design", "rct")),
    Option("sequential", "序贯设计", "Sequential design", only=Is("design.study_design", "rct")),
    Option("single_arm", "单臂试验", "Single-arm trial", only=Is("design.study_design", "non_randomised")),
    Option("concurrent", "非随机同期平行对照", "Non-randomised concurrent parallel control", only=Is("design.study_design", "non_randomised")),
    Option("non_concurrent", "非同期平行对照", "Non-concurrent parallel control", only=Is("design.study_design", "non_randomised")),
    Option("other", "其他", "Other", only=Is("design.study_design", "rct", "non_randomised")),
))
PARTICIPANT_SEX = Choice(options(
    ("male", "男性", "Male"),
    ("female", "女性", "Female"),
    ("both", "男性女性均可", "Both"),
))
AGE_UNIT = Choice(options(
    ("year", "岁", "Years"),
    ("month", "月", "Months"),
    ("week", "周", "Weeks"),
    ("day", "天", "Days"),
    ("hour", "时", "Hours"),
    ("gestational_week", "孕周", "Gestational weeks"),
    ("any", "不限", "No limit"),
))
EXTRA_AGE_UNIT = Choice(options(
    ("month", "月", "Months"),
    ("any", "不限", "No limit"),
))
VULNERABLE_GROUP_TYPE = Choices(options(
    ("children", "儿童", "Children"),
    ("pregnant", "孕期/哺乳期妇女", "Pregnant or breastfeeding women"),
    ("disabled", "残障人士", "People with disabilities"),
    ("other", "其他弱势群体", "Other vulnerable group"),
))
INTERVENTION_TYPE = Choice(options(
    ("surgery", "手术和操作", "Surgery and procedures"),
    ("physical", "物理治疗", "Physical therapy"),
    ("psychological", "心理治疗", "Psychotherapy"),
    ("behavioural", "行为干预", "Behavioural intervention"),
    ("clinical_protocol", "临床诊疗方案", "Clinical treatment protocol"),
    ("population", "群体性健康措施", "Population health measure"),
    ("biomedical", "生物医学技术", "Biomedical technology"),
    ("multiple", "多重暴露因素", "Multiple exposures"),
    ("marketed", "已批准上市的产品", "Approved, marketed product"),
    ("other", "其他", "Other"),
))
MARKETED_PRODUCT_TYPE = Choice(options(
    ("drug", "药品", "Drug"),
    ("device", "医疗器械", "Medical device"),
    ("other", "其他产品", "Other product"),
))
RANDOM_GROUP_METHOD = Choice(options(
    ("simple", "简单随机", "Simple randomisation"),
    ("block", "区组随机", "Block randomisation"),
    ("stratified", "分层随机", "Stratified randomisation"),
    ("central", "中央随机", "Central randomisation"),
    ("other", "其他", "Other"),
))
BLINDING_TYPE = Choice(options(
    ("double", "双盲（对受试者和研究者均隐藏分组）", "Double blind (participants and investigators)"),
    ("single_assessor", "单盲（对受试者隐藏分组），对评估者隐藏分组", "Single blind (participants), assessors blinded"),
    ("single", "单盲（对受试者隐藏分组），对评估者不隐藏分组", "Single blind (participants), assessors not blinded"),
    ("open_assessor", "开放标签，对评估者隐藏分组", "Open label, assessors blinded"),
    ("open", "开放标签，对评估者不隐藏分组", "Open label, assessors not blinded"),
    ("triple", "三盲（受试者盲、研究者盲、数据分析者盲）", "Triple blind (participants, investigators, analysts)"),
))
ALLOCATION_CONCEALMENT_METHOD = Choice(options(
    ("envelope", "信封法", "Envelopes"),
    ("central", "中央随机法", "Central randomisation"),
    ("other", "其他", "Other"),
))
INDICATOR_TYPE_LEVEL_1 = Choice(options(
    ("primary", "主要指标", "Primary"),
    ("secondary", "次要指标", "Secondary"),
))
INDICATOR_TYPE_LEVEL_2 = Choice(options(
    ("treatment", "治疗指标", "Efficacy"),
    ("safety", "安全指标", "Safety"),
))
INDICATOR_TYPE_LEVEL_3 = Choice(options(
    ("clinical_event", "临床事件", "Clinical event"),
    ("objective", "客观化验/检查指标", "Objective laboratory or examination measure"),
    ("subjective", "主观指标", "Subjective measure"),
))
SAMPLE_TYPE = Choice(options(
    ("cell", "细胞", "Cells"),
    ("tissue", "组织", "Tissue"),
    ("organ", "器官", "Organ"),
    ("blood", "血液", "Blood"),
    ("serum", "血清", "Serum"),
    ("bacteria", "细菌", "Bacteria"),
    ("other", "其他", "Other"),
))
SAMPLE_DESTINATION = Choice(options(
    ("destroyed", "使用后销毁", "Destroyed after use"),
    ("kept", "使用后保存", "Kept after use"),
    ("other", "其他", "Other"),
))
PAGE = Page("design", "研究设计", "Study design", fields=(
    Field("design.study_design", "研究设计", STUDY_DESIGN, required=True, english="Study design", names={"national": "researchDesign", "chictr": "研究设计", "trds": "15"}, published=True, substantive=True,
          help=Words("选项随研究分类而不同。", "The options depend on the class of the study.")),
    Field("design.study_design_subtype", "研究设计（第二级）", STUDY_DESIGN_SUBTYPE, required=True, only=(IIT_OBS & COHORT) | (~IIT_OBS & Is("design.study_design", "case_control", "cohort", "rct", "non_randomised")), english="Study design, level 2", names={"national": "researchDesign1"}, published=True, substantive=True),
    Field("design.other_study_design", "请注明具体的研究设计", Text(), required=True, only=(IIT_OBS & Is("design.study_design", "other")) | (~IIT_OBS & (Is("design.study_design", "other") | Is("design.study_design_subtype", "other"))), english="Study design, specify", names={"national": "otherDesign"}, published=True, substantive=True),
    Field("design.participant_sex", "研究参与者性别", PARTICIPANT_SEX, required=True, english="Participant sex", names={"national": "recruitGender", "chictr": "性别", "trds": "14"}, published=True, substantive=True),
    Field("design.minimum_age_unit", "最小年龄单位", AGE_UNIT, required=True, english="Minimum age unit", names={"national": "minAgeUnit"}, published=True, substantive=True, short=True),
    Field("design.minimum_age_value", "最小年龄数值", Integer(0, 150_000), required=True, only=~Is("design.minimum_age_unit", "any"), english="Minimum age", example="18", names={"national": "minAge", "chictr": "年龄范围（最小）", "trds": "14"}, published=True, substantive=True, short=True),
    Field("design.minimum_age_secondary_unit", "最小年龄附加单位", EXTRA_AGE_UNIT, required=True, english="Minimum age, extra unit", names={"national": "minAgeUnit1"}, published=True, substantive=True, short=True),
    Field("design.minimum_age_secondary_value", "最小年龄附加月数", Integer(0, 11), required=True, only=Is("design.minimum_age_secondary_unit", "month"), english="Minimum age, extra months", names={"national": "minAge1"}, published=True, substantive=True, short=True),
    Field("design.maximum_age_unit", "最大年龄单位", AGE_UNIT, required=True, english="Maximum age unit", names={"national": "maxAgeUnit"}, published=True, substantive=True, short=True),
    Field("design.maximum_age_value", "最大年龄数值", Integer(0, 150_000), required=True, only=~Is("design.maximum_age_unit", "any"), english="Maximum age", example="75", names={"national": "maxAge", "chictr": "年龄范围（最大）", "trds": "14"}, published=True, substantive=True, short=True),
    Field("design.maximum_age_secondary_unit", "最大年龄附加单位", EXTRA_AGE_UNIT, required=True, english="Maximum age, extra unit", names={"national": "maxAgeUnit1"}, published=True, substantive=True, short=True),
    Field("design.maximum_age_secondary_value", "最大年龄附加月数", Integer(0, 11), required=True, only=Is("design.maximum_age_secondary_unit", "month"), english="Maximum age, extra months", names={"national": "maxAge1"}, published=True, substantive=True, short=True),
    Field("design.healthy_volunteer", "接受健康志愿者", YES_NO, required=True, english="Accepts healthy volunteers?", names={"national": "healthyVolunteer"}, published=True, substantive=True),
    Field("design.vulnerable_group", "涉及弱势群体", YES_NO, required=True, english="Vulnerable groups involved?", names={"national": "vulnerableGroup"}, published=True, substantive=True),
    Field("design.vulnerable_group_type", "弱势群体类型", VULNERABLE_GROUP_TYPE, required=True, only=Is("design.vulnerable_group", "yes"), english="Vulnerable group types", names={"national": "vulnerableGroupType[]"}, published=True, substantive=True,
          help=Words("研究参与者含未成年人时请勾选“儿童”。", "Tick “children” if participants may be under age.")),
    Field("design.vulnerable_group_other", "其他弱势人群", Text(), required=Has("design.vulnerable_group_type", "other"), only=Is("design.vulnerable_group", "yes"), english="Other vulnerable group, text", names={"national": "vulnerableGroupOther"}, published=True, substantive=True),
    Field("design.inclusion_criteria", "纳入标准", Rows((
        Field("design.inclusion_criterion", "纳入标准", Text(2000, lines=2), required=True, english="Inclusion criterion", names={"national": "inclusionCriteria[]"}, published=True, substantive=True),
    )), required=True, english="Inclusion criteria", names={"national": "inclusionCriteria[]", "chictr": "纳入标准", "trds": "14"}, published=True, substantive=True),
    Field("design.inclusion_criteria_english", "纳入标准（英文）", Rows((
        Field("design.inclusion_criterion_english", "纳入标准（英文）", Text(2000, lines=2), required=True, english="Inclusion criterion (English)", names={"national": "eng.inclusionCriteria[]"}, published=True, substantive=True),
    )), required=True, only=CHICTR, english="Inclusion criteria (English)", pair_of="design.inclusion_criteria", names={"national": "eng.inclusionCriteria[]"}, published=True, substantive=True),
    Field("design.exclusion_criteria", "排除标准", Rows((
        Field("design.exclusion_criterion", "排除标准", Text(2000, lines=2), required=True, english="Exclusion criterion", names={"national": "exclusionCriteria[]"}, published=True, substantive=True),
    )), required=True, english="Exclusion criteria", names={"national": "exclusionCriteria[]", "chictr": "排除标准", "trds": "14"}, published=True, substantive=True),
    Field("design.exclusion_criteria_english", "排除标准（英文）", Rows((
        Field("design.exclusion_criterion_english", "排除标准（英文）", Text(2000, lines=2), required=True, english="Exclusion criterion (English)", names={"national": "eng.exclusionCriteria[]"}, published=True, substantive=True),
    )), required=True, only=CHICTR, english="Exclusion criteria (English)", pair_of="design.exclusion_criteria", names={"national": "eng.exclusionCriteria[]"}, published=True, substantive=True),
    Field("design.total_sample_size", "样本量", Integer(), required=True, english="Sample size", example="120", names={"national": "sampleSize", "trds": "17"}, published=True, substantive=True, short=True,
          help=Words("应等于各组样本量之和。", "It should equal the sum of the groups.")),
    Field("design.sample_calculation_basis", "样本量计算依据", Text(2000, lines=2), required=True, english="Sample size basis", names={"national": "sampleCalculationBasis"}, published=True, substantive=True),
    Field("design.exempt_consent", "是否免除知情同意", YES_NO, required=True, english="Informed consent waived?", names={"national": "exemptConsent"}, published=True, substantive=True,
          help=Words("免除知情同意时请在附件中上传豁免申请书。", "If consent is waived, attach the waiver application.")),
    Field("design.first_consent_expected_date", "预期第一例研究对象签署知情同意日期", Date(), required=True, only=Is("design.exempt_consent", "no"), english="Expected date of first consent", names={"national": "firstSubjectsExpectedDate"}, published=True, short=True),
    Field("design.diagnostic_gold_standard", "金标准或参考标准", LONG, required=True, only=DIAGNOSTIC, english="Gold or reference standard", names={"national": "diagnostic.standard"}, published=True, substantive=True),
    Field("design.diagnostic_gold_standard_english", "金标准或参考标准（英文）", LONG, required=True, only=DIAGNOSTIC & CHICTR, english="Gold Standard or Reference Standard (English)", pair_of="design.diagnostic_gold_standard", names={"national": "diagnostic.standardEn"}, published=True, substantive=True),
    Field("design.diagnostic_index_test", "指标试验", LONG, required=True, only=DIAGNOSTIC, english="Index test", names={"national": "diagnostic.indexTest"}, published=True, substantive=True),
    Field("design.diagnostic_index_test_english", "指标试验（英文）", LONG, required=True, only=DIAGNOSTIC & CHICTR, english="Index test (English)", pair_of="design.diagnostic_index_test", names={"national": "diagnostic.indexTestEn"}, published=True, substantive=True),
    Field("design.diagnostic_target_condition", "目标人群", LONG, required=True, only=DIAGNOSTIC, english="Target population", names={"national": "diagnostic.targetCondition"}, published=True, substantive=True),
    Field("design.diagnostic_target_condition_english", "目标人群（英文）", LONG, required=True, only=DIAGNOSTIC & CHICTR, english="Target condition (English)", pair_of="design.diagnostic_target_condition", names={"national": "diagnostic.targetConditionEn"}, published=True, substantive=True),
    Field("design.diagnostic_target_sample_size", "目标人群例数", Integer(), required=True, only=DIAGNOSTIC, english="Target population sample size", names={"national": "diagnostic.tsampleSize"}, published=True, substantive=True, short=True),
    Field("design.diagnostic_confusable_population", "容易混淆的疾病人群", LONG, required=True, only=DIAGNOSTIC, english="Easily confused population", names={"national": "diagnostic.difficultCondition"}, published=True, substantive=True),
    Field("design.diagnostic_confusable_population_english", "容易混淆的疾病人群（英文）", LONG, required=True, only=DIAGNOSTIC & CHICTR, english="Population with condition (English)", pair_of="design.diagnostic_confusable_population", names={"national": "diagnostic.difficultConditionEn"}, published=True, substantive=True),
    Field("design.diagnostic_confusable_sample_size", "容易混淆的疾病人群例数", Integer(), required=True, only=DIAGNOSTIC, english="Confused population sample size", names={"national": "diagnostic.dsampleSize"}, published=True, substantive=True, short=True),
    Field("design.research_groups", "研究分组信息", Rows((
        Field("design.group_name", "分组名称", Text(), required=True, english="Group name", example="试验组", names={"national": "intervention.groupName"}, published=True, substantive=True),
        Field("design.group_name_english", "分组名称（英文）", Text(), required=True, only=CHICTR, english="Group (English)", pair_of="design.group_name", names={"national": "intervention.groupEname"}, published=True, substantive=True),
        Field("design.group_sample_size", "样本量", Integer(), required=True, english="Group sample size", example="60", names={"national": "intervention.sampleSize"}, published=True, substantive=True, short=True),
        Field("design.control_group_flag", "是否对照组", YES_NO, required=True, english="Control group?", names={"national": "intervention.controlGroupFlag"}, published=True, substantive=True, short=True),
        Field("design.intervention_name", "干预措施／暴露因素名称", Text(300), required=True, english="Intervention/exposure name", example="某某片", names={"national": "intervention.name"}, published=True, substantive=True),
        Field("design.intervention_name_english", "干预措施／暴露因素名称（英文）", Text(300), required=True, only=CHICTR, english="Intervention (English)", pair_of="design.intervention_name", names={"national": "intervention.ename"}, published=True, substantive=True),
        Field("design.joint_measures", "是否联合干预措施", YES_NO, required=True, english="Combined intervention?", names={"national": "intervention.jointMeasures"}, published=True, substantive=True, short=True),
        Field("design.intervention_type", "干预措施／暴露因素类型", INTERVENTION_TYPE, required=True, english="Intervention/exposure type", names={"national": "intervention.type"}, published=True, substantive=True),
        Field("design.marketed_product_type", "已批准上市的产品类型", MARKETED_PRODUCT_TYPE, required=True, only=Is("design.intervention_type", "marketed"), english="Marketed product type", names={"national": "interventionType1"}, published=True, substantive=True),
        Field("design.other_intervention_type", "其他干预措施类型，请注明", Text(), required=True, only=Is("design.intervention_type", "other"), english="Other intervention type, specify", names={"national": "intervention.otherType"}, published=True, substantive=True),
        Field("design.device_name", "器械名称", Text(), required=True, only=Is("design.marketed_product_type", "device"), english="Device name", names={"national": "intervention.equipmentNames"}, published=True, substantive=True),
        Field("design.device_approval_number", "器械批准文号", Text(), required=True, only=Is("design.marketed_product_type", "device"), english="Device approval no.", names={"national": "intervention.equipmentNo"}, published=True, substantive=True),
        Field("design.device_out_of_scope", "是否超范围使用", YES_NO, required=True, only=Is("design.marketed_product_type", "device"), english="Used beyond approved scope?", names={"national": "intervention.moreEquipmentInfo"}, published=True, substantive=True),
        Field("design.drug_name", "药物名称", Text(), required=True, only=Is("design.marketed_product_type", "drug"), english="Drug name", names={"national": "intervention.drugNames"}, published=True, substantive=True),
        Field("design.drug_approval_number", "药物批准文号", Text(), required=True, only=Is("design.marketed_product_type", "drug"), english="Drug approval no.", names={"national": "intervention.drugNo"}, published=True, substantive=True),
        Field("design.chinese_medicine_drug", "是否中药", YES_NO, required=True, only=Is("design.marketed_product_type", "drug"), english="Chinese medicine?", names={"national": "intervention.isChineseMedicine"}, published=True, substantive=True),
        Field("design.biologic_drug", "是否生物制品", YES_NO, required=True, only=Is("design.marketed_product_type", "drug"), english="Biological product?", names={"national": "intervention.biologicsFlag"}, published=True, substantive=True),
        Field("design.vaccine_drug", "是否疫苗", YES_NO, required=True, only=Is("design.marketed_product_type", "drug") & Is("design.biologic_drug", "yes"), english="Vaccine?", names={"national": "intervention.vaccineFlag"}, published=True, substantive=True),
        Field("design.drug_out_of_guideline", "是否超指南或说明书范围用药", YES_NO, required=True, only=Is("design.marketed_product_type", "drug"), english="Beyond guideline or label (off-label)?", names={"national": "intervention.moreDrugInfo"}, published=True, substantive=True,
              help=Words("超说明书用药须说明当前治疗情况、安全性和前期基础。", "Off-label use needs current treatment, safety and prior research.")),
        Field("design.drug_dosage", "用法与用量", Text(), required=True, only=Is("design.marketed_product_type", "drug"), english="Dosage", example="每次50mg，每日2次，口服", names={"national": "intervention.dosage"}, published=True, substantive=True),
        Field("design.unsafe_combination_drug", "是否为无安全数据的联合用药", YES_NO, required=True, only=Is("design.marketed_product_type", "drug"), english="Combination without safety data?", names={"national": "intervention.noSafeUnionDrug"}, published=True, substantive=True),
        Field("design.drug_instructions_file", "说明书上传（该处上传说明书文件）", Files(), required=True, only=Is("design.marketed_product_type", "drug"), english="Drug label upload", names={"national": "drugInstructions"}, substantive=True),
        Field("design.current_treatment", "目标疾病当前治疗情况", LONG, required=True, only=Is("design.marketed_product_type", "drug"), english="Current treatment of target disease", names={"national": "currentTreatment"}, substantive=True),
        Field("design.safety_description", "安全性情况说明", LONG, required=True, only=Is("design.marketed_product_type", "drug"), english="Safety statement", names={"national": "safetyDescription"}, substantive=True),
        Field("design.previous_research_basis", "前期研究基础", LONG, required=True, only=Is("design.marketed_product_type", "drug"), english="Prior research basis", names={"national": "previousBasis"}, substantive=True),
        Field("design.new_technique", "是否新术式", YES_NO, required=True, only=Is("design.intervention_type", "surgery"), english="New surgical technique?", names={"national": "intervention.newTechniqueFlag"}, published=True, substantive=True),
        Field("design.transplant", "是否移植", YES_NO, required=True, only=Is("design.intervention_type", "surgery"), english="Transplantation?", names={"national": "intervention.transplant"}, published=True, substantive=True),
        Field("design.xenotransplantation", "是否异种移植", YES_NO, required=True, only=Is("design.intervention_type", "surgery") & Is("design.transplant", "yes"), english="Xenotransplantation?", names={"national": "intervention.xenotransplantation"}, published=True, substantive=True),
        Field("design.intervention_description", "干预措施／暴露因素描述", LONG, required=True, english="Intervention/exposure description", names={"national": "intervention.description"}, published=True, substantive=True),
    )), required=True, only=~DIAGNOSTIC, english="Study groups", names={"national": "intervention", "chictr": "干预措施", "trds": "13"}, published=True, substantive=True),
    Field("design.random_group", "是否随机分组", YES_NO, required=True, english="Randomised grouping?", names={"national": "randomGroup", "trds": "15"}, published=True, substantive=True,
          help=Words("随机对照试验必须选“是”。", "A randomised controlled trial must say yes.")),
    Field("design.random_group_method", "随机分组方法", RANDOM_GROUP_METHOD, required=True, only=Is("design.random_group", "yes"), english="Randomisation method", names={"national": "randomGroupMethod"}, published=True, substantive=True),
    Field("design.other_random_group_method", "请注明具体的随机分组方法", Text(), required=True, only=Is("design.random_group", "yes") & Is("design.random_group_method", "other"), english="Randomisation method, specify", names={"national": "otherGroupMethod"}, published=True, substantive=True),
    Field("design.random_sequence_method", "由何人用什么方法产生随机数列", Text(1000, lines=2), required=True, only=Is("design.random_group", "yes"), english="Who generates the sequence and how", names={"national": "randomMethodDesc", "chictr": "随机方法"}, published=True, substantive=True),
    Field("design.random_sequence_method_english", "由何人用什么方法产生随机数列（英文）", Text(1000, lines=2), required=True, only=Is("design.random_group", "yes") & CHICTR & ~Is("design.random_group_method", "other"), english="Randomization Procedure (English)", pair_of="design.random_sequence_method", names={"national": "eng.randomMethodDesc"}, published=True, substantive=True),
    Field("design.blinding_type", "盲法类型", BLINDING_TYPE, required=True, only=Is("design.random_group", "yes"), english="Blinding type", names={"national": "blindnessType", "chictr": "盲法", "trds": "15"}, published=True, substantive=True),
    Field("design.unblinding_method", "揭盲或破盲原则和方法", LONG, required=True, only=Is("design.random_group", "yes") & Is("design.blinding_type", "double", "single_assessor", "single", "triple"), english="Unblinding rule and method", names={"national": "uncoverBlindnessMethod"}, published=True, substantive=True),
    Field("design.allocation_concealment_method", "分配隐藏方法", ALLOCATION_CONCEALMENT_METHOD, required=True, only=Is("design.random_group", "yes") & ~Is("design.blinding_type", "open_assessor", "open"), english="Allocation concealment method", names={"national": "maskGroupMethod"}, published=True, substantive=True),
    Field("design.other_allocation_concealment_method", "请注明具体的分配隐藏方法", LONG, required=True, only=Is("design.random_group", "yes") & Is("design.allocation_concealment_method", "other") & ~Is("design.blinding_type", "open_assessor", "open"), english="Concealment method, specify", names={"national": "otherMaskGroupMethod"}, published=True, substantive=True),
    Field("design.allocation_concealment_description", "分配隐藏方法描述", LONG, required=True, only=Is("design.random_group", "yes") & ~Is("design.blinding_type", "open_assessor", "open"), english="Concealment description", names={"national": "maskGroupMethodDescp"}, published=True, substantive=True),
    Field("design.statistical_analysis_method", "统计分析方法描述", LONG, required=True, english="Statistical analysis method", names={"national": "statisticalMethod"}, published=True, substantive=True),
    Field("design.measurement_indicators", "测量指标", Rows((
        Field("design.indicator_name", "指标名称", Text(300), required=True, english="Outcome name", example="糖化血红蛋白（HbA1c）变化", names={"national": "indicator.name"}, published=True, substantive=True),
        Field("design.indicator_name_english", "指标名称（英文）", Text(300), required=True, only=CHICTR, english="Outcome (English)", pair_of="design.indicator_name", names={"national": "indicator.ename"}, published=True, substantive=True),
        Field("design.indicator_type_level_1", "指标类型（第一级）", INDICATOR_TYPE_LEVEL_1, required=True, english="Outcome type L1", names={"national": "indicator.type"}, published=True, substantive=True),
        Field("design.indicator_type_level_2", "指标类型（第二级）", INDICATOR_TYPE_LEVEL_2, required=True, english="Outcome type L2", names={"national": "indicatorType2"}, published=True, substantive=True),
        Field("design.indicator_type_level_3", "指标类型（第三级）", INDICATOR_TYPE_LEVEL_3, required=True, only=Is("design.indicator_type_level_2", "treatment"), english="Outcome type L3", names={"national": "indicatorType3"}, published=True, substantive=True),
        Field("design.indicator_timepoint", "测量时间点", Text(300), required=True, english="Measuring time point", example="基线、第12周", names={"national": "indicator.timePoint"}, published=True, substantive=True),
        Field("design.indicator_timepoint_english", "测量时间点（英文）", Text(300), required=True, only=CHICTR, english="Timepoint (English)", pair_of="design.indicator_timepoint", names={"national": "indicator.epoint"}, published=True, substantive=True),
        Field("design.indicator_measurement_method", "测量方法", LONG, required=True, english="Measuring method", names={"national": "indicator.measureMethod"}, published=True, substantive=True),
        Field("design.indicator_measurement_method_english", "测量方法（英文）", LONG, required=True, only=CHICTR, english="Metric/method of measurement (English)", pair_of="design.indicator_measurement_method", names={"national": "indicator.emethod"}, published=True, substantive=True),
        Field("design.indicator_description", "描述", LONG, english="Description", names={"national": "indicator.description"}, published=True),
    )), required=True, english="Outcome measures", names={"national": "indicator", "chictr": "测量指标", "trds": "19, 20"}, published=True, substantive=True,
          help=Words("至少填写一个主要指标。", "At least one primary outcome.")),
    Field("design.biological_sample_collection", "是否涉及生物样本采集", YES_NO, required=True, english="Biological samples collected?", names={"national": "sampleCollection"}, published=True, substantive=True),
    Field("design.biological_samples_standard", "生物标本", Rows((
        Field("design.sample_name", "样本名称", Text(), required=True, english="Sample name", names={"national": "sample.name"}, published=True, substantive=True),
        Field("design.sample_name_english", "样本名称（英文）", Text(), required=True, only=CHICTR, english="Sample Name (English)", pair_of="design.sample_name", names={"national": "sample.ename"}, published=True, substantive=True),
        Field("design.sample_type", "样本类型", SAMPLE_TYPE, required=True, english="Sample type", names={"national": "sample.type"}, published=True, substantive=True, short=True),
        Field("design.sample_destination", "样本去向", SAMPLE_DESTINATION, required=True, english="Sample destination", names={"national": "sample.specimenGoing"}, published=True, substantive=True, short=True),
        Field("design.sample_description", "说明", LONG, english="Note", names={"national": "sample.description"}, published=True),
    )), required=True, only=Is("design.biological_sample_collection", "yes"), english="Biological samples", names={"national": "sample", "chictr": "采集人体标本"}, published=True, substantive=True),
    Field("design.indicator_other_type", "其他，请注明", Text(), only=NEVER, english="Other outcome type, specify", names={"national": "indicator.otherType"}),
    Field("design.sample", "生物标本（第二套模板）", Rows((
        Field("design.other_sample_self_collected", "是否自行采集样本", YES_NO, required=True, english="Self-collected sample?", names={"national": "sample.collectFlag"}),
        Field("design.other_sample_source_institution", "生物样本来源机构", Text(), required=True, english="Sample source institution", names={"national": "sample.orgName"}),
        Field("design.other_sample_name", "生物样本名称", Text(), required=True, english="Sample name", names={"national": "sample.name"}),
        Field("design.other_sample_name_english", "生物样本名称（英文）", Text(), required=True, only=CHICTR, english="Sample Name (English)", pair_of="design.other_sample_name", names={"national": "sample.ename"}),
        Field("design.other_sample_type", "生物样本类型", SAMPLE_TYPE, required=True, english="Sample type", names={"national": "sample.type"}),
        Field("design.other_sample_amount", "生物样本量", Text(), required=True, english="Sample amount", names={"national": "sample.amount"}),
        Field("design.other_sample_destination", "生物样本去向", SAMPLE_DESTINATION, required=True, english="Sample destination", names={"national": "sample.specimenGoing"}),
        Field("design.other_sample_purpose", "请注明样本具体使用用途", LONG, required=True, english="Sample use purpose", names={"national": "samplePurpose"}),
    ), least=0), only=NEVER, english="Biological samples", names={"national": "sample"}),
    Field("design.human_health_data_collection", "是否涉及采集人类健康数据", YES_NO, required=True, english="Human health data collected?", names={"national": "dataCollectFlag"}),
    Field("design.data", "人类健康数据明细", Rows((
        Field("design.health_data_self_collected", "是否自行采集数据", YES_NO, required=True, english="Self-collected data?", names={"national": "data.collectFlag"}),
        Field("design.health_data_source_institution", "数据来源机构", Text(), required=True, english="Data source institution", names={"national": "data.orgName"}),
        Field("design.health_data_type_and_amount", "数据类型及数量描述", Text(), required=True, english="Data kind and amount", names={"national": "data.typeDesc"}),
        Field("design.health_data_use_start_date", "使用时限—开始日期", Date(), required=True, english="Use period start", names={"national": "data.startTime"}, short=True),
        Field("design.health_data_use_end_date", "使用时限—结束日期", Date(), required=True, english="Use period end", names={"national": "data.completeTime"}, short=True),
        Field("design.health_data_destination", "使用后去向", Text(), required=True, english="After-use destination", names={"national": "data.destination"}),
        Field("design.health_data_other_description", "其他需说明的情况", LONG, english="Other remarks", names={"national": "data.otherDesc"}),
        Field("design.health_data_purpose", "请注明数据具体使用用途", LONG, required=True, english="Data use purpose", names={"national": "dataPurpose"}),
    ), least=0), only=NEVER, english="Human health data", names={"national": "data"}),
))
# fmt: on
