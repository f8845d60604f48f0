"""Committees in the registry: filed, changed, undone, ended; their members and what they may."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.record import Answers, Record
from server.accounts import normal
from server.db import read
from server.sample import ident
from server.tables import AccountRow, LoginRow, RevisionRow, UniqueKeyRow
from tests import builders
from tests.server.province import Province, Refused, Somebody, Story, committee

HOSPITAL, CITY = "长河市第一人民医院", "长河市卫生健康委员会"
TERM = {"term_from": "2026-01-01", "term_to": "2029-12-31"}
STAFF = (
    ("周静", "female", "secretary", "medicine"), ("何平", "male", "chair", "medicine"),
    ("沈兰", "female", "vice_chair", "nursing"), ("马骏", "male", "member", "pharmacy"),
    ("顾言", "male", "member", "statistics"), ("秦岭", "male", "member", "medicine"),
    ("高原", "male", "member", "statistics"),
)  # fmt: skip
OUTSIDERS = (("方正", "male", "law"), ("许文", "female", "bioethics"))


def member(name: str, sex: str, duty: str, expertise: str, **more: str) -> Answers:
    row = {"name": name, "sex": sex, "duty": duty, "field": expertise, "source": "own", **TERM}
    return {**row, "person": f"person:{ident(name)}", **more}


def members() -> Answers:
    rows = {f"a{n:07}": member(*who) for n, who in enumerate(STAFF)}
    for n, (name, sex, expertise) in enumerate(OUTSIDERS):
        rows[f"b{n:07}"] = member(
            name, sex, "member", expertise, source="outside", employer="长河大学"
        )
    return rows


def invited(name: str, number: str, **more: Any) -> Answers:
    """One row of what is said to add somebody from outside."""
    row = {
        "name": name, "id_kind": "id_card", "id_number": number, "sex": "male", "duty": "member",
        "field": "law", "source": "outside", "employer": "长河律师事务所", **TERM, **more,
    }  # fmt: skip
    return {key: value for key, value in row.items() if value is not None}


@dataclass
class Committee:
    """A second ethics committee of the sample's hospital, and those who move it."""

    province: Province
    id: UUID = field(default_factory=uuid4)
    name: str = "长河市第一人民医院临床试验伦理委员会"

    def __post_init__(self) -> None:
        as_ = self.province.somebody
        self.secretary, self.hospital, self.city = as_("周静"), as_(HOSPITAL), as_(CITY)

    @property
    def ref(self) -> str:
        return f"committee:{self.id}"

    @property
    def record(self) -> Record:
        return self.province.record(self.id)

    def does(self, command: str, **rest: Any) -> Record:
        return self.secretary.does(self.id, "committee", command, "ethics_secretary", **rest)

    def drafted(self, **changes: Any) -> Record:
        answers = builders.committee_answers(name=self.name, members=members(), **changes)
        self.secretary.brings(answers)
        return self.does("save", answers=answers)

    def reviewed(self) -> Record:
        self.hospital.does(self.id, "committee", "approve", "institution_admin")
        return self.city.does(self.id, "committee", "approve", "authority")

    def filed(self) -> Record:
        self.drafted()
        self.does("submit")
        return self.reviewed()

    def changed(self, answers: Answers) -> Record:
        self.does("change", said={"reason": "委员调整。"})
        return self.does("save", answers=answers)

    def without(self, name: str) -> Answers:
        answers = self.record.answers
        kept = {k: row for k, row in answers["members"].items() if row["name"] != name}
        return {**answers, "members": kept}

    def seats(self, name: str) -> set[str]:
        grants = self.province.somebody(name).who.grants
        return {grant.role for grant in grants if grant.scope == self.ref}

    def card(self) -> Any:
        return self.city.reads()["directory"].get(self.ref)


@pytest.fixture
def ethics(province: Province) -> Committee:
    return Committee(province)


def refusal(refused: pytest.ExceptionInfo[Refused]) -> dict[str, Any]:
    error = refused.value.outcome.error
    assert error is not None
    assert error["message"]["zh"]
    assert error["message"]["en"]
    return error


# -- the chain ---------------------------------------------------------------------------


def test_a_committee_is_filed_by_secretary_institution_and_authority(ethics: Committee) -> None:
    filed = ethics.filed()

    assert [(p.command, p.after) for p in filed.log] == [
        ("submit", "inst"), ("approve", "auth"), ("approve", "filed"),
    ]  # fmt: skip
    assert re.fullmatch(r"EC-\d{8}-\d{4}", filed.number)
    assert filed.parties["authority"] == (f"office:{ident(CITY)}",)
    assert filed.answers["institution_name"] == HOSPITAL
    card = ethics.card()
    assert (card["type"], card["state"], card["number"]) == ("ethics", "filed", filed.number)


def test_who_reads_a_committee_while_it_moves(ethics: Committee) -> None:
    readers = {
        "secretary": ethics.secretary, "hospital": ethics.hospital, "city": ethics.city,
        "other hospital": ethics.province.somebody("长河省中医院"),
        "investigator": ethics.province.somebody("林远"),
    }  # fmt: skip

    def now() -> set[str]:
        return {name for name, who in readers.items() if who.can_read(ethics.id)}

    ethics.drafted()
    assert now() == {"secretary"}
    ethics.does("submit")
    assert now() == {"secretary", "hospital", "city"}
    ethics.reviewed()
    assert now() == {"secretary", "hospital", "city"}


@pytest.mark.parametrize("by", ["institution", "authority"])
def test_a_returned_committee_is_mended_and_goes_round_again(ethics: Committee, by: str) -> None:
    ethics.drafted()
    ethics.does("submit")
    said = {"reason": "请补充章程的版本日期。"}
    if by == "authority":
        ethics.hospital.does(ethics.id, "committee", "approve", "institution_admin")
        back = ethics.city.does(ethics.id, "committee", "return", "authority", said=said)
    else:
        back = ethics.hospital.does(
            ethics.id, "committee", "return", "institution_admin", said=said
        )
    assert (back.state, back.number) == ("returned", "")
    assert back.log[-1].said == said

    ethics.does("save", edits={"office_address": (back.answers["office_address"], "新河路2号")})
    assert ethics.does("submit").state == "inst"
    assert ethics.reviewed().state == "filed"


def test_a_committee_too_small_is_not_taken(ethics: Committee) -> None:
    rows = members()
    del rows["a0000003"], rows["a0000004"]
    ethics.drafted()
    ethics.does("save", answers={**ethics.record.answers, "members": rows})

    with pytest.raises(Refused) as refused:
        ethics.does("submit")

    assert refusal(refused)["details"]["problems"] == ["members"]


def test_a_branch_needs_the_filed_main_committee_of_its_own_institution(ethics: Committee) -> None:
    branch = {"branch": "branch", "main_committee": committee("长河省中医院伦理委员会")}
    ethics.drafted(**branch)
    with pytest.raises(Refused) as refused:
        ethics.does("submit")
    assert refusal(refused)["details"]["problems"] == ["main_committee"]

    own = committee("长河市第一人民医院伦理委员会")
    ethics.does("save", answers={**ethics.record.answers, "main_committee": own})
    assert ethics.does("submit").state == "inst"


def test_a_draft_that_was_never_filed_is_deleted_and_one_that_was_is_not(
    ethics: Committee,
) -> None:
    ethics.drafted()
    ethics.does("delete")
    assert not ethics.secretary.can_read(ethics.id)

    other = Committee(ethics.province)
    other.filed()
    other.changed(other.without("秦岭"))
    with pytest.raises(Refused) as refused:
        other.does("delete")
    assert refusal(refused)["code"] == "not_allowed"


# -- change, undo, end ---------------------------------------------------------------------


def test_what_was_filed_stays_in_force_until_the_change_is_approved(ethics: Committee) -> None:
    filed = ethics.filed()
    ethics.changed({**ethics.without("秦岭"), "name": "改名后的伦理委员会"})

    assert ethics.card()["name"] == filed.answers["name"]
    assert ethics.seats("秦岭") == {"ethics_member"}
    ethics.does("submit")
    assert ethics.card()["name"] == filed.answers["name"]
    after = ethics.reviewed()

    assert after.number == filed.number
    assert ethics.card()["name"] == "改名后的伦理委员会"
    assert ethics.seats("秦岭") == set()
    assert [p.command for p in after.log[-4:]] == ["change", "submit", "approve", "approve"]
    assert after.in_force is None


def test_a_change_that_is_undone_leaves_no_trace_but_in_the_history(ethics: Committee) -> None:
    filed = ethics.filed()
    ethics.changed({**ethics.without("秦岭"), "name": "改名后的伦理委员会"})

    after = ethics.does("undo")

    assert (after.state, after.answers) == ("filed", filed.answers)
    assert ethics.seats("秦岭") == {"ethics_member"}
    names = read(
        ethics.province.engine,
        lambda session: session.scalars(
            select(RevisionRow.answers).where(RevisionRow.record == ethics.id)
        ).all(),
    )
    assert any("改名后的伦理委员会".encode() in answers for answers in names)


def test_nothing_changed_is_nothing_to_submit(ethics: Committee) -> None:
    ethics.filed()
    ethics.does("change", said={"reason": "先看看。"})

    with pytest.raises(Refused) as refused:
        ethics.does("submit")

    assert refusal(refused)["details"]["reason"] == "unchanged"


def test_a_change_may_be_returned_and_then_undone(ethics: Committee) -> None:
    filed = ethics.filed()
    ethics.changed(ethics.without("秦岭"))
    ethics.does("submit")
    said = {"reason": "请说明秦岭退出的原因。"}
    ethics.hospital.does(ethics.id, "committee", "return", "institution_admin", said=said)

    assert ethics.does("undo").answers == filed.answers


def test_a_revoked_committee_takes_no_new_study(story: Story) -> None:
    ref = committee("长河市第一人民医院伦理委员会")
    city, city_id = story.city, ident("长河市第一人民医院伦理委员会")
    story.drafted()
    said = {"reason": "机构撤并。"}

    after = city.does(city_id, "committee", "revoke", "authority", said=said)

    assert after.state == "revoked"
    assert story.pi.reads()["directory"][ref] is None
    with pytest.raises(Refused) as refused:
        story.submitted()
    assert refusal(refused)["details"]["problems"] == ["ethics_committee"]


def test_a_study_in_review_goes_on_when_its_committee_is_revoked(story: Story) -> None:
    story.submitted()
    story.passed()
    ec = ident("长河市第一人民医院伦理委员会")
    story.city.does(ec, "committee", "revoke", "authority", said={"reason": "机构撤并。"})

    for who in story.members:
        story.given(who)

    assert story.concluded().state == "inst"


def test_a_study_is_sent_to_a_committee_that_is_just_being_changed(story: Story) -> None:
    ec = ident("长河市第一人民医院伦理委员会")
    said = {"reason": "委员换届。"}
    story.secretary.does(ec, "committee", "change", "ethics_secretary", said=said)

    assert story.submitted().state == "ec_form"
    assert story.passed().state == "ec_members"


def test_a_yearly_report_is_added_to_what_is_filed(ethics: Committee) -> None:
    ethics.filed()
    report = {"document": {"r0000001": builders.document("2025年度报告.pdf")}}
    ethics.secretary.brings(report)
    said = {"year": 2025, "date": "2026-02-10", **report}
    ethics.does("report", said=said)
    after = ethics.does("report", said={**said, "date": "2026-03-01"})

    assert after.state == "filed"
    assert after.answers["yearly_reports"] == {"y2025": {**said, "date": "2026-03-01"}}
    with pytest.raises(Refused) as refused:
        ethics.does("report", said={**said, "year": 2099})
    assert refusal(refused)["details"]["problems"] == ["year"]


# -- members and their rights ----------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("row", "wrong", "word"),
    [
        (invited("韩水", "{韩冰}"), ["name", "id_number"], "姓名不一致"),
        (invited("贺新", "110101198003073015"), ["mobile", "email"], "系统中没有"),
        (reached("贺新", "110101198003073015", "13800000024"), ["mobile"], "手机号已被"),
        (reached("贺新", "110101198003073016", "139"), ["mobile"], ""),
        (invited("方正", "{方正}"), ["name"], "不能重复"),
        (invited("韩冰", "{韩冰}", source="own", employer=None), ["source"], "不是本单位"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_outsider_is_said_at_its_place(
    ethics: Committee, row: Answers, wrong: list[str], word: str
) -> None:
    before = ethics.drafted()
    name = row["id_number"].strip("{}")
    if name != row["id_number"]:
        row = {**row, "id_number": id_number(ethics.province, name)}

    with pytest.raises(Refused) as refused:
        seat(ethics, row)

    error = refusal(refused)
    assert error["details"]["problems"] == [f"people/e0000000/{path}" for path in wrong]
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


# -- academic committees ---------------------------------------------------------------------


@dataclass
class Academic:
    province: Province
    id: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        self.secretary = self.province.somebody("高原")

    def does(self, command: str, **rest: Any) -> Record:
        return self.secretary.does(
            self.id, "academic_committee", command, "academic_secretary", **rest
        )

    def established(self) -> Record:
        rows = {k: row for k, row in members().items() if row["duty"] != "secretary"}
        rows["s0000000"] = member("高原", "male", "secretary", "statistics")
        answers = builders.academic_committee_answers(name="第二学术委员会", members=rows)
        self.secretary.brings(answers)
        self.does("save", answers=answers)
        return self.does("establish")

    def seats(self, name: str) -> set[str]:
        grants = self.province.somebody(name).who.grants
        return {g.role for g in grants if g.scope == f"committee:{self.id}"}


def test_an_academic_committee_is_kept_by_its_secretary_without_filing(
    province: Province,
) -> None:
    academic = Academic(province)
    active = academic.established()

    assert (active.state, active.number) == ("active", "")
    assert academic.seats("秦岭") == {"academic_member"}
    card = province.somebody("林远").reads()["directory"][f"committee:{academic.id}"]
    assert (card["kind"], card["type"], card["state"]) == ("committee", "academic", "active")

    academic.does("change")
    answers = province.record(academic.id).answers
    rows = {k: row for k, row in answers["members"].items() if row["name"] != "秦岭"}
    academic.does("save", answers={**answers, "members": rows})
    assert academic.seats("秦岭") == {"academic_member"}, "not before it is in force"
    academic.does("complete")
    assert academic.seats("秦岭") == set()

    academic.does("close", said={"reason": "合并到新的委员会。"})
    assert province.somebody("林远").reads()["directory"][f"committee:{academic.id}"] is None
    assert academic.does("reopen").state == "active"


def test_a_study_goes_to_an_academic_committee_that_is_active_and_to_no_other(
    story: Story,
) -> None:
    academic = Academic(story.province)
    academic.established()
    said = {
        "ethics_committee": committee("长河市第一人民医院伦理委员会"),
        "academic_committee": f"committee:{academic.id}",
    }
    story.drafted()
    academic.does("close", said={"reason": "换届。"})
    with pytest.raises(Refused) as refused:
        story.pi.does(story.study, "study", "submit", "pi", said=said)
    assert refusal(refused)["details"]["problems"] == ["academic_committee"]

    academic.does("reopen")
    after = story.pi.does(story.study, "study", "submit", "pi", said=said)
    assert after.state == "ac_form"


# -- stem cells --------------------------------------------------------------------------------


@dataclass
class StemCells:
    province: Province
    id: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        as_ = self.province.somebody
        self.secretary, self.hospital = as_("高原"), as_(HOSPITAL)
        self.above, self.nation = as_("长河省卫生健康委员会"), as_("国家卫生健康委员会")

    def does(self, command: str, **rest: Any) -> Record:
        return self.secretary.does(self.id, "stem_cell", command, "academic_secretary", **rest)

    def submitted(self, **changes: Any) -> Record:
        answers = builders.stem_cell_answers(
            **{
                "ethics_committee": committee("长河市第一人民医院伦理委员会"),
                "academic_committee": committee("长河市第一人民医院学术委员会"),
                **changes,
            }
        )
        self.secretary.brings(answers)
        self.does("save", answers=answers)
        return self.does("submit")

    def filed(self) -> Record:
        self.submitted()
        self.hospital.does(self.id, "stem_cell", "approve", "institution_admin")
        self.above.does(self.id, "stem_cell", "approve", "province")
        return self.nation.does(self.id, "stem_cell", "approve", "nation")


def test_a_stem_cell_institution_is_filed_by_institution_province_and_nation(
    province: Province,
) -> None:
    filing = StemCells(province)
    readers: list[set[str]] = []

    def look(record: Record) -> None:
        who = {"hospital": filing.hospital, "province": filing.above, "nation": filing.nation}
        readers.append({name for name, one in who.items() if one.can_read(record.id)})

    look(filing.submitted())
    look(filing.hospital.does(filing.id, "stem_cell", "approve", "institution_admin"))
    with pytest.raises(Refused):
        filing.nation.does(filing.id, "stem_cell", "approve", "nation")
    with pytest.raises(Refused):
        province.somebody(CITY).does(filing.id, "stem_cell", "approve", "province")
    look(filing.above.does(filing.id, "stem_cell", "approve", "province"))
    filed = filing.nation.does(filing.id, "stem_cell", "approve", "nation")

    assert filed.state == "filed"
    assert re.fullmatch(r"SC-\d{8}-0001", filed.number)
    assert readers == [
        {"hospital"}, {"hospital", "province"}, {"hospital", "province", "nation"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"grade": "3b"}, "grade"),
        ({"ethics_committee": committee("长河省中医院伦理委员会")}, "ethics_committee"),
        ({"academic_committee": committee("长河市第一人民医院伦理委员会")}, "academic_committee"),
        ({"pledge_document": None}, "pledge_document"),
        ({"drug_trial_number": None}, "drug_trial_number"),
    ],
)
def test_a_stem_cell_filing_needs_what_the_rules_name(
    province: Province, changes: Answers, wrong: str
) -> None:
    with pytest.raises(Refused) as refused:
        StemCells(province).submitted(**changes)

    assert wrong in refusal(refused)["details"]["problems"]


def test_a_stem_cell_filing_is_changed_undone_and_revoked(province: Province) -> None:
    filing = StemCells(province)
    filed = filing.filed()
    filing.does("change", said={"reason": "负责人变更。"})
    filing.does("save", edits={"responsible_person": ("高远", "江明")})
    assert filing.does("undo").answers == filed.answers

    said = {"reason": "条件不再具备。"}
    after = filing.nation.does(filing.id, "stem_cell", "revoke", "nation", said=said)
    assert after.state == "revoked"


def test_who_keeps_no_academic_committee_begins_no_stem_cell_filing(province: Province) -> None:
    ethics_secretary = province.somebody("周静")
    with pytest.raises(Refused) as refused:
        ethics_secretary.does(uuid4(), "stem_cell", "save", "academic_secretary", answers={})

    assert refusal(refused)["code"] == "not_allowed"
