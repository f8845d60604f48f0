"""What the registry says of the rows of a workbook, and what is done all together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.errors import Invalid, NotAllowed
from app.record import Answers
from app.roster.institutions import NearNames
from app.rules.near_names import near_names
from server import accounts, passwords, roster, rounds
from server.db import read, transact
from server.tables import AccountRow
from sync.protocol import Change, Found, SignIn, Sought
from tests import builders
from tests.app.roster.workbooks import id_number
from tests.server.province import Province, Somebody

PASSWORD = "Changhe2026"


def person(n: int) -> Answers:
    """An invented person who is nobody else."""
    return builders.person_answers(
        name=f"罗{'甲乙丙丁'[n]}", id_number=id_number(n, born="19850412"),
        birth_date="1985-04-12", mobile=f"1369999{n:04}", email=f"r{n}@example.com",
    )  # fmt: skip


@pytest.fixture
def hospital(province: Province) -> Somebody:
    return province.somebody("长河市第一人民医院")


@pytest.fixture
def other(province: Province) -> Somebody:
    return province.somebody("长河省中医院")


def opened(office: Somebody, answers: Answers) -> UUID:
    """Somebody whose account was opened."""
    person_id = uuid4()
    office.brings(answers)
    office.does(
        person_id, "person", "open", "institution_admin", answers=answers,
        said={"roles": ["pi"], "password": PASSWORD},
    )  # fmt: skip
    return person_id


def asked(office: Somebody, rows: Sequence[Sought], form: str = "person") -> list[Found]:
    """What the registry answers."""
    who, province = office.who, office.province
    return read(province.engine, lambda s: roster.known(s, who, form, rows, province.now))


def row(answers: Answers, **other: Any) -> Sought:
    """A row of a workbook about somebody."""
    keys = ("name", "id_number", "mobile", "email")
    return Sought(**{**{k: answers[k] for k in keys}, **other})


def undo(office: Somebody, people: Sequence[UUID]) -> None:
    """Take all of these back, as the desk asks for it."""
    changes: list[Change] = [
        office.change(p, "person", "delete", "institution_admin") for p in people
    ]
    who, province = office.who, office.province
    transact(province.engine, lambda s: roster.together(s, who, changes, province.now))


def test_who_is_new_is_not_found(hospital: Somebody) -> None:
    assert asked(hospital, [row(person(0)), row(person(1))]) == []


def test_who_is_here_is_found_by_number_mobile_and_address(hospital: Somebody) -> None:
    somebody = opened(hospital, person(0))

    found = asked(hospital, [row(person(0)), row(person(1), mobile=person(0)["mobile"])])

    assert {(f.by, f.ref, f.place, f.name) for f in found} == {
        (by, f"person:{somebody}", "here", person(0)["name"])
        for by in ("id_number", "mobile", "email")
    }


def test_who_is_elsewhere_is_named_only_to_whom_knows_the_name(
    hospital: Somebody, other: Somebody
) -> None:
    opened(other, person(0))

    (known,) = [f for f in asked(hospital, [row(person(0))]) if f.by == "id_number"]
    (guessed,) = [f for f in asked(hospital, [row(person(0), name="王芳")]) if f.by == "id_number"]

    assert (known.place, known.name) == ("elsewhere", person(0)["name"])
    assert guessed.name == person(0)["name"][0] + "*"


def test_only_who_may_import_may_ask(province: Province) -> None:
    member = province.somebody("何平")
    with pytest.raises(NotAllowed):
        asked(member, [row(person(0))])
    with pytest.raises(NotAllowed):
        asked(province.somebody("长河市第一人民医院"), [Sought(name="长河省中医院")], "institution")


def test_an_institution_is_found_by_its_name_its_code_and_a_name_like_it(
    province: Province,
) -> None:
    city = province.somebody("长河市卫生健康委员会")
    code = province.record(province.somebody("长河省中医院").account).answers["uscc"]

    found = asked(
        city,
        [Sought(name="长河省中医院"), Sought(name="长河中医院"), Sought(name="新医院", uscc=code)],
        "institution",
    )

    assert {(f.by, f.value, f.name) for f in found} == {
        ("office", "长河省中医院", "长河省中医院"),
        ("office_alike", "长河中医院", "长河省中医院"),
        ("uscc", code, "长河省中医院"),
    }


def test_near_names_are_found_as_when_each_is_asked() -> None:
    names = ["长河市第一人民医院", "长河市第二人民医院", "长河市第1人民医院", "长河市一人民医院",
             "长河市第一人民医院分院", "长河市第一人民", "中医院", "中医"]  # fmt: skip
    index = NearNames(names)
    for name in [*names, "长河市第三人民医院", "长河县第一人民医院"]:
        others = sorted(set(names) - {name})
        assert index.of(name) == near_names(name, others)


def test_an_import_is_undone_as_a_whole_while_nobody_has_signed_in(hospital: Somebody) -> None:
    people = [opened(hospital, person(n)) for n in range(3)]

    undo(hospital, people)

    assert asked(hospital, [row(person(n)) for n in range(3)]) == []
    assert {hospital.province.record(p).state for p in people} == {"deleted"}
    opened(hospital, person(1))  # their numbers may be used again


def test_first_passwords_are_hashed_before_a_transaction_others_wait_for(
    hospital: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    province, who, answers = hospital.province, hospital.who, [person(n) for n in range(4)]
    for one in answers:
        hospital.brings(one)
    changes = [
        hospital.change(
            uuid4(), "person", "open", "institution_admin", answers=one,
            said={"roles": ["pi"], "password": PASSWORD},
        )
        for one in answers
    ]  # fmt: skip
    inside, asked_inside = list[bool](), list[bool]()

    def watched(engine: Engine, work: Callable[[Session], Any]) -> Any:
        inside.append(True)
        try:
            return transact(engine, work)
        finally:
            inside.pop()

    class Pool(ThreadPoolExecutor):
        """Notes whether it is asked from within a transaction."""

        def submit(self, fn: Any, /, *args: Any, **more: Any) -> Any:
            asked_inside.append(bool(inside))
            return super().submit(fn, *args, **more)

    with Pool(1) as pool:
        monkeypatch.setattr(passwords, "_HASHING", pool)
        monkeypatch.setattr(rounds, "transact", watched)
        asking = accounts.Caller(hospital.account, who, "", must_change=False, token="")
        bodies = [change.model_dump(mode="json") for change in changes]
        done = rounds.do(province.engine, asking, bodies)
        monkeypatch.undo()

    assert [orjson.loads(one)["result"] for one in done.outcomes] == ["done"] * 4
    assert asked_inside == [False] * 4
    kept = read(
        province.engine,
        lambda s: s.scalars(
            select(AccountRow.password).where(
                AccountRow.id.in_([change.record_id for change in changes])
            )
        ).all(),
    )
    assert len(set(kept)) == 4, "each has a salt of its own"
    assert all(passwords.is_right(one, PASSWORD) for one in kept)


def test_whoever_may_not_open_accounts_has_nothing_hashed(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    pi = province.somebody("林远")
    change = pi.change(
        uuid4(), "person", "open", "institution_admin", said={"roles": ["pi"], "password": PASSWORD}
    )
    monkeypatch.setattr(passwords, "_HASHING", None)

    asking = accounts.Caller(pi.account, pi.who, "", must_change=False, token="")
    done = rounds.do(province.engine, asking, [change.model_dump(mode="json")])

    assert orjson.loads(done.outcomes[0])["error"]["code"] == "not_allowed"


def test_once_somebody_has_signed_in_nothing_of_it_is_undone(hospital: Somebody) -> None:
    people = [opened(hospital, person(n)) for n in range(3)]
    province = hospital.province
    who = SignIn(login=person(1)["mobile"], password=PASSWORD, desk="desk-1")
    accounts.sign_in(province.engine, who, province.now)

    with pytest.raises(Invalid) as refusal:
        undo(hospital, people)

    assert refusal.value.details["records"] == [str(people[1])]
    assert "1 项不能办理，因此全部没有办理" in refusal.value.words.zh
    assert "不能删除" in refusal.value.words.zh
    assert {province.record(p).state for p in people} == {"active"}
    assert len(asked(hospital, [row(person(n)) for n in range(3)])) == 9


def test_another_office_cannot_undo_it(hospital: Somebody, other: Somebody) -> None:
    people = [opened(hospital, person(0))]
    with pytest.raises(Invalid):
        undo(other, people)
    assert hospital.province.record(people[0]).state == "active"
