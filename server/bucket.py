"""Documents in an S3 bucket: `s3://bucket/prefix`, at AWS or at whoever speaks its language.

Where and who: the usual variables (`AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`, …). What is still
arriving lies in a folder of this machine; only whole, verified documents go into the bucket.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.errors import TryLater
from server.files import PIECE, SHA256, Documents, checked, no_such_file

MISSING = ("404", "NoSuchKey", "NotFound")


class Bucket(Documents):
    """Documents under one prefix of a bucket. May be used by several threads at once."""

    def __init__(self, address: str, arrivals: Path, client: Any = None) -> None:
        super().__init__(arrivals)
        parts = urlsplit(address)
        self._bucket, self._prefix = parts.netloc, parts.path.strip("/")
        self._s3 = client or _client()

    def _key(self, sha256: str) -> str:
        checked(sha256)
        place = f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
        return f"{self._prefix}/{place}" if self._prefix else place

    def size(self, sha256: str) -> int | None:
        from botocore.exceptions import ClientError

        try:
            with _in_words():
                found = self._s3.head_object(Bucket=self._bucket, Key=self._key(sha256))
        except ClientError:
            return None
        return int(found["ContentLength"])

    def keep(self, sha256: str, file: Path) -> None:
        with _in_words(), file.open("rb") as content:
            self._s3.put_object(Bucket=self._bucket, Key=self._key(sha256), Body=content)
        file.unlink()

    def pieces(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        from botocore.exceptions import ClientError

        if end is not None and end <= start:
            return
        wanted = f"bytes={start}-{'' if end is None else end - 1}"
        key = self._key(sha256)
        try:
            with _in_words():
                found = self._s3.get_object(
                    Bucket=self._bucket, Key=key, **({"Range": wanted} if start or end else {})
                )
        except ClientError:
            raise no_such_file() from None
        with closing(found["Body"]) as body, _in_words():
            yield from body.iter_chunks(PIECE)

    def names(self) -> Iterator[str]:
        with _in_words():
            pages = self._s3.get_paginator("list_objects_v2")
            under = f"{self._prefix}/" if self._prefix else ""
            for page in pages.paginate(Bucket=self._bucket, Prefix=under):
                for entry in page.get("Contents", ()):
                    if SHA256.fullmatch(name := entry["Key"].rpartition("/")[2]):
                        yield name


def _client() -> Any:
    import boto3
    from botocore.config import Config

    # A deadline on every wait. Checksums of its own only where asked: others' S3 know none of them,
    # and every document is verified by its name.
    config = Config(
        connect_timeout=5,
        read_timeout=60,
        retries={"mode": "standard", "max_attempts": 3},
        max_pool_connections=20,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    region = os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION") or "us-east-1"
    return boto3.client("s3", region_name=region, config=config)


@contextmanager
def _in_words() -> Iterator[None]:
    """That a document is missing is for the caller to tell; everything else passes by itself."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in MISSING:
            raise
        raise _not_now() from error
    except BotoCoreError as error:
        raise _not_now() from error


def _not_now() -> TryLater:
    return TryLater(
        "登记中心的附件库暂时不可用，附件稍后会自动再传。",
        "The registry's store of documents is not available just now. It will be tried again.",
        seconds=30,
    )
