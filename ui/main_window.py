"""The window: top bar, navigation, pages, sync bar."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QByteArray, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QPushButton, QVBoxLayout, QWidget

from app.errors import SignedOut
from app.workflows.committee import COMMITTEES
from ui import look, shortcuts
from ui.desk import Desk
from ui.forms.recovery import RecoveredBar
from ui.language import say, told
from ui.navigation import Navigation
from ui.pages import Pages
from ui.people import papers, reveal
from ui.people.committees import CommitteesView
from ui.people.moving import Moving
from ui.records.list_view import RecordsView
from ui.records.lists import HELP, OUTBOX, Place, RecordList, places_of
from ui.records.states import role_words
from ui.settings import ZOOMS
from ui.sync import leaving
from ui.sync.bar import SyncBar
from ui.sync.exchange import SyncState
from ui.top_bar import TopBar

if TYPE_CHECKING:
    from ui.settings import Settings
    from ui.sync.exchange import Exchange


class MainWindow(QMainWindow):
    """One person at work. Built anew when the language or the colours change."""

    password_wanted = Signal()
    """The session has ended and the person wants to sign in again."""
    change_password_wanted = Signal()
    sign_out_wanted = Signal()
    language_chosen = Signal(str)
    lock_wanted = Signal()
    zoom_chosen = Signal(float)
    scheme_chosen = Signal(str)
    lock_minutes_chosen = Signal(int)
    closing = Signal()

    def __init__(
        self, desk: Desk, exchange: Exchange | None = None, settings: Settings | None = None
    ) -> None:
        super().__init__()
        self.desk, self.exchange, self._settings = desk, exchange, settings
        self.setWindowIcon(look.icon("clipboard-check", "accent"))
        self.setMinimumSize(900, 560)
        self.resize(1280, 800)
        self._views: dict[str, QWidget] = {}
        self._places: dict[str, RecordList | Place] = {}
        self.top, self.navigation = TopBar(desk, settings), Navigation()
        self.pages, self.bar = Pages(desk), SyncBar()
        self.expired, self.recovered = self._expired(), RecoveredBar(desk)
        self._lay_out()
        self._connect()
        self._shortcuts()
        self._restore()
        self._show_role()

    # What it is made of

    def _lay_out(self) -> None:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(self.expired)
        column.addWidget(self.recovered)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.navigation)
        middle.addWidget(self.pages, 1)
        column.addLayout(middle, 1)
        column.addWidget(self.bar)
        self.setCentralWidget(whole)

    def _expired(self) -> QFrame:
        bar = QFrame()
        look.mark(bar, "bar-warn")
        row = QHBoxLayout(bar)
        row.setContentsMargins(look.WIDE, look.TIGHT, look.WIDE, look.TIGHT)
        text = say(
            "登录已过期，请重新输入密码。您可以继续工作，已写的内容都在。",
            "The session has ended; please type your password again. You can go on working: "
            "everything you wrote is kept.",
        )
        row.addWidget(look.label(text))
        row.addStretch(1)
        button = QPushButton(look.icon("key-round"), say("重新登录", "Sign in again"))
        button.clicked.connect(self.password_wanted)
        row.addWidget(button)
        bar.hide()
        return bar

    def _connect(self) -> None:
        self.top.role_chosen.connect(self.desk.switch)
        self.top.to_do_wanted.connect(lambda: self.navigation.go("todo"))
        self.top.change_password_wanted.connect(self.change_password_wanted)
        self.top.language_chosen.connect(self.language_chosen)
        self.top.sign_out_wanted.connect(
            lambda: leaving.ask(self.desk, self, self.sign_out_wanted.emit)
        )
        self.top.lock_wanted.connect(self.lock_wanted)
        self.top.zoom_chosen.connect(self.zoom_chosen)
        self.top.scheme_chosen.connect(self.scheme_chosen)
        self.top.lock_minutes_chosen.connect(self.lock_minutes_chosen)
        self.navigation.wanted.connect(self.show_place)
        self.pages.opened.connect(self.open)
        self.recovered.wanted.connect(self.open)
        self.desk.role_changed.connect(self._on_role)
        self.desk.changed.connect(self._on_changed)
        reveal.follow(self.desk, self)
        papers.follow(self.desk, self)
        self._moving = Moving(self.desk, self, self.open)
        self.bar.outbox_wanted.connect(lambda: self.navigation.go(OUTBOX.id))
        if self.exchange is not None:
            self.exchange.told.connect(self._on_sync)
            self.bar.sync_wanted.connect(self.exchange.now)
            self.bar.cancel_wanted.connect(self.exchange.cancel)
            self._on_sync(self.exchange.state)

    def _shortcuts(self) -> None:
        sync = self.exchange.now if self.exchange is not None else self.desk.sync_now
        for name, then in (
            ("refresh", sync),
            ("next_page", lambda: self.pages.step(1)),
            ("previous_page", lambda: self.pages.step(-1)),
            ("close_page", self.pages.close_current),
            ("zoom_in", lambda: self._zoom(1)),
            ("zoom_out", lambda: self._zoom(-1)),
            ("zoom_reset", lambda: self.zoom_chosen.emit(1.0)),
            ("lock", self.lock_wanted.emit),
            ("new", lambda: self._on_list("new")),
            ("find", lambda: self._on_list("search")),
            ("print", lambda: self._on_list("print")),
            ("new_from", lambda: self._on_list("new_from")),
            ("export", lambda: self._on_list("export")),
        ):
            shortcuts.bind(name, self, then)
        self._help_key = shortcuts.bind("help", self, lambda: self.navigation.go(HELP.id))

    def _zoom(self, by: int) -> None:
        """The next larger or smaller of the sizes there are."""
        nearest = min(range(len(ZOOMS)), key=lambda n: abs(ZOOMS[n] - look.scheme.zoom))
        self.zoom_chosen.emit(ZOOMS[max(0, min(len(ZOOMS) - 1, nearest + by))])

    def _on_list(self, what: str) -> None:
        view = self.pages.current()
        if not isinstance(view, RecordsView):
            return
        if what == "search":
            view.search.setFocus()
            view.search.selectAll()
        elif what == "new" and not view.new.isHidden():
            view.new.click()
        elif what == "print" and view.print.isEnabled():
            view.print.click()
        elif what == "new_from" and not view.new_from.isHidden():
            view.new_from.click()
        elif what == "export" and view.export.isEnabled():
            view.export.showMenu()

    # Places

    def _on_role(self, _what: object) -> None:
        self._show_role()

    def _show_role(self) -> None:
        before = list(self._views.values())
        self._views = {}
        places = places_of(self.desk.role)
        self._places = {place.id: place for place in places}
        self.navigation.show_places(places)
        role = told(role_words(self.desk.role))
        office = self.desk.account.office_name
        self.setWindowTitle(" · ".join(filter(None, (office, role))))
        self.top.show_who()
        self.navigation.go(places[0].id)
        for view in before:
            self.pages.forget(view)
        self._count()

    def show_place(self, place_id: str) -> None:
        """Show a place of the navigation; its view is made when it is first wanted."""
        place = self._places[place_id]
        if place_id not in self._views:
            self._views[place_id] = self._made(place)
        view = self._views[place_id]
        self.pages.show_place(view, told(place.words))
        if isinstance(view, RecordsView):
            self.bar.show_rows(view.model.total, len(view.selected_ids()))
        else:
            self.bar.rows.clear()

    def view(self, place_id: str) -> QWidget | None:
        """The view of a place, if it was shown already."""
        return self._views.get(place_id)

    def _made(self, place: RecordList | Place) -> QWidget:  # noqa: C901, PLR0911 -- one for each place
        if isinstance(place, RecordList):
            kind = CommitteesView if place.form in COMMITTEES else RecordsView
            return self._linked(kind(self.desk, place))
        match place.id:
            case "staff":
                from ui.people.staff import StaffView

                return self._linked(StaffView(self.desk))
            case "import":
                from ui.importing.view import ImportView

                importing: QWidget = ImportView(self.desk)
                return importing
            case "templates":
                from ui.prefill.template_list import TemplatesView

                kept = TemplatesView(self.desk)
                kept.opened.connect(self.open)
                return kept
            case "account":
                from ui.people.own_account import AccountView

                own = AccountView(self.desk)
                own.change_password_wanted.connect(self.change_password_wanted)
                return own
            case "audit":
                from ui.people.audit_log import AuditView

                return AuditView(self.desk)
            case "outbox":
                from ui.sync.outbox import OutboxView

                outbox = OutboxView(self.desk)
                outbox.opened.connect(self.open)
                return outbox
            case "recycled":
                from ui.records.recycled import RecycledView

                thrown = RecycledView(self.desk)
                thrown.opened.connect(self.open)
                return thrown
            case "myself" | "institution":
                return self._own_record()
            case _:
                from ui.help import HelpView

                return HelpView()

    def _linked(self, view: RecordsView) -> RecordsView:
        view.opened.connect(self.open)
        view.selected.connect(
            lambda total, chosen: (
                self.bar.show_rows(total, chosen) if self.pages.current() is view else None
            )
        )
        return view

    def _own_record(self) -> QWidget:
        from ui.records.record_view import RecordView

        own = RecordView(self.desk, UUID(self.desk.account.id.split(":", 1)[1]))
        own.opened.connect(self.open)
        return own

    def open(self, record_id: UUID, how: str) -> None:
        """Open a record beside the place."""
        self.pages.show_record(record_id, how)
        self.bar.rows.clear()

    def _on_changed(self, _what: object) -> None:
        self._count()

    def _count(self) -> None:
        place = self._places.get("todo")
        if isinstance(place, RecordList):
            query = replace(place.query(self.desk.principal), limit=1)
            self.desk.read(lambda copy: copy.count(query), self._counted, owner=self)

    def _counted(self, count: int) -> None:
        self.navigation.show_count("todo", count)
        self.top.show_to_do(count)

    # The exchange

    def _on_sync(self, state: SyncState) -> None:
        self.bar.show_state(state)
        self.expired.setVisible(isinstance(state.error, SignedOut))
        self.navigation.show_count(OUTBOX.id, state.waiting + state.trouble)

    # Opening and closing

    def _restore(self) -> None:
        if self._settings is not None and self._settings.window:
            # Qt puts a window back onto a screen that is still there.
            self.restoreGeometry(QByteArray.fromBase64(self._settings.window.encode()))

    def keep_geometry(self) -> None:
        if self._settings is not None:
            self._settings.window = bytes(self.saveGeometry().toBase64().data()).decode()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let every open filing save itself; one that cannot keeps the window open."""
        if not self.pages.close_all():
            event.ignore()
            return
        self.recovered.dismiss()
        self.keep_geometry()
        self.closing.emit()
        event.accept()
