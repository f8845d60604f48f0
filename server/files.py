"""Documents, addressed by their SHA-256: kept whole or not at all, in a folder or in a bucket.

`Documents` is the one door; `Archive` keeps them in a folder (`aa/bb/aabb…`), `server.bucket` in an
S3 bucket. Either has a folder of its own on this machine for what is still arriving.
"""

from __future__ import annotations

import hashlib
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from uuid import uuid4

from app.errors import DiskFull, NotFound, Unreadable

SHA256 = re.compile(r"[0-9a-f]{64}")
PIECE = 256 * 1024


class Documents(ABC):
    """Where documents are kept; `arrivals` is the folder of those on their way."""

    quota = 50 * 1024**3
    """How many bytes one office may keep here."""

    def __init__(self, arrivals: Path) -> None:
        self.arrivals = arrivals
        arrivals.mkdir(parents=True, exist_ok=True)

    @abstractmethod
    def size(self, sha256: str) -> int | None:
        """How many bytes a document has, or None where it is not here."""

    @abstractmethod
    def keep(self, sha256: str, file: Path) -> None:
        """Take a file that is known to be this document; it is safe when this returns.

        The file is gone afterwards.
        """

    @abstractmethod
    def pieces(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to `end`; NotFound before the first where it is not here."""

    @abstractmethod
    def names(self) -> Iterator[str]:
        """The SHA-256 of everything that is kept."""

    def has(self, sha256: str) -> bool:
        return self.size(sha256) is not None

    def arriving(self, sha256: str) -> Arrival:
        """A place for a document that comes in one go."""
        return Arrival(self, checked(sha256))


def checked(sha256: str) -> str:
    """The name, where it is one: so that it cannot lead elsewhere."""
    if not SHA256.fullmatch(sha256):
        raise no_such_file()
    return sha256


class Archive(Documents):
    """A folder of documents."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        super().__init__(folder / ".arriving")

    def path(self, sha256: str) -> Path:
        """Where a document stands, or would."""
        checked(sha256)
        return self._folder / sha256[:2] / sha256[2:4] / sha256

    def size(self, sha256: str) -> int | None:
        try:
            return self.path(sha256).stat().st_size
        except FileNotFoundError:
            return None

    def keep(self, sha256: str, file: Path) -> None:
        place = self.path(sha256)
        with file.open("rb") as arrived:
            os.fsync(arrived.fileno())
        place.parent.mkdir(parents=True, exist_ok=True)
        file.replace(place)
        for folder in (place.parent, place.parent.parent, self._folder):
            settle(folder)

    def pieces(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        try:
            file = self.path(sha256).open("rb")
        except FileNotFoundError:
            raise no_such_file() from None
        with file:
            file.seek(start)
            left = file.seek(0, os.SEEK_END) - start if end is None else end - start
            file.seek(start)
            while left > 0 and (piece := file.read(min(PIECE, left))):
                left -= len(piece)
                yield piece

    def names(self) -> Iterator[str]:
        for path in sorted(self._folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")):
            if SHA256.fullmatch(path.name):
                yield path.name


class Arrival:
    """A document on its way: `write` its pieces, then `keep` it; otherwise nothing stays."""

    def __init__(self, documents: Documents, sha256: str) -> None:
        self._documents, self._named = documents, sha256
        self._temporary = documents.arrivals / f"{sha256[:16]}-{uuid4().hex}"
        self._sha256 = hashlib.sha256()
        self.size = 0

    def __enter__(self) -> Arrival:
        self._file = self._temporary.open("xb")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._file.close()
        self._temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise no_room() from error

    def write(self, piece: bytes) -> None:
        self._file.write(piece)
        self._sha256.update(piece)
        self.size += len(piece)

    def keep(self) -> None:
        """Put it in its place once it is what it says it is."""
        if self._sha256.hexdigest() != self._named:
            raise damaged()
        self._file.flush()
        self._documents.keep(self._named, self._temporary)


def settle(folder: Path) -> None:
    """Have the disk remember the names in a folder."""
    if os.name != "posix":  # Windows has no handle of a folder to flush
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file on this machine."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def no_such_file() -> NotFound:
    return NotFound(
        "登记中心没有这个附件，或您不能查看。",
        "The registry has no such document, or you may not read it.",
    )


def damaged() -> Unreadable:
    return Unreadable(
        "附件在途中损坏，没有保存。请再传一次。",
        "The document was damaged on its way and was not kept. Please send it again.",
    )


def no_room() -> DiskFull:
    return DiskFull(
        "登记中心的存储空间不足，附件没有保存。稍后会自动再试。",
        "The registry has no room left; the document was not kept. It will be tried again.",
    )
