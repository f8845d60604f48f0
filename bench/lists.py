"""Lists and searches in a working copy of 100,000 studies, beside raw SQL on one flat table."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bench.invented import HOSPITAL, OFFICE, studies
from bench.measure import beside, line, peak, tell, tell_plain
from local_db import Query, WorkingCopy, listing
from local_db.engine import connect
from sync.protocol import NewsLine

KEY = bytes(range(32))
PAGE = 500
COLUMNS = (*listing.COLUMNS, "waits", "parties", "unsent", "problem")
FLAT = (
    f"CREATE TABLE study (n INTEGER PRIMARY KEY, id, {', '.join(COLUMNS)}, words);"
    "CREATE INDEX updated ON study (form, updated_at); CREATE INDEX title ON study (form, sort);"
)
SHOWN = f"SELECT n, id, {', '.join(COLUMNS)} FROM study WHERE form = 'study'"
INSERT = (
    f"INSERT INTO study (id, {', '.join(COLUMNS)}, words) VALUES (?{', ?' * (len(COLUMNS) + 1)})"
)
COUNTED = "SELECT count(*) FROM study WHERE form = 'study'"
SEARCHES = {
    "two characters 量子": "量子",
    "one character 研": "研",
    "one letter a": "a",
    "two words of two characters 卒中 早产": "卒中 早产",
    "four characters 达格列净": "达格列净",
    "four characters, none found": "海狸心电",
    "pinyin initials xxgzdmy": "xxgzdmy",
    "number 000104": "000104",
}


def filled(folder: Path, count: int) -> tuple[WorkingCopy, Any]:
    """A working copy and a flat table of the same studies; news as the registry tells them."""
    copy = WorkingCopy(folder / "desk", KEY)
    session = SimpleNamespace(
        token="t", principal=HOSPITAL.to_wire(), login="h", must_change_password=False,
        feeds=(OFFICE,), epoch="1", now="2026-11-21T00:00:00+00:00",
    )  # fmt: skip
    copy.remember(session)
    raw = connect(folder / "flat.db", KEY)
    raw.executescript(FLAT)
    taken, floor = 0.0, 0.0
    for page in _pages(count):
        began = time.perf_counter()
        copy.take(page)
        taken += time.perf_counter() - began
        rows = [_flat(line.head) for line, _ in page if line.head]
        began = time.perf_counter()
        raw.execute("BEGIN IMMEDIATE")
        raw.executemany(INSERT, rows)
        raw.execute("COMMIT")
        floor += time.perf_counter() - began
    raw.execute("ANALYZE")
    tell_plain(
        f"{count:,} studies taken in pages of {PAGE}", f"{taken:.1f} s",
        f"{taken / count * 1e6:.0f} µs each; heads alone into a flat table {floor:.1f} s; "
        f"store {(folder / 'desk' / 'store.db').stat().st_size / 1e6:.0f} MB",
    )  # fmt: skip
    return copy, raw


def _flat(head: dict[str, Any]) -> tuple[Any, ...]:
    columns = (head[column] for column in listing.COLUMNS)
    lists = (" ".join(head["waits"]), " ".join(head["parties"]))
    return (head["id"], *columns, *lists, 0, 0, listing.sought(head))


def _pages(count: int) -> Iterator[list[tuple[NewsLine, bytes]]]:
    told = (
        (NewsLine(feed=OFFICE, position=n, kind="record", id=str(r.id), head=head.to_wire()), body)
        for n, (r, head, body) in enumerate(studies(count), start=1)
    )
    while page := list(islice(told, PAGE)):
        yield page


def main(*, quick: bool = False) -> None:
    count, times = (10_000, 5) if quick else (100_000, 9)
    line(f"Lists of {count:,} studies")
    with tempfile.TemporaryDirectory() as folder:
        copy, raw = filled(Path(folder), count)
        _lists(copy, raw, count, times)
        _searches(copy, raw, count, times)
        _widget(copy, count, times)
        tell_plain(f"{count:,} studies: peak memory of the desk", f"{peak():.0f} MB")
        copy.close()
        raw.close()


def _lists(copy: WorkingCopy, raw: Any, count: int, times: int) -> None:
    by_title = Query("study", sort="title", descending=False)
    for what, query, order in (
        ("first 200, newest first", Query("study"), "updated_at DESC LIMIT 200"),
        ("first 200, by title", by_title, "sort LIMIT 200"),
        (
            "200 in the middle, by title",
            replace(by_title, offset=count // 2),
            f"sort LIMIT 200 OFFSET {count // 2}",
        ),
    ):
        ours, floor = beside(
            {
                "rows": lambda q=query: copy.rows(q),
                "raw SQL": lambda o=order: (
                    raw.execute(f"{SHOWN} ORDER BY {o}").fetchall(),
                    raw.execute(COUNTED).fetchone(),
                ),
            },
            times,
        )
        tell(f"{count:,} studies: {what}, with the total", ours, floor)
    ours, floor = beside(
        {
            "count": lambda: copy.count(Query("study")),
            "raw SQL": lambda: raw.execute(COUNTED).fetchone(),
        },
        times,
    )
    tell(f"{count:,} studies: count", ours, floor)


def _searches(copy: WorkingCopy, raw: Any, count: int, times: int) -> None:
    for what, text in SEARCHES.items():
        where = " AND ".join("words LIKE ?" for _ in text.split())
        values = tuple(f"%{listing.plain(word)}%" for word in text.split())
        ours, floor = beside(
            {
                "rows": lambda t=text: copy.rows(Query("study", text=t)),
                "LIKE scan": lambda w=where, v=values: (
                    raw.execute(
                        f"{SHOWN} AND {w} ORDER BY updated_at DESC LIMIT 200", v
                    ).fetchall(),
                    raw.execute(f"{COUNTED} AND {w}", v).fetchone(),
                ),
            },
            times,
        )
        found = copy.count(Query("study", text=text))
        tell(f"{count:,} studies: search, {what}", ours, floor, f"{found:,} found")


def _widget(copy: WorkingCopy, count: int, times: int) -> None:
    """From asking for the list to its painted rows, beside a table of 200 rows held in memory."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QStandardItem, QStandardItemModel
    from PySide6.QtWidgets import QApplication, QTableView

    from ui import look, tasks
    from ui.desk import Desk
    from ui.records.list_view import RecordsView
    from ui.records.lists import STUDIES

    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication([])
    look.apply(app)
    desk = Desk(copy)
    rows = [[str(n), f"研究题目第{n}号", "备案完成", "—", "2026-11-21"] for n in range(200)]

    def ours() -> float:
        began = time.perf_counter()
        view = RecordsView(desk, STUDIES)
        view.resize(1100, 700)
        view.show()
        while not view.model.rowCount():
            app.processEvents()
        view.grab()
        seconds = time.perf_counter() - began
        view.close()
        view.deleteLater()
        tasks.finish()
        app.processEvents()
        return seconds

    def floor() -> float:
        began = time.perf_counter()
        model = QStandardItemModel()
        for row in rows:
            model.appendRow([QStandardItem(text) for text in row])
        view = QTableView()
        view.setModel(model)
        view.resize(1100, 700)
        view.show()
        app.processEvents()
        view.grab()
        seconds = time.perf_counter() - began
        view.close()
        view.deleteLater()
        app.processEvents()
        return seconds

    ours(), floor()
    mine, bare = beside({"list of studies": ours, "a table of 200 rows in memory": floor}, times)
    tell(f"{count:,} studies: the list's widget, until its rows are painted", mine, bare)
