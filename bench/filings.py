"""`python -m bench.filings [COUNT] [postgresql] [sqlite]`: a registry that holds 100,000 filings.

What a desk asks, done in this process straight on the database, so that what is told is the
registry's own time without the wire; the floor is the same with 1,000 filings.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from app.workflows.roles import feeds_of
from bench import filled
from bench.load import database
from bench.load_desks import change
from bench.measure import Sample, beside, line, table, tell
from server import feeds, numbering, rounds
from server.accounts import Caller, caller_of, digest_of
from server.db import connect, read, transact
from server.moments import clock
from server.tables import SessionRow

PEOPLE = 200
TOKEN = "bench"
FEW = 1000


def works(engine: Engine) -> dict[str, Callable[[], Any]]:
    """What is asked, by its name."""
    who = _caller(engine)
    allowed = feeds_of(who.principal)
    at = read(engine, lambda s: {f: v[0] for f, v in feeds.held(s, allowed).items()})
    office = who.principal.office
    page = feeds.PAGE

    def save() -> None:
        edits: dict[str, list[str | None]] = {"basic.research_title": [None, "新的一稿"]}
        rounds.do(engine, who, [change(uuid4(), "study", "pi", 0, edits)])

    return {
        f"first news page of a new desk ({page})": lambda: list(
            rounds.news(engine, who, {}, page, held=True)
        ),
        f"first page of {page} of an office": lambda: read(
            engine, lambda s: feeds.page(s, office, 0, page)
        ),
        "nothing new": lambda: list(rounds.news(engine, who, at, page, held=True)),
        "digest of a person's feeds": lambda: read(
            engine, lambda s: [feeds.digest(s, feed) for feed in allowed]
        ),
        "a number given": lambda: transact(engine, _number),
        "a draft saved": save,
    }


def _number(session: Session) -> str:
    return numbering.study(session, "430000", clock())


def _caller(engine: Engine) -> Caller:
    now = clock()
    row = {
        "token": digest_of(TOKEN), "account": filled.person_id(1), "login": filled.login(1),
        "desk": "bench", "desk_name": "", "began": now, "seen": now,
    }  # fmt: skip
    transact(engine, lambda session: session.execute(insert(SessionRow).values(**row)))
    return caller_of(engine, TOKEN, now)


def main(*, quick: bool = False, count: int = 100_000, kinds: tuple[str, ...] = ()) -> None:
    count, times = (10_000, 5) if quick else (count, 9)
    for kind in kinds or ("postgresql", "sqlite"):
        line(f"{count:,} filings on {kind}")
        samples = {n: _measured(kind, n, times) for n in (FEW, count)}
        for many, few in zip(samples[count], samples[FEW], strict=True):
            tell(f"{kind}, {count:,} filings: {many.name}", many, few)


def _measured(kind: str, count: int, times: int) -> list[Sample]:
    with database(kind) as url:
        filled.fill_at(url, PEOPLE, count)
        engine = connect(url)
        try:
            asked = works(engine)
            beside(asked, 1)
            return [
                Sample(s.name if count != FEW else f"{FEW:,} filings", s.seconds)
                for s in beside(asked, times)
            ]
        finally:
            engine.dispose()


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    named = tuple(word for word in sys.argv[1:] if not word.isdigit())
    main(count=numbers[0] if numbers else 100_000, kinds=named)
    line()
    line(table())
