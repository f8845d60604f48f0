"""A workbook of somebody else's, read at arm's length: by a child process with limits."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from app.errors import Unreadable
from app.roster import child
from app.roster.codes import CODES
from app.roster.columns import WIDTH
from app.roster.templates import ROW_LIMIT

MOST_BYTES = 50_000_000
WAIT = child.SECONDS + 10
"""Seconds by the clock."""
ROWS_ABOVE = 21
"""Rows read beyond the limit: a header, what stands above it, and one to know of more."""
GLANCE = 0.2
"""Seconds after which it is asked whether anybody still wants to know."""


class Stopped(Exception):
    """Somebody no longer wants to know; nothing was done."""


@dataclass(frozen=True)
class Sheet:
    """What stands in the first sheet that holds anything."""

    name: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """Every row that holds something: its number, and the texts of the template's columns."""
    kinds: Mapping[str, str]
    """Address → "number", "date", "bool" or "error", where a cell is not text."""
    formulas: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """Names of further sheets that hold something."""
    width: int = 0
    more: bool = False


def read(
    path: Path,
    *,
    width: int = WIDTH,
    row_limit: int = ROW_LIMIT,
    stopped: Callable[[], bool] | None = None,
) -> Sheet:
    """Read a workbook; Unreadable says why not (F01). Nothing of it is parsed in this process.

    `stopped` is asked several times a second; once it says yes, the child is ended (Stopped).
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise unreadable(
            "找不到文件或没有读取权限", "it is not there, or may not be read"
        ) from error
    if not path.is_file():
        raise unreadable("这不是文件", "this is no file")
    if size > MOST_BYTES:
        raise unreadable(
            "文件超过 50 MB，请分成几个文件", "it has more than 50 MB; split it into several files"
        )
    said = _ask_child((path, row_limit + ROWS_ABOVE, width), stopped or _never)
    if "refused" in said:
        raise unreadable(*said["refused"])
    return _sheet(said["sheet"])


def unreadable(zh: str, en: str) -> Unreadable:
    """F01, with the reason."""
    said = CODES["F01"].message
    return Unreadable(f"{said.zh}。{zh}。", f"{said.en}: {en}.", code="F01", why=[zh, en])


def _never() -> bool:
    return False


def _ask_child(what: tuple[Path, int, int], stopped: Callable[[], bool]) -> dict[str, Any]:
    given = [str(what[0].resolve()), *map(str, what[1:])]
    if getattr(sys, "frozen", False):
        command = [sys.executable, child.FLAG, *given]
    else:
        command = [sys.executable, "-m", "app.roster.child", *given]
    try:
        said = orjson.loads(_output(command, stopped))
    except subprocess.TimeoutExpired as error:
        raise unreadable(
            "打开它用时过长，可能是恶意文件", "it takes too long and may be hostile"
        ) from error
    except orjson.JSONDecodeError as error:  # killed by its limits, or by the system
        raise unreadable(
            "打开它超出了限制，可能是恶意文件", "it exceeds the limits and may be hostile"
        ) from error
    return said if isinstance(said, dict) else {"refused": ["读取失败", "reading failed"]}


def _output(command: list[str], stopped: Callable[[], bool]) -> bytes:
    """What the child prints; it is ended when it takes too long, or somebody no longer wants it."""
    with subprocess.Popen(
        command,
        cwd=Path(__file__).parents[2],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as reader:
        for _ in range(round(WAIT / GLANCE)):
            try:
                return reader.communicate(timeout=GLANCE)[0]
            except subprocess.TimeoutExpired:
                if stopped():
                    reader.kill()
                    raise Stopped from None
        reader.kill()
        raise subprocess.TimeoutExpired(command, WAIT)


def _sheet(found: Mapping[str, Any]) -> Sheet:
    return Sheet(
        name=found["name"],
        rows=tuple((number, tuple(values)) for number, values in found["rows"]),
        kinds=dict(found["kinds"]),
        formulas=tuple(found["formulas"]),
        merged=tuple(found["merged"]),
        hidden=tuple(found["hidden"]),
        others=tuple(found["others"]),
        width=found["width"],
        more=found["more"],
    )
