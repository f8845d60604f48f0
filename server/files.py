"""Documents on disk, addressed by their SHA-256: `aa/bb/aabb…`. Written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from types import TracebackType
from uuid import uuid4

from app.errors import DiskFull, NotFound, Unreadable

SHA256 = re.compile(r"[0-9a-f]{64}")


class Archive:
    """The folder of documents."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._arriving = folder / ".arriving"
        self._arriving.mkdir(parents=True, exist_ok=True)

    def path(self, sha256: str) -> Path:
        """Where a document stands; the name is checked, so that it cannot lead elsewhere."""
        if not SHA256.fullmatch(sha256):
            raise no_such_file()
        return self._folder / sha256[:2] / sha256[2:4] / sha256

    def has(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def arriving(self, sha256: str) -> Arrival:
        return Arrival(self.path(sha256), self._arriving / f"{sha256[:16]}-{uuid4().hex}")


class Arrival:
    """A document on its way: `write` its pieces, then `keep` it; otherwise nothing stays."""

    def __init__(self, place: Path, temporary: Path) -> None:
        self._place, self._temporary = place, temporary
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
            raise DiskFull(
                "登记中心的存储空间不足，附件没有保存。稍后会自动再试。",
                "The registry has no room left; the document was not kept. It will be tried again.",
            ) from error

    def write(self, piece: bytes) -> None:
        self._file.write(piece)
        self._sha256.update(piece)
        self.size += len(piece)

    def keep(self) -> None:
        """Put it in its place once it is on the disk and is what it says it is."""
        if self._sha256.hexdigest() != self._place.name:
            raise Unreadable(
                "附件在途中损坏，没有保存。请再传一次。",
                "The document was damaged on its way and was not kept. Please send it again.",
            )
        self._file.flush()
        os.fsync(self._file.fileno())
        self._place.parent.mkdir(parents=True, exist_ok=True)
        self._temporary.replace(self._place)
        for folder in (
            self._place.parent,
            self._place.parent.parent,
            self._place.parent.parent.parent,
        ):
            _settle(folder)


def _settle(folder: Path) -> None:
    """Have the disk remember the names in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def no_such_file() -> NotFound:
    return NotFound(
        "登记中心没有这个附件，或您不能查看。",
        "The registry has no such document, or you may not read it.",
    )
