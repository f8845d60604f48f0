"""A process that ends between two statements: its transaction is gone, what was committed stays."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine

CALLS = ("do_execute", "do_execute_no_params", "do_executemany", "do_commit")


class Died(BaseException):
    """Power failed here. No `except Exception` may survive it."""


class Fuse:
    """Burns down statement by statement, commits included, and then raises `Died`."""

    def __init__(self) -> None:
        self.left = 0
        self.deaths = 0
        self._dialect: Any = None

    def light(self, statements: int) -> None:
        self.left = statements
        # Only while it burns: listening to every statement was a tenth of a run's time.
        for call in CALLS:
            setattr(self._dialect, call, self._burning(getattr(type(self._dialect), call)))

    def douse(self) -> None:
        self.left = 0
        for call in CALLS:
            vars(self._dialect).pop(call, None)

    def lay(self, engine: Engine) -> None:
        """Once lit, burn with every statement of this engine."""
        self._dialect = engine.dialect

    def _burning(self, call: Any) -> Any:
        def burn(*what: Any, **more: Any) -> None:
            self.left -= 1
            if not self.left:
                self.deaths += 1
                self.douse()
                raise Died
            call(self._dialect, *what, **more)

        return burn
