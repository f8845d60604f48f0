"""A study filing from a ClinicalTrials.gov record (API v2, JSON)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.errors import Unreadable
from app.exchange import ctgov_design, ctgov_places
from app.exchange.ctgov_words import INDICATIVE, OBSERVED, PURPOSE, RECRUITING
from app.exchange.prefill import Account, Prefill
from app.forms import FORMS
from app.forms.study.routes import ROUTE
from app.words import Words

ROUTE_1 = "cat.research_classification_level_1"
PLATFORMS = "other.other_platform_records"


def is_record(body: Any) -> bool:
    """Whether this is a record of ClinicalTrials.gov as its API v2 gives it."""
    section = body.get("protocolSection") if isinstance(body, dict) else None
    head = section.get("identificationModule") if isinstance(section, dict) else None
    return isinstance(head, dict) and isinstance(head.get("nctId"), str)


def study_from(body: Mapping[str, Any]) -> Prefill:
    """Fill the study form from one record; Unreadable where it is not one."""
    if not is_record(body):
        raise Unreadable(
            "这不是 ClinicalTrials.gov 的记录（API v2 的 JSON）。请在其网站上下载 JSON 后再选择。",
            "This is not a ClinicalTrials.gov record (JSON of API v2). Please download one there.",
        )
    others = {section: value for section, value in body.items() if section != "protocolSection"}
    whole = {**others, **body["protocolSection"]}
    account = Account(FORMS["study"], whole, aside=frozenset(others))
    for part in PARTS:
        part(account)
    for section, value in others.items():
        # Results run to megabytes: what the section holds is told by its names.
        names = sorted(value) if isinstance(value, dict) else None
        account.leave(section, Words("不属于方案信息。", "Not a part of the protocol."), names)
    return account.close(account.text("identificationModule.nctId"))


def _titles(account: Account) -> None:
    at = "identificationModule"
    for field_id, name in (
        ("basic.research_title", "officialTitle"),
        ("basic.public_name", "briefTitle"),
        ("basic.brief_research_title", "acronym"),
    ):
        account.take_english(field_id, account.text(f"{at}.{name}"), f"{at}.{name}")
    account.leave(
        f"{at}.orgStudyIdInfo",
        Words(
            "申办方自己的编号，不是研究平台的编号。", "The sponsor's own number, not a registry's."
        ),
    )


def _numbers(account: Account) -> None:
    """The NCT number and numbers of other registries; numbers of companies stay out."""
    at = "identificationModule"
    rows: list[tuple[str, str, str, tuple[str, ...]]] = [("nih", "", f"{at}.nctId", ())]
    for item in account.items(f"{at}.secondaryIdInfos"):
        number, kind = account.text(f"{item}.id"), account.text(f"{item}.type")
        domain = account.text(f"{item}.domain")
        around = tuple(
            f"{item}.{k}" for k in ("type", "domain", "link") if account.raw(f"{item}.{k}")
        )
        if number.upper().startswith("CHICTR"):
            rows.append(("chictr", "", f"{item}.id", around))
        elif number.upper().startswith("CTR2"):
            rows.append(("cde", "", f"{item}.id", around))
        elif kind in ("REGISTRY", "EUDRACT_NUMBER", "CTIS") or number.upper().startswith("U1111-"):
            rows.append(("other", domain or _REGISTRIES.get(kind, kind), f"{item}.id", around))
        else:
            account.leave(item, Words(
                "不能确定是研究平台的编号。", "It is not certain that this is a registry's number.",
            ))  # fmt: skip
    for n, (platform, name, source, around) in enumerate(rows, 1):
        row = f"{PLATFORMS}/r{n}"
        account.take(f"{row}/other.platform_name", platform, source)
        account.take(f"{row}/other.platform_other_name", name, *around)
        account.take(f"{row}/other.platform_record_number", account.text(source), source)
        if not name:
            account.leave_all(
                list(around), Words("已由平台名称说明。", "Said by the registry's name.")
            )


_REGISTRIES = {"EUDRACT_NUMBER": "EudraCT", "CTIS": "EU CTIS"}


def _route(account: Account) -> None:
    """Observational studies, and those of no company, are told as initiated by investigators."""
    kind = account.text("designModule.studyType")
    sponsor = account.text("sponsorCollaboratorsModule.leadSponsor.class")
    route = {"INTERVENTIONAL": "IIT-INT", "OBSERVATIONAL": "IIT-OBS"}.get(kind)
    if route is None or sponsor in ("", "INDUSTRY", "UNKNOWN", "AMBIG"):
        account.leave("designModule.studyType", Words(
            "原记录不说明是否以产品注册为目的，请自行选择研究分类。",
            "The record does not say if it serves product registration; please choose the class.",
        ))  # fmt: skip
        return
    account.take(
        ROUTE_1,
        "initiated",
        "designModule.studyType",
        "sponsorCollaboratorsModule.leadSponsor.class",
    )
    account.take(ROUTE, route, "designModule.studyType")
    account.warn(ROUTE, Words(
        "研究分类按申办方不是企业推定为研究者发起，请核对。",
        "Told as investigator-initiated because the sponsor is no company; please check.",
    ))  # fmt: skip


def _status(account: Account) -> None:
    at = "statusModule.overallStatus"
    status = account.text(at)
    observed = account.text("designModule.studyType") == "OBSERVATIONAL"
    if observed and status in OBSERVED:
        account.take("impl.observational_status", OBSERVED[status], at)
    elif not observed and status in RECRUITING:
        account.take("recruit.recruitment_flag", "yes", at)
        account.take("recruit.recruitment_status", RECRUITING[status], at)
    else:
        account.leave(
            at, Words("没有对应的状态，请自行选择。", "No state matches; please choose it.")
        )
    account.leave("statusModule.lastKnownStatus", Words(
        "只是最后知道的状态。", "Only the state last known.",
    ))  # fmt: skip


def _dates(account: Account) -> None:
    at = "statusModule.startDateStruct"
    actual = account.text(f"{at}.type") == "ACTUAL"
    observed = account.text("designModule.studyType") == "OBSERVATIONAL"
    begins = [
        "basic.research_start_time",
        "basic.recruiting_start_time",
        *([] if actual else ["design.first_consent_expected_date"]),
        *(["recruit.first_participant_enrollment_date"] if actual and not observed else []),
    ]
    if _take_day(account, begins, f"{at}.date"):
        account.warn("basic.research_start_time", Words(
            "原记录的开始日期是首例入组日期，请核对研究和征募的开始日期。",
            "The record starts with the first enrolment; please check both starts.",
        ))  # fmt: skip
    _take_day(account, ["basic.research_complete_time"], "statusModule.completionDateStruct.date")
    for name in ("startDateStruct", "completionDateStruct"):
        account.leave(f"statusModule.{name}.type", INDICATIVE)


def _take_day(account: Account, field_ids: list[str], source: str) -> bool:
    day = account.text(source)
    if day and len(day) < len("2026-03-05"):
        account.leave(source, Words(
            "只有年月，没有日，请填写完整日期。", "It has no day; please fill in the whole date.",
        ))  # fmt: skip
        return False
    taken = [account.take(field_id, day, source) for field_id in field_ids]
    return all(taken)


def _sponsor(account: Account) -> None:
    at = "sponsorCollaboratorsModule"
    account.take_english(
        "basic.base_research_sponsor",
        account.text(f"{at}.leadSponsor.name"),
        f"{at}.leadSponsor.name",
    )
    account.leave_all(list(account.items(f"{at}.collaborators")), Words(
        "合作方可能是经费来源或参与单位，请自行填写。",
        "A collaborator may be a funder or a site; please fill it in.",
    ))  # fmt: skip
    account.leave_all([f"{at}.responsibleParty", "contactsLocationsModule.overallOfficials"], Words(
        "项目负责人由登录账号带出。", "The principal investigator comes from the account.",
    ))  # fmt: skip
    monitored = account.raw("oversightModule.oversightHasDmc")
    if isinstance(monitored, bool):
        account.take(
            "impl.dsmb_flag", "yes" if monitored else "no", "oversightModule.oversightHasDmc"
        )


def _content(account: Account) -> None:
    for field_id, source in (
        ("content.research_objective_description", "descriptionModule.briefSummary"),
        ("content.research_content_description", "descriptionModule.detailedDescription"),
    ):
        account.take_english(field_id, account.text(source), source)
    conditions = account.texts("conditionsModule.conditions")
    account.take_english(
        "content.disease_symptom", "; ".join(conditions), "conditionsModule.conditions"
    )
    _keywords(account)
    purpose = account.text("designModule.designInfo.primaryPurpose")
    at = "designModule.designInfo.primaryPurpose"
    if purpose in PURPOSE:
        account.take("content.primary_purpose", PURPOSE[purpose], at)
    account.leave(
        at, Words("没有对应的主要目的，请自行选择。", "No purpose matches; please choose it.")
    )


def _keywords(account: Account) -> None:
    at = "conditionsModule.keywords"
    taken: list[str] = []
    for n, word in enumerate(account.texts(at)):
        if len(taken) == 5:
            account.leave(f"{at}[{n}]", Words("最多五个关键词。", "At most five keywords."))
        elif len(word) > 50:
            account.leave(
                f"{at}[{n}]", Words("关键词最多 50 个字。", "A keyword has at most 50 characters.")
            )
        elif word and word not in taken:
            taken.append(word)
            account.take("content.keywords", list(taken), f"{at}[{n}]")
    if taken:
        account.take_english_list("content.keywords")


def _sharing(account: Account) -> None:
    at = "ipdSharingStatementModule"
    said = {"YES": "share", "NO": "no"}.get(account.text(f"{at}.ipdSharing"))
    account.take("share.data_share_statement", said, f"{at}.ipdSharing")
    account.leave(f"{at}.ipdSharing", Words("原记录尚未决定。", "The record has not decided."))
    plan = [(f"{at}.{k}", account.text(f"{at}.{k}")) for k in ("description", "timeFrame")]
    there = [(source, text) for source, text in plan if text]
    account.take_english(
        "share.data_share_plan", "\n".join(t for _s, t in there), *(s for s, _t in there)
    )
    account.take_english(
        "share.data_acquisition_condition",
        account.text(f"{at}.accessCriteria"),
        f"{at}.accessCriteria",
    )
    account.take("share.data_url", account.text(f"{at}.url"), f"{at}.url")


PARTS: tuple[Callable[[Account], None], ...] = (
    _route, _titles, _numbers, _status, _dates, _sponsor, _content,
    ctgov_design.design, ctgov_design.people, ctgov_design.groups, ctgov_design.outcomes,
    ctgov_places.contact, ctgov_places.sites, _sharing,
)  # fmt: skip
