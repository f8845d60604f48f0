"""Logs: one JSON object a line, with ids, states and counts. Never answers, names or numbers."""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import UTC, datetime


class Lines(logging.Formatter):
    """Each entry as one line of JSON, whatever is said in it."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "of": record.name,
            "said": record.getMessage(),
        }
        if record.exc_info:
            line["fault"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def begin() -> None:
    """Write the log to standard error, from the level that YANBEI_LOG names."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(level=os.environ.get("YANBEI_LOG", "INFO"), handlers=[handler])
    logging.getLogger("alembic").setLevel(logging.WARNING)
