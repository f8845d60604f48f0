"""python -m app.exchange prefill FILE… --json: what a new filing would take from a file.

`python -m app.exchange report FILE… --output FOLDER` tells how much of many records is taken.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from app.errors import AppError
from app.exchange import report
from app.exchange.prefill import Prefill
from app.exchange.reading import prefills


def main(arguments: Sequence[str]) -> int:
    """Print one JSON object per record and line; 0 for known kinds of files, 2 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m app.exchange")
    commands = parser.add_subparsers(dest="command", required=True)
    prefill = commands.add_parser("prefill", help="fill a new study from records of registries")
    prefill.add_argument("files", nargs="+", type=Path, metavar="FILE")
    prefill.add_argument("--json", action="store_true", help="one JSON object per record and line")
    told = commands.add_parser("report", help="tell how much of many records is taken, and why not")
    told.add_argument("files", nargs="+", type=Path, metavar="FILE")
    told.add_argument("--output", type=Path, required=True, metavar="FOLDER")
    given = parser.parse_args(arguments)
    reading = _Reading(given.files)
    if given.command == "report":
        records = [report.Reported(file.name, found) for file, found in reading]
        print(report.write(records, given.output))
    else:
        for file, found in reading:
            print(_line(file, found, as_json=given.json))
    return reading.status


class _Reading:
    """Goes through files one after another; what cannot be read is told, the rest is read."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = files
        self.status = 0

    def __iter__(self) -> Iterator[tuple[Path, Prefill]]:
        for file in self._files:
            try:
                for found in prefills(file, skipped=partial(_told, file)):
                    yield file, found
            except AppError as failed:
                _told(file, "", failed)
                self.status = 2


def _told(file: Path, number: str, failed: AppError) -> None:
    where = f"{file} #{number}" if number else f"{file}"
    print(f"{where}: {failed.say('zh')} {failed.say('en')}", file=sys.stderr)


def _line(file: Path, found: Prefill, *, as_json: bool) -> str:
    if as_json:
        return json.dumps({"source": str(file), **found.to_wire()}, ensure_ascii=False)
    counts = len(found.taken), len(found.not_taken), len(found.warnings)
    return "{}  {}：取用 {} 项，未取用 {} 项，提醒 {} 条".format(file, found.id, *counts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
