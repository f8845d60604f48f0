"""`python -m bench.sync_server PORT DIR`: an empty registry with one investigator, to be measured.

It is `python -m server run` on SQLite in DIR, with an account that two desks can sign in to.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bench.invented import OFFICE, PI

LOGIN, PASSWORD = "bench", "Bench2026"


def address(folder: Path) -> str:
    return f"sqlite:///{folder / 'registry.db'}"


def prepare(folder: Path) -> None:
    """A new database in this folder, with the account."""
    from server.db import connect, transact
    from server.migrations import migrate

    database = address(folder)
    if not (folder / "registry.db").exists():
        folder.mkdir(parents=True, exist_ok=True)
        engine = connect(database, pool=2)
        migrate(engine)
        transact(engine, _account)
        engine.dispose()


def _account(session: Session) -> None:
    from server import passwords
    from server.tables import AccountRow, GrantRow, LoginRow, OfficeRow

    account, office = UUID(int=7), UUID(OFFICE.removeprefix("office:"))
    session.execute(
        insert(OfficeRow).values(
            id=office, kind="institution", name=PI.office_name, division="43", parent=None,
            registrar=None,
        )
    )  # fmt: skip
    session.execute(
        insert(AccountRow).values(
            id=account, principal=PI.id, name=PI.name, office=office,
            password=passwords.hashed(PASSWORD), must_change=False, disabled=False,
        )
    )  # fmt: skip
    session.execute(insert(LoginRow).values(login=LOGIN, account=account))
    session.execute(insert(GrantRow).values(principal=PI.id, role="pi", scope=OFFICE))


def main() -> int:
    from server.__main__ import main as serve

    port, folder = sys.argv[1], Path(sys.argv[2])
    if port == "prepare":
        prepare(folder)
        return 0
    # In a process of its own: it is the registry's memory that is measured.
    subprocess.run([sys.executable, "-m", "bench.sync_server", "prepare", str(folder)], check=True)
    database = address(folder)
    return serve(["run", "--db", database, "--files", str(folder / "files"), "--port", port])


if __name__ == "__main__":
    raise SystemExit(main())
