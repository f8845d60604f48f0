"""`python -m bench.sync_worker`: a desk that anybody can measure beside other systems.

Reads one JSON object a line and answers one a line, as `common.py` of the comparison's folder says:
open, seed, push_new, initial_pull, noop, edit, push_edits, pull_changed, push_one, digest, close.
What is timed is what a person's desk does: a round of the exchange on the encrypted working copy.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID, uuid4

from bench.sync_documents import Document, answers_of, document_of, record_id
from bench.sync_server import LOGIN, PASSWORD
from local_db import Query, WorkingCopy
from sync import engine
from sync.client import RegistryClient
from sync.protocol import SignIn

KEY = bytes(range(32))
SEEDED_AT_ONCE = 500


class Desk:
    """One working copy and its way to the registry."""

    def __init__(self) -> None:
        self._copy: WorkingCopy | None = None
        self._coming: list[UUID] = []
        """Ids of records that are about to be made, by the ids of their documents."""

    @property
    def copy(self) -> WorkingCopy:
        assert self._copy is not None, "open comes first"
        return self._copy

    def open(self, dir: str, url: str, **_rest: Any) -> None:  # noqa: A002 -- their word
        folder = Path(dir)
        self._client = RegistryClient(url)
        self._copy = WorkingCopy(folder, KEY, new_id=self._new_id)
        kept = self._copy.session()
        if kept is None:
            who = SignIn(login=LOGIN, password=PASSWORD, desk=folder.name)
            self._copy.remember(self._client.sign_in(who))
        else:
            self._client.use(kept.token)
        self._client.session()  # the line is open, as it is on a desk that is at work

    def seed(self, docs: str) -> None:
        page: list[Document] = []
        for document in _read(docs):
            page.append(document)
            if len(page) == SEEDED_AT_ONCE:
                self._begin(page)
                page = []
        self._begin(page)

    def push_new(self) -> None:
        self._round()

    initial_pull = noop = push_edits = pull_changed = push_new

    def edit(self, docs: str) -> None:
        for document in _read(docs):
            self._save(document)

    def push_one(self, doc: Document) -> None:
        self._save(doc)
        self._round()

    def digest(self) -> dict[str, Any]:
        """What `gen.digest` of the comparison says of the documents here."""
        found = sorted(self._documents(), key=lambda document: str(document["id"]))
        sha256 = hashlib.sha256()
        for document in found:
            told = json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
            sha256.update(told.encode() + b"\n")
        return {"n": len(found), "sha": sha256.hexdigest()}

    def close(self) -> None:
        if self._copy is not None:
            self._copy.close()
            self._client.close()

    def _round(self) -> None:
        report = engine.run(self.copy, self._client)
        if report.refused or report.clashes or self.copy.outbox_count():
            raise RuntimeError(f"not everything arrived: {report}")

    def _begin(self, documents: list[Document]) -> None:
        self._coming = [record_id(document["id"]) for document in documents]
        entries = [(answers_of(document), dict[str, Any]()) for document in documents]
        made = self.copy.begin_many("study", "save", entries, role="pi")
        expected = [record_id(document["id"]) for document in documents]
        assert [record.id for record in made] == expected

    def _new_id(self) -> UUID:
        """The id of the next record that is made, or a random one for a change."""
        self._is_for_record = not getattr(self, "_is_for_record", False)
        return self._coming.pop(0) if self._coming and self._is_for_record else uuid4()

    def _save(self, document: Document) -> None:
        of = record_id(document["id"])
        self.copy.perform(of, "save", answers=answers_of(document), role="pi")

    def _documents(self) -> Iterator[Document]:
        place = 0
        while rows := self.copy.rows(Query("study", sort="number", offset=place, limit=1000)).rows:
            for row in rows:
                yield document_of(self.copy.get(UUID(row.head.id)).answers)
            place += len(rows)


def _read(path: str) -> Iterator[Document]:
    with Path(path).open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


UNTIMED = {"open", "seed", "edit", "digest"}


def serve(desk: Desk, asked: Iterator[str], out: TextIO) -> None:
    """Answer until `close`, or until nobody asks any more."""
    for line in asked:
        message = json.loads(line)
        name = message.pop("op")
        out.write(json.dumps(_answer(getattr(desk, name), name, message)) + "\n")
        out.flush()
        if name == "close":
            return


def _answer(work: Callable[..., Any], name: str, message: dict[str, Any]) -> dict[str, Any]:
    began = time.perf_counter()
    try:
        found = work(**message) or {}
    except Exception as error:  # the protocol wants every fault as an answer
        traceback.print_exc()
        return {"ok": False, "err": f"{type(error).__name__}: {error}"}
    seconds = time.perf_counter() - began
    return {"ok": True, **found, **({} if name in {*UNTIMED, "close"} else {"t": seconds})}


def main() -> None:
    number = 3 if os.environ.get("PEER_FD3") else os.dup(1)
    with os.fdopen(number, "w") as out:
        os.dup2(2, 1)  # whatever is printed on the way is no answer
        serve(Desk(), iter(sys.stdin.readline, ""), out)


if __name__ == "__main__":
    main()
