"""The registry's commands: run, migrate, demo, check, restored, backup, restore, drill, receive."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session

from app.errors import AppError
from server import accounts, logs, packages, sample, serving
from server.db import connect, transact
from server.migrations import migrate
from server.moments import clock
from server.settings import Settings, documents_at
from server.soundness import faults


def main(arguments: list[str] | None = None) -> int:
    """Do one command; 0 where it went well."""
    parser = argparse.ArgumentParser(prog="python -m server", description=__doc__)
    parser.add_argument("command", choices=(*PREPARED, *COMMANDS))
    parser.add_argument("--db", "--database", dest="database", help="sqlite:///… or postgresql://…")
    parser.add_argument("--files", help="the folder of documents, or s3://bucket/prefix")
    parser.add_argument("--host")
    parser.add_argument("--port", type=int, help="0 takes a free one")
    parser.add_argument("--workers", type=int, help="processes; more than one needs PostgreSQL")
    parser.add_argument("--backups", help="the folder of backups")
    parser.add_argument("--keep", type=int, default=0, help="backup: keep only this many (0: all)")
    parser.add_argument("--name", default="", help="restore, drill: which backup, or the newest")
    parser.add_argument("--package", help="receive: an offline package; its receipt goes beside it")
    given = vars(parser.parse_args(arguments))
    command, keep, name = (given.pop(word) for word in ("command", "keep", "name"))
    name = given.pop("package") or name
    settings = replace(
        Settings.from_environment(), **{k: v for k, v in given.items() if v is not None}
    )
    logs.begin()
    if command in COMMANDS:
        return _told(lambda: COMMANDS[command](settings, keep, name))
    _prepare(settings, with_sample=command == "demo", restored=command == "restored")
    if command in ("run", "demo"):
        serving.run(settings)
    return 0


def _told(work: Callable[[], int]) -> int:
    """Do it; what cannot be done is told in words."""
    try:
        return work()
    except AppError as error:
        print(f"{error.words.zh}\n{error.words.en}", file=sys.stderr)
        return 1


def _prepare(settings: Settings, *, with_sample: bool, restored: bool) -> None:
    """Bring the tables up to date; a new registry, or a restored one, begins an epoch."""
    engine = connect(settings.database, pool=2)
    documents = documents_at(settings)

    def begin(session: Session) -> None:
        if restored or not accounts.epoch(session):
            accounts.new_epoch(session)

    try:
        migrate(engine)
        transact(engine, begin)
        if with_sample:
            sample.fill(engine, documents, clock())
    finally:
        engine.dispose()


def _check(settings: Settings, _keep: int, _name: str) -> int:
    engine = connect(settings.database, pool=2)
    try:
        found = faults(engine, documents_at(settings))
    finally:
        engine.dispose()
    for fault in found:
        print(fault)
    print("ok" if not found else f"{len(found)} faults")
    return 1 if found else 0


def _backup(settings: Settings, keep: int, _name: str) -> int:
    from server import backups  # with what speaks to PostgreSQL: 9 MB that serving may not need

    made = backups.make(settings.database, documents_at(settings), Path(settings.backups), clock())
    print(f"{made.folder}: {made.counted()}")
    for old in backups.thin_out(Path(settings.backups), keep):
        print(f"{old}: removed")
    for sha256 in made.facts["missing"]:
        print(f"document {sha256}: missing or damaged at the registry")
    return 1 if made.facts["missing"] else 0


def _restore(settings: Settings, _keep: int, name: str) -> int:
    from server import backups

    backup = backups.find(Path(settings.backups), name)
    backups.restore(backup, settings.database, documents_at(settings))
    print(f"{backup.folder}: restored, with a new epoch; {backup.counted()}")
    return _check(settings, 0, "")


def _drill(settings: Settings, _keep: int, name: str) -> int:
    from server import backups

    backup = backups.find(Path(settings.backups), name)
    found = backups.drill(backup, settings.database)
    for fault in found.faults:
        print(fault)
    print(f"{backup.folder}: {found.told()}")
    return 1 if found.faults else 0


def _receive(settings: Settings, _keep: int, name: str) -> int:
    engine = connect(settings.database, pool=2)
    try:
        receipt = packages.receive(engine, documents_at(settings), Path(name), clock())
    finally:
        engine.dispose()
    print(f"{name}: taken; receipt {receipt}")
    return 0


PREPARED = ("run", "migrate", "demo", "restored")
"""Commands that bring the tables up to date first."""
COMMANDS: dict[str, Callable[[Settings, int, str], int]] = {
    "check": _check,
    "backup": _backup,
    "restore": _restore,
    "drill": _drill,
    "receive": _receive,
}


if __name__ == "__main__":
    raise SystemExit(main())
