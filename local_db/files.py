"""Documents beside the store, each encrypted under a key derived from the account's.

A document is encrypted in parts of a megabyte, and written, sent and fetched part by part: a large
one never lies in memory whole, unless it is shown.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import secrets
import struct
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.errors import NotFound, Unreadable
from local_db.engine import told_in_words
from local_db.vault import Whole, derived

CHUNK = 1024 * 1024
TAG = 16
MAGIC = b"YBF1"
HEAD = len(MAGIC) + 8


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
        if not self.has(sha256):
            with self.arriving(sha256) as arriving:
                arriving.add(content)
                arriving.keep()
        return sha256

    def arriving(self, sha256: str) -> Arriving:
        """A place for a document that comes piece by piece."""
        return Arriving(self._path(sha256), self._cipher, sha256)

    def kept(self, sha256: str) -> Kept:
        """A document that is here, to be read part by part; NotFound where it is not."""
        try:
            return Kept(self._path(sha256), self._cipher, sha256)
        except FileNotFoundError:
            raise NotFound(
                "这个文件还不在本机。请联网同步后再打开。",
                "This file is not on this computer yet. Please sync, then open it again.",
                sha256=sha256,
            ) from None

    def read(self, sha256: str) -> bytes:
        content, found = io.BytesIO(), hashlib.sha256()
        for part in self.kept(sha256).parts():
            content.write(part)
            found.update(part)
        if found.hexdigest() != sha256:
            raise _damaged(sha256)
        return content.getvalue()

    def begins(self, sha256: str) -> bytes:
        """How a document begins, up to a megabyte: nothing more of it is read or decrypted."""
        return next(self.kept(sha256).parts())

    def has(self, sha256: str) -> bool:
        return self._path(sha256).exists()

    def drop(self, sha256: str) -> None:
        self._path(sha256).unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        return self._folder / hmac.new(self._names, sha256.encode(), hashlib.sha256).hexdigest()


class Kept:
    """A document that is here. Each part is verified as it is read."""

    def __init__(self, path: Path, cipher: AESGCM, sha256: str) -> None:
        self._path, self._cipher, self._sha256 = path, cipher, sha256
        self._number, self._part = -1, b""  # the part read last: pieces are smaller
        with told_in_words(), path.open("rb") as stored:
            self._head = stored.read(HEAD)
            length = stored.seek(0, io.SEEK_END) - HEAD
        self._last = max(0, (length - 1) // (CHUNK + TAG))
        self.size = length - (self._last + 1) * TAG
        if self.size < 0 or not self._head.startswith(MAGIC):
            raise _damaged(sha256)

    def part(self, start: int, length: int) -> bytes:
        """Some of its bytes."""
        end = min(start + length, self.size)
        found = bytearray()
        while start < end:
            number, within = divmod(start, CHUNK)
            piece = self._read(number)[within : within + end - start]
            found += piece
            start += len(piece)
        return bytes(found)

    def parts(self) -> Iterator[bytes]:
        """All of it, a megabyte at a time."""
        return (self._read(number) for number in range(self._last + 1))

    def _read(self, number: int) -> bytes:
        if number != self._number:
            with told_in_words(), self._path.open("rb") as stored:
                stored.seek(HEAD + number * (CHUNK + TAG))
                encrypted = stored.read(CHUNK + TAG)
            place = _place(self._sha256, number, is_last=number == self._last)
            try:
                part = self._cipher.decrypt(_nonce(self._head, number), encrypted, place)
            except (InvalidTag, ValueError) as error:
                raise _damaged(self._sha256) from error
            self._number, self._part = number, part
        return self._part


class Arriving:
    """A document on its way: `add` its pieces, then `keep` it; otherwise nothing of it stays."""

    def __init__(self, path: Path, cipher: AESGCM, sha256: str) -> None:
        self._cipher, self._sha256 = cipher, sha256
        self._whole = Whole(path)

    @property
    def here(self) -> int:
        """How many bytes of it have come."""
        return self._here

    def __enter__(self) -> Arriving:
        with told_in_words():
            self._file = self._whole.__enter__()
            self.clear()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._whole.__exit__(kind, error, at)

    def clear(self) -> None:
        """Begin anew."""
        self._here, self._number, self._rest = 0, 0, bytearray()
        self._found = hashlib.sha256()
        self._head = MAGIC + secrets.token_bytes(HEAD - len(MAGIC))
        self._file.seek(0)
        self._file.truncate()
        self._file.write(self._head)

    def add(self, piece: bytes) -> None:
        """Take the next bytes of it."""
        self._found.update(piece)
        self._here += len(piece)
        left = memoryview(piece)
        while len(self._rest) + len(left) > CHUNK:  # more: the last part is told to be the last
            fits = CHUNK - len(self._rest)
            self._rest += left[:fits]
            left = left[fits:]
            self._write(is_last=False)
        self._rest += left

    def keep(self) -> None:
        """Put it in its place, on the disk when this returns; Unreadable where it is another."""
        if self._found.hexdigest() != self._sha256:
            raise Unreadable(
                "收到的文件不完整，没有保存。稍后会重新取得。",
                "The file arrived incomplete and was not kept. It will be fetched again.",
            )
        self._write(is_last=True)
        with told_in_words():
            self._whole.keep()

    def _write(self, *, is_last: bool) -> None:
        place = _place(self._sha256, self._number, is_last=is_last)
        with told_in_words():
            self._file.write(
                self._cipher.encrypt(_nonce(self._head, self._number), bytes(self._rest), place)
            )
        self._number += 1
        self._rest.clear()


def _nonce(head: bytes, number: int) -> bytes:
    return head[len(MAGIC) :] + struct.pack(">I", number)


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
