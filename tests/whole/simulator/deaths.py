"""A process that ends between two statements: its transaction is gone, what was committed stays."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, event


class Died(BaseException):
    """Power failed here. No `except Exception` may survive it."""


class Fuse:
    """Burns down statement by statement, commits included, and then raises `Died`."""

    def __init__(self) -> None:
        self.left = 0
        self.deaths = 0

    def light(self, statements: int) -> None:
        self.left = statements

    def douse(self) -> None:
        self.left = 0

    def lay(self, engine: Engine) -> None:
        """Burn with every statement of this engine."""
        event.listen(engine, "before_cursor_execute", self._burn)
        event.listen(engine, "commit", self._burn)

    def take_up(self, engine: Engine) -> None:
        """The way back of `lay`."""
        event.remove(engine, "before_cursor_execute", self._burn)
        event.remove(engine, "commit", self._burn)

    def _burn(self, *_event: Any) -> None:
        if self.left:
            self.left -= 1
            if not self.left:
                self.deaths += 1
                raise Died
