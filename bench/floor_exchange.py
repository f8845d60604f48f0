"""The floor of the exchange: naive HTTP and SQLite that only move and store, durable at both ends.

No permissions, no conflicts, no encryption, no lists, no repeats: one zstd stream of lines, one
transaction. `serve` is one process, `Desk` lives in the other.
"""

from __future__ import annotations

import http.client
import http.server
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import zstandard

TABLE = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    "CREATE TABLE IF NOT EXISTS doc (id TEXT PRIMARY KEY, seq INTEGER, body BLOB) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS doc_seq ON doc (seq);"
)


def opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.executescript(TABLE)
    return db


def fill(path: Path, bodies: Iterable[tuple[str, bytes]]) -> None:
    db = opened(path)
    db.execute("BEGIN")
    db.executemany(
        "INSERT INTO doc VALUES (?, ?, ?)",
        ((doc, seq, body) for seq, (doc, body) in enumerate(bodies, start=1)),
    )
    db.execute("COMMIT")
    db.close()


def serve(path: Path) -> None:
    """Answer until killed; the first line printed is the port."""
    db = opened(path)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = 1 << 16

        def log_message(self, *_: object) -> None:
            return

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            db.execute("BEGIN IMMEDIATE")
            (seq,) = db.execute("SELECT coalesce(max(seq), 0) + 1 FROM doc").fetchone()
            db.execute("REPLACE INTO doc VALUES (?, ?, ?)", (self.path[1:], seq, body))
            db.execute("COMMIT")
            self._answer([str(seq).encode()])

        def do_GET(self) -> None:
            since = int(self.path.partition("=")[2])
            pack = zstandard.ZstdCompressor(level=3).compressobj()
            found = db.execute("SELECT seq, id, body FROM doc WHERE seq > ? ORDER BY seq", (since,))
            pieces = [pack.compress(b"%d %b %b\n" % (s, i.encode(), b)) for s, i, b in found]
            self._answer([*pieces, pack.flush()])

        def _answer(self, pieces: list[bytes]) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(sum(map(len, pieces))))
            self.end_headers()
            self.wfile.write(b"".join(pieces))

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


class Desk:
    """The other end."""

    def __init__(self, path: Path, port: int) -> None:
        self.db = opened(path)
        self.http = http.client.HTTPConnection("127.0.0.1", port)
        self.wire = 0

    def pull(self) -> int:
        """Take everything that is new, in one transaction."""
        (seq,) = self.db.execute("SELECT coalesce(max(seq), 0) FROM doc").fetchone()
        self.http.request("GET", f"/?since={seq}")
        reply = self.http.getresponse()
        self.wire += int(reply.headers["Content-Length"])
        before = self.db.total_changes
        self.db.execute("BEGIN")
        self.db.executemany("REPLACE INTO doc VALUES (?, ?, ?)", _lines(reply))
        self.db.execute("COMMIT")
        reply.read()  # the end: the connection may be used again
        return self.db.total_changes - before

    def put(self, doc: str, body: bytes) -> None:
        """Keep one change here, send it, and note that it was taken."""
        self.db.execute("REPLACE INTO doc VALUES (?, 0, ?)", (doc, body))
        self.http.request("PUT", f"/{doc}", body)
        seq = int(self.http.getresponse().read())
        self.db.execute("UPDATE doc SET seq = ? WHERE id = ?", (seq, doc))


def _lines(reply: http.client.HTTPResponse) -> Iterator[tuple[str, int, bytes]]:
    unpack, rest = zstandard.ZstdDecompressor().decompressobj(), b""
    while piece := reply.read1(1 << 16):
        *whole, rest = (rest + unpack.decompress(piece)).split(b"\n")
        for line in whole:
            seq, doc, body = line.split(b" ", 2)
            yield doc.decode(), int(seq), body


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
