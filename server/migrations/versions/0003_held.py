"""What each feed holds, kept with every change: told at the end of every round."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sync.protocol import mark_of

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("feed") as table:
        table.add_column(sa.Column("count", sa.BigInteger(), nullable=False, server_default="0"))
        table.add_column(sa.Column("mark", sa.BigInteger(), nullable=False, server_default="0"))
    _fill()
    with op.batch_alter_table("feed") as table:
        table.alter_column("count", server_default=None)
        table.alter_column("mark", server_default=None)


def _fill() -> None:
    held: dict[str, list[int]] = {}
    connection = op.get_bind()
    for feed, ref, position in connection.execute(
        sa.text("SELECT feed, ref, position FROM news WHERE kind <> 'gone'")
    ):
        count = held.setdefault(feed, [0, 0])
        count[0] += 1
        count[1] += mark_of(ref, position)
    for feed, (number, mark) in held.items():
        connection.execute(
            sa.text("UPDATE feed SET count = :number, mark = :mark WHERE name = :feed"),
            {"number": number, "mark": mark, "feed": feed},
        )


def downgrade() -> None:
    with op.batch_alter_table("feed") as table:
        table.drop_column("mark")
        table.drop_column("count")
