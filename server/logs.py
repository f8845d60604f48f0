"""Logs: one JSON object a line, with ids, states and counts. Never answers, names or numbers."""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Which request is being answered; also told in its reply, so that support finds it."""


class Lines(logging.Formatter):
    """Each entry as one line of JSON, whatever is said in it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "of": record.name,
            "process": record.process,
            "request": request_id.get(),
            "said": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0]:
            line["fault"] = _fault(record.exc_info[1], record.exc_info[2])
        return json.dumps({k: v for k, v in line.items() if v}, ensure_ascii=False)


def _fault(error: BaseException | None, at: TracebackType | None) -> list[str]:
    """What kind of fault, and where: never its text, in which databases quote what was filed."""
    lines = [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(at, 40)
    ]
    while error is not None:
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        lines.append(f"{kind} {getattr(getattr(error, 'orig', None), 'sqlstate', None) or ''}")
        error = error.__cause__
    return [line.strip() for line in lines]


def begin() -> None:
    """Write the log to standard error, from the level that YANBEI_LOG names."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(level=os.environ.get("YANBEI_LOG", "INFO"), handlers=[handler])
    logging.getLogger("alembic").setLevel(logging.WARNING)
    for noisy in ("botocore", "boto3", "s3transfer", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
