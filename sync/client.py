"""The registry as this desk sees it: one method for each message. HTTP becomes AppError here."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from typing import IO, Any, NamedTuple, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import orjson
import requests
import zstandard
from pydantic import ValidationError

from app.errors import AppError, Unreachable
from app.exchange.package import MEDIA
from app.record import Record
from sync import files, line
from sync.protocol import (
    CURRENT,
    NEWS_TYPE,
    VERSION_HEADER,
    AllOrNone,
    AuditEvents,
    Change,
    DeskKeys,
    Desks,
    DoorEvents,
    FileHead,
    Found,
    Message,
    NewPassword,
    NewsRequest,
    Outcomes,
    PasswordRule,
    RegistryKeys,
    RosterAnswer,
    RosterQuestion,
    Session,
    SignIn,
    Sought,
)
from sync.replies import (
    LONGEST_REPLY,
    News,
    Round,
    faulty,
    garbled,
    pieces,
    too_large,
    unreachable,
)

M = TypeVar("M", bound=Message)
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PAUSES = (0.3, 1.5)
"""Seconds before the second and the third try; every message may be repeated."""
PASSING = (502, 503, 504)
"""Replies of a proxy or of a registry that is just starting: tried again."""
LONGEST_PAUSE = 10
"""Digits of a pause in seconds; a longer one is none."""
LONGEST_FILE = 100 * 1024 * 1024
JSON = {"Content-Type": "application/json"}
WORTH_PACKING = 1024
LEVEL = 7
"""How hard changes are packed: a tenth fewer bytes than 3, 0.1 ms a study."""
ROUND: Mapping[str, str] = {**JSON, "Accept": NEWS_TYPE, "Accept-Encoding": "zstd"}
PACKED_ROUND: Mapping[str, str] = {**ROUND, "Content-Encoding": "zstd"}


class Timeouts(NamedTuple):
    """Seconds: to connect, between two pieces, for a reply as a whole, for a document."""

    connect: float = 5
    read: float = 30
    whole: float = 120
    document: float = 1800  # 100 MB on a thin line


def _untold(_through: int, _of: int) -> None:
    """Nobody wants to know how far a document is."""


class RegistryClient:
    """Speaks to one registry in one session. Not to be shared between threads."""

    def __init__(
        self,
        address: str,
        token: str = "",
        *,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 -- an immutable value
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._address = address.rstrip("/")
        self._timeouts, self._sleep = timeouts, sleep
        self._line = files.Carried()
        self._http = requests.Session()
        # A hospital's proxy is for the world outside, never for this computer itself.
        self._http.trust_env = urlsplit(address).hostname not in LOOPBACK
        self._http.headers[VERSION_HEADER] = str(CURRENT)
        self._http.headers["Accept-Encoding"] = "identity"
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, line.Adapter())
        # Checked: packed bytes damaged on their way may still unpack, to another text.
        self._packer = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
        self.use(token)

    def use(self, token: str) -> None:
        """Speak as whoever this token is for."""
        self._token = token
        self._prepared_round: requests.PreparedRequest | None = None

    def close(self) -> None:
        self._http.close()

    # -- messages ------------------------------------------------------------

    def sign_in(self, who: SignIn) -> Session:
        """Begin a session and use it from now on."""
        session = self._read(Session, self._call("POST", "/session", json=_json(who)))
        self.use(session.token)
        return session

    def session(self) -> Session:
        """Who the session is for, with the roles and feeds of this moment."""
        return self._read(Session, self._call("GET", "/session"))

    def sign_out(self) -> None:
        self._call("DELETE", "/session")
        self.use("")

    def change_password(self, passwords: NewPassword) -> Session:
        """Change the password; the session that comes back takes the place of this one."""
        # Not repeated by itself: after a lost reply the old password is no longer right.
        reply = self._call("POST", "/password", json=_json(passwords), tries=1)
        session = self._read(Session, reply)
        if session.token:
            self.use(session.token)
        return session

    # -- one's own account, and what an office answers for ----------------------

    def door_events(self, beyond: str = "") -> DoorEvents:
        """登录日志, newest first."""
        where = "/account/events" + (f"?beyond={beyond}" if beyond else "")
        return self._read(DoorEvents, self._call("GET", where))

    def desks(self) -> Desks:
        """Where the account is signed in."""
        return self._read(Desks, self._call("GET", "/account/desks"))

    def end_desk(self, desk: str) -> None:
        """Sign out one of one's own desks from afar."""
        self._call("DELETE", f"/account/desks/{desk}")

    def audit(self, beyond: str = "") -> AuditEvents:
        """What was done in one's office and below it, newest first."""
        return self._read(
            AuditEvents, self._call("GET", "/audit" + (f"?beyond={beyond}" if beyond else ""))
        )

    def password_rule(self) -> PasswordRule:
        return self._read(PasswordRule, self._call("GET", "/password-rule"))

    def set_password_rule(self, rule: PasswordRule) -> PasswordRule:
        """The rule for passwords chosen from now on; the national account's to set."""
        return self._read(PasswordRule, self._call("PUT", "/password-rule", json=_json(rule)))

    # -- the exchange ----------------------------------------------------------

    def changes(self, changes: Sequence[Mapping[str, Any]]) -> Outcomes:
        """Send changes; one outcome for each, in their order."""
        body = orjson.dumps({"changes": changes})
        outcomes = self._read(Outcomes, self._call("POST", "/changes", data=body, headers=JSON))
        sent = [str(change["change_id"]) for change in changes]
        if [str(outcome.change_id) for outcome in outcomes.outcomes] != sent:
            raise garbled()
        return outcomes

    def news(self, positions: Mapping[str, int], limit: int = 5000) -> News:
        """What is new since these positions, as it arrives."""
        request = NewsRequest(positions=dict(positions), limit=limit)
        headers = {**JSON, "Accept": NEWS_TYPE, "Accept-Encoding": "zstd"}
        return News(self._open("POST", "/news", data=orjson.dumps(_json(request)), headers=headers))

    def revision(self, record_id: UUID, number: int) -> Record:
        """A record as it stood at an earlier revision, if this session may read it."""
        body = self._call("GET", f"/records/{record_id}/revisions/{number}")
        try:
            return Record.from_wire(orjson.loads(body))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise garbled() from error

    def known(self, form: str, rows: Sequence[Sought]) -> tuple[Found, ...]:
        """Who of the rows of a workbook is in the system, as the registry knows at this moment."""
        question = RosterQuestion(form=form, rows=tuple(rows))
        body = question.model_dump_json()
        return self._read(
            RosterAnswer, self._call("POST", "/roster/known", data=body, headers=JSON)
        ).found

    def together(self, changes: Sequence[Change]) -> Outcomes:
        """Do all of these changes or, where the registry refuses one, none."""
        body = AllOrNone(changes=tuple(changes)).model_dump_json()
        # It does nothing twice: a change that was done is answered as before.
        reply = self._call("POST", "/changes/together", data=body, headers=JSON, patient=True)
        return self._read(Outcomes, reply)

    def round(
        self,
        changes: Sequence[bytes],
        positions: Mapping[str, int],
        limit: int = 5000,
        *,
        whole: Collection[str] = (),
    ) -> Round:
        """Send changes as they lie in the outbox and hear what is new, in one request.

        `limit` 0: no news, there is more to send. `whole`: changes whose record must come whole.
        """
        rest = orjson.dumps({"whole": list(whole), "positions": positions, "limit": limit})
        body = b'{"changes":[%b],%b' % (b",".join(changes), rest[1:])
        headers = ROUND
        if len(body) > WORTH_PACKING:
            body, headers = self._packer.compress(body), PACKED_ROUND
        for pause in (*PAUSES, None):
            try:
                return Round(self._open("POST", "/round", data=body, headers=headers))
            except Unreachable:
                if pause is None:
                    raise
                self._sleep(pause)
        raise AssertionError("the last try returns or raises")

    def digest(self) -> dict[str, int]:
        """How many items stand in each feed, counted anew by the registry."""
        try:
            feeds = orjson.loads(self._call("GET", "/digest"))["feeds"]
            return {str(feed): int(found["count"]) for feed, found in feeds.items()}
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise garbled() from error

    def has_file(self, sha256: str) -> bool:
        return self._read(FileHead, self._call("GET", f"/files/{sha256}/head")).stored

    def put_file(self, sha256: str, content: bytes) -> None:
        """Send a document; the registry verifies it. The same one twice is stored once."""
        self.send_file(sha256, files.Memory(content))

    def get_file(self, sha256: str) -> bytes:
        """Fetch a document; one that breaks off goes on from where it was."""
        store = files.InMemory()
        self.fetch_file(sha256, store)
        return bytes(store)

    def send_file(self, sha256: str, source: files.Source, tell: files.Tell = _untold) -> None:
        """Send a document piece by piece; it goes on where it broke off, also days later."""
        files.send(self._open, sha256, source, sleep=self._sleep, line=self._line, tell=tell)

    def fetch_file(self, sha256: str, store: files.Store, tell: files.Tell = _untold) -> None:
        """Fetch a document into `store`, behind what is there of it."""

        def unpack(reply: requests.Response) -> Iterator[bytes]:
            return self._pieces(reply, LONGEST_FILE, self._timeouts.document)

        files.fetch(self._open, unpack, sha256, store, sleep=self._sleep, tell=tell)

    # -- offline packages ------------------------------------------------------

    def introduce(self, keys: bytes) -> bytes:
        """Make the keys of this desk known; gives those of the registry."""
        told = DeskKeys(keys=base64.b64encode(keys).decode())
        reply = self._read(RegistryKeys, self._call("PUT", "/desk-keys", json=_json(told)))
        try:
            return base64.b64decode(reply.keys, validate=True)
        except binascii.Error as error:
            raise garbled() from error

    def deliver(self, package: IO[bytes]) -> bytes:
        """Bring a package, of whichever desk; gives its receipt."""
        headers = {"Content-Type": MEDIA}  # what is in it is done before the reply begins
        with closing(
            self._open("POST", "/packages", data=package, headers=headers, patient=True)
        ) as reply:
            return b"".join(self._pieces(reply, LONGEST_REPLY, self._timeouts.document))

    def receipt(self, package: UUID) -> bytes:
        """The receipt of a package that was delivered before."""
        return self._call("GET", f"/packages/{package}/receipt")

    # -- how they travel -----------------------------------------------------

    def _call(
        self,
        method: str,
        path: str,
        *,
        longest: int = LONGEST_REPLY,
        tries: int = 1 + len(PAUSES),
        **rest: Any,
    ) -> bytes:
        """The body of the reply. A lost or broken reply is asked for again a few times."""
        for pause in (*PAUSES[: tries - 1], None):
            try:
                with closing(self._open(method, path, **rest)) as reply:
                    return b"".join(self._pieces(reply, longest))
            except Unreachable:
                if pause is None:
                    raise
                self._sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _open(
        self, method: str, path: str, *, patient: bool = False, **rest: Any
    ) -> requests.Response:
        """`patient`: the registry works long before it says the first word."""
        silence = self._timeouts.whole if patient else self._timeouts.read
        address = f"{self._address}/v1{path}"
        try:
            reply = self._http.send(
                self._prepared(method, address, **rest),
                timeout=(self._timeouts.connect, silence),
                allow_redirects=False,  # a redirect would carry the body to another host
                **self._http.merge_environment_settings(
                    address, proxies={}, stream=True, verify=None, cert=None
                ),
            )
        except requests.RequestException as error:
            raise unreachable() from error
        if reply.status_code in (200, 201, 204, 206):
            return reply
        with closing(reply):
            raise self._refusal(reply)

    def _prepared(
        self, method: str, address: str, headers: Mapping[str, str] | None = None, **rest: Any
    ) -> requests.PreparedRequest:
        told = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        if headers is not ROUND and headers is not PACKED_ROUND:
            told |= headers or {}
            return self._http.prepare_request(
                requests.Request(method, address, headers=told, **rest)
            )
        # A round is asked again and again: prepared once, which took longer than the store does.
        if self._prepared_round is None:
            asked = requests.Request(method, address, headers={**ROUND, **told})
            self._prepared_round = self._http.prepare_request(asked)
        found = self._prepared_round.copy()
        found.body = rest["data"]
        found.headers.update({**headers, "Content-Length": str(len(found.body))})
        return found

    def _refusal(self, reply: requests.Response) -> AppError:
        error = self._told(reply)
        asked = reply.headers.get("Retry-After", "")
        if asked.isascii() and asked.isdigit() and len(asked) < LONGEST_PAUSE:
            # Also where a proxy asks for it: the rhythm leaves the registry alone for as long.
            error.details = {"seconds": int(asked), **error.details}
        return error

    def _told(self, reply: requests.Response) -> AppError:
        if reply.status_code in PASSING:
            return unreachable()
        try:
            body = orjson.loads(b"".join(self._pieces(reply, LONGEST_REPLY)))
            error = AppError.from_wire(body)
        except (orjson.JSONDecodeError, AppError):
            return faulty(reply.status_code)
        return error if error.words.zh else faulty(reply.status_code)

    def _pieces(
        self, reply: requests.Response, longest: int, seconds: float = 0
    ) -> Iterator[bytes]:
        # `timeout` of requests is for each piece: a registry that drips would hold us for ever.
        until = time.monotonic() + (seconds or self._timeouts.whole)
        size = 0
        for piece in pieces(reply):
            size += len(piece)
            if time.monotonic() > until:
                raise unreachable()
            if size > longest:
                raise too_large()
            yield piece

    @staticmethod
    def _read(kind: type[M], body: bytes) -> M:
        try:
            return kind.model_validate_json(body)
        except ValidationError as error:
            raise garbled() from error


def _json(message: Message) -> dict[str, Any]:
    return message.model_dump(mode="json")
