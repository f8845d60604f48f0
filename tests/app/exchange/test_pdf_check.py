"""Whether a file is a readable PDF is judged by what it holds."""

from __future__ import annotations

import contextlib
import io

import pytest
from pypdf import PdfWriter

from app.errors import AppError, TooLarge, Unreadable
from app.exchange.pdf import check
from app.exchange.pdf.check import PdfFacts, pdf_facts


def blank(pages: int) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def locked(user: str, owner: str) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(blank(3)))
    writer.encrypt(user, owner, algorithm="AES-256")
    return written(writer)


def test_the_pages_are_counted() -> None:
    assert pdf_facts(blank(3)) == PdfFacts(pages=3, encrypted=False)


def test_a_pdf_may_begin_a_little_later() -> None:
    assert pdf_facts(b"\r\n" * 100 + blank(1)).pages == 1


def test_a_pdf_that_opens_without_a_password_is_read_and_called_encrypted() -> None:
    assert pdf_facts(locked("", "owner")) == PdfFacts(pages=3, encrypted=True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "文件是空的"),
        (b"PK\x03\x04 a workbook", "不是 PDF"),
        (b" " * 1024 + blank(1), "不是 PDF"),
        (b"%PDF-1.7\nnothing of one", "已损坏"),
        (blank(3)[:200], "已损坏"),
        (locked("secret", "owner"), "设有打开密码"),
    ],
    ids=["empty", "another kind", "starts too late", "only a head", "cut off", "password"],
)
def test_what_cannot_be_read_is_told_with_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(Unreadable) as told:
        pdf_facts(content)

    assert said in told.value.say("zh")
    assert "请" in told.value.say("zh")
    assert "lease" in told.value.say("en")


def test_limits_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "PAGES_MOST", 2)
    with pytest.raises(TooLarge):
        pdf_facts(blank(3))

    monkeypatch.setattr(check, "SIZE_MOST", 100)
    with pytest.raises(TooLarge):
        pdf_facts(blank(1))


@pytest.mark.parametrize("cut", range(0, 100, 7))
def test_a_damaged_pdf_never_raises_anything_but_a_sentence(cut: int) -> None:
    whole = bytearray(blank(2))
    at = len(whole) * cut // 100
    whole[at : at + 40] = b"\xff" * 40

    with contextlib.suppress(AppError):  # anything else fails the test
        assert pdf_facts(bytes(whole)).pages >= 1
