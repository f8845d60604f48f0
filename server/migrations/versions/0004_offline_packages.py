"""Keys with which desks sign offline packages, and the packages that were taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_key",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("desk", sa.String(length=64), nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("fk_desk_key_account_account")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_desk_key")),
    )
    op.create_index(op.f("ix_desk_key_account"), "desk_key", ["account"])
    op.create_table(
        "package",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("maker", sa.String(length=64), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("bringer", sa.String(length=64), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["maker"], ["desk_key.name"], name=op.f("fk_package_maker_desk_key")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package")),
    )
    op.create_index(op.f("ix_package_maker"), "package", ["maker"])
    op.create_index(op.f("ix_package_received_at"), "package", ["received_at"])


def downgrade() -> None:
    op.drop_table("package")
    op.drop_table("desk_key")
