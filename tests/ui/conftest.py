"""A dressed program and desks with a real working copy."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.record import Principal
from local_db import WorkingCopy
from tests.local_db.desks import desk as working_copy
from ui import language, look, tasks
from ui.desk import Desk
from ui.language import translate

KEY = bytes(range(32))
DeskOf = Callable[..., Desk]


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    """Chinese and light, whatever the test before it left."""
    gc.disable()  # windows are for this thread to collect, as in the program (ui.garbage)
    language.choose("zh")
    look.apply(qapp, dark=False)
    translate(qapp)
    yield
    language.choose("zh")
    tasks.finish()
    gc.collect(0)  # whatever this test made is young: nothing was collected since
    gc.enable()


@pytest.fixture
def desk_of(tmp_path: Path, dressed: None) -> Iterator[DeskOf]:
    """Makes the desk of a person; its working copy is closed at the end."""
    copies: list[WorkingCopy] = []

    def made(who: Principal, role: str = "") -> Desk:
        copy = working_copy(tmp_path / f"desk{len(copies)}", KEY, who)
        copies.append(copy)
        return Desk(copy, role)

    yield made
    tasks.finish()
    for copy in copies:
        copy.close()
