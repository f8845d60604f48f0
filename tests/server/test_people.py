"""Opening accounts, and keeping them as the person's record says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, event, func, select

from app.errors import SignedOut, SignInFailed
from app.record import Answers, Record
from server import accounts
from server.db import connect, read
from server.files import Archive
from server.tables import AccountRow, RevisionRow
from sync.protocol import SignIn
from tests import builders
from tests.app.roster.workbooks import id_number
from tests.server.province import Province, Refused, Somebody, at_once, committee, ident

PASSWORD = "zs_123456"
RIGHT = {"name": "张三", "mobile": "13900000001", "email": "zhang@hospital.example",
         "id_number": "110101199003070011"}  # fmt: skip


def person(**changes: Any) -> Answers:
    return builders.person_answers(**{**RIGHT, **changes})


def opened(hospital: Somebody, person_id: UUID, answers: Answers, **said: Any) -> Record:
    hospital.brings(answers)
    said = {"roles": ["pi"], "password": PASSWORD, **said}
    return hospital.does(
        person_id, "person", "open", "institution_admin", answers=answers, said=said
    )


def sign_in(province: Province, login: str, password: str = PASSWORD) -> dict[str, Any]:
    who = SignIn(login=login, password=password, desk="desk-1")
    return accounts.sign_in(province.engine, who, province.now).model_dump()


@pytest.fixture
def hospital(province: Province) -> Somebody:
    return province.somebody("长河市第一人民医院")


@pytest.mark.parametrize(
    "login", ["13900000001", "zhang@hospital.example", " ZHANG@hospital.example"]
)
def test_an_opened_account_signs_in_by_mobile_and_by_email(
    province: Province, hospital: Somebody, login: str
) -> None:
    new = uuid4()
    opened(hospital, new, person())

    session = sign_in(province, login)

    assert session["must_change_password"] is True
    assert session["principal"] == {
        "id": f"person:{new}",
        "name": "张三",
        "office": f"office:{hospital.account}",
        "office_name": "长河市第一人民医院",
        "grants": [["pi", f"office:{hospital.account}"]],
    }


def test_the_password_is_kept_nowhere_in_the_books(province: Province, hospital: Somebody) -> None:
    new = uuid4()
    record = opened(hospital, new, person())

    rows = read(
        province.engine,
        lambda session: session.execute(
            select(RevisionRow.change, RevisionRow.answers).where(RevisionRow.record == new)
        ).all(),
    )
    kept = read(
        province.engine,
        lambda session: session.scalar(select(AccountRow.password).where(AccountRow.id == new)),
    )
    assert record.log[-1].said == {"roles": ["pi"]}
    assert all(PASSWORD.encode() not in part for row in rows for part in row)
    assert kept is not None
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"id_number": "same", "name": "何平"}, "D01", "移入"),
        ({"id_number": "same"}, "D02", "何**"),
        ({"mobile": "13800000002"}, "D03", "手机号已被其他账号使用"),
        ({"email": "P02@hospital.example"}, "D04", "邮箱已被其他账号使用"),
    ],
)
def test_a_person_stands_only_once_in_the_whole_system(
    province: Province, hospital: Somebody, changes: dict[str, str], code: str, words: str
) -> None:
    known = province.record(ident("何平")).answers["id_number"]
    answers = person(**{k: known if v == "same" else v for k, v in changes.items()})
    elsewhere = province.somebody("长河省中医院")

    with pytest.raises(Refused) as refused:
        opened(elsewhere, uuid4(), answers)

    error = refused.value.outcome.error
    assert error is not None
    assert (error["code"], error["details"]["code"]) == ("invalid", code)
    assert words in error["message"]["zh"]
    assert "何平" not in error["message"]["zh"]


def test_two_hospitals_that_open_the_same_person_at_once_open_one(province: Province) -> None:
    hospitals = [province.somebody("长河市第一人民医院"), province.somebody("长河省中医院")]
    codes: list[str] = []

    def one(hospital: Somebody) -> None:
        try:
            opened(hospital, uuid4(), person())
            codes.append("done")
        except Refused as refused:
            codes.append((refused.outcome.error or {"details": {}})["details"].get("code", "?"))

    at_once([lambda h=h: one(h) for h in hospitals])

    assert sorted(codes) == ["D01", "done"]


@pytest.fixture
def on_postgres(postgres_province_url: str, files: Path) -> Iterator[Province]:
    engine = connect(postgres_province_url)
    yield Province(engine, Archive(files))
    engine.dispose()


def test_whenever_another_hospital_opens_the_person_it_is_told_who_they_are(
    on_postgres: Province,
) -> None:
    """Before each statement in turn; on SQLite nobody else writes while one does."""
    mine, others = map(on_postgres.somebody, ("长河市第一人民医院", "长河省中医院"))
    codes, tries = set[str](), 0
    others.brings(person())
    mine.brings(person())

    for moment in count():
        same = person(
            id_number=id_number(moment), mobile=f"1371234{moment:04}", email=f"{moment}@a.cn"
        )
        theirs = partial(opened, others, uuid4(), same)
        with meanwhile(on_postgres.engine, moment, theirs) as heard:
            try:
                opened(mine, uuid4(), same)
            except Refused as refused:
                codes.add((refused.outcome.error or {})["details"].get("code", "?"))
        if not heard:  # its numbers were its own by then
            break
        tries += 1

    assert codes == {"D01"}
    assert tries > 5


@contextmanager
def meanwhile(engine: Engine, moment: int, others: Callable[[], object]) -> Iterator[list[str]]:
    """Let others do their work before the n-th statement, unless the numbers are kept by then."""
    seen, heard = list[str](), list[str]()

    def before(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)
        is_kept = any("INSERT INTO unique_key" in each for each in seen[:-1])
        if len(seen) == moment + 1 and not is_kept:
            heard.append(statement)
            others()

    event.listen(engine, "before_cursor_execute", before)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", before)


def test_what_an_account_needs_is_asked_for_by_its_label(hospital: Somebody) -> None:
    with pytest.raises(Refused) as refused:
        opened(hospital, uuid4(), person(mobile="12345", email=None))

    error = refused.value.outcome.error
    assert error is not None
    assert error["details"] == {"problems": ["mobile", "email"]}
    assert "移动电话、邮箱" in error["message"]["zh"]


def test_a_first_password_keeps_the_rule(hospital: Somebody) -> None:
    with pytest.raises(Refused) as refused:
        opened(hospital, uuid4(), person(), password="123456")

    assert refused.value.outcome.error is not None
    assert refused.value.outcome.error["details"] == {"problems": ["password"]}


def test_a_member_gets_a_seat_on_a_committee_of_their_own_institution_only(
    province: Province, hospital: Somebody
) -> None:
    new = uuid4()
    roles = ["ethics_member"]
    own, other = committee("长河市第一人民医院伦理委员会"), committee("长河省中医院伦理委员会")

    with pytest.raises(Refused) as refused:
        opened(hospital, uuid4(), person(), roles=roles, committee=other)
    opened(hospital, new, person(), roles=roles, committee=own)

    assert refused.value.outcome.error is not None
    assert refused.value.outcome.error["details"] == {"problems": ["committee"]}
    grants = sign_in(province, RIGHT["mobile"])["principal"]["grants"]
    assert grants == [["ethics_member", own]]


def test_a_secretary_without_a_committee_reads_nothing_of_the_office(
    province: Province, hospital: Somebody
) -> None:
    opened(hospital, uuid4(), person(), roles=["ethics_secretary", "integrity_officer"])

    session = sign_in(province, RIGHT["mobile"])

    assert f"office:{hospital.account}" not in session["feeds"]


def test_colleagues_see_a_card_without_numbers(province: Province, hospital: Somebody) -> None:
    new = uuid4()
    opened(hospital, new, person())
    staff = f"staff:{hospital.account}"

    card = province.somebody("苏晴").reads()[staff][f"person:{new}"]

    assert (card["name"], card["roles"], card["state"]) == ("张三", ["pi"], "active")
    assert not {"id_number", "mobile", "email"} & card.keys()
    assert not province.somebody("苏晴").can_read(new)


def test_a_changed_mobile_is_the_new_login(province: Province, hospital: Somebody) -> None:
    new = uuid4()
    standing = opened(hospital, new, person())

    hospital.does(
        new, "person", "save", "institution_admin",
        answers={**standing.answers, "mobile": "13900000099"},
    )  # fmt: skip

    assert sign_in(province, "13900000099")["login"] == "13900000099"
    with pytest.raises(SignInFailed):
        sign_in(province, "13900000001")


def test_a_person_cannot_take_the_mobile_of_another(province: Province) -> None:
    me = province.somebody("何平")
    standing = province.record(me.account)

    with pytest.raises(Refused) as refused:
        me.does(
            me.account, "person", "save", "self",
            answers={**standing.answers, "mobile": "13800000003"},
        )  # fmt: skip

    assert refused.value.outcome.error is not None
    assert refused.value.outcome.error["details"]["code"] == "D03"
    assert province.record(me.account).answers["mobile"] == "13800000002"


def test_whoever_is_disabled_is_signed_out_and_stays_out(
    province: Province, hospital: Somebody
) -> None:
    new = uuid4()
    opened(hospital, new, person())
    token = sign_in(province, RIGHT["mobile"])["token"]

    said = {"reason": "已调离本机构。"}
    hospital.does(new, "person", "disable", "institution_admin", said=said)

    with pytest.raises(SignedOut):
        accounts.caller_of(province.engine, token, province.now)
    with pytest.raises(SignInFailed, match="停用"):
        sign_in(province, RIGHT["mobile"])
    staff = province.somebody("苏晴").reads()[f"staff:{hospital.account}"]
    assert staff[f"person:{new}"] is None

    hospital.does(new, "person", "enable", "institution_admin")
    assert sign_in(province, RIGHT["mobile"])["principal"]["name"] == "张三"


def test_people_of_an_institution_are_read_by_it_and_by_themselves(province: Province) -> None:
    readers = {
        name
        for name in (
            "长河市第一人民医院",
            "何平",
            "周静",
            "林远",
            "长河省中医院",
            "长河市卫生健康委员会",
        )
        if province.somebody(name).can_read(ident("何平"))
    }

    assert readers == {"长河市第一人民医院", "何平"}


def test_an_import_of_many_opens_every_account(province: Province, hospital: Somebody) -> None:
    before = _count(province)
    for n in range(12):
        changes = {
            "name": f"新人{n}", "mobile": f"139111100{n:02}", "email": f"new{n}@hospital.example",
            "id_number": f"P{n:08}", "id_kind": "passport",
        }  # fmt: skip
        opened(hospital, uuid4(), person(**changes))

    assert _count(province) == before + 12
    assert sign_in(province, "13911110011")["principal"]["name"] == "新人11"


def _count(province: Province) -> int:
    counted = select(func.count()).select_from(AccountRow)
    return int(read(province.engine, lambda session: session.scalar(counted)) or 0)


def test_a_hospital_that_completes_its_record_is_active_and_known(
    province: Province, hospital: Somebody
) -> None:
    standing = province.record(hospital.account)
    answers = {
        **standing.answers, "contact_name": "罗岚", "contact_phone": "0731-84321000",
        "address": "长河省长河市人民路 1 号",
    }  # fmt: skip

    after = hospital.does(
        hospital.account, "institution", "complete", "institution_admin", answers=answers
    )

    assert after.state == "active"
    card = province.somebody("陆遥").reads()["directory"][f"office:{hospital.account}"]
    assert (card["state"], card["address"]) == ("active", "长河省长河市人民路 1 号")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("grade", "1a"),
        ("kind", "tcm"),
        ("name", "别的医院"),
        ("registrar", "county"),
        ("city", "4302"),
    ],
)
def test_an_institution_cannot_change_what_its_registrar_chose(
    province: Province, hospital: Somebody, field: str, value: str
) -> None:
    standing = province.record(hospital.account)
    value = f"office:{ident('临江区卫生健康局')}" if value == "county" else value

    with pytest.raises(Refused) as refused:
        hospital.does(
            hospital.account, "institution", "save", "institution_admin",
            answers={**standing.answers, field: value},
        )  # fmt: skip

    error = refused.value.outcome.error
    assert error is not None
    assert error["details"] == {"reason": "writes", "paths": [field]}
