"""Signing in: which key opens the data on this computer, and which session the registry gives.

Plain calls without widgets, for the lanes of `ui.tasks`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import AppError, SignInFailed, Unreachable
from app.words import Words
from local_db import WorkingCopy, vault
from sync.client import RegistryClient
from sync.protocol import NewPassword, Session, SignIn
from ui.people.passwords import Rule

if TYPE_CHECKING:
    from ui.settings import Settings

FIRST_NEEDS_NETWORK = Words(
    "这个账号第一次在本机登录，需要连接登记中心。现在连接不上，请检查网络后再试。",
    "The first sign-in of this account on this computer needs the registry, which cannot be "
    "reached. Please check the network and try again.",
)
NO_ADDRESS = Words(
    "还没有设置登记中心的地址。请点“设置”填写。",
    "The registry's address is not set. Please press “Settings”.",
)


class OldPasswordNeeded(Exception):
    """The registry takes this password, but the data here still open with the one before it."""

    def __init__(self, session: Session) -> None:
        super().__init__("old password needed")
        self.session = session


@dataclass(frozen=True)
class Account:
    """Somebody who has signed in: their open working copy, and the way to the registry."""

    login: str
    folder: Path
    key: bytes
    copy: WorkingCopy
    address: str
    is_fresh: bool
    """Whether the registry gave a session just now, so that its word on the account is new."""

    def client(self) -> RegistryClient:
        """The way to the registry with the session that is kept in the store."""
        session = self.copy.session()
        return RegistryClient(self.address, session.token if session else "")

    @property
    def must_change_password(self) -> bool:
        session = self.copy.session()
        return bool(session and session.must_change_password)


def sign_in(settings: Settings, login: str, password: str) -> Account:
    """Open what is here with the password; ask the registry only where nothing is here yet."""
    login = login.strip()
    folder = vault.account_folder(settings.accounts, login)
    if not vault.exists(folder):
        return _first_time(settings, folder, login, password)
    try:
        key = vault.unlock(folder, password)
    except SignInFailed as wrong_here:
        session = _asked_elsewhere(settings, login, password)
        if session is None:
            raise
        raise OldPasswordNeeded(session) from wrong_here
    account = _opened(settings, folder, login, key, None)
    if (
        account.copy.session() is None
    ):  # the first sign-in was cut off before it was told who this is
        try:
            account.copy.remember(_asked(settings, login, password))
        except BaseException:
            account.copy.close()
            raise
    return account


def sign_in_with_old(
    settings: Settings, login: str, password: str, old: str, session: Session
) -> Account:
    """The same, once the password was changed elsewhere: the old one opens, the new one stays."""
    folder = vault.account_folder(settings.accounts, login.strip())
    key = vault.unlock(folder, old)
    vault.wrap(folder, key, password)
    return _opened(settings, folder, login.strip(), key, session)


def renew(account: Account, settings: Settings, password: str) -> Account:
    """A new session from the registry; the data here open with this password from now on."""
    session = _asked(settings, account.login, password)
    account.copy.remember(session)
    try:
        vault.unlock(account.folder, password)
    except SignInFailed:  # it was changed elsewhere: whoever has the key may wrap it anew
        vault.wrap(account.folder, account.key, password)
    return replace(account, is_fresh=True)


def change_password(account: Account, old: str, new: str) -> Account:
    """In the registry first, then here; the registry's other sessions of the account end."""
    session = account.client().change_password(NewPassword(old=old, new=new))
    account.copy.remember(session)
    vault.wrap(account.folder, account.key, new)
    return replace(account, is_fresh=True)


def password_rule(account: Account) -> Rule:
    """The rule that holds in the registry now; where it cannot be asked, the one of seed 000."""
    client = account.client()
    try:
        asked = client.password_rule()
    except AppError:
        return Rule()
    finally:
        client.close()
    return Rule(asked.shortest, asked.longest, asked.kinds)


def sign_out(client: RegistryClient) -> None:
    """End the session in the registry, where it can be reached."""
    try:
        client.sign_out()
    except AppError:
        return  # it ends by itself; the data here are closed either way
    finally:
        client.close()


def _first_time(settings: Settings, folder: Path, login: str, password: str) -> Account:
    try:
        session = _asked(settings, login, password)
    except Unreachable as error:
        raise SignInFailed(FIRST_NEEDS_NETWORK.zh, FIRST_NEEDS_NETWORK.en) from error
    key = vault.create(folder, password)
    return _opened(settings, folder, login, key, session)


def _opened(
    settings: Settings, folder: Path, login: str, key: bytes, session: Session | None
) -> Account:
    copy = WorkingCopy(folder, key)
    try:
        if session is not None:
            copy.remember(session)
    except BaseException:
        copy.close()
        raise
    return Account(login, folder, key, copy, settings.address, session is not None)


def _asked(settings: Settings, login: str, password: str) -> Session:
    if not settings.address:
        raise SignInFailed(NO_ADDRESS.zh, NO_ADDRESS.en)
    client = RegistryClient(settings.address)
    return client.sign_in(
        SignIn(login=login, password=password, desk=settings.desk, desk_name=settings.desk_name)
    )


def _asked_elsewhere(settings: Settings, login: str, password: str) -> Session | None:
    """The registry's session where it takes the password; nothing where it does not or is away."""
    try:
        return _asked(settings, login, password) if settings.address else None
    except (SignInFailed, Unreachable):
        return None
