"""When to exchange next. Pure: given the time and chance, it asks for neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.errors import AppError, DiskFull, NotAllowed, SignedOut, SignInFailed, TooOld

Result: TypeAlias = Literal["done", "unreachable", "refused"]
"""How the last round ended; `refused`: only a person can help (signed out, program too old)."""

AFTER_SAVE = 2.0
REGULAR = 60.0
JITTER = 0.2
"""A fifth more or less, so that a province's desks do not ask all at once."""
FIRST_RETRY = 5.0
LONGEST_RETRY = 600.0


def result_of(error: AppError | None) -> Result:
    """How a round ended that ended with this error, or with none."""
    if error is None:
        return "done"
    for_a_person = (SignedOut, SignInFailed, TooOld, NotAllowed, DiskFull)
    return "refused" if isinstance(error, for_a_person) else "unreachable"


@dataclass
class Rhythm:
    """Seconds on a steady clock; `chance` is between 0 and 1."""

    next_at: float = 0.0
    failures: int = 0

    def saved(self, now: float) -> None:
        """Something was saved: send it soon, unless the registry cannot be reached anyway."""
        if not self.failures:
            self.next_at = min(self.next_at, now + AFTER_SAVE)

    def online(self, now: float) -> None:
        """The network is back, or the person asks: at once."""
        self.failures, self.next_at = 0, now

    def ended(self, result: Result, now: float, chance: float, *, more: bool = False) -> None:
        """A round has ended; `more`: something was saved while it ran."""
        if result == "unreachable":
            wait = min(LONGEST_RETRY, FIRST_RETRY * 2**self.failures)
            self.failures += 1
        else:
            self.failures = 0
            wait = AFTER_SAVE if more and result == "done" else REGULAR
        self.next_at = now + wait * (1 + JITTER * (2 * chance - 1))

    def is_due(self, now: float) -> bool:
        return now >= self.next_at

    def wait(self, now: float) -> float:
        """Seconds until the next round."""
        return max(0.0, self.next_at - now)
