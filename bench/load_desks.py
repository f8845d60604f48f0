"""Many desks in one process, as light as can be: only what a desk says, over plain sockets.

`python -m bench.load_desks ADDRESS DESKS LOOPS PAUSE PID`: each desk signs in, then as often as
LOOPS says saves something and reads a page of news; all at once, or with a PAUSE of seconds between
(spread by chance). The last line is one JSON object: seconds by step, errors,
and the seconds of processor that process PID with its children and we ourselves have taken.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import orjson

from bench.filled import PASSWORD, login, person_id
from bench.measure import answer
from sync.protocol import CURRENT, VERSION_HEADER

PAGE = 50
"""Records of a page of news."""
PATIENCE = 60.0


class Refused(Exception):
    """Something else than what was asked for."""


class Line:
    """One kept-alive connection."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._to: asyncio.StreamWriter | None = None
        self.token = ""

    async def post(self, path: str, body: dict[str, Any], *, packed: bool = False) -> bytes:
        """What is answered; Refused unless the status is 200."""
        if self._to is None:
            self._from, self._to = await asyncio.open_connection(self._host, self._port)
        content = orjson.dumps(body)
        head = [
            f"POST /v1{path} HTTP/1.1", f"Host: {self._host}", "Content-Type: application/json",
            f"Content-Length: {len(content)}", f"{VERSION_HEADER}: {CURRENT}",
            f"Accept-Encoding: {'zstd' if packed else 'identity'}",
            *([f"Authorization: Bearer {self.token}"] if self.token else []),
        ]  # fmt: skip
        self._to.write("\r\n".join(head).encode() + b"\r\n\r\n" + content)
        await self._to.drain()
        told = (await self._from.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        found = await self._body(told)
        status = int(told.split(" ", 2)[1])
        if status != 200:
            raise Refused(f"{path} {status} {orjson.loads(found).get('code', '')}")
        return found

    async def _body(self, head: str) -> bytes:
        if "transfer-encoding: chunked" not in head:
            length = head.split("content-length: ", 1)[1].split("\r\n", 1)[0]
            return await self._from.readexactly(int(length))
        parts = []
        while size := int(await self._from.readuntil(b"\r\n"), 16):
            parts.append(await self._from.readexactly(size))
            await self._from.readexactly(2)
        await self._from.readexactly(2)
        return b"".join(parts)

    def close(self) -> None:
        if self._to is not None:
            self._to.close()


class Desk:
    """One person's desk: a draft that grows, a card that changes, how far its news were read."""

    def __init__(self, nth: int, address: str, noted: Noted) -> None:
        self._nth, self._noted = nth, noted
        self._line = Line(address)
        self._draft = uuid4()
        self._saves = self._moves = 0
        self._positions: dict[str, int] = {}

    async def sign_in(self) -> None:
        who = {"login": login(self._nth), "password": PASSWORD, "desk": f"desk{self._nth}"}
        told = await self._noted.timed("sign-in", self._line.post("/session", who))
        if told is not None:
            self._line.token = orjson.loads(told)["token"]
        await self._round("first round", [])

    async def work(self, loops: int, pause: float) -> None:
        for turn in range(loops):
            if pause:
                await asyncio.sleep(pause * 2 * random.random())
            if turn % 4 == 3:
                await self._round("change told to 20 colleagues", [self._moved()])
            else:
                await self._round("change", [self._saved()])
            page = {"positions": {}, "limit": PAGE}
            await self._noted.timed(
                f"news page of {PAGE}", self._line.post("/news", page, packed=True)
            )
            await self._round("round with nothing of its own", [])
        self._line.close()

    async def _round(self, step: str, changes: list[dict[str, Any]]) -> None:
        asked = {"changes": changes, "positions": self._positions, "limit": 5000}
        told = await self._noted.timed(step, self._line.post("/round", asked))
        if told is None:
            return
        first, *lines = told.split(b"\n")[:-1]
        for outcome in orjson.loads(first)["outcomes"]:
            self._noted.became[outcome["result"]] += 1
            if outcome["result"] != "done":
                self._noted.errors[str(outcome["error"]["code"])] += 1
        for line in lines[:-1:2]:
            item = orjson.loads(line)
            feed = item["feed"]
            self._positions[feed] = max(item["position"], self._positions.get(feed, 0))

    def _saved(self) -> dict[str, Any]:
        self._saves += 1
        was = f"第{self._saves - 1}稿" if self._saves > 1 else None
        edits = {"basic.research_title": [was, f"第{self._saves}稿"]}
        return change(self._draft, "study", "pi", self._saves - 1, edits)

    def _moved(self) -> dict[str, Any]:
        self._moves += 1
        was = f"第{self._moves - 1}科" if self._moves > 1 else "科研处"
        edits = {"department": [was, f"第{self._moves}科"]}
        return change(person_id(self._nth), "person", "self", self._moves, edits)


def change(
    record: UUID, form: str, role: str, base: int, edits: dict[str, list[str | None]]
) -> dict[str, Any]:
    """A save as a desk sends it."""
    return {
        "change_id": str(uuid4()), "record_id": str(record), "form": form, "form_version": 1,
        "base_revision": base, "command": "save", "role": role, "edits": edits,
    }  # fmt: skip


class Noted:
    """What everything took and what went wrong."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}
        self.errors: Counter[str] = Counter()
        self.became: Counter[str] = Counter()

    async def timed(self, step: str, work: Any) -> bytes | None:
        began = time.perf_counter()
        try:
            found: bytes = await asyncio.wait_for(work, PATIENCE)
        except (Refused, OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            self.errors[f"{step}: {error or type(error).__name__}"] += 1
            return None
        self.seconds.setdefault(step, []).append(time.perf_counter() - began)
        return found


def cpu_of(parent: int) -> float:
    """Seconds of processor that a process and its children have taken."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    ticks = 0
    for pid in (parent, *children):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def _all(address: str, count: int, loops: int, pause: float, pid: int) -> dict[str, Any]:
    noted = Noted()
    desks = [Desk(nth, address, noted) for nth in range(count)]
    await asyncio.gather(*(desk.sign_in() for desk in desks))
    began, cpu, theirs = time.perf_counter(), time.process_time(), cpu_of(pid)
    await asyncio.gather(*(desk.work(loops, pause) for desk in desks))
    return {
        "seconds": noted.seconds, "errors": noted.errors, "became": noted.became,
        "whole": time.perf_counter() - began, "cpu": time.process_time() - cpu,
        "cpu_registry": cpu_of(pid) - theirs,
    }  # fmt: skip


def main() -> None:
    address, count, loops, pause, pid = sys.argv[1:]
    answer(asyncio.run(_all(address, int(count), int(loops), float(pause), int(pid))))


if __name__ == "__main__":
    main()
