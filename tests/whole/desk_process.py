"""A desk without a window, to be killed: `python -m tests.whole.desk_process FOLDER KEY`.

Reads one command a line and forks a process for each, which says "begun", does it, says "ended".
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from local_db import WorkingCopy
from sync import engine
from sync.client import RegistryClient


def people(text: str) -> list[tuple[dict[str, str], dict[str, str]]]:
    field, *names = text.split()
    return [({field: name}, {}) for name in names]


def do(folder: Path, key: bytes, command: str, text: str) -> None:
    copy = WorkingCopy(folder, key)
    if command == "import":
        copy.begin_many("person", "save", people(text), role="institution_admin")
    else:
        address, token = text.split()
        engine.run(copy, RegistryClient(address, token, sleep=lambda _seconds: None))
    copy.close()


def main() -> None:
    folder, key = Path(sys.argv[1]), bytes.fromhex(sys.argv[2])
    for line in sys.stdin:
        command, _, text = line.strip().partition(" ")
        child = os.fork()
        if child == 0:
            os.write(1, f"begun {os.getpid()}\n".encode())
            do(folder, key, command, text)
            os.write(1, b"ended\n")
            os._exit(0)
        os.waitpid(child, 0)
        os.write(1, b"over\n")


if __name__ == "__main__":
    main()
