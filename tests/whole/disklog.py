"""What a process does to the files of one folder, written down or ended at one of its writes.

`disklog.c` is built once with the machine's C compiler and loaded into the process before all else.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("disklog.c")
COMPILER = shutil.which("cc") or shutil.which("gcc")


@functools.cache
def library() -> Path:
    """The library, built anew for this process."""
    assert COMPILER
    made = Path(tempfile.mkdtemp(prefix="yanbei-disklog-")) / "disklog.so"
    subprocess.run(
        [COMPILER, "-shared", "-fPIC", "-O2", "-o", made, SOURCE, "-ldl", "-lpthread"], check=True
    )
    return made


def environment(folder: Path, log: Path | None = None) -> dict[str, str]:
    """For a process that is to be watched in this folder."""
    told = {"LD_PRELOAD": str(library()), "DISKLOG_DIR": str(folder)}
    return {**os.environ, **told, "DISKLOG_FILE": str(log or os.devnull)}


@dataclass(frozen=True)
class Deed:
    """One thing done to a file: its kind as in disklog.c, where, and for a write the bytes."""

    kind: str
    path: str
    other: str
    at: int
    content: bytes


def deeds(log: Path) -> Iterator[Deed]:
    """What was written down, in order."""
    with log.open("rb") as lines:
        while head := lines.readline():
            kind, path, other, at, size = head.decode().rstrip("\n").split("\t")
            yield Deed(kind, path, other, int(at), lines.read(int(size)) if kind == "W" else b"")
