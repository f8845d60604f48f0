"""相关附件. Source: spec/domain.md §2.9."""

from __future__ import annotations

from app.forms.conditions import NEVER
from app.forms.schema import Field, Files, Page
from app.forms.types import YES_NO, Date, Pointer, Text
from app.words import Words

# fmt: off
PAGE = Page("attach", "相关附件", "Attachments", fields=(
    Field("attach.research_protocol_file", "研究方案", Files(), required=True, english="Study protocol", names={"national": "researchPlan"}, substantive=True,
          help=Words("仅限 PDF，请填写版本号和版本日期；附件只供审查，不公示。", "PDF only, with version and date; attachments are for review and never published.")),
    Field("attach.consent_or_waiver_file", "知情同意模板/知情同意豁免申请书", Files(), required=True, english="Consent form template / waiver application", names={"national": "patientZqtymb"}, substantive=True,
          help=Words("仅限 PDF；免除知情同意时上传豁免申请书，否则上传知情同意书模板。", "PDF only; the waiver application if consent is waived, otherwise the consent form.")),
    Field("attach.other_files", "其他文件", Files(), english="Other documents", names={"national": "otherAnnex"},
          help=Words("仅限 PDF，不公示。", "PDF only, never published.")),
    Field("attach.academicDocument", "学术审批件", Files(), only=NEVER, english="Academic approval document", names={"national": "academicDocument"}),
    Field("attach.ethicsCommitteeId", "伦理委员会", Pointer("ethics_committee"), only=NEVER, english="Ethics committee", names={"national": "ethicsCommitteeId", "trds": "21"}, published=True),
    Field("attach.exemptEthicsFlag", "是否免除伦理审查", YES_NO, only=NEVER, english="Ethics review exempted?", names={"national": "exemptEthicsFlag"}),
    Field("attach.ethicsApprovalNumber", "伦理批件号", Text(80), only=NEVER, english="Ethics approval number", names={"national": "ethicsApprovalNumber", "chictr": "伦理委员会批件文号"}, published=True),
    Field("attach.ethicsApprovalTime", "伦理批准日期", Date(), only=NEVER, english="Ethics approval date", names={"national": "ethicsApprovalTime", "chictr": "伦理委员会批准日期", "trds": "21"}, published=True, short=True),
    Field("attach.ethicsDocument", "伦理批件", Files(), only=NEVER, english="Ethics approval document", names={"national": "ethicsDocument"}),
))
# fmt: on
