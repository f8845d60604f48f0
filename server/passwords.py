"""Passwords: their rule, and Argon2id.

Seed 000: 6 to 14 characters, at least two of digits, capital letters, small letters. Other
printable ASCII may stand in it (the default 张三 → zs_123456 has an underscore).
"""

from __future__ import annotations

import re
import secrets
from functools import lru_cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from app.errors import Invalid
from app.roster.passwords import is_good

_ARGON = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_AT_ONCE = BoundedSemaphore(4)
"""Each takes 19 MiB and a core for a moment: a flood of sign-ins must not take the machine."""


def refuse_bad(password: str) -> None:
    """Refuse a new password that breaks the rule."""
    if not (is_good(password) and re.fullmatch(r"[\x21-\x7e]+", password)):
        raise Invalid(
            "密码应为 6 到 14 位，且包含数字、大写字母、小写字母中的至少两种。请重新设置。",
            "A password has 6 to 14 characters, with at least two of: digits, capital letters, "
            "small letters. Please choose another one.",
            problems=["password"],
        )


def hashed(password: str) -> str:
    with _AT_ONCE:
        return _ARGON.hash(password)


def is_right(kept: str | None, password: str) -> bool:
    """Whether it is the password; takes as long where there is no account."""
    with _AT_ONCE:
        try:
            _ARGON.verify(kept or _nobodys(), password)
        except VerificationError:
            return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether it was hashed at other costs than today's."""
    return _ARGON.check_needs_rehash(kept)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _ARGON.hash(secrets.token_hex(16))
