"""Documents beside the store, each encrypted under a key derived from the account's."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.errors import NotFound, Unreadable
from local_db.engine import told_in_words
from local_db.vault import derived, write_whole

CHUNK = 1024 * 1024
TAG = 16
MAGIC = b"YBF1"


class Documents:
    """Documents by SHA-256 in one folder, of which no name or content tells anything."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self._names = derived(key, "file names")
        self._cipher = AESGCM(derived(key, "files"))
        with told_in_words():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for unfinished in folder.glob(".*"):
                unfinished.unlink(missing_ok=True)

    def add(self, content: bytes) -> str:
        """Keep a document; the same one again is kept once. On the disk when this returns."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._path(sha256)
        if not path.exists():
            with told_in_words():
                write_whole(path, b"".join(self._encrypted(content, sha256)))
        return sha256

    def read(self, sha256: str) -> bytes:
        try:
            stored = self._path(sha256).read_bytes()
        except FileNotFoundError:
            raise NotFound(
                "这个文件还不在本机。请联网同步后再打开。",
                "This file is not on this computer yet. Please sync, then open it again.",
                sha256=sha256,
            ) from None
        try:
            content = b"".join(self._decrypted(stored, sha256))
        except (InvalidTag, struct.error, ValueError) as error:
            raise _damaged(sha256) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise _damaged(sha256)
        return content

    def begins(self, sha256: str) -> bytes:
        """How a document begins, up to a megabyte: nothing more of it is read or decrypted."""
        with told_in_words(), self._path(sha256).open("rb") as stored:
            head = stored.read(len(MAGIC) + 8 + CHUNK + TAG)
            is_last = not stored.read(1)
        try:
            return self._cipher.decrypt(
                head[4:12] + struct.pack(">I", 0), head[12:], _place(sha256, 0, is_last=is_last)
            )
        except (InvalidTag, ValueError) as error:
            raise _damaged(sha256) from error

    def has(self, sha256: str) -> bool:
        return self._path(sha256).exists()

    def drop(self, sha256: str) -> None:
        self._path(sha256).unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        return self._folder / hmac.new(self._names, sha256.encode(), hashlib.sha256).hexdigest()

    def _encrypted(self, content: bytes, sha256: str) -> Iterator[bytes]:
        head = secrets.token_bytes(8)
        yield MAGIC + head
        last = max(0, (len(content) - 1) // CHUNK)
        for number in range(last + 1):
            part = content[number * CHUNK : (number + 1) * CHUNK]
            yield self._cipher.encrypt(
                head + struct.pack(">I", number),
                part,
                _place(sha256, number, is_last=number == last),
            )

    def _decrypted(self, stored: bytes, sha256: str) -> Iterator[bytes]:
        if stored[:4] != MAGIC:
            raise ValueError("not a document of ours")
        head, body = stored[4:12], stored[12:]
        size = CHUNK + TAG
        last = max(0, (len(body) - 1) // size)
        for number in range(last + 1):
            part = body[number * size : (number + 1) * size]
            yield self._cipher.decrypt(
                head + struct.pack(">I", number),
                part,
                _place(sha256, number, is_last=number == last),
            )


def _place(sha256: str, number: int, *, is_last: bool) -> bytes:
    """Which part of which document: so that parts cannot be moved, swapped or cut off."""
    return f"{sha256}:{number}:{is_last}".encode()


def _damaged(sha256: str) -> Unreadable:
    return Unreadable(
        "本机保存的这个文件已损坏，没有显示。请联网同步，程序会重新取得它。",
        "This file is damaged on this computer and was not shown. Please sync; the program will "
        "fetch it again.",
        sha256=sha256,
    )
