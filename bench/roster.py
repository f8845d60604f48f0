"""An account workbook of 20,000 rows, read and checked, beside two libraries that only parse."""

from __future__ import annotations

import datetime
import gc
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson

from bench.invented import HOSPITAL, person_row
from bench.measure import answer, asked, line, peak, sample, tell, tell_plain

SELF = "bench.roster"
KEY = bytes(range(32))


def write(path: Path, rows: int) -> None:
    """A filled workbook, every cell text, the strings shared as Excel does it."""
    from xlsxwriter import Workbook

    from app.roster.columns import HEADERS, TITLE

    with Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(TITLE)
        sheet.write_row(0, 0, HEADERS)
        for nth in range(rows):
            for column, value in enumerate(person_row(nth)):
                if value:
                    sheet.write_string(nth + 1, column, value)


def _worked() -> float:
    """Seconds of processor time of this process and of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _ours(path: Path, rows: int) -> dict[str, Any]:
    """Read in the child process and check, as the window does it.

    When a workbook is opened there, the sounds of characters are loaded since somebody signed in,
    and no garbage is looked for outside of the window's own thread (`ui.garbage`).
    """
    import pypinyin  # noqa: F401

    from app.roster import checks, reading
    from app.roster.accounts import ACCOUNTS

    gc.disable()
    began, worked = time.perf_counter(), _worked()
    sheet = reading.read(path, row_limit=rows)
    read, read_worked = time.perf_counter(), _worked()
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    checked = checks.check(
        sheet, checks.Terms(datetime.date(2026, 11, 21), template=ACCOUNTS), row_limit=rows
    )
    ended, all_worked = time.perf_counter(), _worked()
    found: dict[str, Any] = {
        "read": read - began, "check": ended - read, "both": ended - began, "peak": peak(),
        "read_worked": read_worked - worked, "check_worked": all_worked - read_worked,
        "worked": all_worked - worked,
        "child": child, "rows": len(checked.entries), "good": len(checked.importable),
    }  # fmt: skip
    return found


def _stored(path: Path, rows: int) -> dict[str, Any]:
    """Begin every good row in a working copy, beside rows of the same bytes in one raw table."""
    from types import SimpleNamespace

    from app.roster import checks, reading
    from app.roster.accounts import ACCOUNTS
    from local_db import WorkingCopy
    from local_db.engine import connect

    terms = checks.Terms(datetime.date(2026, 11, 21), template=ACCOUNTS)
    checked = checks.check(reading.read(path, row_limit=rows), terms, row_limit=rows)
    entries = [(entry.answers(), entry.said()) for entry in checked.importable]
    with tempfile.TemporaryDirectory() as folder:
        copy = WorkingCopy(Path(folder) / "desk", KEY)
        copy.remember(
            SimpleNamespace(
                token="t", principal=HOSPITAL.to_wire(), login="h", must_change_password=False,
                feeds=(), epoch="1", now="2026-11-21T00:00:00+00:00",
            )
        )  # fmt: skip
        began = time.perf_counter()
        copy.begin_many("person", "open", entries, role="institution_admin")
        ours = time.perf_counter() - began
        copy.close()
        raw = connect(Path(folder) / "raw.db", KEY)
        raw.execute("CREATE TABLE person (id TEXT PRIMARY KEY, name TEXT, body BLOB)")
        began = time.perf_counter()
        raw.execute("BEGIN IMMEDIATE")
        raw.executemany(
            "INSERT INTO person VALUES (?, ?, ?)",
            ((str(n), a.get("name", ""), orjson.dumps(a)) for n, (a, _) in enumerate(entries)),
        )
        raw.execute("COMMIT")
        floor = time.perf_counter() - began
        raw.close()
    return {"ours": ours, "floor": floor, "peak": peak(), "rows": len(entries)}


def _openpyxl(path: Path) -> dict[str, Any]:
    import openpyxl

    began, worked = time.perf_counter(), _worked()
    book = openpyxl.load_workbook(path, read_only=True)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    found = {"both": time.perf_counter() - began, "worked": _worked() - worked}
    return {**found, "peak": peak(), "rows": len(rows)}


def _calamine(path: Path) -> dict[str, Any]:
    import python_calamine

    began, worked = time.perf_counter(), _worked()
    rows = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    found = {"both": time.perf_counter() - began, "worked": _worked() - worked}
    return {**found, "peak": peak(), "rows": len(rows)}


def main(*, quick: bool = False) -> None:
    rows, times = (2_000, 3) if quick else (20_000, 5)
    line(f"An account workbook of 14 × {rows:,}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.xlsx"
        write(path, rows)
        line(f"  {path.stat().st_size / 1e6:.1f} MB")
        runs: dict[str, list[dict[str, Any]]] = {
            part: [] for part in ("ours", "openpyxl", "calamine")
        }
        for _ in range(times):
            for part, found in runs.items():
                found.append(asked(SELF, part, path, rows))
        stored = [asked(SELF, "stored", path, rows) for _ in range(1 if quick else 2)]
    ours, slow = runs["ours"], runs["openpyxl"]
    good = f"{ours[0]['good']:,} of {ours[0]['rows']:,} rows are right"
    both = sample("read and check", ours, "both")
    parse = sample("openpyxl, read only", slow, "both")
    fast = sample("calamine", runs["calamine"], "both")
    tell(f"roster of {rows:,}: read in the child and checked", both, parse, good)
    tell(f"roster of {rows:,}: read in the child alone", sample("read", ours, "read"), parse)
    tell(f"roster of {rows:,}: read in the child alone", sample("read", ours, "read"), fast)
    tell(f"roster of {rows:,}: checked alone", sample("check", ours, "check"), parse)
    by_processor = sample("openpyxl, read only, processor time", slow, "worked")
    for what, key in (
        ("read in the child and checked", "worked"), ("read in the child alone", "read_worked"),
        ("checked alone", "check_worked"),
    ):  # fmt: skip
        tell(f"roster of {rows:,}: {what}, processor time", sample(what, ours, key), by_processor)
    tell(
        f"roster of {rows:,}: read in the child and checked, processor time",
        sample("read and check", ours, "worked"),
        sample("calamine, processor time", runs["calamine"], "worked"),
    )
    for what, found, key in (
        ("the child that reads", ours, "child"), ("our process that checks", ours, "peak"),
        ("openpyxl", slow, "peak"), ("calamine", runs["calamine"], "peak"),
    ):  # fmt: skip
        tell_plain(
            f"roster of {rows:,}: peak memory, {what}", f"{max(r[key] for r in found):.0f} MB"
        )
    tell(
        f"roster of {rows:,}: begin_many of the good rows",
        sample("begin_many", stored, "ours"),
        sample("the same answers into one raw SQLCipher table", stored, "floor"),
        f"peak {max(r['peak'] for r in stored):.0f} MB",
    )


def part(argv: list[str]) -> None:
    name, path, rows = argv[0], Path(argv[1]), int(argv[2])
    match name:
        case "ours":
            answer(_ours(path, rows))
        case "stored":
            answer(_stored(path, rows))
        case "openpyxl":
            answer(_openpyxl(path))
        case "calamine":
            answer(_calamine(path))


if __name__ == "__main__":
    part(sys.argv[1:])
