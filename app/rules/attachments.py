"""Rules over attached documents: which must be there, and that they are PDF. Source: §2.11."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.answers import files_in
from app.forms.schema import Field, Files, Form, Rows
from app.rules.rule import Case, Judge, Rules

ATTACHED_RULES = Rules()
rule = ATTACHED_RULES.rule

PROTOCOL = "attach.research_protocol_file"
CONSENT = "attach.consent_or_waiver_file"

OTHER_KIND = re.compile(
    r"\.(docx?|xlsx?|pptx?|wps|et|dps|rtf|odt|ofd|txt|csv|html?|xml"
    r"|jpe?g|png|bmp|gif|tiff?|heic|zip|rar|7z)$",
    re.IGNORECASE,
)
"""A document may be renamed and lose its “.pdf”; it may not say that it is something else."""


@rule(
    "V-19",
    "block",
    "请上传知情同意书模板；免除知情同意的，上传知情同意豁免申请书。",
    "Attach the consent form, or the waiver application where consent is waived.",
    at=(CONSENT,),
    instead=True,
)
def _neither_consent_nor_waiver(case: Case) -> Iterator[str]:
    if not case[CONSENT]:
        yield CONSENT


@rule(
    "V-19",
    "warn",
    "从文件名看，附件与“是否免除知情同意”不符：免除时上传豁免申请书，否则上传知情同意书模板。",
    "By its name the document does not go with the answer on waived consent: a waiver "
    "application where it is waived, else the consent form.",
    at=(f"{CONSENT}/name",),
)
def _consent_for_waiver(case: Case) -> Iterator[str]:
    rows = [(at, str(row.get("name", ""))) for at, row in case.rows(CONSENT)]
    speaks = [bool(re.search("豁免|免除|waiver", name, re.IGNORECASE)) for _, name in rows]
    is_waived = case["design.exempt_consent"] == "yes"
    if case["design.exempt_consent"] == "no" and rows and all(speaks):
        yield rows[0][0] + "name"
    if is_waived and not any(speaks):
        yield from (at + "name" for at, name in rows if "同意" in name)


@rule(
    "V-22",
    "block",
    "请上传研究方案；附件仅供内部审查和监督检查，不公示。",
    "Attach the study protocol; attachments are for review and inspection, never published.",
    "seed 001",
    at=(PROTOCOL,),
    instead=True,
)
def _no_protocol(case: Case) -> Iterator[str]:
    if not case[PROTOCOL]:
        yield PROTOCOL


def pdf_rules(form: Form) -> Rules:
    """V-20 for every document that a form takes; nothing for a form that takes none."""
    rules, at = Rules(), tuple(f"{path}/name" for path in _documents(form.fields(), ""))
    if at:
        rules.rule(
            "V-20",
            "block",
            "仅支持 PDF 格式文件，请将文件转为 PDF 后重新上传。",
            "Only PDF files are taken: please convert the document and attach it again.",
            "seed 001",
            at=at,
        )(_no_pdf(form))
    return rules


def _documents(fields: Iterator[Field] | tuple[Field, ...], at: str) -> Iterator[str]:
    for field in fields:
        if isinstance(field.type, Files):
            if field.type.pdf_only:
                yield at + field.id
        elif isinstance(field.type, Rows):
            yield from _documents(field.type.fields, f"{at}{field.id}/")


def _no_pdf(form: Form) -> Judge:
    def judge(case: Case) -> Iterator[str]:
        for path, row in files_in(form.fields(), case.answers).items():
            kind = form.at(path)[-1].type
            says_other = OTHER_KIND.search(str(row.get("name", "")))
            is_other = says_other or row["sha256"] in (case.known.not_pdf or ())
            if is_other and isinstance(kind, Files) and kind.pdf_only:
                yield f"{path}/name"

    return judge
