"""The offline package (`.ybp`): what an office without a network sends, and what comes back.

Signed by whoever made it and readable by nobody but whom it is for. Everything before the contents
has a fixed place, so that nothing needs to be parsed before the signature is proved:

| from | bytes | |
|---|---|---|
| 0 | 4 | `YBP1` |
| 4 | 1 | `P` a package of a desk, `R` the registry's receipt for one |
| 5 | 16 | id of the package; a receipt has that of its package |
| 21 | 4 | which package of this desk it is, counted from 1 |
| 25 | 8 | when it was made: seconds since 1970 by the maker's clock |
| 33 | 32 | who made it: SHA-256 of their public keys |
| 65 | 32 | whom it is for: SHA-256 of their public keys |
| 97 | 32 | X25519 public key, of this package alone |
| 129 | 8 | length of the sealed contents |
| 137 | … | the contents in pieces of 1 MiB, each AES-256-GCM |
| end − 64 | 64 | Ed25519 over `yanbei package 1` and the SHA-256 of everything before |

Numbers are big endian. Public keys are Ed25519 and X25519, 32 bytes each. The key of the contents
is HKDF-SHA256 of the exchange, with the 137 bytes as `info`; a piece has its number as nonce (four
zero bytes, then eight) and as data beside it the 137 bytes, its number and one byte that is 1 for
the last one. Inside: four bytes of length, a manifest of JSON, then the documents it names, one
after the other.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Literal
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import TooLarge, Unreadable

SUFFIX = ".ybp"
MEDIA = "application/x-yanbei-package"
LARGEST = 256 * 1024 * 1024
"""Bytes of a package; what does not fit goes into the next one."""
LARGEST_MANIFEST = 32 * 1024 * 1024
MOST_DOCUMENTS = 1000
PIECE = 1024 * 1024
TAG, SIGNATURE = 16, 64
HEAD = struct.Struct(">4s1s16sIQ32s32s32sQ")
MAGIC = b"YBP1"
SIGNED = b"yanbei package 1"

Kind = Literal["package", "receipt"]
KINDS: dict[Kind, bytes] = {"package": b"P", "receipt": b"R"}


@dataclass(frozen=True)
class Public:
    """Whom something is for, or whose signature it bears."""

    keys: bytes

    def __post_init__(self) -> None:
        if len(self.keys) != 64:
            raise ValueError("two public keys of 32 bytes each")

    @property
    def name(self) -> bytes:
        return hashlib.sha256(self.keys).digest()

    def proves(self, signature: bytes, digest: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.keys[:32]).verify(signature, SIGNED + digest)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Keys:
    """A maker's own keys, made from one secret of 32 bytes."""

    secret: bytes

    @property
    def public(self) -> Public:
        return Public(
            self._signing.public_key().public_bytes_raw()
            + self._opening.public_key().public_bytes_raw()
        )

    def sign(self, digest: bytes) -> bytes:
        return self._signing.sign(SIGNED + digest)

    def agree(self, theirs: bytes) -> bytes:
        return self._opening.exchange(X25519PublicKey.from_public_bytes(theirs))

    @property
    def _signing(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._of("signing"))

    @property
    def _opening(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(self._of("opening"))

    def _of(self, purpose: str) -> bytes:
        info = f"yanbei package {purpose}".encode()
        return HKDF(SHA256(), 32, salt=None, info=info).derive(self.secret)


@dataclass(frozen=True)
class Envelope:
    """What stands outside: who says they made it, for whom, which one, when."""

    kind: Kind
    id: UUID
    serial: int
    made_at: int
    maker: bytes
    reader: bytes


def seal(
    to: IO[bytes], envelope: Envelope, contents: Contents, maker: Keys, reader: Public
) -> None:
    """Write a package. TooLarge where it would be more than anybody takes."""
    once = X25519PrivateKey.generate()
    sealed = sealed_size(contents.size)
    if HEAD.size + sealed + SIGNATURE > LARGEST:
        raise too_large()
    head = HEAD.pack(
        MAGIC, KINDS[envelope.kind], envelope.id.bytes, envelope.serial, envelope.made_at,
        maker.public.name, reader.name, once.public_key().public_bytes_raw(), sealed,
    )  # fmt: skip
    shared = once.exchange(X25519PublicKey.from_public_bytes(reader.keys[32:]))
    cipher, digest = AESGCM(_key(shared, head)), hashlib.sha256()
    for part in _sealed(cipher, head, _pieces(contents.plain())):
        to.write(part)
        digest.update(part)
    to.write(maker.sign(digest.digest()))


def sealed_size(plain: int) -> int:
    return plain + TAG * max(1, -(-plain // PIECE))


def examine(package: IO[bytes], size: int) -> Envelope:
    """The outside, of which nothing is proved yet.

    TooLarge; Unreadable where it is no package, or not all of one.
    """
    if size > LARGEST:
        raise too_large()
    package.seek(0)
    head = package.read(HEAD.size)
    if len(head) < HEAD.size or head[:4] != MAGIC:
        raise no_package()
    _, kind, id_, serial, made_at, maker, reader, _once, sealed = HEAD.unpack(head)
    kinds = {letter: name for name, letter in KINDS.items()}
    if kind not in kinds or HEAD.size + sealed + SIGNATURE != size:
        raise altered()
    return Envelope(kinds[kind], UUID(bytes=id_), serial, made_at, maker, reader)


def prove(package: IO[bytes], size: int, maker: Public) -> None:
    """Unreadable where a single bit is not as its maker signed it."""
    package.seek(0)
    digest, left = hashlib.sha256(), size - SIGNATURE
    while left > 0 and (part := package.read(min(PIECE, left))):
        digest.update(part)
        left -= len(part)
    if left or not maker.proves(package.read(SIGNATURE), digest.digest()):
        raise altered()


@dataclass(frozen=True)
class Contents:
    """What a package carries: a manifest, and documents by their SHA-256 and size."""

    manifest: dict[str, Any]
    documents: tuple[tuple[str, int], ...] = ()
    content: Iterable[Iterable[bytes]] = ()
    """Of each document, in their order."""

    @property
    def head(self) -> bytes:
        files = [{"sha256": sha256, "size": size} for sha256, size in self.documents]
        body = orjson.dumps({**self.manifest, "documents": files})
        if len(body) > LARGEST_MANIFEST or len(files) > MOST_DOCUMENTS:
            raise too_large()
        return struct.pack(">I", len(body)) + body

    @property
    def size(self) -> int:
        return len(self.head) + sum(size for _, size in self.documents)

    def plain(self) -> Iterator[bytes]:
        yield self.head
        for document in self.content:
            yield from document


class Opened:
    """The contents of a package that was proved; read once, from the manifest to its end."""

    def __init__(self, package: IO[bytes], reader: Keys) -> None:
        package.seek(0)
        head = package.read(HEAD.size)
        *_, once, sealed = HEAD.unpack(head)
        self._cipher = AESGCM(_key(reader.agree(once), head))
        self._pieces = self._unsealed(package, head, sealed)
        self._size = sealed - TAG * -(-sealed // (PIECE + TAG))
        self._rest = b""
        self.manifest = self._manifest()

    @property
    def documents(self) -> list[tuple[str, int]]:
        return [(str(told["sha256"]), int(told["size"])) for told in self.manifest["documents"]]

    def read(self, size: int) -> Iterator[bytes]:
        """The next bytes, exactly so many."""
        while size > 0:
            if not self._rest:
                self._rest = next(self._pieces, b"")
                if not self._rest:
                    raise altered()
            part, self._rest = self._rest[:size], self._rest[size:]
            size -= len(part)
            yield part

    def _manifest(self) -> dict[str, Any]:
        (size,) = struct.unpack(">I", b"".join(self.read(4)))
        if size > LARGEST_MANIFEST:
            raise too_large()
        try:
            manifest = orjson.loads(b"".join(self.read(size)))
            documents = manifest["documents"]
            sizes = [int(told["size"]) for told in documents if str(told["sha256"])]
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            raise altered() from None
        beyond = 4 + size + sum(sizes) != self._size
        if beyond or len(sizes) > MOST_DOCUMENTS or any(size < 0 for size in sizes):
            raise altered()
        found: dict[str, Any] = manifest
        return found

    def _unsealed(self, package: IO[bytes], head: bytes, sealed: int) -> Iterator[bytes]:
        number = 0
        while sealed > 0:
            part = package.read(min(PIECE + TAG, sealed))
            sealed -= len(part)
            try:
                about = _about(head, number, is_last=sealed == 0)
                yield self._cipher.decrypt(_nonce(number), part, about)
            except (InvalidTag, ValueError):
                raise altered() from None
            number += 1


def _key(shared: bytes, head: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=head).derive(shared)


def _sealed(cipher: AESGCM, head: bytes, pieces: Iterable[bytes]) -> Iterator[bytes]:
    yield head
    before: bytes | None = None
    number = 0
    for piece in pieces:
        if before is not None:
            yield cipher.encrypt(_nonce(number), before, _about(head, number, is_last=False))
            number += 1
        before = piece
    yield cipher.encrypt(_nonce(number), before or b"", _about(head, number, is_last=True))


def _pieces(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one size, the last one shorter."""
    held = bytearray()
    for part in parts:
        held += part
        while len(held) >= PIECE:
            yield bytes(held[:PIECE])
            del held[:PIECE]
    if held:
        yield bytes(held)


def _nonce(number: int) -> bytes:
    return struct.pack(">4xQ", number)  # the key is of this package alone


def _about(head: bytes, number: int, *, is_last: bool) -> bytes:
    return head + struct.pack(">Q?", number, is_last)


def too_large() -> TooLarge:
    megabytes = LARGEST // PIECE
    return TooLarge(
        f"离线上报包超过 {megabytes} MB，没有读取。请在原电脑上分几个包制作。",
        f"The offline package is over {megabytes} MB and was not read. Please make several smaller "
        "ones on the computer it comes from.",
        megabytes=megabytes,
        reason="oversized",
    )


def no_package() -> Unreadable:
    return Unreadable(
        "这不是离线上报包，没有读取。请选择扩展名为 .ybp 的文件。",
        "This is no offline package and was not read. Please choose a file that ends in .ybp.",
        reason="altered",
    )


def altered() -> Unreadable:
    return Unreadable(
        "离线上报包不完整或被改动过，没有读取。请从原电脑重新复制一次，或重新制作。",
        "The offline package is incomplete or was altered, and was not read. Please copy it again "
        "from the computer it comes from, or make it anew.",
        reason="altered",
    )
