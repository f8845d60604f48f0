"""Offline packages: the changes and documents of a desk without a network, and a receipt for them.

A desk's public keys are made known while it is signed in. A package counts as what its maker would
have sent: whoever brings it needs no right to what is in it, and cannot read it.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, cast
from uuid import UUID

import orjson
from sqlalchemy import Engine, Table, delete, insert, select, update
from sqlalchemy.orm import Session

from app.errors import AppError, Conflict, Invalid, NotAllowed, NotFound, SignedOut
from app.exchange import package
from app.exchange.package import Contents, Envelope, Keys, Opened, Public
from app.record import Principal
from server import rounds
from server.access import know
from server.accounts import Caller, epoch, principal_of
from server.db import read, transact, upsert
from server.files import Documents
from server.metrics import PACKAGES
from server.moments import told
from server.quota import refuse_beyond
from server.tables import AccountRow, DeskKeyRow, MetaRow, PackageRow

SECRET = "package_secret"
OLDEST = timedelta(days=180)
"""Older packages are made anew: what is in them has been decided on without them."""
AHEAD = timedelta(days=366)
"""A clock may be wrong, but not by more than this."""


# -- keys --------------------------------------------------------------------------------


def own_keys(engine: Engine) -> Keys:
    """The registry's keys, made when they are first asked for."""
    look = select(MetaRow.value).where(MetaRow.name == SECRET)
    kept = read(engine, lambda session: session.scalar(look))
    if kept is None:
        kept = transact(engine, _made)
    return Keys(bytes.fromhex(kept))


def _made(session: Session) -> str:
    look = select(MetaRow.value).where(MetaRow.name == SECRET)
    kept = session.scalar(look)
    if kept is None:
        kept = secrets.token_hex(32)
        session.execute(insert(MetaRow).values(name=SECRET, value=kept))
    return kept


def make_known(engine: Engine, asking: Caller, keys: bytes, now: datetime) -> Public:
    """Remember a desk's keys as those of this account; gives the registry's own."""
    try:
        public = Public(keys)
    except ValueError:
        raise Invalid(
            "本机的签名钥匙不合规定。请更新程序后再试。",
            "The keys of this desk are not as the protocol says. Please update the program.",
            parts=["keys"],
        ) from None
    name = public.name.hex()

    def remember(session: Session) -> None:
        known = session.get(DeskKeyRow, name)
        if known is not None and known.account != asking.account:
            raise foreign_desk()
        # One pair for each desk: what an older one signed is not taken any more.
        session.execute(
            update(DeskKeyRow)
            .where(
                DeskKeyRow.account == asking.account,
                DeskKeyRow.desk == asking.desk,
                DeskKeyRow.name != name,
            )
            .values(revoked=True)
        )
        row = {
            "name": name, "account": asking.account, "desk": asking.desk, "keys": keys,
            "since": now, "revoked": False, "serial": known.serial if known else 0,
        }  # fmt: skip
        upsert(session, cast("Table", DeskKeyRow.__table__), [row], key=("name",))

    transact(engine, remember)
    return own_keys(engine).public


# -- a package arrives -------------------------------------------------------------------


def take(
    engine: Engine,
    documents: Documents,
    file: IO[bytes],
    *,
    now: datetime,
    bringer: str,
) -> bytes:
    """Do what a package says, once; gives the receipt, a package for its maker.

    Refused before anything in it is read: TooLarge (`oversized`), Unreadable (`altered`),
    NotAllowed (`foreign`, `revoked`), Conflict (`repeated`, `stale`).
    """
    try:
        receipt = _taken(engine, documents, file, (now, bringer))
    except AppError as error:
        PACKAGES.labels(str(error.details.get("reason", error.code))).inc()
        raise
    PACKAGES.labels("done").inc()
    return receipt


def _taken(
    engine: Engine,
    documents: Documents,
    file: IO[bytes],
    who: tuple[datetime, str],
) -> bytes:
    now, bringer = who
    size = file.seek(0, io.SEEK_END)
    envelope = package.examine(file, size)
    own = own_keys(engine)
    if envelope.kind != "package" or envelope.reader != own.public.name:
        raise foreign_registry()
    maker = read(engine, lambda session: _maker(session, envelope))
    package.prove(file, size, Public(maker.keys))
    if maker.revoked:
        raise revoked()
    read(engine, lambda session: _refuse_late(session, envelope, maker, now))
    asking = read(engine, lambda session: _caller(session, maker))
    opened = Opened(file, own)
    kept, troubles = _keep_documents(engine, documents, asking.principal, opened)
    outcomes = _do(engine, asking, opened.manifest.get("changes", []))
    receipt = _receipt(engine, envelope, own, maker, (outcomes, kept, troubles, now))
    return transact(engine, lambda session: _note(session, envelope, receipt, now, bringer))


def _maker(session: Session, envelope: Envelope) -> DeskKeyRow:
    row = session.get(DeskKeyRow, envelope.maker.hex())
    if row is None:
        raise foreign_desk()
    session.expunge(row)
    return row


def _refuse_late(session: Session, envelope: Envelope, maker: DeskKeyRow, now: datetime) -> None:
    row = session.get(PackageRow, envelope.id)
    if row is not None:
        raise Conflict(
            f"这个离线上报包在 {row.received_at:%Y-%m-%d} 已经接收，没有再次办理。"
            "请取回它的回执，带回原电脑读入。",
            f"This offline package was taken on {row.received_at:%Y-%m-%d} and is not done again. "
            "Please fetch its receipt and read it in on the computer it comes from.",
            reason="repeated",
            package=str(envelope.id),
        )
    if envelope.serial <= maker.serial:
        raise _stale("同一电脑后来制作的包已经接收", "A later one from the same computer was taken")
    made = datetime.fromtimestamp(min(envelope.made_at, 2**40), UTC)
    if not now - OLDEST <= made <= now + AHEAD:
        days = OLDEST.days
        raise _stale(f"制作至今超过 {days} 天", f"It was made more than {days} days ago")


def _stale(why_zh: str, why_en: str) -> Conflict:
    return Conflict(
        f"这个离线上报包已过时，没有读取：{why_zh}。请在原电脑重新制作。",
        f"This offline package is out of date and was not read. {why_en}. Please make it anew on "
        "the computer it comes from.",
        reason="stale",
    )


def _caller(session: Session, maker: DeskKeyRow) -> Caller:
    try:
        principal = principal_of(session, maker.account)
    except SignedOut:
        raise revoked() from None
    must_change = session.scalar(
        select(AccountRow.must_change).where(AccountRow.id == maker.account)
    )
    return Caller(maker.account, principal, "", bool(must_change), "", maker.desk)


def _keep_documents(
    engine: Engine,
    documents: Documents,
    principal: Principal,
    opened: Opened,
) -> tuple[list[str], list[dict[str, Any]]]:
    """Keep every document; one that cannot be kept holds up nothing but what names it."""
    kept, troubles = list[str](), list[dict[str, Any]]()
    for sha256, size in opened.documents:
        pieces = opened.read(size)
        try:
            refuse_beyond(engine, documents, principal, size, sha256)
            with documents.arriving(sha256) as arrival:
                for piece in pieces:
                    arrival.write(piece)
                arrival.keep()
            know(engine, principal, sha256, size)
            kept.append(sha256)
        except AppError as error:
            troubles.append({"sha256": sha256, "error": error.to_wire()})
        for _rest in pieces:
            pass
    return kept, troubles


def _do(engine: Engine, asking: Caller, changes: Sequence[dict[str, Any]]) -> list[Any]:
    """Do changes in their order; behind one that was not done, nothing more on its record.

    As from a desk with a network, which hears of the first before it sends the second.
    """
    waiting, outcomes, held = list(changes), list[Any](), set[str]()
    while waiting:
        wave, later, seen = list[dict[str, Any]](), list[dict[str, Any]](), set[str]()
        for change in waiting:
            record = str(change.get("record_id"))
            (later if record in seen else wave).append(change)
            seen.add(record)
        whole = {rounds.change_id(change) for change in wave}
        for change, body in zip(wave, rounds.do(engine, asking, wave, whole).outcomes, strict=True):
            outcome = orjson.loads(body)
            outcomes.append(outcome)
            if outcome["result"] != "done":
                held.add(str(change.get("record_id")))
        waiting = [change for change in later if str(change.get("record_id")) not in held]
    return outcomes


def _receipt(
    engine: Engine,
    envelope: Envelope,
    own: Keys,
    maker: DeskKeyRow,
    what: tuple[list[Any], list[str], list[dict[str, Any]], datetime],
) -> bytes:
    outcomes, kept, troubles, now = what
    reader = Public(maker.keys)
    manifest = {
        "version": 1,
        "epoch": read(engine, epoch),
        "now": told(now),
        "outcomes": outcomes,
        "kept": kept,
        "not_kept": troubles,
    }
    seconds = int(now.timestamp())
    back = Envelope("receipt", envelope.id, envelope.serial, seconds, own.public.name, reader.name)
    sealed = io.BytesIO()
    package.seal(sealed, back, Contents(manifest), own, reader)
    return sealed.getvalue()


def _note(
    session: Session, envelope: Envelope, receipt: bytes, now: datetime, bringer: str
) -> bytes:
    """Keep the receipt; where somebody brought the same package meanwhile, theirs stands."""
    row = session.get(PackageRow, envelope.id)
    if row is not None:
        return row.receipt
    session.execute(
        insert(PackageRow).values(
            id=envelope.id, maker=envelope.maker.hex(), serial=envelope.serial, received_at=now,
            bringer=bringer, receipt=receipt,
        )
    )  # fmt: skip
    session.execute(
        update(DeskKeyRow)
        .where(DeskKeyRow.name == envelope.maker.hex(), DeskKeyRow.serial < envelope.serial)
        .values(serial=envelope.serial)
    )
    return receipt


def receive(engine: Engine, documents: Documents, file: Path, now: datetime) -> Path:
    """At a counter: take the package in this file, and put its receipt beside it.

    One that was taken before is told as such, and its receipt is written again.
    """
    to = file.with_name(f"{file.stem}.receipt{package.SUFFIX}")
    try:
        with file.open("rb") as content:
            receipt = take(engine, documents, content, now=now, bringer="counter")
    except OSError as error:
        raise NotFound(
            f"不能读取这个文件：{error.strerror}。请核对文件的位置。",
            f"The file cannot be read: {error.strerror}. Please check where it is.",
        ) from error
    except Conflict as error:
        if error.details.get("reason") == "repeated":
            to.write_bytes(receipt_of(engine, UUID(error.details["package"])))
        raise
    to.write_bytes(receipt)
    return to


def receipt_of(engine: Engine, package_id: UUID) -> bytes:
    """The receipt of a package that was taken; only its maker can read it."""
    look = select(PackageRow.receipt).where(PackageRow.id == package_id)
    kept = read(engine, lambda session: session.scalar(look))
    if kept is None:
        raise NotFound(
            "登记中心没有接收过这个离线上报包。请先送交。",
            "The registry has not taken this offline package. Please deliver it first.",
        )
    return bytes(kept)


def purge(session: Session, now: datetime) -> None:
    """Forget receipts that nobody fetched for years; a package that old is stale anyway."""
    session.execute(delete(PackageRow).where(PackageRow.received_at < now - 10 * OLDEST))


def foreign_registry() -> NotAllowed:
    return NotAllowed(
        "这个文件不是给本登记中心的离线上报包，没有读取。请核对登记中心的地址。",
        "This file is no offline package for this registry and was not read. Please check which "
        "registry it is for.",
        reason="foreign",
    )


def foreign_desk() -> NotAllowed:
    return NotAllowed(
        "登记中心不认识制作这个离线上报包的电脑，没有读取。请在那台电脑上联网登录一次，再重新制作。",
        "The registry does not know the computer that made this offline package, and did not read "
        "it. Please sign in there once with a network, then make the package anew.",
        reason="foreign",
    )


def revoked() -> NotAllowed:
    return NotAllowed(
        "制作这个离线上报包的电脑已被退出登录，或账号已停用，没有读取。请在那台电脑上重新联网登录。",
        "The computer that made this offline package was signed out, or its account is disabled. "
        "It was not read. Please sign in there again with a network.",
        reason="revoked",
    )
