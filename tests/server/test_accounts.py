"""Signing in and out, waiting after failures, passwords."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.errors import Invalid, SignedOut, SignInFailed, TryLater
from server import accounts, passwords
from server.db import read
from server.sample import PASSWORD
from server.tables import SessionRow
from sync.protocol import NewPassword, Session, SignIn
from tests.server.province import Province, at_once

LOGIN = "13800000002"


def sign_in(
    province: Province, password: str = PASSWORD, *, login: str = LOGIN, desk: str = "desk-1"
) -> Session:
    who = SignIn(login=login, password=password, desk=desk)
    return accounts.sign_in(province.engine, who, province.now)


def caller(province: Province, session: Session) -> accounts.Caller:
    return accounts.caller_of(province.engine, session.token, province.now)


def change(province: Province, session: Session, old: str, new: str) -> None:
    asked = NewPassword(old=old, new=new)
    accounts.change_password(province.engine, caller(province, session), asked, province.now)


def test_a_session_says_who_it_is_for(province: Province) -> None:
    session = sign_in(province, login="长河市第一人民医院")

    assert session.principal["name"] == "长河市第一人民医院"
    assert session.must_change_password is True
    assert session.epoch
    assert caller(province, session).principal.to_wire() == session.principal


@pytest.mark.parametrize("login", [LOGIN, "nobody@hospital.example", "", "'; DROP TABLE account"])
def test_a_wrong_password_and_an_unknown_login_are_told_alike(
    province: Province, login: str
) -> None:
    with pytest.raises(SignInFailed) as failed:
        sign_in(province, "Wrong2026", login=login)

    assert "登录名或密码不正确" in failed.value.words.zh


@pytest.mark.parametrize("login", [LOGIN, "nobody@hospital.example"])
def test_after_five_failures_one_waits_and_is_told_how_long(province: Province, login: str) -> None:
    for _ in range(5):
        with pytest.raises(SignInFailed):
            sign_in(province, "Wrong2026", login=login)

    with pytest.raises(TryLater) as waiting:
        sign_in(province, login=login)

    assert 1 <= waiting.value.details["seconds"] <= 31
    assert "秒后再试" in waiting.value.words.zh


def test_strangers_who_guess_make_nobody_wait_at_a_desk_that_is_known(province: Province) -> None:
    sign_in(province)
    for _ in range(9):
        with pytest.raises((SignInFailed, TryLater)):
            sign_in(province, "Wrong2026", desk="a stranger's")

    assert sign_in(province).login == LOGIN
    with pytest.raises(TryLater):
        sign_in(province, desk="a new one")


def test_a_known_desk_forgives_only_itself(province: Province) -> None:
    sign_in(province)
    for _ in range(5):
        with pytest.raises(SignInFailed):
            sign_in(province, "Wrong2026", desk="a stranger's")

    sign_in(province)

    with pytest.raises(TryLater):
        sign_in(province, "Wrong2026", desk="a stranger's")


def test_waiting_grows_but_never_beyond_ten_minutes_and_ends(province: Province) -> None:
    waits = []
    for _ in range(14):
        try:
            sign_in(province, "Wrong2026")
        except SignInFailed:
            continue
        except TryLater as waiting:
            waits.append(waiting.details["seconds"])
            province.pass_time(seconds=waiting.details["seconds"])

    assert waits == [31, 61, 121, 301, 601]
    for _ in range(6):
        province.pass_time(seconds=601)
        with pytest.raises(SignInFailed):
            sign_in(province, "Wrong2026")
    province.pass_time(seconds=601)
    assert sign_in(province).login == LOGIN


def test_signing_in_forgets_the_failures(province: Province) -> None:
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(SignInFailed):
                sign_in(province, "Wrong2026")
        sign_in(province)


def test_many_guesses_at_once_are_no_way_round(province: Province) -> None:
    answers: list[str] = []

    def guess() -> None:
        try:
            sign_in(province, "Wrong2026")
        except (SignInFailed, TryLater) as error:
            answers.append(error.code)

    at_once([guess] * 12)

    assert answers.count("sign_in_failed") == 5
    assert answers.count("try_later") == 7


def test_an_unknown_login_takes_about_as_long_as_a_wrong_password(province: Province) -> None:
    hashes: list[str | None] = []
    right = passwords.is_right

    def counting(kept: str | None, password: str) -> bool:
        hashes.append(kept)
        return right(kept, password)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "is_right", counting)
        for login in (LOGIN, "nobody@hospital.example"):
            with pytest.raises(SignInFailed):
                sign_in(province, "Wrong2026", login=login)

    # Both were hashed at the same cost: against the account's, and against nobody's.
    assert hashes[0] is not None
    assert hashes[1] is None


def test_signing_out_ends_the_session(province: Province) -> None:
    session = sign_in(province)

    accounts.sign_out(province.engine, caller(province, session), province.now)

    with pytest.raises(SignedOut):
        caller(province, session)


def test_a_session_ends_after_thirty_days_without_use(province: Province) -> None:
    session = sign_in(province)
    province.pass_time(days=29)
    caller(province, session)
    province.pass_time(days=29)
    caller(province, session)
    province.pass_time(days=30, seconds=1)

    with pytest.raises(SignedOut) as ended:
        caller(province, session)

    assert "请重新登录" in ended.value.words.zh


@pytest.mark.parametrize("token", ["", "x", "'; --", "0" * 5000])
def test_a_made_up_token_is_nobody(province: Province, token: str) -> None:
    with pytest.raises(SignedOut):
        accounts.caller_of(province.engine, token, province.now)


def test_tokens_are_not_kept(province: Province) -> None:
    session = sign_in(province)

    kept = read(province.engine, lambda s: s.scalars(select(SessionRow.token)).all())

    assert len(session.token) >= 43
    assert session.token not in kept


def test_signing_in_again_at_a_desk_ends_the_session_before(province: Province) -> None:
    first, elsewhere, second = (
        sign_in(province), sign_in(province, desk="desk-2"), sign_in(province),
    )  # fmt: skip

    caller(province, second)
    caller(province, elsewhere)
    with pytest.raises(SignedOut):
        caller(province, first)


def test_a_changed_password_ends_every_other_session(province: Province) -> None:
    mine, other = sign_in(province), sign_in(province, desk="desk-2")

    change(province, mine, PASSWORD, "Changhe2027")

    assert caller(province, mine).must_change is False
    with pytest.raises(SignedOut):
        caller(province, other)
    with pytest.raises(SignInFailed):
        sign_in(province)
    assert sign_in(province, "Changhe2027").must_change_password is False


def test_the_old_password_is_asked_for_and_guessing_it_is_slowed(province: Province) -> None:
    session = sign_in(province)

    for _ in range(5):
        with pytest.raises(SignInFailed, match="原密码"):
            change(province, session, "Wrong2026", "Changhe2027")
    with pytest.raises(TryLater):
        change(province, session, PASSWORD, "Changhe2027")

    province.pass_time(seconds=40)
    assert sign_in(province).must_change_password is True


def test_the_new_password_differs_from_the_old_one(province: Province) -> None:
    with pytest.raises(Invalid, match="不能与原密码相同"):
        change(province, sign_in(province), PASSWORD, PASSWORD)


RULE: list[tuple[str, bool]] = [
    ("zs_123456", True),
    ("Yanbei2026", True),
    ("abcDEF", True),
    ("ABC123", True),
    ("a1!@#$%^&*()_+", True),
    ("12345a", True),
    ("123456", False),
    ("abcdef", False),
    ("ABCDEF", False),
    ("abc_!?", False),
    ("Ab1", False),
    ("Abcde1234567890", False),
    ("Abc 12", False),
    ("密码Abc12", False),
    ("Abc12\n", False),
    ("", False),
]


@pytest.mark.parametrize(("password", "is_good"), RULE)
def test_the_rule_of_passwords(password: str, is_good: bool) -> None:
    refused: Any = None
    try:
        passwords.refuse_bad(password)
    except Invalid as error:
        refused = error

    assert (refused is None) is is_good
    assert is_good or "6 到 14 位" in refused.words.zh
