"""Offline packages of this desk: made here, delivered by any desk, settled by their receipt."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from uuid import UUID, uuid4

from pydantic import ValidationError

from app.errors import AppError, Conflict, DiskFull, NotAllowed
from app.exchange import package
from app.exchange.package import HEAD, LARGEST, SIGNATURE, Contents, Envelope, Keys, Opened, Public
from local_db import WorkingCopy
from sync.client import RegistryClient
from sync.protocol import Outcome
from sync.replies import garbled

SECRET, REGISTRY, KNOWN, SERIAL = (
    f"package:{name}" for name in ("secret", "registry", "known", "serial")
)
RECEIPT = ".receipt"
ROOM = LARGEST - LARGEST // 64 - HEAD.size - SIGNATURE - 64 * 1024
"""Bytes of changes and documents in one package; the rest is for tags and the manifest's frame."""


@dataclass(frozen=True)
class Made:
    """A package that was made; `left` changes did not fit and wait for the next one."""

    file: Path
    changes: int
    documents: int
    left: int


@dataclass(frozen=True)
class Settled:
    """What a receipt brought."""

    done: int
    clashes: int
    refused: int


def introduce(copy: WorkingCopy, client: RegistryClient) -> None:
    """Make this desk's keys known to the registry, once for each time it was signed in to."""
    session = copy.session()
    if session is None:
        return
    known = sha256(f"{session.epoch} {session.token}".encode()).hexdigest()
    if copy.preference(KNOWN) == known:
        return
    if not copy.preference(SECRET):
        copy.prefer(SECRET, secrets.token_hex(32))
    registry = client.introduce(_keys(copy).public.keys)
    copy.prefer(REGISTRY, registry.hex())
    copy.prefer(KNOWN, known)


def make(copy: WorkingCopy, file: Path, now: datetime, record_id: UUID | None = None) -> Made:
    """Put what waits here to be sent into a package. It stays in the outbox until it is settled.

    `record_id`: only what waits of this one record.
    """
    registry = copy.preference(REGISTRY)
    if not registry or not copy.preference(SECRET):
        raise NotAllowed(
            "本机还没有在登记中心登记签名钥匙，不能制作离线上报包。请先联网同步一次。",
            "The registry does not know the keys of this computer yet, so no offline package can "
            "be made. Please sync once with a network first.",
            reason="unknown",
        )
    packed = copy.pack(ROOM, record_id)
    if not packed.changes:
        raise NotAllowed(
            "没有可以放入离线上报包的内容。需要处理的项目请先在“待发送”中处理。",
            "There is nothing to put into an offline package. What needs looking at in the outbox "
            "must be settled first.",
            reason="empty",
        )
    keys, reader = _keys(copy), Public(bytes.fromhex(registry))
    serial = int(copy.preference(SERIAL) or "0") + 1
    copy.prefer(SERIAL, str(serial))  # before it is written: none is ever given twice
    seconds = int(now.timestamp())
    envelope = Envelope("package", uuid4(), serial, seconds, keys.public.name, reader.name)
    manifest = {"version": 1, "changes": list(packed.changes)}
    content = (copy.document(name).parts() for name, _ in packed.documents)
    with _whole(file) as to:
        package.seal(to, envelope, Contents(manifest, packed.documents, content), keys, reader)
    return Made(file, len(packed.changes), len(packed.documents), packed.left)


def deliver(client: RegistryClient, file: Path) -> Path:
    """Bring a package, of whichever desk, to the registry; gives the file with its receipt.

    Where it was delivered before, its receipt is fetched again.
    """
    with file.open("rb") as content:
        size = content.seek(0, io.SEEK_END)
        envelope = package.examine(content, size)
        content.seek(0)
        try:
            receipt = client.deliver(content)
        except Conflict as error:
            if error.details.get("reason") != "repeated":
                raise
            receipt = client.receipt(envelope.id)
    to = receipt_of(file)
    with _whole(to) as written:
        written.write(receipt)
    return to


def receipt_of(file: Path) -> Path:
    """Where the receipt for this package is put."""
    return file.with_name(f"{file.stem}{RECEIPT}{package.SUFFIX}")


def settle(copy: WorkingCopy, file: Path) -> Settled:
    """Read in a receipt: what the registry did leaves the outbox, the rest is told with its reason.

    Refused unread where it is not for this desk or not from its registry; twice does no harm.
    """
    with file.open("rb") as content:
        manifest = _proved(copy, content)
    try:
        outcomes = [Outcome.model_validate(told) for told in manifest["outcomes"]]
    except (KeyError, TypeError, ValidationError) as error:
        raise garbled() from error
    waiting = {str(item.change_id) for item in copy.outbox()}
    for name in manifest.get("kept", ()):
        copy.file_sent(str(name))
    copy.settle_outcomes(outcomes)
    results = [o.result for o in outcomes if str(o.change_id) in waiting]
    return Settled(*(results.count(kind) for kind in ("done", "clash", "refused")))


def _proved(copy: WorkingCopy, content: IO[bytes]) -> dict[str, Any]:
    size = content.seek(0, io.SEEK_END)
    envelope = package.examine(content, size)
    registry, mine = copy.preference(REGISTRY), copy.preference(SECRET)
    if envelope.kind != "receipt":
        raise NotAllowed(
            "这是离线上报包，不是回执。请选择登记中心交回的回执文件。",
            "This is an offline package, not a receipt. Please choose the file that the registry "
            "gave back.",
            reason="foreign",
        )
    if not registry or not mine or envelope.reader != _keys(copy).public.name:
        raise _foreign()
    own = Public(bytes.fromhex(registry))
    if envelope.maker != own.name:
        raise _foreign()
    package.prove(content, size, own)
    return Opened(content, _keys(copy)).manifest


def _foreign() -> AppError:
    return NotAllowed(
        "这个回执不是给本机这个账号的，没有读取。请在制作离线上报包的电脑上，用同一账号读入。",
        "This receipt is not for this account on this computer and was not read. Please read it in "
        "where the offline package was made, with the same account.",
        reason="foreign",
    )


def _keys(copy: WorkingCopy) -> Keys:
    return Keys(bytes.fromhex(copy.preference(SECRET) or ""))


@contextmanager
def _whole(file: Path) -> Iterator[IO[bytes]]:
    """Write a file that is there whole or not at all: a stick may be pulled out at any moment."""
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("xb") as to:
            yield to
            to.flush()
            os.fsync(to.fileno())
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise DiskFull(
            f"无法写入“{file.parent}”：{error.strerror}。请换一个位置或检查磁盘后再试。",
            f"“{file.parent}” cannot be written to: {error.strerror}. Please choose another place "
            "or check the disk, then try again.",
        ) from error
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
