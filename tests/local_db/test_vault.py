"""The key of an account's data: who gets it and who does not."""

from __future__ import annotations

import json
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import PasswordDeleteError

from app.errors import SignInFailed, Unreadable
from local_db import vault


def test_the_password_opens_what_it_closed(tmp_path: Path) -> None:
    key = vault.create(tmp_path / "a", "Yanbei2026")

    assert len(key) == 32
    assert vault.unlock(tmp_path / "a", "Yanbei2026") == key
    assert vault.exists(tmp_path / "a")


def test_two_accounts_never_share_a_key(tmp_path: Path) -> None:
    assert vault.create(tmp_path / "a", "same") != vault.create(tmp_path / "b", "same")


def test_a_wrong_password_is_told_what_to_do(tmp_path: Path) -> None:
    vault.create(tmp_path, "Yanbei2026")

    with pytest.raises(SignInFailed, match="请重新输入"):
        vault.unlock(tmp_path, "yanbei2026")


def test_an_account_never_used_here_is_told_to_sign_in_with_a_network(tmp_path: Path) -> None:
    with pytest.raises(SignInFailed, match="第一次登录需要连接网络"):
        vault.unlock(tmp_path / "nobody", "x")


@pytest.mark.parametrize("content", ["", "{}", "not json", '{"salt": 3}'])
def test_a_damaged_key_file_is_told_and_left_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / vault.NAME).write_text(content, encoding="utf-8")

    with pytest.raises(Unreadable, match="请从备份恢复"):
        vault.unlock(tmp_path, "x")
    assert (tmp_path / vault.NAME).read_text(encoding="utf-8") == content


def test_a_new_password_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    key = vault.create(tmp_path, "old")

    vault.rewrap(tmp_path, "old", "new")

    assert vault.unlock(tmp_path, "new") == key
    with pytest.raises(SignInFailed):
        vault.unlock(tmp_path, "old")


def test_a_password_change_that_fails_leaves_the_old_password_working(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = vault.create(tmp_path, "old")

    def broken(_fd: int) -> None:
        raise OSError(5, "the disk was pulled out")

    monkeypatch.setattr(vault.os, "fsync", broken)
    with pytest.raises(OSError, match="pulled out"):
        vault.rewrap(tmp_path, "old", "new")
    monkeypatch.undo()

    assert vault.unlock(tmp_path, "old") == key
    assert [p.name for p in tmp_path.iterdir()] == [vault.NAME]


def test_a_key_is_never_overwritten_by_creating_again(tmp_path: Path) -> None:
    key = vault.create(tmp_path, "x")

    with pytest.raises(FileExistsError):
        vault.create(tmp_path, "y")
    assert vault.unlock(tmp_path, "x") == key


def test_the_key_file_holds_neither_key_nor_password(tmp_path: Path) -> None:
    key = vault.create(tmp_path, "Yanbei2026")

    stored = (tmp_path / vault.NAME).read_bytes()

    assert key not in stored
    assert key.hex().encode() not in stored
    assert b"Yanbei2026" not in stored
    assert json.loads(stored)["argon2"]["memory_cost"] >= 19 * 1024


def test_one_login_has_one_folder_however_it_is_typed(tmp_path: Path) -> None:
    folder = vault.account_folder(tmp_path, "He@Example.com")

    assert folder == vault.account_folder(tmp_path, " he@example.COM ")
    assert folder == vault.account_folder(tmp_path, "ｈｅ@example.com")
    assert folder != vault.account_folder(tmp_path, "she@example.com")
    assert "he" not in folder.name or "example" not in folder.name


class _Kept(KeyringBackend):
    """A key store in memory."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.held.pop((service, username), None) is None:
            raise PasswordDeleteError("not there")


@pytest.fixture
def key_store() -> object:
    before = keyring.get_keyring()
    store = _Kept()
    keyring.set_keyring(store)
    yield store
    keyring.set_keyring(before)


def test_the_system_s_key_store_keeps_the_key_until_it_is_forgotten(
    tmp_path: Path, key_store: _Kept
) -> None:
    key = vault.create(tmp_path, "x")

    assert vault.keep(tmp_path, key)
    assert vault.kept(tmp_path) == key
    vault.forget(tmp_path)
    assert vault.kept(tmp_path) is None
    vault.forget(tmp_path)  # a second time does no harm


def test_without_a_key_store_nothing_is_kept_and_the_password_still_opens(tmp_path: Path) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    try:
        key = vault.create(tmp_path, "x")

        assert not vault.keep(tmp_path, key)
        assert vault.kept(tmp_path) is None
        vault.forget(tmp_path)
        assert vault.unlock(tmp_path, "x") == key
        assert [p.name for p in tmp_path.iterdir()] == [vault.NAME]
    finally:
        keyring.set_keyring(before)


def test_a_foreign_entry_in_the_key_store_is_no_key(tmp_path: Path, key_store: _Kept) -> None:
    key_store.set_password(vault.SERVICE, tmp_path.name, "c2hvcnQ=")

    assert vault.kept(tmp_path) is None
