"""The window: navigation by role, open pages, keys, colours, and the other language."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMessageBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.errors import NotAllowed, Unreachable
from app.record import Principal
from tests.ui.conftest import DeskOf
from tests.ui.test_versions import HELPER
from tests.ui.world import (
    AUTHORITY,
    BOTH,
    HOSPITAL,
    LONG_EN,
    LONG_ZH,
    MEMBER,
    PI,
    SECRETARY,
    given_opinion,
    news,
    person,
    study,
    submitted,
)
from ui import language, look, problems, shortcuts
from ui.desk import Desk
from ui.language import translate
from ui.main_window import MainWindow
from ui.records.list_view import RecordsView
from ui.records.lists import RecordList, places_of


def opened(qtbot: QtBot, desk: Desk) -> MainWindow:
    window = MainWindow(desk)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    return window


OF_EVERY_ROLE = ("account", "outbox", "recycled", "help")


@pytest.mark.parametrize(
    ("who", "places"),
    [
        (PI, ["todo", "my_studies", "my_sites", "templates", "myself", *OF_EVERY_ROLE]),
        (HELPER, ["todo", "filled_in", "myself", *OF_EVERY_ROLE]),
        (SECRETARY, ["todo", "reviews", "committee", "import", "myself", *OF_EVERY_ROLE]),
        (MEMBER, ["todo", "my_reviews", "myself", *OF_EVERY_ROLE]),
        (HOSPITAL, ["todo", "studies", "sites", "committees", "academic_committees", "stem_cells",
                    "staff", "moves", "import", "institution", "audit", *OF_EVERY_ROLE]),
        (AUTHORITY, ["todo", "committees", "academic_committees", "stem_cells", "filed",
                     "institutions", "staff", "moves", "import", "institution", "audit",
                     *OF_EVERY_ROLE]),
    ],
    ids=lambda given: given.roles()[0] if isinstance(given, Principal) else "",
)  # fmt: skip
def test_each_role_has_its_places(
    qtbot: QtBot, desk_of: DeskOf, who: Principal, places: list[str]
) -> None:
    window = opened(qtbot, desk_of(who))

    assert window.navigation.ids() == places
    assert window.top.office.text() == who.office_name


def test_switching_the_role_changes_the_places_and_is_remembered(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(BOTH, "pi")
    window = opened(qtbot, desk)
    roles = [action.text() for action in window.top.role.menu().actions()]
    assert roles == ["项目负责人", "伦理委员会委员"]

    window.top.role.menu().actions()[1].trigger()

    assert "my_reviews" in window.navigation.ids()
    assert "伦理委员会委员" in window.windowTitle()
    qtbot.waitUntil(lambda: desk.copy.preference("role") == "ethics_member")
    assert Desk(desk.copy).role == "ethics_member"


def test_what_waits_is_counted_in_the_navigation_and_at_the_bell(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    news(desk.copy, study("甲"), study("乙", state="returned"), study("丙", state="filed"))

    window = opened(qtbot, desk)

    qtbot.waitUntil(lambda: window.navigation.count_of("todo") == 2)
    assert window.top.bell.text() == "2"


def test_a_record_opens_beside_its_list_once(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    record = study(LONG_ZH)
    news(desk.copy, record)
    window = opened(qtbot, desk)
    window.navigation.go("my_studies")

    window.open(record.id, "record")
    window.open(record.id, "record")

    assert window.pages.tabs.count() == 2
    qtbot.waitUntil(lambda: window.pages.tabs.tabText(1).startswith("某新型口服"))
    assert window.pages.tabs.tabToolTip(1) == LONG_ZH
    window.pages.step(1)
    assert isinstance(window.pages.current(), RecordsView)
    window.pages.step(1)
    window.pages.close_current()
    assert window.pages.tabs.count() == 1
    assert not window.pages.tabs.isVisible()


def test_the_search_key_goes_to_the_search(qtbot: QtBot, desk_of: DeskOf) -> None:
    window = opened(qtbot, desk_of(PI))
    window.navigation.go("my_studies")

    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)

    view = window.view("my_studies")
    assert isinstance(view, RecordsView)
    qtbot.waitUntil(view.search.hasFocus)


def test_every_key_is_in_the_help_once(qtbot: QtBot, desk_of: DeskOf) -> None:
    window = opened(qtbot, desk_of(PI))
    window.navigation.go("help")

    helped = window.view("help")
    assert helped is not None
    texts = [label.text() for label in helped.findChildren(QLabel)]

    assert {key.text() for key in shortcuts.KEYS} <= set(texts)
    assert len({(k.text(), k.where.zh) for k in shortcuts.KEYS}) == len(shortcuts.KEYS)


CJK = re.compile(r"[\u3400-\u9fff]")


def own_words(widget: QWidget) -> Iterator[str]:
    """Every text that a person can read in a window, tooltips and placeholders, too."""
    for child in [widget, *widget.findChildren(QWidget)]:
        if child.property("speaks_other"):
            continue
        if isinstance(child, QLabel | QAbstractButton):
            yield child.text()
        if isinstance(child, QLineEdit):
            yield child.placeholderText()
        yield child.toolTip()
        yield child.accessibleName()


@pytest.mark.parametrize("who", [PI, SECRETARY, HOSPITAL, AUTHORITY], ids=lambda p: p.roles()[0])
def test_in_english_no_text_is_left_in_chinese(
    qtbot: QtBot, desk_of: DeskOf, who: Principal
) -> None:
    language.choose("en")
    translate(QApplication.instance())
    stranger = Principal(who.id, "Lin Min", who.office, "First Hospital", who.grants)
    desk = desk_of(stranger)
    record = submitted(LONG_EN)
    news(desk.copy, record, given_opinion(record))
    window = opened(qtbot, desk)
    for place in places_of(desk.role):
        if place.id in ("import", "myself", "institution"):
            continue  # other rooms' words, and one's own record that has not come
        window.navigation.go(place.id)
        if isinstance(place, RecordList):
            view = window.view(place.id)
            assert isinstance(view, RecordsView)
            with qtbot.waitSignal(view.model.loaded, raising=False, timeout=500):
                view.model.again()
    window.open(record.id, "record")
    qtbot.wait(50)

    left = {text for text in own_words(window) if CJK.search(text)}
    assert {text for text in left if "何平" not in text} == set(), "何平 is a name in the timeline"


@pytest.mark.parametrize("dark", [False, True])
def test_no_colour_is_like_its_background(dark: bool) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    look.apply(app, dark=dark)

    def light(role: look.ColourRole) -> float:
        parts = []
        for part in look.colour(role).getRgbF()[:3]:
            parts.append(part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4)
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    pairs: list[tuple[look.ColourRole, look.ColourRole]] = [
        ("text", "window"), ("text", "base"), ("text", "chosen"), ("dim", "window"),
        ("dim", "base"), ("on_accent", "accent"), ("accent", "base"), ("block", "base"),
        ("warn", "base"), ("note", "base"), ("done", "base"), ("text", "warn_soft"),
        ("text", "block_soft"), ("text", "accent_soft"),
    ]  # fmt: skip
    for front, back in pairs:
        high, low = sorted((light(front), light(back)), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5, (front, back)


def test_every_icon_named_here_exists() -> None:
    for place in {
        p.id: p for role in ("pi", "authority", "institution_admin") for p in places_of(role)
    }.values():
        assert not look.icon(place.icon).isNull()


def test_the_wheel_changes_nothing_in_a_control_without_the_focus(qtbot: QtBot) -> None:
    box = QComboBox()
    box.addItems(["甲", "乙", "丙"])
    box.setCurrentIndex(1)
    qtbot.addWidget(box)
    guard = shortcuts.WheelGuard()
    box.installEventFilter(guard)
    box.show()
    box.clearFocus()

    def turn() -> None:
        nothing = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(
            QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
            *nothing, False,
        )  # fmt: skip
        QApplication.sendEvent(box, event)

    turn()
    assert box.currentText() == "乙"
    box.removeEventFilter(guard)
    turn()
    assert box.currentText() == "甲", "without the guard it would have changed"


def boxes(parent: QWidget) -> list[QMessageBox]:
    return parent.findChildren(QMessageBox)


def test_a_problem_is_told_plainly_and_its_technical_part_is_folded(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()

    problems.show(NotAllowed("<b>不能</b>提交。", "No.", reason="role"), parent)

    box = boxes(parent)[0]
    assert box.text() == "<b>不能</b>提交。"
    assert box.textFormat() == Qt.TextFormat.PlainText
    assert box.detailedText() == "not_allowed\nreason: role"
    box.close()


def test_no_network_is_no_box(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)

    problems.show(Unreachable("连接不上。", "Unreachable."), parent)

    assert boxes(parent) == []


@pytest.mark.expects_log("bug: builtins.ValueError")
def test_a_bug_is_reported_without_what_it_was_about(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()

    try:
        raise ValueError("11010519491231002X")
    except ValueError as error:
        problems.show(error, parent)

    box = boxes(parent)[0]
    assert "ValueError" in box.detailedText()
    assert "110105" not in box.detailedText() + box.text()
    assert "110105" not in caplog.text
    box.close()


def test_the_window_opens_where_it_was_left(qtbot: QtBot, desk_of: DeskOf, tmp_path) -> None:  # type: ignore[no-untyped-def]
    from ui.settings import Settings

    desk, settings = desk_of(PI), Settings(tmp_path / "desk")
    window = MainWindow(desk, None, settings)
    qtbot.addWidget(window)
    window.resize(940, 640)  # what the screen of the tests has room for
    window.show()

    window.close()
    again = MainWindow(desk, None, Settings(tmp_path / "desk"))
    qtbot.addWidget(again)

    assert again.height() == 640


def test_the_own_record_is_a_place(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    news(desk.copy, person("何平", mobile="13800000002", id_number="11010519491231002X", who=PI))
    window = opened(qtbot, desk)

    window.navigation.go("myself")

    own = window.view("myself")
    assert own is not None
    qtbot.waitUntil(lambda: any(x.text() == "何平" for x in own.findChildren(QLabel)))


def test_english_quotes_stand_close_to_their_word(qtbot: QtBot) -> None:
    in_chinese = look.font()
    language.choose("en")
    in_english = look.font()

    wide = QFontMetricsF(in_chinese).horizontalAdvance("“New”")
    close = QFontMetricsF(in_english).horizontalAdvance("“New”")
    straight = QFontMetricsF(in_english).horizontalAdvance('"New"')
    assert close < wide - 8, "a Chinese quote takes the room of a character"
    assert abs(close - straight) < 4
