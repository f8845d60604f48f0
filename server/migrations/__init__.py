"""The numbered steps that make and upgrade the registry's tables; never edited after a release."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

STEPS = Path(__file__).parent
LOCK = 0x59616E626569
"""The advisory lock under which one process at a time migrates a PostgreSQL database."""


def migrate(engine: Engine) -> None:
    """Bring the tables up to date: all steps that are missing, in one transaction."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '30s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Config:
    """Alembic's settings for this database."""
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
