"""The registry's first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("principal", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("office", sa.Uuid(), nullable=True),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("principal", name=op.f("uq_account_principal")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_office"), ["office"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("wait_until", sa.DateTime(), nullable=False),
        sa.Column("last", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_attempt")),
    )
    op.create_table(
        "card",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("feed", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_card")),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "done",
        sa.Column("change", sa.Uuid(), nullable=False),
        sa.Column("principal", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("change", name=op.f("pk_done")),
    )
    op.create_table(
        "feed",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_feed")),
    )
    op.create_table(
        "file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_file")),
    )
    op.create_table(
        "granted",
        sa.Column("principal", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("principal", "role", "scope", name=op.f("pk_granted")),
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_meta")),
    )
    op.create_table(
        "news",
        sa.Column("feed", sa.String(length=64), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("record", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("feed", "ref", name=op.f("pk_news")),
        sa.UniqueConstraint("feed", "position", name=op.f("uq_news_feed_position")),
    )
    op.create_table(
        "office",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("parent", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("registrar", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["parent"], ["office.id"], name=op.f("fk_office_parent_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
    )
    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_office_parent"), ["parent"], unique=False)

    op.create_table(
        "record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("office", sa.Uuid(), nullable=True),
        sa.Column("parent", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
        sa.UniqueConstraint("number", name=op.f("uq_record_number")),
    )
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_record_office_record_form_record_state"),
            ["office", "form", "state"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_record_parent_record_form"), ["parent", "form"], unique=False
        )

    op.create_table(
        "unique_key",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "value", name=op.f("pk_unique_key")),
    )
    with op.batch_alter_table("unique_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unique_key_person"), ["person"], unique=False)

    op.create_table(
        "file_owner",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("principal", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["sha256"], ["file.sha256"], name=op.f("fk_file_owner_sha256_file")
        ),
        sa.PrimaryKeyConstraint("sha256", "principal", name=op.f("pk_file_owner")),
    )
    op.create_table(
        "login",
        sa.Column("login", sa.String(length=200), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_login_account_account")),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_login")),
    )
    with op.batch_alter_table("login", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_account"), ["account"], unique=False)

    op.create_table(
        "party",
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["record"], ["record.id"], name=op.f("fk_party_record_record")),
        sa.PrimaryKeyConstraint("record", "party", "name", name=op.f("pk_party")),
    )
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_party_name"), ["name"], unique=False)

    op.create_table(
        "record_file",
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["record"], ["record.id"], name=op.f("fk_record_file_record_record")
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["file.sha256"], name=op.f("fk_record_file_sha256_file")
        ),
        sa.PrimaryKeyConstraint("record", "sha256", name=op.f("pk_record_file")),
    )
    with op.batch_alter_table("record_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_file_sha256"), ["sha256"], unique=False)

    op.create_table(
        "revision",
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("command", sa.String(length=60), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("form_version", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.LargeBinary(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["record"], ["record.id"], name=op.f("fk_revision_record_record")),
        sa.PrimaryKeyConstraint("record", "revision", name=op.f("pk_revision")),
    )
    op.create_table(
        "session",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("login", sa.String(length=200), nullable=False),
        sa.Column("desk", sa.String(length=64), nullable=False),
        sa.Column("desk_name", sa.String(length=100), nullable=False),
        sa.Column("began", sa.DateTime(), nullable=False),
        sa.Column("seen", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("fk_session_account_account")
        ),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_session")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_account"), ["account"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_seen"), ["seen"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_seen"))
        batch_op.drop_index(batch_op.f("ix_session_account"))

    op.drop_table("session")
    op.drop_table("revision")
    with op.batch_alter_table("record_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_file_sha256"))

    op.drop_table("record_file")
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_party_name"))

    op.drop_table("party")
    with op.batch_alter_table("login", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_account"))

    op.drop_table("login")
    op.drop_table("file_owner")
    with op.batch_alter_table("unique_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unique_key_person"))

    op.drop_table("unique_key")
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_parent_record_form"))
        batch_op.drop_index(batch_op.f("ix_record_office_record_form_record_state"))

    op.drop_table("record")
    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_office_parent"))

    op.drop_table("office")
    op.drop_table("news")
    op.drop_table("meta")
    op.drop_table("granted")
    op.drop_table("file")
    op.drop_table("feed")
    op.drop_table("done")
    op.drop_table("counter")
    op.drop_table("card")
    op.drop_table("attempt")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_office"))

    op.drop_table("account")
