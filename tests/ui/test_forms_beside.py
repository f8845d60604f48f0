"""A document beside the form: picked or looked at, dragged wide, closed with Esc."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfWriter
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.words import Language, counted
from tests.builders import study_answers
from tests.ui.conftest import DeskOf
from tests.ui.test_forms_filing import shown
from tests.ui.world import PI
from ui import language, tasks
from ui.desk import Desk
from ui.forms import beside
from ui.forms.beside import FORM_LEAST, PANE_LEAST
from ui.forms.document_card import facts_of
from ui.forms.files import FilesEditor
from ui.forms.filing import FilingView
from ui.printing.preview import Preview

PROTOCOL = "attach.research_protocol_file"
CONSENT = "attach.consent_or_waiver_file"


@pytest.fixture
def files(qtbot: QtBot, desk_of: DeskOf, tmp_path: Path) -> tuple[FilingView, Callable[..., Path]]:
    """The page of attachments, nothing on it; and somebody who makes PDFs."""
    desk = desk_of(PI)
    return open_attachments(qtbot, desk), lambda name, pages=1: pdf(tmp_path / name, pages)


def open_attachments(qtbot: QtBot, desk: Desk) -> FilingView:
    answers = study_answers()
    for field in (PROTOCOL, CONSENT):
        answers.pop(field, None)
    view = shown(qtbot, desk, desk.copy.begin("study", answers, role="pi"))
    view.resize(1280, 800)
    view.open_page("attach")
    QApplication.processEvents()
    return view


def pdf(path: Path, pages: int) -> Path:
    writer, content = PdfWriter(), BytesIO()
    for _ in range(pages):
        writer.add_blank_page(200, 300)
    writer.write(content)
    path.write_bytes(content.getvalue())
    return path


def slot(view: FilingView, field: str) -> FilesEditor:
    found = view.pages["attach"].cells[field].editor
    assert isinstance(found, FilesEditor)
    return found


def picked(qtbot: QtBot, view: FilingView, path: Path, field: str = PROTOCOL) -> str:
    """A file is picked in a slot; its row."""
    editor = slot(view, field)
    before = set(editor.cards)
    editor.place.choose.setFocus()
    editor.add([path])
    qtbot.waitUntil(lambda: len(editor.cards) > len(before))
    tasks.finish()
    QApplication.processEvents()
    return next(iter(set(editor.cards) - before))


def on_show(view: FilingView) -> tuple[str, int]:
    pane = view.beside.pane
    return (pane.name.text(), pane.view.page_count()) if pane and view.beside.is_open else ("", 0)


def focus() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def test_a_picked_document_opens_beside_the_form_and_its_version_is_typed_meanwhile(
    qtbot: QtBot, files: tuple[FilingView, Callable[..., Path]]
) -> None:
    view, made = files

    row = picked(qtbot, view, made("方案.pdf", 3))

    qtbot.waitUntil(lambda: on_show(view) == ("方案.pdf", 3))
    QTest.keyClicks(focus(), "V2.1")
    assert slot(view, PROTOCOL).value()[row]["version"] == "V2.1"
    assert view.beside.sizes()[0] >= FORM_LEAST
    assert view.beside.sizes()[1] >= PANE_LEAST
    card = slot(view, PROTOCOL).cards[row]
    inside = card.rect()
    for widget in card.findChildren(QWidget):
        if widget.isVisibleTo(card):
            assert inside.contains(widget.geometry()) or widget.parentWidget() is not card


def test_escape_closes_the_document_and_gives_the_keyboard_back(
    qtbot: QtBot, files: tuple[FilingView, Callable[..., Path]]
) -> None:
    view, made = files
    row = picked(qtbot, view, made("方案.pdf"))
    button = slot(view, PROTOCOL).cards[row].open_button
    button.setFocus()

    QTest.keyClick(button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: view.beside.pane is not None and view.beside.pane.isAncestorOf(focus()))
    QTest.keyClick(focus(), Qt.Key.Key_Escape)

    assert on_show(view) == ("", 0)
    assert focus() is button
    picked(qtbot, view, made("同意书.pdf", 2), CONSENT)
    assert on_show(view) == ("", 0)  # who closed it is not shown the next one unasked


def test_escape_closes_it_from_the_form_too(
    qtbot: QtBot, files: tuple[FilingView, Callable[..., Path]]
) -> None:
    view, made = files
    picked(qtbot, view, made("方案.pdf"))
    qtbot.waitUntil(lambda: on_show(view) == ("方案.pdf", 1))
    typing = focus()
    assert isinstance(typing, QLineEdit)

    QTest.keyClick(typing, Qt.Key.Key_Escape)

    assert not view.beside.is_open
    assert focus() is typing


def test_the_document_stays_beside_the_other_pages_and_goes_when_it_is_removed(
    qtbot: QtBot, files: tuple[FilingView, Callable[..., Path]]
) -> None:
    view, made = files
    row = picked(qtbot, view, made("方案.pdf"))
    qtbot.waitUntil(lambda: on_show(view) == ("方案.pdf", 1))

    view.open_page("design")
    assert on_show(view) == ("方案.pdf", 1)
    view.open_page("attach")
    picked(qtbot, view, made("同意书.pdf", 2), CONSENT)
    qtbot.waitUntil(lambda: on_show(view) == ("同意书.pdf", 2))
    slot(view, PROTOCOL).remove(row)
    assert on_show(view) == ("同意书.pdf", 2)
    slot(view, CONSENT).remove(next(iter(slot(view, CONSENT).cards)))

    assert not view.beside.is_open


def test_the_width_is_remembered(
    qtbot: QtBot, desk_of: DeskOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "KEEP_AFTER", 0)
    desk = desk_of(PI)
    first = open_attachments(qtbot, desk)
    picked(qtbot, first, pdf(tmp_path / "方案.pdf", 1))
    first.beside.moveSplitter(first.beside.width() - 333, 1)
    wide = first.beside.sizes()[1]
    qtbot.waitUntil(lambda: desk.copy.preference(beside.PREFERENCE) == str(wide))
    first.close()

    second = open_attachments(qtbot, desk)
    picked(qtbot, second, pdf(tmp_path / "另一方案.pdf", 1))

    assert abs(second.beside.sizes()[1] - wide) <= 2


def test_control_f_searches_the_document_that_has_the_keyboard(
    qtbot: QtBot, files: tuple[FilingView, Callable[..., Path]]
) -> None:
    view, made = files
    row = picked(qtbot, view, made("方案.pdf"))
    slot(view, PROTOCOL).view(row)
    pane = view.beside.pane
    assert pane is not None
    qtbot.waitUntil(lambda: pane.isAncestorOf(focus()))

    QTest.keyClick(focus(), Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)

    assert focus() is pane.view.search


def test_a_window_of_its_own_stays_possible(
    qtbot: QtBot, files: tuple[FilingView, Callable[..., Path]]
) -> None:
    view, made = files
    row = picked(qtbot, view, made("方案.pdf", 2))
    qtbot.waitUntil(lambda: on_show(view) == ("方案.pdf", 2))
    pane = view.beside.pane
    assert pane is not None
    pane.apart.click()
    window = pane.findChild(Preview)
    assert window is not None
    qtbot.waitUntil(lambda: window.view.page_count() == 2)
    window.close()

    view.beside.close_document()
    view.resize(FORM_LEAST + PANE_LEAST, 700)  # with the list of pages there is no room for both
    QApplication.processEvents()
    slot(view, PROTOCOL).view(row)

    qtbot.waitUntil(lambda: slot(view, PROTOCOL).findChild(Preview) is not None)
    assert not view.beside.is_open


@pytest.mark.parametrize(("pages", "zh", "en"), [(1, "1 页", "1 page"), (2, "2 页", "2 pages")])
def test_one_page_is_no_pages(pages: int, zh: str, en: str) -> None:
    assert counted(pages, "页", "page") == (zh, en)
    language.choose("en")
    assert facts_of({"pages": pages, "size": 2048}) == f"{en} · 2\u00a0KB"


@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_in_the_narrowest_form_no_question_and_no_option_is_cut(
    qtbot: QtBot, desk_of: DeskOf, spoken: Language
) -> None:
    language.choose(spoken)
    desk = desk_of(PI)
    view = shown(qtbot, desk, desk.copy.begin("study", study_answers(), role="pi"))
    view.resize(view.list.width() + FORM_LEAST, 700)

    for page_id in ("cat", "basic", "design"):
        view.open_page(page_id)
        page = view.pages[page_id]
        page.make_all()
        tasks.finish()
        for _ in range(5):
            QApplication.processEvents()
        assert not cut_in(page)


def cut_in(page: QWidget) -> list[str]:
    """The texts that have less room than they need."""
    found: list[str] = []
    kinds: tuple[type[QLabel | QRadioButton | QPushButton], ...]
    kinds = (QLabel, QRadioButton, QPushButton)
    for words in (w for kind in kinds for w in page.findChildren(kind)):
        wraps = isinstance(words, QLabel) and words.wordWrap()
        if words.isVisible() and words.text() and not wraps:
            needed = max(map(words.fontMetrics().horizontalAdvance, words.text().splitlines()))
            found += [words.text()] if words.width() < needed else []
    return found
