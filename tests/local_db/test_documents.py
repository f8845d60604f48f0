"""Documents beside the store: encrypted part by part, verified, and never whole in memory."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import DiskFull, Unreadable
from local_db.files import CHUNK, Documents
from tests.local_db.desks import desk


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 5])
def test_a_document_comes_back_as_it_was(tmp_path: Path, key: bytes, size: int) -> None:
    documents = Documents(tmp_path, key)
    content = os.urandom(size)

    sha256 = documents.add(content)

    assert documents.has(sha256)
    assert documents.read(sha256) == content


def test_a_document_altered_cut_or_swapped_is_not_shown(tmp_path: Path, key: bytes) -> None:
    documents = Documents(tmp_path, key)
    one, two = documents.add(os.urandom(2 * CHUNK + 7)), documents.add(os.urandom(2 * CHUNK + 7))
    path, other = documents._path(one), documents._path(two)
    whole = path.read_bytes()
    part = CHUNK + 16
    altered = [
        whole[:100] + bytes([whole[100] ^ 1]) + whole[101:],
        whole[:-1],
        whole[: 12 + 2 * part],  # the last part cut off
        whole[: 12 + part],
        whole[:12]
        + whole[12 + part : 12 + 2 * part]
        + whole[12 : 12 + part]
        + whole[12 + 2 * part :],
        whole[:12],
        b"",
        other.read_bytes(),
    ]

    for content in altered:
        path.write_bytes(content)
        with pytest.raises(Unreadable, match="已损坏"):
            documents.read(one)


def test_a_damaged_document_is_fetched_again_unless_it_is_the_only_one(
    tmp_path: Path, key: bytes
) -> None:
    copy = desk(tmp_path, key)
    mine, theirs = copy.add_file(b"mine"), copy._documents.add(b"theirs")
    copy.keep_file(theirs, b"theirs")
    for sha256 in (mine, theirs):
        copy._documents._path(sha256).write_bytes(b"damaged")
        with pytest.raises(Unreadable):
            copy.file(sha256)

    assert copy.has_file(mine)
    assert not copy.has_file(theirs)
    copy.close()


def test_a_document_sent_under_another_s_name_is_not_kept(tmp_path: Path, key: bytes) -> None:
    copy = desk(tmp_path, key)

    with pytest.raises(Unreadable):
        copy.keep_file("0" * 64, b"something else")

    assert not copy.has_file("0" * 64)
    copy.close()


def test_a_document_is_queued_until_it_was_sent(tmp_path: Path, key: bytes) -> None:
    copy = desk(tmp_path, key)
    first, second = copy.add_file(b"first"), copy.add_file(b"second")
    assert copy.add_file(b"first") == first
    assert copy.files_to_send() == [first, second]

    copy.file_sent(first)

    assert copy.files_to_send() == [second]
    assert copy.file(first) == b"first"
    copy.close()


def test_a_document_that_does_not_fit_is_told_and_leaves_nothing(
    tmp_path: Path, key: bytes, small_disk: Path
) -> None:
    documents = Documents(small_disk / "files", key)

    with pytest.raises(DiskFull):
        documents.add(os.urandom(CHUNK * 2))

    assert not list((small_disk / "files").iterdir())
    assert documents.read(documents.add(b"small")) == b"small"


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A disk of one megabyte; without the right to mount one, writes that fail as a full one's."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode == 0:
        yield place
        subprocess.run(["umount", str(place)], check=True)
        return

    real = os.fsync

    def no_space(fd: int) -> None:
        if os.fstat(fd).st_size > CHUNK:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(fd)

    monkeypatch.setattr(os, "fsync", no_space)
    yield place


def test_a_document_is_read_and_kept_in_any_pieces(tmp_path: Path, key: bytes) -> None:
    documents, content = Documents(tmp_path, key), os.urandom(2 * CHUNK + 9)
    sha256 = hashlib.sha256(content).hexdigest()

    with documents.arriving(sha256) as place:
        place.add(b"what came before it was cleared")
        place.clear()
        for start in range(0, len(content), 300_007):
            place.add(content[start : start + 300_007])
        assert place.here == len(content)
        place.keep()

    kept = documents.kept(sha256)
    assert kept.size == len(content)
    for start, length in ((0, 10), (CHUNK - 5, 10), (100, 2 * CHUNK), (2 * CHUNK, 99), (9**9, 1)):
        assert kept.part(start, length) == content[start : start + length]
    assert b"".join(kept.parts()) == content


def test_nothing_stays_of_a_document_that_did_not_arrive(tmp_path: Path, key: bytes) -> None:
    documents = Documents(tmp_path, key)

    with documents.arriving("0" * 64) as place:
        place.add(os.urandom(CHUNK + 1))

    assert not documents.has("0" * 64)
    assert not list(tmp_path.iterdir())


def test_a_large_document_is_never_in_memory_whole(tmp_path: Path, key: bytes) -> None:
    documents, part, found = Documents(tmp_path, key), bytes(CHUNK), hashlib.sha256()
    for _ in range(24):
        found.update(part)
    tracemalloc.start()
    try:
        with documents.arriving(found.hexdigest()) as place:
            for _ in range(24):
                place.add(part)
            place.keep()
        kept = documents.kept(found.hexdigest())
        for start in range(0, kept.size, CHUNK // 2):
            assert len(kept.part(start, CHUNK // 2)) == CHUNK // 2
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 8 * CHUNK
