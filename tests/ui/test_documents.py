"""The documents of a record: which are here, and reading one beside the filing."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfWriter
from pytestqt.qtbot import QtBot

from app.words import Words
from tests.ui.conftest import DeskOf
from tests.ui.world import PI
from ui.desk import Desk
from ui.records.documents import Document, DocumentList
from ui.review.document_pane import DocumentPane


def pdf() -> bytes:
    writer, content = PdfWriter(), BytesIO()
    writer.add_blank_page(200, 300)
    writer.write(content)
    return content.getvalue()


def document(desk: Desk, name: str, sha256: str) -> Document:
    here = desk.copy.has_file(sha256)
    return Document("a/b", name, Words("研究方案", "Protocol"), "V1.0", sha256, here)


def test_a_document_that_is_here_is_read_beside_the_filing(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    sha256 = desk.copy.add_file(pdf())
    pane = DocumentPane(desk)
    qtbot.addWidget(pane)
    pane.show()

    pane.show_documents([document(desk, "方案.pdf", sha256)])

    qtbot.waitUntil(lambda: pane.view is not None and pane.view.page_count() == 1)
    assert pane.choice.currentText() == "研究方案 · 方案.pdf"
    assert not pane.note.isVisible()


def test_a_document_that_is_elsewhere_is_asked_for(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    pane = DocumentPane(desk)
    qtbot.addWidget(pane)
    pane.show()

    with qtbot.waitSignal(desk.document_wanted) as wanted:
        pane.show_documents([document(desk, "方案.pdf", "ab" * 32)])

    assert wanted.args == ["ab" * 32]
    assert "还不在本机" in pane.note.text()


def test_the_list_says_which_documents_are_not_here(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    sha256 = desk.copy.add_file(pdf())
    listed = DocumentList(desk)
    qtbot.addWidget(listed)

    listed.show_documents([document(desk, "甲.pdf", sha256), document(desk, "乙.pdf", "ab" * 32)])

    assert "不在本机" not in listed.list.item(0).text()
    assert "不在本机" in listed.list.item(1).text()
