"""Where and with whom: the contact and the sites of a ClinicalTrials.gov record."""

from __future__ import annotations

import re

from app import lists
from app.exchange.ctgov_words import COUNTRIES
from app.exchange.prefill import Account
from app.words import Words

AT = "contactsLocationsModule"
SITES = "impl.participating_organization_repeat"


def contact(account: Account) -> None:
    """The first central contact as the contact of the project."""
    items = list(account.items(f"{AT}.centralContacts"))
    for item in items[:1]:
        account.take_english("impl.applicant_name", account.text(f"{item}.name"), f"{item}.name")
        account.take("impl.applicant_telephone", account.text(f"{item}.phone"), f"{item}.phone")
        account.take("impl.applicant_email", account.text(f"{item}.email"), f"{item}.email")
        account.leave(f"{item}.role", Words("已填为项目联系人。", "Filled in as the contact."))
        account.warn("impl.applicant_name", Words(
            "联系人取自原记录，请核对是否仍是本机构的联系人。",
            "The contact is the record's; please check that it is this institution's.",
        ))  # fmt: skip
    account.leave_all(items[1:], Words("只有一位项目联系人。", "There is one contact only."))


def sites(account: Account) -> None:
    """Each location as a participating institution; one alone is the institution itself."""
    items = list(account.items(f"{AT}.locations"))
    if not items:
        return
    if len(items) == 1:
        account.take("impl.multicenter_flag", "no", f"{items[0]}.facility")
        account.leave_all(_parts(account, items[0]), Words(
            "唯一的研究地点，即研究实施单位。", "The only site: the institution itself.",
        ))  # fmt: skip
        return
    where = {account.text(f"{item}.country") for item in items}
    kind = "international" if len(where) > 1 else "domestic"
    facilities, countries = f"{items[0]}.facility", f"{items[0]}.country"
    account.take("impl.multicenter_flag", "yes", facilities)
    account.take("impl.multicenter_type", kind, countries)
    account.take("impl.has_participating_branches", "yes", facilities)
    for n, item in enumerate(items, 1):
        _site(account, f"{SITES}/r{n}", item)
    account.warn(SITES, Words(
        "参与单位为原记录的全部研究地点，请删去本机构，并从名录中逐一选择匹配。",
        "The sites are all those of the record; please remove your own and match the rest.",
    ))  # fmt: skip


def _parts(account: Account, item: str) -> list[str]:
    return [f"{item}.{key}" for key in account.raw(item)]


def _site(account: Account, row: str, item: str) -> None:
    account.take_english(
        f"{row}/impl.branch_organization_name", account.text(f"{item}.facility"), f"{item}.facility"
    )
    account.take(f"{row}/impl.branch_postcode", account.text(f"{item}.zip"), f"{item}.zip")
    code = country_code(account.text(f"{item}.country"))
    account.take(f"{row}/impl.branch_country", code, f"{item}.country")
    account.leave(f"{item}.country", Words("国家列表中没有。", "Not in the list of countries."))
    state = account.text(f"{item}.state")
    if code == "CN":
        account.take(f"{row}/impl.branch_province_select", province_code(state), f"{item}.state")
        account.leave(f"{item}.state", Words("认不出是哪个省。", "No province of that name."))
    else:
        account.take_english(f"{row}/impl.branch_province_name", state, f"{item}.state")
    account.take(f"{row}/impl.branch_address", account.text(f"{item}.city"), f"{item}.city")
    _investigator(account, row, item)
    account.leave_all([f"{item}.geoPoint", f"{item}.status"], Words(
        "本表不问各地点的坐标和状态。", "The form asks no coordinates or states of sites.",
    ))  # fmt: skip


def _investigator(account: Account, row: str, item: str) -> None:
    people = list(account.items(f"{item}.contacts"))
    leads = [p for p in people if account.text(f"{p}.role") == "PRINCIPAL_INVESTIGATOR"]
    for person in leads[:1]:
        account.take(
            f"{row}/impl.branch_user_name", account.text(f"{person}.name"), f"{person}.name"
        )
        account.leave(
            f"{person}.role", Words("已填为项目负责人。", "Filled in as the investigator.")
        )
    for person in people:
        account.leave_all(_parts(account, person), Words(
            "不是该单位的项目负责人。", "Not the investigator of the site.",
        ))  # fmt: skip


def country_code(name: str) -> str:
    found = lists.find("countries", name) if name else None
    return found.code if found else COUNTRIES.get(name, "")


def province_code(name: str) -> str:
    """The province that an English name means: Hunan, Beijing Municipality, Inner Mongolia."""
    plain = re.sub(
        r"\b(municipality|province|city|(\w+ )?autonomous region|sheng|shi)\b", "", name, flags=re.I
    )
    found = (
        lists.find("provinces", " ".join(plain.replace(",", " ").split()))
        if plain.strip()
        else None
    )
    return found.code if found else ""
