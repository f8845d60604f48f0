"""A study filing from ChiCTR's “下载XML文档”, and from WHO's exchange XML of the same names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.errors import Unreadable
from app.exchange import rough, trds
from app.exchange.prefill import Account, Prefill
from app.forms import FORMS
from app.words import Words

PLACES = trds.Places(
    number="main.trial_id",
    register="main.reg_name",
    public_title="main.public_title",
    scientific_title="main.scientific_title",
    acronym="main.acronym",
    study_type="main.study_type",
    design="main.study_design",
    phase="main.phase",
    least_age="criteria.agemin",
    most_age="criteria.agemax",
    sex="criteria.gender",
    inclusion="criteria.inclusion_criteria",
    exclusion="criteria.exclusion_criteria",
    enrolment="main.date_enrolment",
    size="main.target_size",
    condition="main.hc_freetext",
    intervention="main.i_freetext",
    primary="primary_outcome.prim_outcome",
    secondary="secondary_outcome.sec_outcome",
    status="main.recruitment_status",
    sponsor="main.primary_sponsor",
    countries="countries.country2",
)


def is_record(body: Any) -> bool:
    """Whether this is one trial of ChiCTR's or WHO's XML, as `tree_of` gives it."""
    main = body.get("main") if isinstance(body, dict) else None
    return isinstance(main, dict) and isinstance(main.get("trial_id"), str)


def study_from(body: Mapping[str, Any]) -> Prefill:
    """Fill the study form from one trial; Unreadable where it is none."""
    if not is_record(body):
        raise Unreadable(
            "这不是 ChiCTR 的记录（下载XML文档）。请在其网站上下载 XML 后再选择。",
            "This is not a ChiCTR record (its XML). Please download one there.",
        )
    marks: list[tuple[str, Words]] = []
    account = Account(FORMS["study"], _readable(body, "", marks))
    trds.fill(account, PLACES)
    _contact(account)
    _sharing(account)
    for source, reason in LEFT.items():
        account.leave(source, reason)
    for source, words in marks:
        fields = [t.field for t in account.taken if t.source == source]
        account.warn(fields[0] if fields else "", words.fill(source=source))
    return account.close(account.text("main.trial_id"))


def _readable(node: Any, at: str, marks: list[tuple[str, Words]]) -> Any:
    if isinstance(node, dict):
        return {k: _readable(v, f"{at}.{k}" if at else k, marks) for k, v in node.items()}
    if isinstance(node, list):
        return [_readable(v, f"{at}[{n}]", marks) for n, v in enumerate(node)]
    text, told = rough.readable(node)
    marks += [(at, words) for words in told]
    return text


def _contact(account: Account) -> None:
    """The public contact as the contact of the project."""
    people = account.raw("contacts.contact")
    at = "contacts.contact"
    items = [at] if isinstance(people, dict) else list(account.items(at))
    public = [p for p in items if account.text(f"{p}.type").lower() == "public"]
    for item in public[:1]:
        parts = [f"{item}.{k}" for k in ("firstname", "middlename", "lastname")]
        there = [p for p in parts if account.text(p)]
        name = " ".join(account.text(p) for p in there)
        account.take_english("impl.applicant_name", name, *there)
        account.take(
            "impl.applicant_telephone", account.text(f"{item}.telephone"), f"{item}.telephone"
        )
        account.take("impl.applicant_email", account.text(f"{item}.email"), f"{item}.email")
        for name, key in (("address", "address"), ("organization", "affiliation")):
            account.take_english(
                f"impl.applicant_{name}", account.text(f"{item}.{key}"), f"{item}.{key}"
            )
        account.leave(f"{item}.type", Words("已填为项目联系人。", "Filled in as the contact."))
        account.warn("impl.applicant_name", Words(
            "联系人取自原记录，请核对是否仍是本机构的联系人。",
            "The contact is the record's; please check that it is this institution's.",
        ))  # fmt: skip
    for item in items:
        rest = [f"{item}.{key}" for key in account.raw(item)]
        account.leave_all(rest, Words(
            "项目负责人由登录账号带出，只有一位项目联系人。",
            "The investigator comes from the account; there is one contact only.",
        ))  # fmt: skip


def _sharing(account: Account) -> None:
    at = "main.results_IPD_plan"
    shared = {"yes": "share", "no": "no"}.get(account.text(at).lower())
    account.take("share.data_share_statement", shared, at)
    account.take_english(
        "share.data_share_plan",
        account.text("main.results_IPD_description"),
        "main.results_IPD_description",
    )


_OVER_THERE = Words("只与原平台的登记有关。", "It concerns the registration over there only.")
LEFT = {
    "main.date_registration": _OVER_THERE,
    "main.url": _OVER_THERE,
    "main.type_enrolment": Words(
        "表中不区分预计与实际。", "The form does not part expected from actual."
    ),
    "ethics_reviews": Words(
        "伦理审查由本系统的伦理委员会记录。", "The committee's review is recorded in this system."
    ),
    "source_support": Words(
        "经费来源请按级别、立项编号逐项填写。", "Please fill in the funding item by item."
    ),
    "secondary_ids": Words(
        "不能确定是哪个研究平台的编号。", "It is not certain which registry's number it is."
    ),
}
