"""The tree of offices: each level opens, corrects, suspends and resets the accounts of the next."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from app.errors import NotFound, SignedOut, SignInFailed
from app.record import Answers, Record
from app.rules.near_names import near_names
from server import accounts
from server.db import read
from server.sample import _uscc
from sync.protocol import SignIn
from tests.server.province import Province, Refused, Somebody, ident

NATION, PROVINCE = "国家卫生健康委员会", "长河省卫生健康委员会"
CITY, COUNTY = "长河市卫生健康委员会", "临江区卫生健康局"
HOSPITAL = "长河市第一人民医院"
PASSWORD = "Changhe2026"
CODE = _uscc("12430000900000001")


def hospital(name: str = "长河市儿童医院", **changes: Any) -> Answers:
    return {
        "level": "hospital", "name": name, "uscc": CODE, "kind": "general", "grade": "3a",
        "management": "local", **changes,
    }  # fmt: skip


def opened(above: Somebody, answers: Answers, office: UUID | None = None, **said: Any) -> Record:
    return above.does(
        office or uuid4(), "institution", "open", "authority", answers=answers,
        said={"password": PASSWORD, **said},
    )  # fmt: skip


def sign_in(province: Province, login: str, password: str = PASSWORD) -> dict[str, Any]:
    who = SignIn(login=login, password=password, desk="desk-1")
    return accounts.sign_in(province.engine, who, province.now).model_dump()


def refusal(above: Somebody, answers: Answers, **said: Any) -> dict[str, Any]:
    with pytest.raises(Refused) as refused:
        opened(above, answers, **said)
    assert refused.value.outcome.error is not None
    return refused.value.outcome.error


def own(province: Province, office: UUID) -> Somebody:
    somebody = Somebody(province, "")
    somebody.account = office
    return somebody


@pytest.mark.parametrize(
    ("above", "level", "is_let"),
    [
        (NATION, "province", True), (NATION, "city", False), (NATION, "hospital", True),
        (PROVINCE, "city", True), (PROVINCE, "province", False), (PROVINCE, "national", False),
        (CITY, "county", True), (CITY, "city", False), (CITY, "hospital", True),
        (COUNTY, "hospital", True), (COUNTY, "county", False),
    ],
)  # fmt: skip
def test_each_level_opens_the_next_one_and_institutions(
    province: Province, above: str, level: str, is_let: bool
) -> None:
    answers = hospital() if level == "hospital" else {"level": level, "name": "新设卫生健康机关"}

    if not is_let:
        assert refusal(province.somebody(above), answers)["details"]["reason"] == "level"
        return
    record = opened(province.somebody(above), answers)

    session = sign_in(province, answers["name"])
    role = "institution_admin" if level == "hospital" else "authority"
    assert session["principal"]["grants"] == [[role, f"office:{record.id}"]]
    assert session["must_change_password"] is True
    assert record.answers["registrar"] == f"office:{ident(above)}"
    assert PASSWORD not in str(province.record(record.id).to_wire())


def test_an_office_completes_itself_and_sees_what_was_chosen(province: Province) -> None:
    record = opened(province.somebody(CITY), hospital())
    children = own(province, record.id)
    contact = {"contact_name": "罗岚", "contact_phone": "0731-84321000", "address": "滨江路 2 号"}

    assert children.can_read(record.id)
    after = children.does(
        record.id, "institution", "complete", "institution_admin",
        answers={**record.answers, **contact},
    )  # fmt: skip

    assert (after.state, after.answers["grade"]) == ("active", "3a")


def test_what_was_chosen_wrongly_is_sent_back_and_corrected(province: Province) -> None:
    city = province.somebody(CITY)
    record = opened(city, hospital(grade="2a"))
    children = own(province, record.id)

    said = {"reason": "我院为三级甲等。"}
    sent = children.does(record.id, "institution", "send_back", "institution_admin", said=said)
    assert (sent.state, sent.log[-1].said) == ("correcting", said)
    after = city.does(
        record.id, "institution", "correct", "authority",
        answers={**sent.answers, "grade": "3a"}, said={"remark": "已更正。"},
    )  # fmt: skip

    assert (after.state, after.answers["grade"]) == ("opened", "3a")


def test_an_authority_completes_its_own_record(province: Province) -> None:
    county = province.somebody(COUNTY)
    standing = province.record(county.account)

    after = county.does(
        county.account, "institution", "save", "authority_admin",
        answers={**standing.answers, "contact_phone": "0731-80000009"},
    )  # fmt: skip

    assert after.answers["contact_phone"] == "0731-80000009"


def test_a_code_is_checked_and_unique(province: Province) -> None:
    city = province.somebody(CITY)
    wrong = refusal(city, hospital(uscc=CODE[:-1] + ("A" if CODE[-1] != "A" else "C")))
    assert wrong["details"]["problems"] == ["uscc"]
    opened(city, hospital())

    error = refusal(province.somebody(COUNTY), hospital("临江区妇幼保健院"))

    assert "长河市儿童医院" in error["message"]["zh"]
    assert error["details"]["problems"] == ["uscc"]


def test_a_name_is_unique_and_a_similar_one_must_be_confirmed(province: Province) -> None:
    city = province.somebody(CITY)
    assert "同名" in refusal(city, hospital(HOSPITAL))["message"]["zh"]

    error = refusal(city, hospital("长河市第1人民医院"))
    assert (error["details"]["reason"], error["details"]["names"]) == ("near", [HOSPITAL])
    record = opened(city, hospital("长河市第1人民医院"), is_another="yes")

    assert record.state == "opened"


@pytest.mark.parametrize("name", ["13800000099", "p99@hospital.example", "８８", " ", "院"])
def test_the_name_of_an_office_is_never_somebodys_login(province: Province, name: str) -> None:
    error = refusal(province.somebody(CITY), hospital(name))

    assert "name" in error["details"]["problems"]


def test_a_renamed_office_signs_in_by_its_new_name_only(province: Province) -> None:
    city = province.somebody(CITY)
    record = opened(city, hospital())

    renamed = {**record.answers, "name": "长河市妇女儿童医院"}
    city.does(record.id, "institution", "save", "authority", answers=renamed)

    assert sign_in(province, "长河市妇女儿童医院")["principal"]["name"] == "长河市妇女儿童医院"
    with pytest.raises(SignInFailed):
        sign_in(province, "长河市儿童医院")
    for taken in (HOSPITAL, "13800000002", "p02@hospital.example"):
        with pytest.raises(Refused):
            city.does(
                record.id, "institution", "save", "authority", answers={**renamed, "name": taken}
            )


def test_an_account_is_reset_with_a_reason_and_its_sessions_end(province: Province) -> None:
    city = province.somebody(CITY)
    record = opened(city, hospital())
    token = sign_in(province, "长河市儿童医院")["token"]

    said = {"reason": "经办人遗忘密码，已核对申请书。", "password": "Again2026"}
    after = city.does(record.id, "institution", "reset_password", "authority", said=said)

    assert after.log[-1].said == {"reason": said["reason"]}
    with pytest.raises(SignedOut):
        accounts.caller_of(province.engine, token, province.now)
    assert sign_in(province, "长河市儿童医院", "Again2026")["must_change_password"] is True


def test_a_suspended_office_is_out_until_it_is_let_in_again(province: Province) -> None:
    city = province.somebody(CITY)
    record = opened(city, hospital())
    said = {"reason": "许可证到期。"}

    city.does(record.id, "institution", "disable", "authority", said=said)
    with pytest.raises(SignInFailed, match="停用"):
        sign_in(province, "长河市儿童医院")
    city.does(record.id, "institution", "enable", "authority")

    assert sign_in(province, "长河市儿童医院")["principal"]["name"] == "长河市儿童医院"


def test_only_the_registering_authority_acts_on_an_office(province: Province) -> None:
    record = opened(province.somebody(CITY), hospital())

    for stranger in (COUNTY, PROVINCE, NATION):
        with pytest.raises(Refused) as refused:
            province.somebody(stranger).does(
                record.id, "institution", "disable", "authority", said={"reason": "x"}
            )
        assert (refused.value.outcome.error or {})["code"] == NotFound.code


def test_an_office_is_handed_on_to_another_authority_by_its_own(province: Province) -> None:
    city, county = province.somebody(CITY), province.somebody(COUNTY)
    record = opened(city, hospital())
    said = {"registrar": f"office:{county.account}", "reason": "属地调整。"}

    after = city.does(record.id, "institution", "hand_on", "authority", said=said)

    assert after.answers["registrar"] == said["registrar"]
    assert county.can_read(record.id)
    assert not city.can_read(record.id)
    from server.places import registrar_of

    ref = f"office:{record.id}"
    assert read(province.engine, lambda s: registrar_of(s, [ref])) == said["registrar"]
    with pytest.raises(Refused):  # an institution registers nobody
        county.does(
            record.id, "institution", "hand_on", "authority",
            said={"registrar": f"office:{ident(HOSPITAL)}", "reason": "x"},
        )  # fmt: skip


def test_a_draft_of_an_office_is_nobodys_account_and_may_be_deleted(province: Province) -> None:
    city, new = province.somebody(CITY), uuid4()

    city.does(new, "institution", "save", "authority", answers=hospital())
    with pytest.raises(SignInFailed):
        sign_in(province, "长河市儿童医院")
    assert f"office:{new}" not in province.somebody("林远").reads()["directory"]
    city.does(new, "institution", "delete", "authority")

    assert not city.can_read(new)
    assert opened(city, hospital()).state == "opened"


@pytest.mark.parametrize(
    ("name", "other", "is_near"),
    [
        ("长河市第1人民医院", "长河市第一人民医院", True),
        ("长河市 第一人民医院", "长河市第一人民医院", True),
        ("长河市人民医院", "长河市人民医院（东院）", False),
        ("长河市第二人民医院", "长河市第一人民医院", False),
        ("长河省中医院", "长河市中医院", True),
        ("长河市妇幼保建院", "长河市妇幼保健院", True),
        ("长河市中心医院", "临江区卫生院", False),
        ("中医院", "中西医院", False),
    ],
)
def test_names_that_are_near(name: str, other: str, is_near: bool) -> None:
    assert bool(near_names(name, [other])) is is_near
