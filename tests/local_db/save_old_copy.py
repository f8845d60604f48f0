"""Write the example of the version that is current: `python -m tests.local_db.save_old_copy`.

Done once, when a version is released; the file is never written again afterwards.
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from local_db import WorkingCopy, upgrades
from local_db.engine import connect
from local_db.listing import pairs
from local_db.tables import METADATA
from tests.local_db.desks import HOSPITAL, PI, session, study, told

EXAMPLES = Path(__file__).parent.parent / "data" / "old_copies"
KEY = bytes(32)


def fill(folder: Path) -> None:
    """A desk on which something was received and something is waiting."""
    ids = count(1)
    copy = WorkingCopy(
        folder,
        KEY,
        now=lambda: datetime(2026, 11, 21, tzinfo=UTC),
        new_id=lambda: UUID(int=next(ids)),
    )
    copy.remember(session(HOSPITAL))
    copy.begin("person", {"name": "向晚晴"}, role="institution_admin")
    copy.remember(session(PI))
    copy.take([told(study("早先的研究", record_id=UUID(int=77)), 7)])
    copy.prefer("columns", "title,state")
    copy.close()


def dump(path: Path) -> str:
    """The store as SQL text; what is searched, which cannot be read back, is made anew."""
    lines = ["BEGIN;"]
    with closing(connect(path, KEY, read_only=True)) as raw:
        made = raw.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        lines += [
            sql.strip() + ";"
            for name, sql in made
            if not name.startswith(("find_", "pair_", "sqlite_"))
        ]
        for table in METADATA.sorted_tables:
            for row in raw.execute(f"SELECT * FROM {table.name}"):
                values = ", ".join(map(_literal, row))
                lines.append(f"INSERT INTO {table.name} VALUES ({values});")
        searched = raw.execute("SELECT n, text FROM words").fetchall()
        version = raw.execute("PRAGMA user_version").fetchone()[0]
    lines.append("INSERT INTO find (rowid, text) SELECT n, text FROM words;")
    lines += [f"INSERT INTO pair (rowid, text) VALUES ({n}, '{pairs(t)}');" for n, t in searched]
    return "\n".join([*lines, f"PRAGMA user_version = {version};", "COMMIT;", ""])


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    text = value.decode() if isinstance(value, bytes) else value
    quoted = "'" + text.replace("'", "''") + "'"
    return f"CAST({quoted} AS BLOB)" if isinstance(value, bytes) else quoted


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder))
        to = EXAMPLES / f"v{1 + len(upgrades.STEPS)}.sql"
        to.write_text(dump(Path(folder) / "store.db"), encoding="utf-8")
