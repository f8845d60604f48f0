"""What is set for this registry: by the command line, else by the environment, else as here.

`YANBEI_DB` and `YANBEI_FILES` say where records and documents are kept; docs/operations.md lists
all of them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from server.bucket import Bucket
from server.files import Archive, Documents

GIGABYTE = 1024**3
BUCKET = "s3://"


def _home() -> Path:
    return (
        Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
        / "yanbei-registry"
    )


@dataclass(frozen=True)
class Settings:
    """Where the registry keeps what it is given, and where it listens."""

    database: str
    files: str
    """A folder, or `s3://bucket/prefix`."""
    host: str = "127.0.0.1"
    port: int = 8600
    workers: int = 1
    arrivals: str = ""
    """With a bucket: the folder of documents on their way, shared by the processes of a machine."""
    quota: int = 50
    """Gigabytes of documents that one office may keep."""
    proxy: str = ""
    """The address of the reverse proxy whose `X-Forwarded-For` is believed."""
    metrics_token: str = ""
    backups: str = ""
    """The folder of backups."""

    @staticmethod
    def from_environment() -> Settings:
        home, said = _home(), os.environ
        return Settings(
            database=said.get("YANBEI_DB") or f"sqlite:///{home / 'registry.sqlite3'}",
            files=said.get("YANBEI_FILES") or str(home / "files"),
            host=said.get("YANBEI_HOST", "127.0.0.1"),
            port=int(said.get("YANBEI_PORT", "8600")),
            workers=int(said.get("YANBEI_WORKERS", "1")),
            arrivals=said.get("YANBEI_ARRIVALS") or str(home / "arrivals"),
            quota=int(said.get("YANBEI_QUOTA_GB", "50")),
            proxy=said.get("YANBEI_PROXY", ""),
            metrics_token=said.get("YANBEI_METRICS_TOKEN", ""),
            backups=said.get("YANBEI_BACKUPS") or str(home / "backups"),
        )

    def to_environment(self) -> None:
        """Hand the settings on to worker processes."""
        os.environ |= {
            "YANBEI_DB": self.database,
            "YANBEI_FILES": self.files,
            "YANBEI_ARRIVALS": self.arrivals,
            "YANBEI_QUOTA_GB": str(self.quota),
            "YANBEI_METRICS_TOKEN": self.metrics_token,
        }


def documents_at(settings: Settings) -> Documents:
    """The documents of this registry, wherever they are kept."""
    if settings.files.startswith(BUCKET):
        documents: Documents = Bucket(settings.files, Path(settings.arrivals))
    else:
        documents = Archive(Path(settings.files))
    documents.quota = settings.quota * GIGABYTE
    return documents
