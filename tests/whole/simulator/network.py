"""The way between desks and the registry: it loses, repeats, delays, cuts and garbles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import orjson

from app.errors import Unreachable
from sync import replies
from sync.client import RegistryClient
from sync.protocol import Outcome
from sync.replies import Round
from tests.whole.simulator.deaths import Died
from tests.whole.simulator.registry import Answer, Request, SimulatedRegistry

GOOD = (200, 201, 204, 206)


@dataclass(frozen=True)
class Weather:
    """How likely each misfortune is, for one request."""

    lose_request: float = 0
    lose_reply: float = 0
    slow: float = 0
    repeat: float = 0
    delay: float = 0
    cut: float = 0
    garble_request: float = 0
    garble_reply: float = 0
    registry_dies: float = 0

    @staticmethod
    def drawn(random: Random) -> Weather:
        """Some misfortunes are frequent in a run and some never happen: runs are not alike."""
        chosen = {
            name: random.choice((0, 0, 0.05, 0.1, 0.25)) for name in Weather.__dataclass_fields__
        }
        return Weather(**chosen | {"slow": random.choice((0, 0.2, 0.5))})


class Network:
    """Carries requests in this weather. `meanwhile` is what happens while somebody waits."""

    def __init__(
        self, random: Random, weather: Weather, meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        self.random, self.weather, self.meanwhile = random, weather, meanwhile
        self.overtaking = meanwhile
        """What happens while a request is slow: others send and read before it arrives."""
        self.held: list[tuple[SimulatedRegistry, Request]] = []
        self.counts: Counter[str] = Counter()
        self._tickets = 0

    def carry(self, registry: SimulatedRegistry, request: Request) -> Answer:
        """What comes back, or Unreachable."""
        self._tickets += 1
        request = replace(request, ticket=self._tickets)
        self.counts["requests"] += 1
        self.meanwhile()
        if request.path == "/round" and self._happens("slow"):
            self.overtaking()
        if self._happens("lose_request"):
            raise replies.unreachable()
        if self._happens("delay"):
            self.held.append((registry, request))
            raise replies.unreachable()
        if request.body and self._happens("garble_request"):
            request = replace(request, body=self._garbled(request.body, whole=True))
        if self._happens("repeat"):
            self.held.append((registry, request))
        if self._happens("registry_dies"):
            registry.fuse.light(self.random.randint(1, 60))
        answer = self._delivered(registry, request)
        if self._happens("lose_reply"):
            self._spent(registry, answer)
            raise replies.unreachable()
        return self._travelling(registry, answer)

    def deliver_held(self) -> None:
        """Let one of the delayed requests arrive, whichever; nobody waits for its answer."""
        if self.held:
            place = self.random.randrange(len(self.held))
            registry, request = self.held.pop(place)
            self.counts["delivered late"] += 1
            try:
                self._spent(registry, self._delivered(registry, request))
            except Unreachable:
                return

    def calm(self) -> None:
        self.weather = Weather()

    def _happens(self, name: str) -> bool:
        if self.random.random() < getattr(self.weather, name):
            self.counts[name] += 1
            return True
        return False

    def _delivered(self, registry: SimulatedRegistry, request: Request) -> Answer:
        try:
            return registry.answer(request)
        except Died:
            registry.restart()
            raise replies.unreachable() from None

    def _spent(self, registry: SimulatedRegistry, answer: Answer) -> None:
        try:
            for _piece in answer.pieces:
                pass
        except Died:
            registry.restart()

    def _travelling(self, registry: SimulatedRegistry, answer: Answer) -> Answer:
        is_cut, is_garbled = self._happens("cut"), self._happens("garble_reply")
        packed = "Content-Encoding" in answer.headers

        def pieces() -> Any:
            left = self.random.choice((0, 50, 500, 5000)) if is_cut else 1 << 40
            garbles = is_garbled
            while True:
                try:
                    piece = next(answer.pieces, None)
                except Died:
                    registry.restart()
                    raise OSError("the registry is gone") from None
                if piece is None:
                    break
                if garbles and piece and self.random.random() < 0.5:
                    piece, garbles = self._garbled(piece, whole=not packed), False
                yield piece[:left]
                left -= len(piece)
                if left <= 0:
                    raise OSError("cut")
                self.meanwhile()
            if is_cut:
                raise OSError("cut")

        return replace(answer, pieces=pieces())

    def _garbled(self, body: bytes, *, whole: bool) -> bytes:
        # What carries a checksum is damaged anywhere; else as TLS would let through nothing, in a
        # way that can be noticed: no JSON and no document of ours holds a zero byte.
        place = self.random.randrange(len(body))
        wrong = 0 if whole else body[place] ^ (1 << self.random.randrange(8))
        return body[:place] + bytes([wrong]) + body[place + 1 :]


class Calm(Network):
    """A network on which nothing goes wrong."""

    def __init__(self) -> None:
        super().__init__(Random(0), Weather())


class _Reply:
    """As much of `requests.Response` as the client looks at."""

    def __init__(self, answer: Answer) -> None:
        self.status_code, self.headers, self.raw = answer.status, answer.headers, self
        self._pieces = answer.pieces

    def read1(self, _size: int, *, decode_content: bool) -> bytes:
        assert not decode_content
        return next((piece for piece in self._pieces if piece), b"")

    def close(self) -> None:
        """Nobody reads on."""


class DeskClient(RegistryClient):
    """The real client; only the wire below it is ours."""

    def __init__(self, registry: SimulatedRegistry, network: Network, token: str = "") -> None:
        super().__init__("http://127.0.0.1:1", token, sleep=self._wait)
        self.registry, self.network = registry, network
        self.page = 5000
        self.told: Callable[[Sequence[Mapping[str, Any]], Sequence[Outcome]], None] = (
            lambda _s, _o: None
        )
        self.sending: Callable[[Sequence[Mapping[str, Any]]], None] = lambda _changes: None

    @property
    def token(self) -> str:
        return self._token

    def _wait(self, _seconds: float) -> None:
        self.network.meanwhile()

    def round(
        self,
        changes: Sequence[bytes],
        positions: Mapping[str, int],
        limit: int = 0,
        *,
        whole: Collection[str] = (),
    ) -> Round:
        messages = [orjson.loads(change) for change in changes]
        self.sending(messages)
        reply = super().round(changes, positions, min(limit, self.page), whole=whole)
        self.told(messages, reply.head.outcomes)
        return reply

    def _open(self, method: str, path: str, **rest: Any) -> Any:
        body = rest.get("data") or b""
        body = body if isinstance(body, bytes) else body.read()
        if "json" in rest:
            body = orjson.dumps(rest["json"])
        request = Request(method, path, self._token, body, rest.get("headers") or {})
        reply: Any = _Reply(self.network.carry(self.registry, request))
        if reply.status_code in GOOD:
            return reply
        raise self._refusal(reply)
