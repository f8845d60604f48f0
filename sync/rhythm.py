"""When to exchange next. Pure: given the time and chance, it asks for neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.errors import AppError, DiskFull, NotAllowed, SignedOut, SignInFailed, TooOld

Result: TypeAlias = Literal["done", "unreachable", "refused"]
"""How the last round ended; `refused`: only a person can help (signed out, program too old)."""

AFTER_SAVE = 2.0
AFTER_RETURN = 1.0, 10.0
"""Between these seconds after the network came back: the desks of a house get it back together."""
REGULAR = 60.0
JITTER = 0.2
"""A fifth more or less, so that a province's desks do not ask all at once."""
FIRST_RETRY = 5.0
LONGEST_RETRY = 600.0
LONGEST_ASKED = 3600.0
"""What the registry asks for is believed up to an hour: a wrong number must not end the sync."""


def result_of(error: AppError | None) -> Result:
    """How a round ended that ended with this error, or with none."""
    if error is None:
        return "done"
    for_a_person = (SignedOut, SignInFailed, TooOld, NotAllowed, DiskFull)
    return "refused" if isinstance(error, for_a_person) else "unreachable"


def asked_of(error: AppError | None) -> float:
    """Seconds that the registry asks to be left alone (`Retry-After`); 0 where it asks for none."""
    asked = error.details.get("seconds", 0) if error is not None else 0
    if isinstance(asked, bool) or not isinstance(asked, int | float) or not asked > 0:
        return 0.0
    return min(float(asked), LONGEST_ASKED)


@dataclass
class Rhythm:
    """Seconds on a steady clock; `chance` is between 0 and 1."""

    next_at: float = 0.0
    failures: int = 0
    quiet_until: float = 0.0
    """Before this the registry has asked not to be asked; only a person may."""

    def saved(self, now: float) -> None:
        """Something was saved: send it soon, unless the registry cannot be reached anyway."""
        if not self.failures:
            self.next_at = max(min(self.next_at, now + AFTER_SAVE), self.quiet_until)

    def online(self, now: float) -> None:
        """The person asks: at once."""
        self.failures, self.next_at, self.quiet_until = 0, now, 0.0

    def returned(self, now: float, chance: float) -> None:
        """The network is back: soon, whatever failed while it was away."""
        first, last = AFTER_RETURN
        self.failures = 0
        self.next_at = max(
            min(self.next_at, now + first + (last - first) * chance), self.quiet_until
        )

    def cancelled(self, now: float) -> None:
        """The person has stopped a round: go on by ourselves only much later, or when they save."""
        self.failures, self.next_at = 0, max(now + LONGEST_RETRY, self.quiet_until)

    def ended(
        self, result: Result, now: float, chance: float, *, more: bool = False, asked: float = 0.0
    ) -> None:
        """A round has ended; `more`: something was saved while it ran.

        `asked`: seconds that the registry asks for. They take the place of our own back-off and
        count from now; chance makes it later only, never earlier.
        """
        if asked:
            self.failures = 0
            self.quiet_until = now + asked
            self.next_at = self.quiet_until + asked * JITTER * chance
            return
        self.quiet_until = 0.0
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
