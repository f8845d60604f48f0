"""`python -m bench [--quick] [NAME …]`: measure, beside floors of the same run."""

from __future__ import annotations

import argparse
import os
from importlib import import_module
from pathlib import Path

from bench.measure import line, table

ALL = (
    "window", "roster", "roster_window", "roster_registry", "initial_sync", "documents", "lists",
    "pages", "forms", "guessing",
)  # fmt: skip


def main() -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ALL))
    parser.add_argument("--quick", action="store_true", help="smaller sizes, fewer times")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(ALL):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
    line(f"{os.cpu_count()} cores, load {Path('/proc/loadavg').read_text().split()[0]}")
    for name in asked.names or ALL:
        import_module(f"bench.{name}").main(quick=asked.quick)
    line()
    line(table())


if __name__ == "__main__":
    main()
