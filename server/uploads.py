"""Documents on their way in pieces (tus 1.0): what arrived stays when the line breaks.

An upload's name follows from who sends what, so a desk that forgot everything finds it again. Its
bytes lie in the folder of arrivals; how many of them are there is how far it got.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from app.errors import Conflict, NotFound, TryLater
from server.files import Documents, checked, damaged, no_room, sha256_of

KEPT = 7 * 24 * 3600
"""Seconds for which an upload waits for its next piece."""


@dataclass(frozen=True)
class Upload:
    """One document of which some bytes are here."""

    id: str
    sha256: str
    length: int
    principal: str
    file: Path

    @property
    def offset(self) -> int:
        """How much of it has arrived."""
        try:
            return self.file.stat().st_size
        except FileNotFoundError:
            raise gone() from None

    @property
    def expires(self) -> float:
        return self.file.stat().st_mtime + KEPT

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep everybody else from it, in this process and in others."""
        lock = FileLock(self.file.with_suffix(".lock"), thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise TryLater(
                "这个附件的上一段还在接收，稍后会自动继续。",
                "The last piece of this document is still arriving; it goes on in a moment.",
                seconds=1,
            ) from None
        try:
            yield
        finally:
            lock.release()

    def end(self) -> None:
        """Forget it, finished or not."""
        for suffix in (".json", ".part", ".lock"):
            self.file.with_suffix(suffix).unlink(missing_ok=True)


def begin(documents: Documents, principal: str, sha256: str, length: int) -> Upload:
    """The upload of this document by this principal, as far as it has come."""
    checked(sha256)
    told = f"{principal}\n{sha256}\n{length}".encode()
    name = hashlib.sha256(told).hexdigest()[:32]
    upload = Upload(name, sha256, length, principal, documents.arrivals / f"{name}.part")
    note = upload.file.with_suffix(".json")
    if not note.exists():
        sweep(documents.arrivals)
        beside = note.with_suffix(f".{os.getpid()}.{time.monotonic_ns()}")
        try:
            facts = {"sha256": sha256, "length": length, "principal": principal}
            beside.write_text(json.dumps(facts), encoding="utf-8")
            beside.replace(note)
        except OSError as error:
            raise no_room() from error
    upload.file.touch()
    return upload


def find(documents: Documents, principal: str, name: str) -> Upload:
    """An upload that this principal began; any other is not there for them."""
    if not (len(name) == 32 and set(name) <= set("0123456789abcdef")):
        raise gone()
    file = documents.arrivals / f"{name}.part"
    try:
        facts = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        raise gone() from None
    upload = Upload(name, facts["sha256"], facts["length"], facts["principal"], file)
    if upload.principal != principal or not file.exists():
        raise gone()
    return upload


class Piece:
    """The next bytes of an upload, at the end of what is there.

    Left without `keep`, what arrived stays where it came without a checksum, and is taken back
    where it came with one.
    """

    def __init__(self, upload: Upload, offset: int, checksum: str = "") -> None:
        self._upload, self._offset, self._checksum = upload, offset, checksum
        self._hash = hashlib.sha256()
        self.size = 0

    def __enter__(self) -> Piece:
        if self._offset != (here := self._upload.offset):
            raise Conflict(
                "附件续传的位置不对，将从正确的位置继续。",
                "This is not where the document was left; it goes on from the right place.",
                offset=here,
            )
        self._file = self._upload.file.open("ab")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, _at: object) -> None:
        try:
            if kind and self._checksum:
                self._file.truncate(self._offset)
            self._file.close()
        except OSError as full:
            raise no_room() from full
        if isinstance(error, OSError):
            raise no_room() from error

    def write(self, piece: bytes) -> None:
        if self._offset + self.size + len(piece) > self._upload.length:
            raise Conflict(
                "附件比声明的更长，没有继续接收。请重新添加这个文件。",
                "The document is longer than was said and is not taken further. Please add the "
                "file again.",
                offset=self._offset + self.size,
            )
        self._file.write(piece)
        self._hash.update(piece)
        self.size += len(piece)

    def keep(self) -> int:
        """Where the upload stands now; `unreadable` where the piece is not as its checksum says."""
        if self._checksum and self._hash.hexdigest() != self._checksum:
            raise damaged()
        return self._offset + self.size


def finish(documents: Documents, upload: Upload) -> None:
    """Put a whole upload in its place, verified; a damaged one is forgotten and begins anew."""
    if sha256_of(upload.file) != upload.sha256:
        upload.end()
        raise damaged()
    if documents.has(upload.sha256):
        return
    documents.keep(upload.sha256, upload.file)


def arriving(documents: Documents, principals: set[str], *, without: str) -> int:
    """How many bytes these principals have begun to send, one document left out."""
    total = 0
    for note in documents.arrivals.glob("*.json"):
        try:
            facts = json.loads(note.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            continue
        if facts["principal"] in principals and facts["sha256"] != without:
            total += facts["length"]
    return total


def sweep(folder: Path) -> int:
    """Forget what nobody has gone on with for a week, whole arrivals that died included.

    Gives how many files that were.
    """
    oldest, forgotten = time.time() - KEPT, 0
    for file in folder.iterdir():
        try:
            if file.stat().st_mtime < oldest:
                file.unlink()
                forgotten += 1
        except FileNotFoundError:
            continue
    return forgotten


def gone() -> NotFound:
    return NotFound(
        "没有这个正在上传的附件，将重新开始上传。",
        "There is no such upload; the document is sent from its beginning.",
    )
