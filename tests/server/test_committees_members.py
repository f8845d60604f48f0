"""Members of an ethics committee: their rights, and those who come from outside."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from app.record import Answers, Record
from server.accounts import normal
from server.db import read
from server.sample import ident
from server.tables import AccountRow, LoginRow, RevisionRow, UniqueKeyRow
from tests.server.committees import HOSPITAL, TERM, Committee, invited, member, members, refusal
from tests.server.province import Province, Refused, Somebody, Story


@pytest.fixture
def ethics(province: Province) -> Committee:
    return Committee(province)


def test_members_may_review_from_the_filing_on_and_not_before(ethics: Committee) -> None:
    ethics.drafted()
    assert ethics.seats("秦岭") == set()
    ethics.does("submit")
    ethics.reviewed()

    assert ethics.seats("秦岭") == {"ethics_member"}
    assert ethics.seats("方正") == {"ethics_member"}
    assert ethics.seats("周静") == {"ethics_secretary"}
    staff = ethics.hospital.reads()[f"staff:{ident(HOSPITAL)}"]
    assert "ethics_member" in staff[f"person:{ident('秦岭')}"]["roles"]


def test_a_new_duty_gives_its_role_and_ends_the_other(ethics: Committee) -> None:
    ethics.filed()
    answers = ethics.record.answers
    duties = {"马骏": "secretary", "顾言": "member_secretary"}
    rows = {
        key: {**row, "duty": duties.get(row["name"], row["duty"])}
        for key, row in answers["members"].items()
    }  # fmt: skip
    rows["c0000001"] = member("白鹭", "female", "member", "life_science")
    ethics.changed({**answers, "members": rows})
    ethics.does("submit")
    ethics.reviewed()

    assert ethics.seats("马骏") == {"ethics_secretary"}
    assert ethics.seats("顾言") == {"ethics_member", "ethics_secretary"}
    assert ethics.seats("白鹭") == {"ethics_member"}


def test_a_role_that_the_institution_gave_beside_stays(ethics: Committee) -> None:
    """The founder is not on this list, and keeps the committee that they founded."""
    rows = members()
    rows["a0000000"] = member("白鹭", "female", "secretary", "life_science")
    ethics.drafted()
    ethics.does("save", answers={**ethics.record.answers, "members": rows})
    ethics.does("submit")
    ethics.reviewed()
    ethics.changed(ethics.without("秦岭"))
    ethics.does("submit")
    ethics.reviewed()

    assert ethics.seats("周静") == {"ethics_secretary"}
    assert ethics.seats("秦岭") == set()


def test_whose_term_has_run_out_reviews_no_more(story: Story) -> None:
    story.submitted()
    story.province.pass_time(days=3 * 365)

    with pytest.raises(Refused) as refused:
        story.passed()

    assert refusal(refused)["details"]["problems"] == ["members"]


def id_number(province: Province, name: str) -> str:
    return str(province.record(ident(name)).answers["id_number"])


def seat(ethics: Committee, *rows: Answers, **said: str) -> Record:
    people = {f"e{n:07}": row for n, row in enumerate(rows)}
    return ethics.does("seat", said={"people": people, **said})


def test_somebody_from_outside_is_found_by_number_and_name(ethics: Committee) -> None:
    ethics.drafted()
    number = id_number(ethics.province, "韩冰")

    after = seat(ethics, invited("韩冰", number))

    assert after.answers["members"]["e0000000"] == {
        "name": "韩冰", "sex": "male", "duty": "member", "field": "law", "source": "outside",
        "employer": "长河律师事务所", **TERM, "person": f"person:{ident('韩冰')}",
    }  # fmt: skip


def test_whoever_the_system_does_not_know_gets_an_account_and_no_institution(
    ethics: Committee,
) -> None:
    ethics.drafted()
    row = invited("贺新", "110101198003073015", mobile="13900000001", email="he.xin@example.com")

    after = seat(ethics, row)

    ref = after.answers["members"]["e0000000"]["person"]
    person = ethics.province.record(UUID(ref.partition(":")[2]))
    assert (person.state, person.answers["mobile"]) == ("active", "13900000001")
    assert person.parties == {"self": (ref,)}
    account = read(
        ethics.province.engine,
        lambda session: session.execute(
            select(AccountRow.must_change, AccountRow.office)
            .join(LoginRow, LoginRow.account == AccountRow.id)
            .where(LoginRow.login == "13900000001")
        ).one(),
    )
    assert tuple(account) == (True, None)
    assert not ethics.hospital.can_read(person.id)

    ethics.does("submit")
    ethics.reviewed()
    roles = Somebody.__new__(Somebody)
    roles.province, roles.account = ethics.province, person.id
    assert {(g.role, g.scope) for g in roles.who.grants} == {("ethics_member", ethics.ref)}


def test_kind_and_sex_follow_from_the_number_and_from_who_is_known(ethics: Committee) -> None:
    ethics.drafted()
    new = invited("贺新", "110101198003073015", mobile="13900000001", email="he@example.com")
    of_new = {key: value for key, value in new.items() if key not in ("id_kind", "sex")}
    # 韩冰 is a man, whatever is typed of him.
    known = invited("韩冰", id_number(ethics.province, "韩冰"), sex="female")

    after = seat(ethics, of_new, known)

    rows = [after.answers["members"][row_id] for row_id in ("e0000000", "e0000001")]
    assert [row["sex"] for row in rows] == ["male", "male"]
    person = ethics.province.record(UUID(rows[0]["person"].removeprefix("person:")))
    assert (person.answers["id_kind"], person.answers["sex"]) == ("id_card", "male")


def test_a_number_of_another_kind_needs_its_kind_and_the_sex(ethics: Committee) -> None:
    ethics.drafted()
    reached = {"mobile": "13900000001", "email": "he@example.com"}
    passport = invited("贺新", "E12345678", id_kind=None, sex=None, **reached)

    with pytest.raises(Refused) as refused:
        seat(ethics, passport)
    assert refusal(refused)["details"]["problems"] == ["people/e0000000/id_number"]

    told = {**passport, "id_kind": "passport"}
    with pytest.raises(Refused) as refused:
        seat(ethics, told)
    assert refusal(refused)["details"]["problems"] == ["people/e0000000/sex"]
    after = seat(ethics, {**told, "sex": "female"})
    assert after.answers["members"]["e0000000"]["sex"] == "female"


def test_neither_number_nor_mobile_of_who_was_added_stands_in_the_committee(
    ethics: Committee,
) -> None:
    ethics.drafted()
    row = invited("贺新", "110101198003073015", mobile="13900000001", email="he.xin@example.com")

    seat(ethics, row, password="Yanbei2027")

    told = str(ethics.record.to_wire())
    for private in ("110101198003073015", "13900000001", "he.xin@example.com", "Yanbei2027"):
        assert private not in told
    kept = read(
        ethics.province.engine,
        lambda session: session.scalars(
            select(RevisionRow.change).where(RevisionRow.record == ethics.id)
        ).all(),
    )
    assert not any(b"110101198003073015" in change or b"Yanbei2027" in change for change in kept)


def reached(name: str, id_number: str, mobile: str) -> Answers:
    return invited(name, id_number, mobile=mobile, email="x@example.com")


WRONG_OUTSIDERS: list[tuple[Answers, list[str], str]] = [
    (invited("韩水", "{韩冰}"), ["name", "id_number"], "姓名不一致"),
    (invited("贺新", "110101198003073015"), ["mobile", "email"], "系统中没有"),
    (reached("贺新", "110101198003073015", "13800000024"), ["mobile"], "手机号已被"),
    (reached("贺新", "110101198003073016", "139"), ["mobile"], ""),
    (invited("方正", "{方正}"), ["name"], "不能重复"),
    (invited("韩冰", "{韩冰}", source="own", employer=None), ["source"], "不是本单位"),
]


def test_what_is_wrong_with_an_outsider_is_said_at_its_place(ethics: Committee) -> None:
    before = ethics.drafted()
    for told, wrong, word in WRONG_OUTSIDERS:
        name = told["id_number"].strip("{}")
        known = {} if name == told["id_number"] else {"id_number": id_number(ethics.province, name)}

        with pytest.raises(Refused) as refused:
            seat(ethics, {**told, **known})

        error = refusal(refused)
        assert error["details"]["problems"] == [f"people/e0000000/{path}" for path in wrong], told
        assert word in error["message"]["zh"]
        assert ethics.record == before
    made = select(UniqueKeyRow.person).where(UniqueKeyRow.value == normal("110101198003073015"))
    assert read(ethics.province.engine, lambda session: session.scalar(made)) is None


def test_the_administrator_of_the_institution_adds_no_members(ethics: Committee) -> None:
    ethics.drafted()
    ethics.does("submit")
    said = {"reason": "请补充外聘委员。"}
    ethics.hospital.does(ethics.id, "committee", "return", "institution_admin", said=said)
    people = {"e0000000": invited("韩冰", id_number(ethics.province, "韩冰"))}

    with pytest.raises(Refused) as refused:
        ethics.hospital.does(
            ethics.id, "committee", "seat", "institution_admin", said={"people": people}
        )

    assert refusal(refused)["code"] == "not_allowed"
    assert "秘书" in refusal(refused)["message"]["zh"]
