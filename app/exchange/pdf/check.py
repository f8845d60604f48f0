"""Whether bytes are a PDF that can be read: judged by content, never by name."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from app.errors import TooLarge, Unreadable

SIZE_MOST = 100 * 1024 * 1024
PAGES_MOST = 5000
"""More pages than any protocol has; a file that claims more is not looked into further."""

READING = threading.RLock()
"""PDFium does not bear two threads at once: whoever reads a PDF with it holds this."""


@dataclass(frozen=True)
class PdfFacts:
    """What is known of a readable PDF."""

    pages: int
    encrypted: bool
    """It opens without a password, but its owner has forbidden something."""


def pdf_facts(content: bytes) -> PdfFacts:
    """Count the pages of a PDF; Unreadable or TooLarge, with what to do, where that cannot be."""
    if not content:
        raise Unreadable(
            "文件是空的。请检查文件后重新选择。",
            "The file is empty. Please check it and choose again.",
        )
    if len(content) > SIZE_MOST:
        raise TooLarge(
            "文件超过 100 MB。请压缩或拆分后再添加。",
            "The file is larger than 100 MB. Please compress or part it first.",
        )
    if b"%PDF-" not in content[:1024]:
        raise Unreadable(
            "这不是 PDF 文件（内容不是，与文件名无关）。请在原程序中另存为 PDF 后再添加。",
            "This is not a PDF, whatever its name says. Please save the document as PDF first.",
        )
    with READING:
        return _looked_into(content)


def _looked_into(content: bytes) -> PdfFacts:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as failed:
        if failed.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise Unreadable(
                "这个 PDF 设有打开密码。请去掉密码后再添加。",
                "This PDF needs a password to open. Please remove the password first.",
                encrypted=True,
            ) from failed
        raise damaged() from failed
    try:
        pages = len(document)
        if pages == 0:
            raise damaged()
        if pages > PAGES_MOST:
            raise TooLarge(
                f"这个 PDF 有 {pages} 页，最多 {PAGES_MOST} 页。请拆分后再添加。",
                f"This PDF has {pages} pages; at most {PAGES_MOST} may be. Please part it.",
            )
        _first_page_opens(document)
        revision = pypdfium2.raw.FPDF_GetSecurityHandlerRevision(document)
        return PdfFacts(pages=pages, encrypted=revision >= 0)
    finally:
        document.close()


def _first_page_opens(document: object) -> None:
    import pypdfium2

    try:
        document[0].close()  # type: ignore[index]  # pypdfium2 has no types
    except pypdfium2.PdfiumError as failed:
        raise damaged() from failed


def damaged() -> Unreadable:
    return Unreadable(
        "这个 PDF 已损坏，打不开。请重新导出或重新扫描后再添加。",
        "This PDF is damaged and cannot be opened. Please export or scan it again.",
    )
