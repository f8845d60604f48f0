"""Passwords: their rule, and Argon2id.

Seed 000: 6 to 14 characters, at least two of digits, capital letters, small letters. Other
printable ASCII may stand in it (the default 张三 → zs_123456 has an underscore).
"""

from __future__ import annotations

import json
import re
import secrets
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from app.errors import Invalid
from app.roster.passwords import LONGEST, SHORTEST
from app.words import Words

_ARGON = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
AHEAD = 2
"""Hashes that are made before they are asked for."""
_READY: ContextVar[list[tuple[str, str]] | None] = ContextVar("ready", default=None)
"""A password and its hash, made before the transaction that asks for it; used once."""
_HASHING = ThreadPoolExecutor(4, "passwords")
"""Each takes 19 MiB and a core for a moment: a flood of sign-ins must not take the machine.

Threads of its own: what a thread has once taken, the C library keeps for it, and of those that
answer requests there are dozens.
"""


@dataclass(frozen=True)
class Rule:
    """What a chosen password must be; by itself the rule of seed 000, which may only grow."""

    shortest: int = SHORTEST
    longest: int = LONGEST
    kinds: int = 2
    """How many of digits, capital letters, small letters, and with 4 also another sign."""

    def refuse(self, password: str) -> None:
        """Refuse a password that breaks the rule, in the words of the rule."""
        found = sum(bool(re.search(kind, password)) for kind in KINDS[: max(3, self.kinds)])
        fits = self.shortest <= len(password) <= self.longest
        if not (fits and found >= self.kinds and re.fullmatch(r"[\x21-\x7e]+", password)):
            zh, en = self.told()
            raise Invalid(
                f"{zh}请重新设置。", f"{en} Please choose another one.", problems=["password"]
            )

    def told(self) -> Words:
        long, kinds = (self.shortest, self.longest), _OF[self.kinds]
        return Words(
            f"密码应为 {long[0]} 到 {long[1]} 位，且包含{kinds.zh}。",
            f"A password has {long[0]} to {long[1]} characters, with {kinds.en}.",
        )

    def refuse_weaker(self) -> None:
        """The national account may ask for more than seed 000 does, never for less."""
        is_known = self.kinds in _OF and self.shortest <= self.longest <= 64
        if not is_known or self.shortest < SHORTEST or self.longest < LONGEST:
            raise Invalid(
                "密码规则不能低于 6 到 14 位、数字与大小写字母至少两种；最长不超过 64 位。",
                "The rule may not ask for less than 6 to 14 characters and two of digits, capital "
                "and small letters; the longest is at most 64.",
                problems=["rule"],
            )

    def to_json(self) -> str:
        return json.dumps({"shortest": self.shortest, "longest": self.longest, "kinds": self.kinds})

    @staticmethod
    def from_json(kept: str) -> Rule:
        return Rule(**json.loads(kept))


KINDS = (r"[0-9]", r"[A-Z]", r"[a-z]", r"[^0-9A-Za-z]")
_LETTERS = "digits, capital letters, small letters"
_OF = {
    2: Words("数字、大写字母、小写字母中的至少两种", f"at least two of: {_LETTERS}"),
    3: Words("数字、大写字母和小写字母", f"all of: {_LETTERS}"),
    4: Words("数字、大写字母、小写字母和其他符号", f"all of: {_LETTERS}, another sign"),
}


def refuse_bad(password: str) -> None:
    """Refuse a first password that breaks the rule of seed 000; it must be changed anyhow."""
    Rule().refuse(password)


def hashed(password: str) -> str:
    """Its hash, with a salt of its own; the one that is `ready` if it is of this password."""
    ready = _READY.get()
    if ready and ready[0][0] == password:
        return ready.pop()[1]
    return _HASHING.submit(_ARGON.hash, password).result()


def ahead(wanted: Iterable[str]) -> Iterator[tuple[str, Future[str]] | None]:
    """Hash these one after the other, each a little before it is asked for; "" asks for none.

    Only a little: a sign-in of somebody else waits behind what was begun.
    """
    begun = deque[tuple[str, Future[str]] | None]()
    for password in wanted:
        begun.append((password, _HASHING.submit(_ARGON.hash, password)) if password else None)
        if len(begun) > AHEAD:
            yield begun.popleft()
    yield from begun


@contextmanager
def ready(begun: tuple[str, Future[str]] | None) -> Iterator[None]:
    """Have a hash at hand before a transaction is begun, which others wait for."""
    if begun is None:
        yield
        return
    password, hashing = begun
    set_before = _READY.set([(password, hashing.result())])
    try:
        yield
    finally:
        _READY.reset(set_before)


def is_right(kept: str | None, password: str) -> bool:
    """Whether it is the password; takes as long where there is no account."""
    try:
        _HASHING.submit(_ARGON.verify, kept or _nobodys(), password).result()
    except VerificationError:
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether it was hashed at other costs than today's."""
    return _ARGON.check_needs_rehash(kept)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _ARGON.hash(secrets.token_hex(16))
