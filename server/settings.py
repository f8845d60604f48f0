"""What is set for this registry: by the command line, else by the environment, else as here.

`YANBEI_DB` and `YANBEI_FILES` say where records and documents are kept.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


def _home() -> Path:
    return (
        Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
        / "yanbei-registry"
    )


@dataclass(frozen=True)
class Settings:
    """Where the registry keeps what it is given, and where it listens."""

    database: str
    files: Path
    host: str = "127.0.0.1"
    port: int = 8600
    workers: int = 1

    @staticmethod
    def from_environment() -> Settings:
        home = _home()
        return Settings(
            database=os.environ.get("YANBEI_DB") or f"sqlite:///{home / 'registry.sqlite3'}",
            files=Path(os.environ.get("YANBEI_FILES") or home / "files"),
            host=os.environ.get("YANBEI_HOST", "127.0.0.1"),
            port=int(os.environ.get("YANBEI_PORT", "8600")),
            workers=int(os.environ.get("YANBEI_WORKERS", "1")),
        )

    def to_environment(self) -> None:
        """Hand the settings on to worker processes."""
        os.environ |= {"YANBEI_DB": self.database, "YANBEI_FILES": str(self.files)}
