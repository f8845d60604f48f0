"""The investigators of each institution, told to whoever fills in studies and asks for them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

from sync.protocol import mark_of

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TOLD = ("name", "sort", "initials", "office", "department", "title")
NEWS = "INSERT INTO news (feed, ref, position, kind) VALUES (:feed, :ref, :position, 'card')"
CARD = "INSERT INTO card (ref, feed, body) VALUES (:ref, :feed, :body)"
FEED = "INSERT INTO feed (name, value, count, mark) VALUES (:name, :many, :many, :mark)"


def upgrade() -> None:
    connection = op.get_bind()
    known = connection.execute(
        sa.text("SELECT ref, feed, body FROM card WHERE feed LIKE 'staff:%' ORDER BY feed, ref")
    ).all()
    by_feed: dict[str, list[tuple[str, bytes]]] = {}
    for ref, feed, body in known:
        card = json.loads(body)
        if "pi" in card["roles"]:
            told = by_feed.setdefault(feed.replace("staff:", "investigators:"), [])
            told.append((ref.replace("person:", "investigator:"), _body(card)))
    for feed, told in by_feed.items():
        _tell(connection, feed, told)


def _body(card: dict[str, Any]) -> bytes:
    kept = {name: card[name] for name in TOLD if name in card}
    whole = {"ref": card["ref"], "kind": "investigator", **kept, "roles": ["pi"]}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _tell(connection: sa.Connection, feed: str, told: Iterable[tuple[str, bytes]]) -> None:
    numbered = list(enumerate(told, start=1))
    placed = [
        {"feed": feed, "ref": ref, "position": n, "body": body} for n, (ref, body) in numbered
    ]
    mark = sum(mark_of(ref, n) for n, (ref, _body) in numbered)
    connection.execute(sa.text(FEED), {"name": feed, "many": len(placed), "mark": mark})
    connection.execute(sa.text(CARD), placed)
    connection.execute(sa.text(NEWS), placed)


def downgrade() -> None:
    for table, column in (("news", "feed"), ("card", "feed"), ("feed", "name")):
        op.execute(f"DELETE FROM {table} WHERE {column} LIKE 'investigators:%'")
