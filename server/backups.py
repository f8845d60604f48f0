"""Backups: taken while the registry works, given back into an empty place, and tried in a drill.

A folder of backups holds one folder for each (`20261121T083000Z`: the database, `documents.txt`,
`facts.json`) and one store of documents that all of them share: a document never changes, so each
is copied once. The database is taken first, at one moment; every document it names was stored
before that. A folder that is not finished is called `….part` and counts for nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from filelock import FileLock, Timeout
from sqlalchemy import Engine, make_url

from app.errors import Conflict, DiskFull, NotFound, TooOld, Unreadable
from server import accounts, dumps
from server.db import connect, transact
from server.files import Archive, Documents, settle, sha256_of
from server.migrations import migrate, newest
from server.moments import told
from server.soundness import faults

STAMP = "%Y%m%dT%H%M%SZ"
UNFINISHED = ".part"


@dataclass(frozen=True)
class Backup:
    """One finished backup."""

    folder: Path
    facts: dict[str, Any]

    @property
    def database(self) -> Path:
        return self.folder / str(self.facts["database"])

    @property
    def kept(self) -> Archive:
        """The documents of all backups of this folder."""
        return Archive(self.folder.parent / "documents")

    def documents(self) -> Iterator[tuple[str, int]]:
        """SHA-256 and size of every document it needs."""
        with (self.folder / "documents.txt").open(encoding="ascii") as lines:
            for line in lines:
                sha256, size = line.split()
                yield sha256, int(size)

    def counted(self) -> str:
        counts = ", ".join(f"{n} {what}" for what, n in self.facts["counts"].items())
        return f"{counts}; {self.database.stat().st_size / 1e6:.1f} MB of database"


def make(url: str, documents: Documents, folder: Path, now: datetime) -> Backup:
    """Take a backup of what stands at this moment; others go on working."""
    with _alone(folder), _room():
        name = now.astimezone(UTC).strftime(STAMP)
        if (folder / name).exists():
            raise Conflict(
                "这一秒已经有一份备份。请稍后再试。",
                "There is a backup of this second already. Please try again in a moment.",
            )
        part = folder / f"{name}{UNFINISHED}"
        part.mkdir(mode=0o700)
        facts, named = dumps.take(url, part)
        kept = Archive(folder / "documents")
        # One that is missing or damaged here keeps nobody from having a backup of the rest.
        missing = [sha256 for sha256, _size in named if not _copied(documents, kept, sha256)]
        here = [f"{sha256} {size}\n" for sha256, size in named if sha256 not in set(missing)]
        _write(part / "documents.txt", "".join(here))
        facts |= {
            "made_at": told(now), "sha256": sha256_of(part / facts["database"]), "missing": missing,
        }  # fmt: skip
        _write(part / "facts.json", json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
        settle(part)
        part.rename(folder / name)
        settle(folder)
    return Backup(folder / name, facts)


def _copy(documents: Documents, to: Documents, sha256: str) -> None:
    """Have a document in another store too; verified on its way."""
    if to.has(sha256):
        return
    with to.arriving(sha256) as arrival:
        for piece in documents.pieces(sha256):
            arrival.write(piece)
        arrival.keep()


def _copied(documents: Documents, to: Documents, sha256: str) -> bool:
    try:
        _copy(documents, to, sha256)
    except (NotFound, Unreadable):
        return False
    return True


def _write(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8") as to:
        to.write(text)
        to.flush()
        os.fsync(to.fileno())


def all_of(folder: Path) -> list[Backup]:
    """The finished backups of a folder, the newest first."""
    found = []
    for facts in sorted(folder.glob("*/facts.json"), reverse=True):
        if facts.parent.suffix != UNFINISHED:
            found.append(Backup(facts.parent, json.loads(facts.read_text(encoding="utf-8"))))
    return found


def find(folder: Path, name: str = "") -> Backup:
    """The backup of this name, or the newest."""
    for backup in all_of(folder):
        if name in ("", backup.folder.name):
            return backup
    raise NotFound(
        f"“{folder}”中没有{f'名为“{name}”的' if name else ''}备份。请核对文件夹，或先做一次备份。",
        f"There is no backup {f'called “{name}” ' if name else ''}in {folder}. Please check the "
        "folder, or take a backup first.",
    )


def thin_out(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest; 0 keeps all. Documents stay."""
    old = [backup.folder for backup in all_of(folder)[keep:]] if keep > 0 else []
    for place in old:
        shutil.rmtree(place)
    return old


# -- the way back ----------------------------------------------------------------------------


def restore(backup: Backup, url: str, documents: Documents) -> None:
    """Give a backup back into an empty database, documents first; with a new epoch.

    Desks notice the epoch, read everything anew and send again what the backup did not have.
    """
    _refuse_unfit(backup, url)
    with _room():
        for sha256, _size in backup.documents():
            _copy(backup.kept, documents, sha256)
        dumps.give_back(backup.database, url, _make_fit)


def _make_fit(engine: Engine) -> None:
    migrate(engine)
    transact(engine, accounts.new_epoch)


def _refuse_unfit(backup: Backup, url: str) -> None:
    kind = make_url(url).get_backend_name()
    if backup.facts["kind"] != kind:
        raise Conflict(
            f"这份备份来自 {backup.facts['kind']}，不能恢复到 {kind}。请指定同类的数据库。",
            f"This backup is of {backup.facts['kind']} and cannot go into {kind}. Please name a "
            "database of the same kind.",
        )
    if backup.facts["tables"] > newest():
        raise TooOld(
            "这份备份由更新的程序生成。请先更新登记中心，再恢复。",
            "This backup was made by a newer program. Please update the registry first.",
        )
    if sha256_of(backup.database) != backup.facts["sha256"]:
        raise Unreadable(
            "这份备份已损坏，不能恢复。请使用另一份。",
            "This backup is damaged and cannot be restored. Please use another one.",
        )


# -- the drill -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Drill:
    """How a restore went that was only tried."""

    backup: Backup
    faults: list[str]
    seconds: float

    def told(self) -> str:
        result = "ok" if not self.faults else f"{len(self.faults)} faults"
        return f"{result}, restored and checked in {self.seconds:.1f} s; {self.backup.counted()}"


def drill(backup: Backup, url: str) -> Drill:
    """Restore a backup into a place of its own beside the registry, check all of it, remove it."""
    began = monotonic()
    found = [f"document {sha256}: damaged or missing" for sha256 in _damaged(backup)]
    with _scratch(url) as address:
        _refuse_unfit(backup, address)
        with _room():
            dumps.give_back(backup.database, address, _make_fit)
        engine = connect(address, pool=2)
        try:
            found += faults(engine, backup.kept)
            counts = dumps.counts(engine)
        finally:
            engine.dispose()
    if counts != backup.facts["counts"]:
        found.append(f"counted {counts}, but the backup says {backup.facts['counts']}")
    return Drill(backup, found, monotonic() - began)


def _damaged(backup: Backup) -> Iterator[str]:
    kept = backup.kept
    for sha256, _size in backup.documents():
        if not kept.has(sha256) or sha256_of(kept.path(sha256)) != sha256:
            yield sha256


@contextmanager
def _scratch(url: str) -> Iterator[str]:
    """The address of an empty database of our own, gone afterwards."""
    if make_url(url).get_backend_name() == "sqlite":
        with tempfile.TemporaryDirectory(prefix="yanbei-drill-") as folder:
            yield f"sqlite:///{Path(folder) / 'registry.sqlite3'}"
        return
    with dumps.database_beside(url, f"yanbei_drill_{uuid4().hex[:8]}") as address:
        yield address


# -- the folder ------------------------------------------------------------------------------


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One backup at a time; what one that died has left is cleared away."""
    with _room():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with FileLock(folder / ".lock", timeout=0):
            for left in folder.glob(f"*{UNFINISHED}"):
                shutil.rmtree(left)
            yield
    except Timeout:
        raise Conflict(
            "另一个备份正在进行。请等它结束。",
            "Another backup is under way. Please wait until it has ended.",
        ) from None


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DiskFull(
            f"不能写入：{error.strerror}。请检查磁盘空间与权限，再试一次。",
            f"This could not be written: {error.strerror}. Please check the room and the rights "
            "on the disk and try again.",
        ) from error
