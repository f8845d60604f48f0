"""What can go wrong and be told to a person.

AppError
├── Invalid        answers break a rule of the form
├── NotAllowed     the workflow table, or a missing role, says no
├── Conflict       somebody else changed the record first
├── NotFound       no such record, here or in the registry
├── SignInFailed   wrong login or password
├── SignedOut      the session has ended; sign in again
├── TryLater       too many attempts; told how long to wait
├── Unreachable    no network, or the registry does not answer
├── Faulty         the registry has a fault of its own
├── TooOld         this program must be updated before it may go on
├── TooLarge       a file or a request over the limit
├── Unreadable     a file is not what it should be (workbook, PDF, store)
├── StoreLocked    another window has this account's store open
└── DiskFull       nothing more can be written here

Anything else that reaches the top is a bug and is reported as one.
"""

from __future__ import annotations

from typing import Any, ClassVar

from app.words import Language, Words


class AppError(Exception):
    """A failure with a sentence for the person and a code for the program.

    The same class travels from the registry to the desk: `code`, `message` and `details`
    go over the wire, and `from_wire` gives the class again on the other side.
    """

    code: ClassVar[str] = "error"

    def __init__(self, zh: str, en: str, **details: Any) -> None:
        super().__init__(zh)
        self.words = Words(zh, en)
        self.details = details

    def say(self, language: Language = "zh") -> str:
        return self.words.say(language)

    def to_wire(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.words.to_wire(), "details": self.details}

    @staticmethod
    def from_wire(body: Any) -> AppError:
        body = body if isinstance(body, dict) else {}
        kind = BY_CODE.get(str(body.get("code", "")), AppError)
        said = Words.from_wire(body.get("message", ""))
        details = body.get("details")
        error = kind(said.zh, said.en)
        error.details = details if isinstance(details, dict) else {}
        return error


class Invalid(AppError):
    code = "invalid"


class NotAllowed(AppError):
    code = "not_allowed"


class Conflict(AppError):
    code = "conflict"


class NotFound(AppError):
    code = "not_found"


class SignInFailed(AppError):
    code = "sign_in_failed"


class SignedOut(AppError):
    code = "signed_out"


class TryLater(AppError):
    code = "try_later"


class Unreachable(AppError):
    code = "unreachable"


class Faulty(AppError):
    code = "faulty"


class TooOld(AppError):
    code = "too_old"


class TooLarge(AppError):
    code = "too_large"


class Unreadable(AppError):
    code = "unreadable"


class StoreLocked(AppError):
    code = "store_locked"


class DiskFull(AppError):
    code = "disk_full"


BY_CODE: dict[str, type[AppError]] = {
    kind.code: kind
    for kind in (
        Invalid, NotAllowed, Conflict, NotFound, SignInFailed, SignedOut, TryLater, Unreachable,
        Faulty, TooOld, TooLarge, Unreadable, StoreLocked, DiskFull,
    )
}  # fmt: skip
