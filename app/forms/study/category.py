"""研究类别. Source: spec/domain.md §2.1."""

from __future__ import annotations

from app.forms.conditions import NEVER, Is
from app.forms.schema import Field, Files, Page, Rows
from app.forms.study.routes import (
    CELLS,
    CLASSED,
    DRUG_OR_DEVICE,
    IIT_INT,
    IIT_OBS,
    PRODUCT,
    REG_DRUG,
    ROUTE,
)
from app.forms.types import LONG, YES_NO, Choice, Date, Listed, Option, Pointer, Text, options
from app.words import Words

# fmt: off
RESEARCH_CLASSIFICATION_LEVEL_1 = Choice(options(
    ("registration", "以产品注册为目的的临床试验", "Trial for product registration"),
    ("initiated", "研究者发起的临床研究", "Investigator-initiated study"),
))
RESEARCH_CLASSIFICATION_LEVEL_2 = Choice((
    Option("REG-DRUG", "药品", "Drug", only=Is("cat.research_classification_level_1", "registration")),
    Option("REG-DEV", "医疗器械", "Medical device", only=Is("cat.research_classification_level_1", "registration")),
    Option("REG-IVD", "体外诊断试剂", "In vitro diagnostic", only=Is("cat.research_classification_level_1", "registration")),
    Option("REG-FSMP", "特殊医学用途配方食品", "Food for special medical purposes", only=Is("cat.research_classification_level_1", "registration")),
    Option("IIT-INT", "干预性研究", "Interventional study", only=Is("cat.research_classification_level_1", "initiated")),
    Option("IIT-OBS", "观察性研究", "Observational study", only=Is("cat.research_classification_level_1", "initiated")),
))
RESEARCH_CLASSIFICATION_LEVEL_3 = Choice(options(
    ("1", "I类", "Class I"),
    ("2", "II类", "Class II"),
    ("3", "III类", "Class III"),
))
IIT_PRODUCT_ATTRIBUTE = Choice(options(
    ("new_technology", "生物医学新技术临床研究", "Study of a new biomedical technology"),
    ("unmarketed", "涉及未上市的药品、疫苗、医疗器械等产品", "Involves unmarketed drugs, vaccines, devices or other products"),
    ("none", "否", "No"),
))
GCP_CELL_PRODUCT_ATTRIBUTE = Choice(options(
    ("stem_cell", "干细胞临床试验", "Stem-cell trial"),
    ("somatic_cell", "体细胞临床试验", "Somatic-cell trial"),
    ("none", "否", "No"),
))
UNMARKETED_PRODUCT_TYPE = Choice(options(
    ("drug", "药品", "Drug"),
    ("device", "医疗器械", "Medical device"),
    ("other", "其他", "Other"),
))
UNMARKETED_PRODUCT_AREA_TYPE = Choice(options(
    ("domestic", "境内", "In China"),
    ("overseas", "境外", "Overseas"),
))
CELL_TARGET_TYPE = Choice(options(
    ("new", "新靶点", "New target"),
    ("established", "成熟靶点", "Established target"),
))
CELL_INDICATION = Choice(options(
    ("nmo", "视神经脊髓炎", "Neuromyelitis optica"),
    ("other", "其他", "Other"),
))
CELL_PREPARATION_TYPE = Choice(options(
    ("ipsc_cardiomyocytes", "人iPSC来源心肌细胞", "Human iPSC-derived cardiomyocytes"),
    ("other", "其他", "Other"),
))
CELL_PREPARATION_SOURCE = Choice(options(
    ("own", "机构自制", "Made by the institution"),
    ("enterprise", "企业", "Enterprise"),
    ("outside_institution", "外部机构", "Outside institution"),
    ("university", "高校或科研院所", "University or research institute"),
    ("other", "其他", "Other"),
))
CELL_PREPARATION_MANUFACTURER = Choice(options(
    ("guangxiu", "湖南光琇高新生命科技有限公司", "Hunan Guangxiu Hi-tech Life Technology Co., Ltd."),
    ("other", "其他", "Other"),
))
CRONATURE = Choice(options(
    ("domestic", "境内", "In China"),
    ("overseas", "境外", "Overseas"),
))
PAGE = Page("cat", "研究类别", "Research category", fields=(
    Field("cat.implementing_organization", "研究实施单位", Text(100, linked="institution"), required=True, given="office_name", english="Implementing institution", names={"national": "organizationId", "trds": "5"}, published=True,
          help=Words("由登录账号带出，默认为项目负责人所在单位。", "Taken from the login: the institution of the principal investigator.")),
    Field("cat.research_classification_level_1", "研究分类（一级）", RESEARCH_CLASSIFICATION_LEVEL_1, required=True, english="Study class, level 1", names={"national": "type1"}, published=True, substantive=True,
          help=Words("以药品、器械上市为目的的研究为注册临床试验，其余为研究者发起的临床研究。", "A study that aims at marketing a drug or device is a registration trial; others are investigator-initiated.")),
    Field("cat.research_classification_level_2", "研究分类（二级）", RESEARCH_CLASSIFICATION_LEVEL_2, required=True, english="Study class, level 2", names={"national": "type2"}, published=True, substantive=True),
    Field("cat.research_classification_level_3", "研究分类（三级）", RESEARCH_CLASSIFICATION_LEVEL_3, required=True, only=Is(ROUTE, "REG-DEV", "REG-IVD"), english="Study class, level 3 (product class)", names={"national": "type3"}, published=True, substantive=True),
    Field("cat.diagnostic_trial", "是否是诊断试验", YES_NO, required=True, only=IIT_OBS, english="Diagnostic test study?", names={"national": "diagnosticTest"}, published=True),
    Field("cat.nmpa_number", "NMPA批准文号、临床试验申请受理码或医疗器械临床试验备案号", Text(), required=CLASSED, only=PRODUCT, english="NMPA approval / acceptance / device filing no.", example="2025LP01234", names={"national": "nmpaNumber"}, short=True),
    Field("cat.nmpa_date", "NMPA批准日期或医疗器械临床试验备案时间", Date(), required=CLASSED, only=PRODUCT, english="NMPA approval or device filing date", names={"national": "nmpaDate"}, short=True,
          help=Words("批件超过 3 年的，请上传批件仍有效的说明文件。", "If it is older than 3 years, upload a statement that it is still valid.")),
    Field("cat.nmpa_document", "NMPA批准附件或医疗器械临床试验备案表", Files(), required=CLASSED, only=PRODUCT, english="NMPA approval document or device filing form", names={"national": "nmpaDocument"}),
    Field("cat.iit_product_attribute", "是否为生物医学新技术临床研究或涉及未上市产品", IIT_PRODUCT_ATTRIBUTE, required=True, only=IIT_INT, english="New biomedical technology or unmarketed product?", names={"national": "productInfoType"}, published=True, substantive=True,
          help=Words("生物医学新技术临床研究请使用专门的备案模块。", "Studies of new biomedical technology are filed in a module of their own.")),
    Field("cat.gcp_cell_product_attribute", "是否为干细胞、体细胞临床试验", GCP_CELL_PRODUCT_ATTRIBUTE, required=True, only=DRUG_OR_DEVICE, english="Stem/somatic cell trial?", names={"national": "productInfoType"}, published=True, substantive=True),
    Field("cat.unmarketed_product_repeat", "未上市产品信息", Rows((
        Field("cat.unmarketed_product_type", "未上市产品类型", UNMARKETED_PRODUCT_TYPE, required=True, english="Unmarketed product type", names={"national": "unproduct.productType"}),
        Field("cat.unmarketed_product_type_other", "请注明其他产品类型", Text(), required=True, only=Is("cat.unmarketed_product_type", "other"), english="Other product type, specify", names={"national": "unproduct.productTypeOther"}),
        Field("cat.unmarketed_product_name", "未上市产品名称", Text(), required=True, english="Unmarketed product name", names={"national": "unproduct.productName"}),
        Field("cat.unmarketed_product_organization", "未上市产品制备机构", Text(), required=True, english="Producer of the product", names={"national": "unproduct.productOrg"}),
        Field("cat.unmarketed_product_area_type", "未上市产品制备机构类型", UNMARKETED_PRODUCT_AREA_TYPE, required=True, english="Producer located", names={"national": "unproduct.productAreaType"}),
    )), required=True, only=IIT_INT & Is("cat.iit_product_attribute", "unmarketed"), english="Unmarketed product(s)", names={"national": "unproduct"}),
    Field("cat.cell_target_type", "靶点类型", CELL_TARGET_TYPE, required=True, only=CELLS, english="Target type", names={"national": "targetType"}),
    Field("cat.cell_indication", "适应症", CELL_INDICATION, required=True, only=CELLS, english="Indication", names={"national": "indication"}),
    Field("cat.cell_indication_other", "请注明具体的适应症", Text(), required=True, only=CELLS & Is("cat.cell_indication", "other"), english="Indication, specify", names={"national": "indicationOther"}),
    Field("cat.cell_preparation_type", "制剂类型", CELL_PREPARATION_TYPE, required=True, only=CELLS, english="Cell preparation type", names={"national": "preparation"}),
    Field("cat.cell_preparation_type_other", "请注明具体的制剂类型", Text(), required=True, only=CELLS & Is("cat.cell_preparation_type", "other"), english="Preparation type, specify", names={"national": "preparationOther"}),
    Field("cat.cell_preparation_development_organization", "制剂研发机构", Text(), required=True, only=CELLS, english="Preparation developer", names={"national": "preparationDevelopment"}),
    Field("cat.cell_preparation_source", "制剂来源类型", CELL_PREPARATION_SOURCE, required=True, only=CELLS, english="Preparation source type", names={"national": "preparationSource"}),
    Field("cat.cell_preparation_manufacturer", "制剂制备机构", CELL_PREPARATION_MANUFACTURER, required=True, only=CELLS, english="Preparation manufacturer", names={"national": "preparationManufacturer"}),
    Field("cat.cell_preparation_manufacturer_other", "请注明具体的制备机构", Text(), required=True, only=CELLS & Is("cat.cell_preparation_manufacturer", "other"), english="Manufacturer, specify", names={"national": "preparationManufacturerOther"}),
    Field("cat.cell_preparation_manufacturer_address", "制剂制备机构注册地", Text(), required=True, only=CELLS, english="Manufacturer place of registration", names={"national": "preparationManufacturerAddr"}),
    Field("cat.cell_preparation_ftz", "制剂制备机构是否在自贸试验区", YES_NO, required=True, only=CELLS, english="Manufacturer in a pilot free-trade zone?", names={"national": "preparationManufacturerFtz"}),
    Field("cat.cell_preparation_ftz_name", "自贸试验区名称", Text(), required=True, only=CELLS & Is("cat.cell_preparation_ftz", "yes"), english="Free-trade zone name", names={"national": "preparationManufacturerFtzName"}),
    Field("cat.cell_preparation_foreign_enterprise", "制备机构是否为外商投资企业", YES_NO, required=True, only=CELLS, english="Manufacturer foreign-invested?", names={"national": "preparationForeignEnterprise"}),
    Field("cat.cell_preparation_investment_background", "外商投资企业出资背景", Listed("countries"), required=True, only=CELLS & Is("cat.cell_preparation_foreign_enterprise", "yes"), english="Country of foreign investment", names={"national": "preparationInvestmentBackground"}),
    Field("cat.cell_preparation_business_license", "制剂制备机构营业执照", Files(), required=True, only=CELLS, english="Manufacturer business licence", names={"national": "preparationBusinessLicense"}),
    Field("cat.cell_research_innovation", "研究创新性", LONG, required=True, only=CELLS, english="Research innovation", names={"national": "researchInnovation"}),
    Field("cat.innovative_drug_device", "是否为创新药械", YES_NO, required=True, only=DRUG_OR_DEVICE, english="Innovative drug/device?", names={"national": "innovativeFlag"}),
    Field("cat.tcm_guided", "干预措施（暴露因素）是否以中医理论为指导", YES_NO, required=True, english="Intervention/exposure guided by TCM theory?", names={"national": "chineseMedicineTheory"}, published=True),
    Field("cat.invasive_bci", "是否为侵入式脑机接口用于治疗神经精神疾病的临床研究", YES_NO, required=True, only=Is(ROUTE, "REG-DEV", "REG-IVD", "IIT-INT", "IIT-OBS") | (REG_DRUG & Is("cat.gcp_cell_product_attribute", "none")), english="Invasive BCI for neuro-psychiatric disease?", names={"national": "invasiveBci"}),
    Field("cat.contactsId", "研究申办方联系人", Pointer("person"), only=NEVER, english="Sponsor contact", names={"national": "contactsId"}),
    Field("cat.sponsorName", "研究申办方", Text(200), only=NEVER, english="Sponsor", names={"national": "sponsorName"}),
    Field("cat.croName", "CRO企业名称", Text(), only=NEVER, english="CRO name", names={"national": "croName"}),
    Field("cat.croNature", "CRO企业性质", CRONATURE, only=NEVER, english="CRO nature", names={"national": "croNature"}),
    Field("cat.materialDescribed", "补充材料说明文件", Files(), only=NEVER, english="Supplementary explanation file", names={"national": "materialDescribed"}),
))
# fmt: on
