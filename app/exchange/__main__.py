"""python -m app.exchange prefill FILE… --json: what a new filing would take from a file."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.errors import AppError
from app.exchange.reading import prefills


def main(arguments: Sequence[str]) -> int:
    """Print one JSON object per record and line; 0 for known kinds of files, 2 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m app.exchange")
    commands = parser.add_subparsers(dest="command", required=True)
    prefill = commands.add_parser("prefill", help="fill a new study from records of registries")
    prefill.add_argument("files", nargs="+", type=Path, metavar="FILE")
    prefill.add_argument("--json", action="store_true", help="one JSON object per record and line")
    given = parser.parse_args(arguments)
    status = 0
    for file in given.files:
        try:
            for line in _lines(file, as_json=given.json):
                print(line)
        except AppError as failed:
            print(f"{file}: {failed.say('zh')} {failed.say('en')}", file=sys.stderr)
            status = 2
    return status


def _lines(file: Path, *, as_json: bool) -> Iterator[str]:
    for found in prefills(file):
        if as_json:
            yield json.dumps({"source": str(file), **found.to_wire()}, ensure_ascii=False)
        else:
            counts = len(found.taken), len(found.not_taken), len(found.warnings)
            yield "{}  {}：取用 {} 项，未取用 {} 项，提醒 {} 条".format(file, found.id, *counts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
