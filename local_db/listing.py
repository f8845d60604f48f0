"""Lists of records: how each is seen, ready to be sorted, filtered and searched in SQL."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

import orjson
from sqlalchemy import Connection

from app.heads import Head, investigator_ref
from local_db.values import Query, Row, RowPage

Seen: TypeAlias = tuple[int, dict[str, Any], bool, bool]
"""A record's number, its head as on the wire, whether it is unsent, whether it has a problem."""

TRIGRAM = 3
"""The index of trigrams finds words of this length or more; that of pairs the shorter ones."""

COLUMNS = (
    "form", "state", "revision", "number", "title", "sort", "initials", "parent", "updated_at",
    "people",
)  # fmt: skip
INSERT = (
    f"INSERT OR REPLACE INTO head (n, {', '.join(COLUMNS)}, waits, parties, unsent, problem) "
    f"VALUES (?{', ?' * (len(COLUMNS) + 4)})"
)
SORTS = {"updated": "updated_at", "title": "sort", "number": "number", "state": "state"}


MANY = 5000
"""Hits from which on a page is found sooner by walking the order of the list."""


def plain(text: str) -> str:
    """Text as it is searched: half width, lower case."""
    return unicodedata.normalize("NFKC", text).casefold()


def sought(head: dict[str, Any]) -> str:
    parts = (head["title"], head["number"], head["people"], head["initials"], head["sort"])
    return plain("\n".join(part for part in parts if part))


def pairs(text: str) -> str:
    """Every two neighbours in a text as codes, and the last character of each word alone.

    So two characters are a code, and one is the beginning of a code.
    """
    found: set[str] = set()
    for word in text.split():
        if max(word) > "\uffff":  # beyond the usual, where a character is two units long
            found.update(map(_code, map(str.__add__, word, word[1:])))
            found.add(_code(word[-1]))
        else:
            codes = _code(word)
            found.update([codes[n : n + 8] for n in range(0, len(codes), 4)])
    return " ".join(found)


def _code(pair: str) -> str:
    """In letters and digits only, so that `%`, `"` or `ß` are characters like all others."""
    return pair.encode("utf-16-be").hex()


def put(connection: Connection, seen: Sequence[Seen], fresh: frozenset[int] = frozenset()) -> None:
    """Store how records are seen. `fresh`: the numbers that no list has yet."""
    was = _clear(connection, [n for n, *_ in seen if n not in fresh])
    heads, waits, parties, finds = [], list[Any](), list[Any](), []
    for n, head, unsent, problem in seen:
        find, held, engaged = sought(head), head.get("waits", ()), head.get("parties", ())
        columns = (head[column] for column in COLUMNS)
        flags = (int(unsent), int(problem))
        heads.append((n, *columns, " ".join(held), " ".join(engaged), *flags))
        waits += [(key, n) for key in set(held)]
        parties += [(name, n) for name in set(engaged)]
        if was.get(n) != find:
            finds.append((n, find))
    for sql, values in (
        (INSERT, heads),
        ("INSERT INTO waits (key, n) VALUES (?, ?)", waits),
        ("INSERT INTO party (name, n) VALUES (?, ?)", parties),
        ("REPLACE INTO words (n, text) VALUES (?, ?)", finds),
        ("REPLACE INTO find (rowid, text) VALUES (?, ?)", finds),
        ("REPLACE INTO pair (rowid, text) VALUES (?, ?)", [(n, pairs(find)) for n, find in finds]),
    ):
        if values:
            connection.exec_driver_sql(sql, values)


def _clear(connection: Connection, numbers: Sequence[int]) -> dict[int, str]:
    """Take records out of the small indexes; give what the searched ones were made of."""
    if not numbers:
        return {}
    these = "IN (SELECT value FROM json_each(?))"
    listed = (orjson.dumps(numbers).decode(),)
    found = connection.exec_driver_sql(f"SELECT n, text FROM words WHERE n {these}", listed).all()
    for table in ("waits", "party"):
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE n {these}", listed)
    return {int(n): str(text) for n, text in found}


def remove(connection: Connection, numbers: Iterable[int]) -> None:
    """Take records out of every list; the records themselves stay."""
    gone = [(n,) for n in numbers]
    if gone:
        for table in ("find", "pair", "words", "head", "waits", "party"):
            column = "rowid" if table in ("find", "pair") else "n"
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE {column} = ?", gone)


def rows(connection: Connection, query: Query) -> RowPage:
    total = count(connection, query)
    claims, values = _on_head(query)
    # Where many are found, walking the order and looking at each soon gives a page; where few
    # are, the list of them is short.
    walked = _is_plain(query) and total > MANY
    for hits in _hits(query):
        claims.append(hits.here if walked else f"n IN ({hits.all})")
        values.append(hits.word if walked else hits.sought)
    # With equal keys the order must still be one order, or pages would repeat and lose rows.
    turn = "DESC" if query.descending else "ASC"
    order = f"{SORTS[query.sort]} {turn}, n {turn}"
    found = connection.exec_driver_sql(
        f"SELECT n, id, {', '.join('head.' + c for c in COLUMNS)}, waits, parties, unsent, problem "
        f"FROM head JOIN record USING (n) WHERE n IN "
        f"(SELECT n FROM head WHERE {' AND '.join(claims)} ORDER BY {order} LIMIT ? OFFSET ?) "
        f"ORDER BY head.{order}",
        (*values, query.limit, query.offset),
    ).all()
    return RowPage(tuple(_row(row) for row in found), total)


def count(connection: Connection, query: Query) -> int:
    hits = _hits(query)
    if len(hits) == 1 and _is_plain(query):
        return _count_hits(connection, query.form, hits[0])
    claims, values = _on_head(query)
    claims += [f"n IN ({h.all})" for h in hits]
    found = connection.exec_driver_sql(
        f"SELECT count(*) FROM head WHERE {' AND '.join(claims)}",
        (*values, *(h.sought for h in hits)),
    )
    return int(found.scalar_one())


def _count_hits(connection: Connection, form: str, hits: _Hits) -> int:
    """All hits less those of other forms, of which there are few: indexes count by themselves."""
    found = connection.exec_driver_sql(
        f"SELECT (SELECT count(*) FROM ({hits.all})) - "
        f"(SELECT count(*) FROM head WHERE (form < ? OR form > ?) AND {hits.here})",
        (hits.sought, form, form, hits.word),
    )
    return int(found.scalar_one())


def _is_plain(query: Query) -> bool:
    """Whether an index holds what is asked in every order, before it is searched."""
    return bool(query.form) and not query.states and not query.waits_for and not query.marks


class _Hits(NamedTuple):
    """Records that an index of its own finds."""

    all: str
    """Selects the numbers of all, given `sought`."""
    sought: str
    here: str
    """Whether the record of a row of `head` is one, given `word`."""
    word: str


def _hits(query: Query) -> list[_Hits]:
    found = []
    if query.party:
        here = "EXISTS (SELECT 1 FROM party WHERE name = ? AND party.n = head.n)"
        every = "SELECT n FROM party WHERE name = ?"
        found.append(_Hits(every, query.party, here, query.party))
    for word in plain(query.text).split():
        here = "EXISTS (SELECT 1 FROM words WHERE words.n = head.n AND instr(text, ?))"
        if len(word) >= TRIGRAM:
            every = "SELECT rowid FROM find WHERE text MATCH ?"
            sought = '"' + word.replace('"', '""') + '"'
        else:
            every = "SELECT rowid FROM pair WHERE pair MATCH ?"
            sought = f'"{_code(word)}"' + ("*" if len(word) == 1 else "")
        found.append(_Hits(every, sought, here, word))
    return found


def _on_head(query: Query) -> tuple[list[str], list[Any]]:
    claims, values = ["1"], list[Any]()
    if query.form:
        claims.append("form = ?")
        values.append(query.form)
    if query.states:
        claims.append(f"state IN ({_marks(query.states)})")
        values += query.states
    if query.waits_for:
        claims.append(f"n IN (SELECT n FROM waits WHERE key IN ({_marks(query.waits_for)}))")
        values += query.waits_for
    for marks in query.marks:
        claims.append(f"n IN (SELECT n FROM party WHERE name IN ({_marks(marks)}))")
        values += marks
    return claims, values


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def _row(row: Any) -> Row:
    _n, record_id, *columns = row[: 2 + len(COLUMNS)]
    waits, parties, unsent, problem = row[2 + len(COLUMNS) :]
    head = Head(
        id=record_id,
        **dict(zip(COLUMNS, columns, strict=True)),
        waits=tuple(waits.split()),
        parties=tuple(parties.split()),
    )
    return Row(head, unsent=bool(unsent), problem=bool(problem))


def cards(
    connection: Connection, kind: str, text: str, office: str, role: str, limit: int
) -> list[dict[str, Any]]:
    """People and places for picking, in the order of their pinyin."""
    claims, values = ["kind = ?"], [kind]
    if office:
        claims.append("office = ?")
        values.append(office)
    if role:
        claims.append("instr(roles, ?)")
        values.append(f" {role} ")
    called, words = called_so(text)
    claims += called
    values += words
    found = connection.exec_driver_sql(
        f"SELECT body FROM card WHERE {' AND '.join(claims)} ORDER BY sort, ref LIMIT ?",
        (*values, limit),
    )
    return [orjson.loads(body) for (body,) in found]


def called_so(text: str) -> tuple[list[str], list[str]]:
    """What a card must fulfil whose name, pinyin or initials have each word of a text."""
    words = plain(text).split()
    claim = "(instr(lower(name), ?) OR instr(sort, ?) OR instr(initials, ?))"
    return [claim] * len(words), [word for word in words for _ in range(3)]


def card(connection: Connection, ref: str) -> dict[str, Any] | None:
    """What is known of somebody or of some place; of others' people as their investigators."""
    body = connection.exec_driver_sql(
        "SELECT body FROM card WHERE ref IN (?1, ?2) ORDER BY ref = ?1 DESC LIMIT 1",
        (ref, investigator_ref(ref)),
    ).scalar()
    return dict(orjson.loads(body)) if body else None
