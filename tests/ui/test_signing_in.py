"""Signing in: with and without a network, with the wrong password, for the first time."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from pytestqt.qtbot import QtBot

from app.errors import SignInFailed, TooOld
from local_db import WorkingCopy, vault
from tests.ui.door import Door, standing
from tests.ui.world import PI, person, study
from ui import tasks
from ui.people import accounts, passwords
from ui.people.accounts import Account
from ui.people.first_sign_in import COMPLETE, PASSWORD, FirstSignIn
from ui.people.sign_in import SignInWindow
from ui.settings import Settings
from ui.start import Application

LOGIN, OLD, NEW = "13800000002", "Yanbei2026", "Another2027"


@pytest.fixture
def door() -> Iterator[Door]:
    with standing(Door(PI, LOGIN, OLD)) as found:
        yield found


@pytest.fixture
def nowhere() -> str:
    """The address of a registry that does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    return f"http://127.0.0.1:{port}"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two tries."""
    monkeypatch.setattr("sync.client.PAUSES", ())


@pytest.fixture
def settings(tmp_path: Path, door: Door) -> Settings:
    return Settings(tmp_path / "desk", door.address)


def window(qtbot: QtBot, settings: Settings) -> SignInWindow:
    made = SignInWindow(settings)
    qtbot.addWidget(made)
    made.show()
    return made


def typed(made: SignInWindow, login: str, password: str) -> None:
    made.login.setText(login)
    made.password.setText(password)
    made.sign_in.click()


def signed_in(qtbot: QtBot, made: SignInWindow, login: str, password: str) -> Account:
    with qtbot.waitSignal(made.signed_in) as got:
        typed(made, login, password)
    account: Account = got.args[0]
    return account


def been_here(settings: Settings) -> Path:
    """Sign in once, so that the account has data on this computer."""
    account = accounts.sign_in(settings, LOGIN, OLD)
    account.copy.close()
    return account.folder


def test_the_first_sign_in_makes_a_store_that_opens_offline_later(
    qtbot: QtBot, settings: Settings, door: Door, nowhere: str
) -> None:
    account = signed_in(qtbot, window(qtbot, settings), LOGIN, OLD)
    assert account.is_fresh
    assert account.copy.principal() == PI
    account.copy.close()

    settings.address = nowhere
    again = signed_in(qtbot, window(qtbot, settings), LOGIN, OLD)

    assert not again.is_fresh
    assert again.copy.principal() == PI
    again.copy.close()


def test_the_login_is_written_nowhere(settings: Settings) -> None:
    been_here(settings)

    for path in settings.folder.rglob("*"):
        assert LOGIN not in path.name
        if path.is_file():
            assert LOGIN.encode() not in path.read_bytes(), path
            assert OLD.encode() not in path.read_bytes(), path


def test_a_wrong_password_is_told_in_a_sentence(qtbot: QtBot, settings: Settings) -> None:
    made = window(qtbot, settings)

    typed(made, LOGIN, "wrong")

    qtbot.waitUntil(made.problem.isVisible)
    assert made.problem.text() == "账号或密码不正确。"
    assert made.sign_in.isEnabled()


def test_a_wrong_password_offline_is_told_in_a_sentence(
    qtbot: QtBot, settings: Settings, nowhere: str
) -> None:
    been_here(settings)
    settings.address = nowhere
    made = window(qtbot, settings)

    typed(made, LOGIN, "wrong")

    qtbot.waitUntil(made.problem.isVisible)
    assert made.problem.text().startswith("密码不正确。")


def test_without_a_network_the_first_sign_in_says_what_it_needs(
    qtbot: QtBot, tmp_path: Path, nowhere: str
) -> None:
    made = window(qtbot, Settings(tmp_path / "desk", nowhere))

    typed(made, LOGIN, OLD)

    qtbot.waitUntil(made.problem.isVisible)
    assert "需要连接登记中心" in made.problem.text()


def test_without_an_address_the_person_is_sent_to_the_settings(
    qtbot: QtBot, tmp_path: Path
) -> None:
    made = window(qtbot, Settings(tmp_path / "desk"))

    typed(made, LOGIN, OLD)

    qtbot.waitUntil(made.problem.isVisible)
    assert "请点“设置”填写" in made.problem.text()


def test_nothing_typed_is_asked_for(qtbot: QtBot, settings: Settings) -> None:
    made = window(qtbot, settings)

    made.sign_in.click()

    assert made.problem.text() == "请填写账号和密码。"


def test_a_store_open_in_another_window_is_told(qtbot: QtBot, settings: Settings) -> None:
    first = accounts.sign_in(settings, LOGIN, OLD)
    made = window(qtbot, settings)

    typed(made, LOGIN, OLD)

    qtbot.waitUntil(made.problem.isVisible)
    first.copy.close()
    assert "窗口" in made.problem.text()


def test_a_store_of_a_newer_program_is_told(
    qtbot: QtBot, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    been_here(settings)

    def newer(*_args: object, **_more: object) -> WorkingCopy:
        raise TooOld("本机的数据由更新的版本保存。请更新程序。", "Please update the program.")

    monkeypatch.setattr("ui.people.accounts.WorkingCopy", newer)
    made = window(qtbot, settings)

    typed(made, LOGIN, OLD)

    qtbot.waitUntil(made.problem.isVisible)
    assert made.problem.text() == "本机的数据由更新的版本保存。请更新程序。"


def test_a_password_changed_elsewhere_opens_with_the_old_one_once(
    qtbot: QtBot, settings: Settings, door: Door
) -> None:
    folder = been_here(settings)
    door.password = NEW
    made = window(qtbot, settings)
    typed(made, LOGIN, NEW)
    qtbot.waitUntil(lambda: bool(made.findChildren(passwords.AskPassword)))
    asked = made.findChildren(passwords.AskPassword)[0]

    asked.password.setText(OLD)
    with qtbot.waitSignal(made.signed_in) as got:
        asked.go.click()

    got.args[0].copy.close()
    assert vault.unlock(folder, NEW)
    with pytest.raises(SignInFailed):
        vault.unlock(folder, OLD)


def test_the_address_is_kept_and_the_login_is_not(qtbot: QtBot, tmp_path: Path) -> None:
    made = window(qtbot, Settings(tmp_path / "desk"))
    made.more.setChecked(True)

    made.address.setText("https://registry.example.org/")
    made.address.editingFinished.emit()

    again = window(qtbot, Settings(tmp_path / "desk"))
    assert again.settings.address == "https://registry.example.org"
    assert again.login.text() == ""


@pytest.mark.parametrize(
    ("old", "new", "again", "held"),
    [
        ("a", "abc12", "abc12", (False, True, True, True)),
        ("a", "abcdef", "abcdef", (True, False, True, True)),
        ("a", "abcDEF", "abcDEF", (True, True, True, True)),
        ("a", "zs_123456", "zs_123456", (True, True, True, True)),
        ("a", "______", "______", (True, False, True, True)),
        ("a", "abc123def456ghi", "abc123def456ghi", (False, True, True, True)),
        ("a", "abc 123", "abc 123", (False, True, True, True)),
        ("abc123", "abc123", "abc123", (True, True, True, False)),
        ("a", "abc123", "abc124", (True, True, False, True)),
        ("a", "", "", (False, False, False, False)),
    ],
)
def test_the_rule_of_passwords_is_shown_live(
    qtbot: QtBot, old: str, new: str, again: str, held: tuple[bool, ...]
) -> None:
    form = passwords.PasswordForm()
    qtbot.addWidget(form)

    form.old.setText(old)
    form.new.setText(new)
    form.again.setText(again)

    assert form.held() == held
    assert form.change.isEnabled() == all(held)


# The whole way, as main.py goes it


@pytest.fixture
def program(tmp_path: Path, door: Door, qtbot: QtBot) -> Iterator[Application]:
    made = Application(door.address, tmp_path / "desk")
    yield made
    made.close()
    tasks.finish()


def own_record() -> object:
    return person("何平", mobile="13800000002", id_number="11010519491231002X", who=PI)


def test_signing_in_leads_to_the_window_and_the_records(
    qtbot: QtBot, program: Application, door: Door
) -> None:
    door.records = [study("甲研究")]
    made = program.show()

    typed(made, LOGIN, OLD)

    qtbot.waitUntil(lambda: program.window is not None)
    assert program.window is not None
    window_ = program.window
    qtbot.waitUntil(lambda: window_.navigation.count_of("todo") == 1)
    assert "项目负责人" in window_.windowTitle()
    qtbot.waitUntil(lambda: window_.bar.standing.text().startswith("已同步"))


def test_a_session_that_ends_shows_a_bar_and_asks_the_password(
    qtbot: QtBot, program: Application, door: Door
) -> None:
    typed(program.show(), LOGIN, OLD)
    qtbot.waitUntil(lambda: program.window is not None)
    window_, exchange = program.window, program.exchange
    assert window_ is not None
    assert exchange is not None
    qtbot.waitUntil(lambda: exchange.state.standing == "done")
    door.ended = True
    exchange.now()
    qtbot.waitUntil(window_.expired.isVisible)
    program._ask_password()
    asked = window_.findChildren(passwords.AskPassword)[0]

    asked.password.setText("wrong")
    asked.go.click()
    qtbot.waitUntil(asked.problem.isVisible)
    assert asked.problem.text() == "账号或密码不正确。"
    asked.password.setText(OLD)
    asked.go.click()

    qtbot.waitUntil(lambda: not window_.expired.isVisible())
    assert exchange.state.standing == "done"


def test_the_first_sign_in_changes_the_password_here_and_there(
    qtbot: QtBot, program: Application, door: Door
) -> None:
    door.must_change = True
    typed(program.show(), LOGIN, OLD)
    qtbot.waitUntil(lambda: program.guide is not None)
    guide = program.guide
    assert guide is not None
    assert program.window is None
    qtbot.waitUntil(lambda: guide.stack.currentIndex() == PASSWORD)

    guide.form.old.setText("wrong")
    guide.form.new.setText(NEW)
    guide.form.again.setText(NEW)
    guide.form.change.click()
    qtbot.waitUntil(guide.form.problem.isVisible)
    assert guide.form.problem.text() == "原密码不正确。"
    guide.form.old.setText(OLD)
    guide.form.change.click()

    qtbot.waitUntil(lambda: program.window is not None)
    assert door.password == NEW
    account = program.account
    assert account is not None
    assert vault.unlock(account.folder, NEW) == account.key


def test_the_first_sign_in_asks_for_what_is_missing_in_ones_own_data(
    qtbot: QtBot, program: Application, door: Door
) -> None:
    pytest.importorskip("ui.forms.filing")
    whole = person("何平", mobile="13800000002", id_number="11010519491231002X", who=PI)
    name = next(iter(whole.answers))
    door.records = [replace(whole, answers={name: "何平"})]
    door.must_change = True

    typed(program.show(), LOGIN, OLD)

    qtbot.waitUntil(lambda: program.guide is not None)
    guide = program.guide
    assert isinstance(guide, FirstSignIn)
    qtbot.waitUntil(lambda: guide.stack.currentIndex() == COMPLETE)
    assert guide.filing is not None
    assert guide.own == UUID(PI.id.split(":")[1])


def test_signing_out_closes_the_store_and_asks_who_it_is(
    qtbot: QtBot, program: Application, settings: Settings
) -> None:
    typed(program.show(), LOGIN, OLD)
    qtbot.waitUntil(lambda: program.window is not None)

    program.sign_out()

    assert program.window is None
    assert program.sign_in is not None
    typed(program.sign_in, LOGIN, OLD)
    qtbot.waitUntil(lambda: program.window is not None)


def test_the_language_changes_and_the_window_is_built_anew(
    qtbot: QtBot, program: Application
) -> None:
    typed(program.show(), LOGIN, OLD)
    qtbot.waitUntil(lambda: program.window is not None)

    program.choose_language("en")

    assert program.window is not None
    assert "Principal investigator" in program.window.windowTitle()
    assert program.settings.language == "en"
