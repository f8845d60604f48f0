"""People between offices: out, in with consent, roles given and ended, reset, gone."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from app.errors import SignedOut, SignInFailed, TryLater
from app.record import Answers, Record
from server import accounts
from server.books import Books
from server.db import transact
from server.people import grant
from sync.protocol import SignIn
from tests.server.province import Province, Refused, Somebody, Story, committee, ident
from tests.server.test_people import PASSWORD, RIGHT, opened, person, sign_in

A, B = "长河市第一人民医院", "长河省中医院"
ADMIN = "institution_admin"
WHY = {"reason": "调往省中医院。"}


@pytest.fixture
def a(province: Province) -> Somebody:
    return province.somebody(A)


@pytest.fixture
def b(province: Province) -> Somebody:
    return province.somebody(B)


def asks(b: Somebody, move: UUID | None = None, **changes: Any) -> Record:
    whom = {"name": RIGHT["name"], "id_number": RIGHT["id_number"], **changes}
    edits = {} if move else {name: (None, value) for name, value in whom.items()}
    said = {"roles": ["pi"]}
    return b.does(move or uuid4(), "transfer", "request", ADMIN, edits=edits, said=said)


def grants(province: Province, login: str = RIGHT["mobile"], password: str = PASSWORD) -> list[Any]:
    found: list[Any] = sign_in(province, login, password)["principal"]["grants"]
    return found


def error_of(refused: pytest.ExceptionInfo[Refused]) -> dict[str, Any]:
    assert refused.value.outcome.error is not None
    return refused.value.outcome.error


def test_who_is_moved_out_keeps_the_account_and_loses_the_office(
    province: Province, a: Somebody
) -> None:
    new = uuid4()
    opened(a, new, person())

    after = a.does(new, "person", "release", ADMIN, said=WHY)

    assert (after.state, after.parties) == ("released", {"self": (f"person:{new}",)})
    assert "roles" not in after.answers
    assert not a.can_read(new)
    assert f"person:{new}" not in {
        ref for ref, card in province.somebody("苏晴").reads()[f"staff:{a.account}"].items() if card
    }
    session = sign_in(province, RIGHT["mobile"])
    assert (session["principal"]["office"], session["principal"]["grants"]) == ("", [])


def test_who_was_moved_out_is_moved_in_at_once(
    province: Province, a: Somebody, b: Somebody
) -> None:
    new = uuid4()
    opened(a, new, person())
    a.does(new, "person", "release", ADMIN, said=WHY)

    move = asks(b)

    assert province.record(move.id).state == "done"
    stands = province.record(new)
    assert (stands.state, stands.parties["institution"]) == ("active", (f"office:{b.account}",))
    assert stands.answers["roles"] == ["pi"]
    assert grants(province) == [["pi", f"office:{b.account}"]]
    assert b.can_read(new)
    assert f"person:{new}" in province.somebody("陆遥").reads()[f"staff:{b.account}"]


@pytest.mark.parametrize(
    "changes", [{"name": "张四"}, {"id_number": "110101199003070038"}, {"name": "张三 "}]
)
def test_name_and_number_must_both_be_right_and_neither_tells_of_the_other(
    province: Province, a: Somebody, b: Somebody, changes: dict[str, str]
) -> None:
    opened(a, uuid4(), person())

    with pytest.raises(Refused) as refused:
        asks(b, **changes)

    assert "姓名与证件号码都一致" in error_of(refused)["message"]["zh"]
    assert error_of(refused)["details"]["problems"] == ["name", "id_number"]


def test_whoever_has_the_person_agrees_first(province: Province, a: Somebody, b: Somebody) -> None:
    new = uuid4()
    opened(a, new, person(), roles=["pi", "other"])

    move = asks(b)
    stands = province.record(move.id)
    assert (stands.state, stands.answers["sending_name"]) == ("asked", A)
    assert province.record(new).parties["institution"] == (f"office:{a.account}",)
    a.does(move.id, "transfer", "agree", "sending_admin")

    assert province.record(new).parties["institution"] == (f"office:{b.account}",)
    assert grants(province) == [["pi", f"office:{b.account}"]]
    assert not a.can_read(new)


def test_a_refused_move_changes_nothing_and_may_be_asked_again(
    province: Province, a: Somebody, b: Somebody
) -> None:
    new = uuid4()
    opened(a, new, person())
    move = asks(b)

    a.does(move.id, "transfer", "refuse", "sending_admin", said={"reason": "仍在我院工作。"})
    assert province.record(new).parties["institution"] == (f"office:{a.account}",)
    a.does(new, "person", "release", ADMIN, said=WHY)
    asks(b, move.id)

    assert province.record(move.id).state == "done"
    assert province.record(new).parties["institution"] == (f"office:{b.account}",)


def test_nobody_but_the_present_office_agrees(province: Province, a: Somebody, b: Somebody) -> None:
    opened(a, uuid4(), person())
    move = asks(b)

    for stranger, role in (
        (b, "sending_admin"),
        (b, ADMIN),
        (province.somebody("长河市卫生健康委员会"), "authority"),
    ):
        with pytest.raises(Refused) as refused:
            stranger.does(move.id, "transfer", "agree", role)
        assert error_of(refused)["code"] in ("not_allowed", "not_found")


def test_a_seat_elsewhere_stays_when_the_office_changes(
    province: Province, a: Somebody, b: Somebody
) -> None:
    new, seat = uuid4(), committee("长河省中医院伦理委员会")
    opened(a, new, person())

    def give(session: Any) -> None:
        books = Books(session, province.now)
        grant(books, f"person:{new}", "ethics_member", seat)
        books.tell()

    transact(province.engine, give)
    assert province.record(new).answers["roles"] == ["pi", "ethics_member"]
    a.does(new, "person", "release", ADMIN, said=WHY)

    assert grants(province) == [["ethics_member", seat]]
    assert province.record(new).answers["roles"] == ["ethics_member"]


def test_roles_are_exactly_those_that_are_ticked(province: Province, a: Somebody) -> None:
    new, own = uuid4(), committee("长河市第一人民医院伦理委员会")
    opened(a, new, person(), roles=["pi"])

    a.does(
        new, "person", "set_roles", ADMIN,
        said={"roles": ["ethics_member", "integrity_officer"], "committee": own},
    )  # fmt: skip
    assert grants(province) == [["ethics_member", own], ["integrity_officer", ""]]
    after = a.does(new, "person", "set_roles", ADMIN, said={"roles": ["integrity_officer"]})

    assert grants(province) == [["integrity_officer", ""]]
    assert after.answers["roles"] == ["integrity_officer"]
    assert a.does(new, "person", "set_roles", ADMIN, said={}).answers.get("roles") is None


def test_a_role_that_ended_reads_and_does_nothing_more(story: Story) -> None:
    story.submitted()
    story.passed()
    member = story.members[0]
    asked = story.opinion_of(member)
    assert member.can_read(asked.id)

    story.hospital.does(member.account, "person", "set_roles", ADMIN, said={"roles": ["other"]})

    assert not member.can_read(asked.id)
    with pytest.raises(Refused) as refused:
        story.given(member)
    error = error_of(refused)
    assert (error["code"], error["details"]["reason"]) == ("not_allowed", "role")
    assert "伦理委员会委员" in error["message"]["zh"]


def test_a_seat_elsewhere_is_neither_given_again_nor_taken_by_ticking_roles(
    province: Province, a: Somebody
) -> None:
    """The dialog begins with every role that somebody holds, also those of other committees."""
    new, seat = uuid4(), f"committee:{ident('长河省中医院伦理委员会')}"
    opened(a, new, person())
    transact(
        province.engine,
        lambda s: grant(Books(s, province.now), f"person:{new}", "ethics_member", seat),
    )

    for roles in (["ethics_member", "pi"], ["pi"]):
        after = a.does(new, "person", "set_roles", ADMIN, said={"roles": roles})
        assert sorted(grants(province)) == [
            ["ethics_member", seat], ["pi", f"office:{a.account}"],
        ]  # fmt: skip
        assert after.answers["roles"] == ["pi", "ethics_member"]


def test_an_investigator_without_the_role_reads_drafts_again_once_it_is_back(story: Story) -> None:
    story.drafted()
    for roles, reads in (["other"], False), (["pi"], True):
        story.hospital.does(story.pi.account, "person", "set_roles", ADMIN, said={"roles": roles})
        assert story.pi.can_read(story.study) is reads


def test_a_password_is_reset_with_a_reason_and_nobody_waits(
    province: Province, a: Somebody
) -> None:
    new = uuid4()
    opened(a, new, person())
    token = sign_in(province, RIGHT["mobile"])["token"]
    for n in range(6):
        who = SignIn(login=RIGHT["mobile"], password="Wrong2026", desk=f"stranger {n}")
        with pytest.raises((SignInFailed, TryLater)):
            accounts.sign_in(province.engine, who, province.now)

    said = {"reason": "本人持申请书申请。", "password": "Again2026"}
    after = a.does(new, "person", "reset_password", ADMIN, said=said)

    assert after.log[-1].said == {"reason": said["reason"]}
    with pytest.raises(SignedOut):
        accounts.caller_of(province.engine, token, province.now)
    assert sign_in(province, RIGHT["mobile"], "Again2026")["must_change_password"] is True


def test_who_left_no_trace_is_deleted_and_may_come_anew(province: Province, a: Somebody) -> None:
    new = uuid4()
    opened(a, new, person())

    a.does(new, "person", "delete", ADMIN)

    assert not a.can_read(new)
    with pytest.raises(SignInFailed):
        sign_in(province, RIGHT["mobile"])
    opened(a, uuid4(), person())


@pytest.mark.parametrize("name", ["何平", "林远"])
def test_who_has_a_seat_or_a_study_is_not_deleted(story: Story, name: str) -> None:
    story.drafted()

    with pytest.raises(Refused) as refused:
        story.hospital.does(ident(name), "person", "delete", ADMIN)

    assert "移出机构" in error_of(refused)["message"]["zh"]


def test_who_has_signed_in_is_not_deleted(province: Province, a: Somebody) -> None:
    new = uuid4()
    opened(a, new, person())
    sign_in(province, RIGHT["mobile"])

    with pytest.raises(Refused) as refused:
        a.does(new, "person", "delete", ADMIN)

    assert error_of(refused)["details"]["reason"] == "traces"


def test_every_look_at_full_numbers_is_in_the_log_of_the_person(
    province: Province, a: Somebody
) -> None:
    me = province.somebody("何平")

    a.does(me.account, "person", "reveal", ADMIN, said={"reason": "核对证件。"})

    seen = province.record(me.account).log[-1]
    assert (seen.command, seen.name, seen.said) == ("reveal", A, {"reason": "核对证件。"})
    with pytest.raises(Refused):
        a.does(me.account, "person", "reveal", ADMIN, said={})


def test_an_authority_keeps_its_own_staff(province: Province) -> None:
    city, new = province.somebody("长河市卫生健康委员会"), uuid4()
    answers: Answers = person()

    record = city.does(
        new, "person", "open", "authority_admin", answers=city.brings(answers),
        said={"roles": ["integrity_officer"], "password": PASSWORD},
    )  # fmt: skip

    assert record.parties["institution"] == (f"office:{city.account}",)
    assert grants(province) == [["integrity_officer", ""]]
    assert not province.somebody(A).can_read(new)
