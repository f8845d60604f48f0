"""The numbered steps that make and upgrade the registry's tables; never edited after a release."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

if TYPE_CHECKING:  # 11 MB that a registry whose tables are up to date never needs
    from alembic.config import Config

STEPS = Path(__file__).parent
LOCK = 0x59616E626569
"""The advisory lock under which one process at a time migrates a PostgreSQL database."""


def migrate(engine: Engine) -> None:
    """Bring the tables up to date: all steps that are missing, in one transaction."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '30s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        if _made(connection) == newest():
            return
        from alembic import command

        command.upgrade(configuration(connection), "head")


@cache
def newest() -> str:
    """The number of the last step this program knows: files are named by theirs."""
    return max(step.name.partition("_")[0] for step in STEPS.glob("versions/[0-9]*_*.py"))


def _made(connection: Connection) -> str:
    """The number of the last step that was made; empty where none was."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.scalar(text("SELECT version_num FROM alembic_version")) or ""


def configuration(connection: Connection) -> Config:
    """Alembic's settings for this database."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(STEPS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
