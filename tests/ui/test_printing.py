"""Looking at paper, printing it, saving it: real windows, real PDFs, a printer that is a file."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from pypdf import PdfReader, PdfWriter
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from app.exchange.pdf import filing_pdf
from app.forms import FORMS
from tests.app.exchange import papers
from ui import tasks
from ui.printing.pages import PIXELS_MOST, Pages
from ui.printing.pdf_view import PdfView
from ui.printing.preview import Preview, file_name, show_preview

LONG = "".join(f"第{n}句：观察期为十二周，安全性同时评价。" for n in range(260))
Shows: TypeAlias = Callable[[bytes], PdfView]


@pytest.fixture(autouse=True)
def small_form(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Any form will do: what is looked at here is paper."""
    monkeypatch.setitem(FORMS, "study", papers.FORM)
    yield
    tasks.finish()


@pytest.fixture
def paper() -> bytes:
    return filing_pdf(papers.study(content=LONG), names=papers.NAMES)


@pytest.fixture
def shows(qtbot: QtBot) -> Shows:
    """Opens a view on a PDF and waits until it is there."""

    def shown(content: bytes) -> PdfView:
        view = PdfView()
        qtbot.addWidget(view)
        view.resize(820, 900)
        view.show()
        with qtbot.waitSignal(view.shown):
            view.show_pdf(content)
        return view

    return shown


def encrypted(content: bytes) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(content))
    writer.encrypt("secret", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def dark_pixels(image: QImage) -> int:
    small = image.scaled(200, 200)
    return sum(small.pixelColor(x, y).lightness() < 200 for x in range(200) for y in range(200))


def most_apart(one: QImage, two: QImage) -> int:
    """The largest difference of lightness between two pictures, seen from afar."""
    far = [
        picture.scaled(
            60, 85, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        for picture in (one, two)
    ]
    return max(
        abs(far[0].pixelColor(x, y).lightness() - far[1].pixelColor(x, y).lightness())
        for x in range(60)
        for y in range(85)
    )


def test_pages_are_drawn_when_they_come_into_sight(
    qtbot: QtBot, paper: bytes, shows: Shows
) -> None:
    view = shows(paper)
    assert view.page_count() == len(PdfReader(io.BytesIO(paper)).pages)
    qtbot.waitUntil(lambda: any(p for (n, _), p in view.canvas._pictures.items() if n == 0))
    assert not any(n == view.page_count() - 1 for n, _ in view.canvas._pictures)

    view.canvas.go_to(view.page_count() - 1)

    last = view.page_count() - 1
    qtbot.waitUntil(lambda: any(n == last and p for (n, _), p in view.canvas._pictures.items()))
    assert dark_pixels(view.canvas.viewport().grab().toImage()) > 100


def test_keys_move_by_page_and_to_the_ends(qtbot: QtBot, paper: bytes, shows: Shows) -> None:
    view = shows(paper)
    canvas, last = view.canvas, view.page_count() - 1
    canvas.setFocus()

    qtbot.keyClick(canvas, Qt.Key.Key_PageDown)
    assert canvas.page() == 1
    assert view.page_label.text() == f"第 2 页 共 {last + 1} 页"
    qtbot.keyClick(canvas, Qt.Key.Key_End)
    assert canvas.page() == last
    qtbot.keyClick(canvas, Qt.Key.Key_PageUp)
    assert canvas.page() == last - 1
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.page() == 0


def wheel(view: PdfView, turns: int, modifiers: Qt.KeyboardModifier) -> None:
    place = QPointF(100, 100)
    event = QWheelEvent(
        place, place, QPoint(), QPoint(0, turns * 120), Qt.MouseButton.NoButton, modifiers,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.canvas.viewport(), event)


def test_the_wheel_scrolls_and_with_ctrl_it_zooms(paper: bytes, shows: Shows) -> None:
    view = shows(paper)
    before = view.canvas.zoom()

    wheel(view, -2, Qt.KeyboardModifier.NoModifier)
    assert view.canvas.verticalScrollBar().value() > 0
    assert view.canvas.zoom() == before

    wheel(view, 1, Qt.KeyboardModifier.ControlModifier)
    assert view.canvas.zoom() > before
    wheel(view, -1, Qt.KeyboardModifier.ControlModifier)
    wheel(view, -1, Qt.KeyboardModifier.ControlModifier)
    assert view.canvas.zoom() < before


def test_the_width_is_followed_until_another_zoom_is_chosen(paper: bytes, shows: Shows) -> None:
    view = shows(paper)
    narrow = view.canvas.zoom()

    view.resize(1200, 900)
    wide = view.canvas.zoom()
    view.canvas.zoom_in()
    chosen = view.canvas.zoom()
    view.resize(700, 900)

    assert wide > narrow
    assert view.canvas.zoom() == chosen
    view.canvas.set_zoom(0)
    assert view.canvas.zoom() < narrow


def test_zooming_keeps_what_was_in_the_middle(paper: bytes, shows: Shows) -> None:
    view = shows(paper)
    view.canvas.go_to(2)

    for _ in range(4):
        view.canvas.zoom_in()

    assert view.canvas.page() in (1, 2)


def test_a_text_is_found_marked_and_brought_into_sight(
    qtbot: QtBot, paper: bytes, shows: Shows
) -> None:
    view = shows(paper)

    view.search.setText("第250句")
    qtbot.keyClick(view.search, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: view.matches.text() == "1 / 1")
    assert view.canvas.page() > 0
    assert view.canvas._found[0].areas

    view.search.setText("项目")
    qtbot.keyClick(view.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: view.matches.text().startswith("1 / "))
    of = int(view.matches.text().split("/")[1])
    assert of >= 2
    qtbot.keyClick(view.search, Qt.Key.Key_Return)
    assert view.matches.text() == f"2 / {of}"
    qtbot.keyClick(view.search, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)

    view.search.setText("没有这几个字")
    qtbot.keyClick(view.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: view.matches.text() == "没有找到")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (encrypted, "设有打开密码"),
        (lambda content: content[:400], "已损坏"),
        (lambda _content: b"PK\x03\x04", "不是 PDF"),
        (lambda _content: b"", "文件是空的"),
    ],
    ids=["encrypted", "damaged", "no pdf", "empty"],
)
def test_what_cannot_be_shown_is_said_in_its_place(
    qtbot: QtBot, paper: bytes, spoil: Callable[[bytes], bytes], said: str
) -> None:
    view = PdfView()
    qtbot.addWidget(view)
    view.show()

    with qtbot.waitSignal(view.refused):
        view.show_pdf(spoil(paper))

    assert said in view.note.text()
    assert view.note.isVisible()
    assert view.page_count() == 0


def test_the_last_pdf_asked_for_is_the_one_shown(qtbot: QtBot, paper: bytes) -> None:
    short = filing_pdf(papers.study())
    view = PdfView()
    qtbot.addWidget(view)
    view.show()

    view.show_pdf(paper)
    view.show_pdf(short)

    qtbot.waitUntil(lambda: view.page_count() > 0)
    tasks.finish()
    qtbot.wait(50)
    assert view.page_count() == len(PdfReader(io.BytesIO(short)).pages)


def test_a_view_closed_while_it_draws_does_no_harm(qtbot: QtBot, paper: bytes) -> None:
    for _ in range(5):
        view = PdfView()
        view.resize(800, 900)
        view.show()
        with qtbot.waitSignal(view.shown):
            view.show_pdf(paper)
        view.grab()
        view.deleteLater()
        qtbot.wait(1)

    assert tasks.finish()


def test_a_page_that_claims_to_be_huge_takes_no_huge_picture() -> None:
    writer = PdfWriter()
    writer.add_blank_page(14_000, 14_000)
    buffer = io.BytesIO()
    writer.write(buffer)
    pages = Pages(buffer.getvalue())

    picture = pages.image(0, 10)

    assert picture is not None
    assert picture.width() * picture.height() <= PIXELS_MOST * 1.01
    pages.close()
    assert pages.image(0, 1) is None


# --- preview, printing, saving ----------------------------------------------------------------


@pytest.fixture
def preview(qtbot: QtBot, paper: bytes) -> Preview:
    window = show_preview(paper, "某研究/登记备案表")
    qtbot.addWidget(window)
    qtbot.waitUntil(window.print_button.isEnabled)
    return window


def printer_to(path: Path) -> QPrinter:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(path))
    return printer


def test_what_is_printed_is_every_page_whole(
    qtbot: QtBot, preview: Preview, paper: bytes, tmp_path: Path
) -> None:
    printed = tmp_path / "printed.pdf"

    preview.print_on(printer_to(printed))

    qtbot.waitUntil(lambda: "已送往打印机" in preview.state.text(), timeout=30_000)
    before, after = Pages(paper), Pages(printed.read_bytes())
    assert len(after.sizes) == len(before.sizes)
    assert [round(side) for side in after.sizes[0]] == [595, 842]
    for page in (0, len(before.sizes) - 1):
        one, two = before.image(page, 1.0), after.image(page, 1.0)
        assert one is not None
        assert two is not None
        # The same ink at the same places, whatever the screen's resolution.
        assert dark_pixels(one) > 100
        assert most_apart(one, two) < 24
    before.close()
    after.close()


def test_only_the_chosen_pages_are_printed(qtbot: QtBot, preview: Preview, tmp_path: Path) -> None:
    printer = printer_to(tmp_path / "two.pdf")
    printer.setPrintRange(QPrinter.PrintRange.PageRange)
    printer.setFromTo(2, 3)

    preview.print_on(printer)

    qtbot.waitUntil(lambda: "共 2 页" in preview.state.text(), timeout=30_000)
    assert len(PdfReader(tmp_path / "two.pdf").pages) == 2


def test_the_saved_file_is_the_pdf_itself(
    qtbot: QtBot, preview: Preview, paper: bytes, tmp_path: Path
) -> None:
    target = tmp_path / "备案表.pdf"

    preview.save_to(target)

    qtbot.waitUntil(lambda: "已保存" in preview.state.text())
    assert target.read_bytes() == paper
    assert list(tmp_path.iterdir()) == [target]


def test_a_place_that_cannot_be_written_is_told(
    qtbot: QtBot, preview: Preview, tmp_path: Path
) -> None:
    preview.save_to(tmp_path / "no such folder" / "a.pdf")

    qtbot.waitUntil(lambda: bool(preview.findChildren(QMessageBox)))
    (box,) = preview.findChildren(QMessageBox)
    assert "不能保存到" in box.text()
    box.close()


def test_a_document_that_is_no_pdf_offers_neither_printing_nor_saving(qtbot: QtBot) -> None:
    window = show_preview(b"PK\x03\x04", "附件")
    qtbot.addWidget(window)

    qtbot.waitUntil(lambda: "不是 PDF" in window.view.note.text())

    assert not window.print_button.isEnabled()
    assert not window.save_button.isEnabled()


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("某研究/登记:备案表", "某研究 登记 备案表.pdf"),
        ("方案.pdf", "方案.pdf"),
        ("..", "研备.pdf"),
        ("题" * 200, "题" * 80 + ".pdf"),
    ],
)
def test_the_file_name_offered_is_one_that_every_system_takes(title: str, name: str) -> None:
    assert file_name(title) == name
