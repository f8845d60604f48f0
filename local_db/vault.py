"""The key of an account's data on this computer: random, and wrapped by the person's password."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import unicodedata
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import SignInFailed, Unreadable
from local_db.engine import told_in_words

log = logging.getLogger(__name__)

NAME = "vault.json"
ARGON2 = {"time_cost": 3, "memory_cost": 65536, "parallelism": 4}
"""argon2-cffi's own choice (RFC 9106, low memory); kept in each vault, so it may be raised."""
SERVICE = "yanbei"


def account_folder(base: Path, login: str) -> Path:
    """Where this account's data lie: the name of the folder does not tell whose they are."""
    normal = unicodedata.normalize("NFKC", login).strip().casefold()
    return base / hashlib.sha256(normal.encode()).hexdigest()[:24]


def exists(folder: Path) -> bool:
    return (folder / NAME).exists()


def create(folder: Path, password: str) -> bytes:
    """Make a new key and wrap it; refuses where there is one already, for data hang on it."""
    if exists(folder):
        raise FileExistsError(folder / NAME)
    key = secrets.token_bytes(32)
    wrap(folder, key, password)
    return key


def unlock(folder: Path, password: str) -> bytes:
    """The key, or SignInFailed where the password is another."""
    try:
        vault = json.loads((folder / NAME).read_text(encoding="utf-8"))
        salt, nonce, wrapped = (b64decode(vault[k]) for k in ("salt", "nonce", "wrapped"))
        costs = {name: int(vault["argon2"][name]) for name in ARGON2}
    except FileNotFoundError:
        raise SignInFailed(
            "这个账号还没有在本机登录过。第一次登录需要连接网络。",
            "This account has not been used on this computer. The first sign-in needs the network.",
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(
            "本机的密钥文件已损坏，无法打开这个账号的数据。请从备份恢复，或请技术支持协助。",
            "The key file on this computer is damaged, so this account's data cannot be opened. "
            "Please restore a backup or ask for support.",
        ) from error
    try:
        return AESGCM(_stretch(password, salt, costs)).decrypt(nonce, wrapped, SERVICE.encode())
    except InvalidTag:
        raise SignInFailed(
            "密码不正确。请重新输入；如果密码已在别处修改，请输入本机上一次使用的密码。",
            "The password is not right. Please type it again; if it was changed elsewhere, type "
            "the one last used on this computer.",
        ) from None


def rewrap(folder: Path, old: str, new: str) -> None:
    """Let the new password open the same data; the old one no longer does."""
    wrap(folder, unlock(folder, old), new)


def wrap(folder: Path, key: bytes, password: str) -> None:
    """Write the vault whole or not at all."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    wrapped = AESGCM(_stretch(password, salt, ARGON2)).encrypt(nonce, key, SERVICE.encode())
    vault: dict[str, Any] = {
        "version": 1,
        "argon2": ARGON2,
        "salt": b64encode(salt).decode(),
        "nonce": b64encode(nonce).decode(),
        "wrapped": b64encode(wrapped).decode(),
    }
    with told_in_words():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(folder / NAME, json.dumps(vault, indent=1).encode())


def _stretch(password: str, salt: bytes, costs: dict[str, int]) -> bytes:
    # The same characters typed on another keyboard are the same password.
    typed = unicodedata.normalize("NFKC", password).encode()
    return hash_secret_raw(typed, salt, **costs, hash_len=32, type=Type.ID)


class Whole:
    """A file put in place so that a crash leaves the old one or the new one.

    What is written inside stays beside its place until `keep`; without it, nothing stays.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")

    def __enter__(self) -> BinaryIO:
        self._file = self._beside.open("wb")
        return self._file

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # the disk is full: what was still to be written is not wanted
            self._file.close()
        self._beside.unlink(missing_ok=True)

    def keep(self) -> None:
        """Put it in its place; it is on the disk when this returns."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._beside.replace(self._path)
        if os.name == "posix":  # Windows has no handle of a folder to flush
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in place so that a crash leaves the old one or the new one."""
    whole = Whole(path)
    with whole as file:
        file.write(content)
        whole.keep()


def derived(key: bytes, purpose: str) -> bytes:
    """Another key, for one purpose, from the account's key."""
    return HKDF(SHA256(), 32, salt=None, info=f"yanbei {purpose}".encode()).derive(key)


def keep(folder: Path, key: bytes) -> bool:
    """Ask the system's key store to keep the key; False where there is none. Off the UI thread."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, folder.name, b64encode(key).decode())
        return keyring.get_password(SERVICE, folder.name) == b64encode(key).decode()
    except KeyringError as error:
        log.info("the key is not kept: %s", type(error).__name__)
        return False


def kept(folder: Path) -> bytes | None:
    """The key from the system's key store, if it is there. Off the UI thread."""
    import keyring
    from keyring.errors import KeyringError

    try:
        found = keyring.get_password(SERVICE, folder.name)
    except KeyringError as error:
        log.info("no kept key: %s", type(error).__name__)
        return None
    key = b64decode(found) if found else b""
    return key if len(key) == 32 else None


def forget(folder: Path) -> None:
    """Remove the key from the system's key store; the wrapped one stays."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.delete_password(SERVICE, folder.name)
    except KeyringError as error:
        log.info("nothing to forget: %s", type(error).__name__)
