"""A key and a desk for every test of the working copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_db import WorkingCopy
from tests.local_db.desks import HOSPITAL, PI, desk

KEY = bytes(range(32))


@pytest.fixture
def key() -> bytes:
    return KEY


@pytest.fixture
def copy(tmp_path: Path, key: bytes) -> Iterator[WorkingCopy]:
    """The desk of a principal investigator."""
    copy = desk(tmp_path / "pi", key, PI)
    yield copy
    copy.close()


@pytest.fixture
def hospital(tmp_path: Path, key: bytes) -> Iterator[WorkingCopy]:
    """The desk of a hospital's office account."""
    copy = desk(tmp_path / "hospital", key, HOSPITAL)
    yield copy
    copy.close()
