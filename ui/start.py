"""From nothing to the window: sign-in, first sign-in, main window, and back again."""

from __future__ import annotations

import logging
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.errors import SignInFailed, Unreachable
from ui import garbage, language, look, problems, tasks
from ui.language import say
from ui.locking import Idle, LockWindow
from ui.people.passwords import AskPassword, PasswordDialog
from ui.people.sign_in import SignInWindow
from ui.settings import Settings
from ui.shortcuts import WheelGuard

if TYPE_CHECKING:
    from sync.client import RegistryClient
    from ui.desk import Desk
    from ui.main_window import MainWindow
    from ui.people.accounts import Account
    from ui.people.first_sign_in import FirstSignIn
    from ui.sync.exchange import Exchange

log = logging.getLogger(__name__)
NEEDED_NEXT = (
    "local_db", "sync.engine", "ui.main_window", "ui.people.first_sign_in", "pypinyin",
)  # fmt: skip
"""Loaded while somebody types their password: with them the first window took six times as long."""


DARK = {"system": None, "light": False, "dark": True}


def prepare(app: QApplication, settings: Settings) -> None:
    """Give the program its name, look, language and manners. Once for each process."""
    garbage.keep_to_this_thread(app)
    app.setApplicationName("Yanbei")
    app.setApplicationDisplayName(say("研备", "Yanbei"))
    language.choose(settings.language)
    look.apply(app, dark=DARK[settings.scheme], zoom=settings.zoom)
    language.translate(app)


class Application(QObject):
    """The windows of one process, one after another. `show` begins with signing in."""

    def __init__(self, address: str, folder: Path) -> None:
        super().__init__()
        app = QApplication.instance()
        assert isinstance(app, QApplication), "Qt must be running before its windows"
        self._app = app
        self.settings = Settings(folder, address)
        prepare(app, self.settings)
        self._guard = WheelGuard(self)
        app.installEventFilter(self._guard)
        app.setQuitOnLastWindowClosed(False)
        self.idle = Idle(app, self)
        self.idle.passed.connect(self.lock)
        self.locked: LockWindow | None = None
        self._is_stale = False
        """The colours have changed while the desk was locked."""
        self.account: Account | None = None
        self.desk: Desk | None = None
        self.exchange: Exchange | None = None
        self.sign_in: SignInWindow | None = None
        self.guide: FirstSignIn | None = None
        self.window: MainWindow | None = None
        look.scheme.changed.connect(self._rebuild)

    def show(self) -> SignInWindow:
        """Ask who it is."""
        window = SignInWindow(self.settings)
        window.signed_in.connect(self.open)
        window.language_chosen.connect(self.choose_language)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window.destroyed.connect(self._sign_in_closed)
        self.sign_in = window
        window.show()
        QTimer.singleShot(0, self, self._load_ahead)
        return window

    def _load_ahead(self) -> None:
        tasks.run(
            lambda: [import_module(name) for name in NEEDED_NEXT],
            then=_nothing,
            failed=lambda error: problems.show(error, self.sign_in),
            owner=self,
            lane="work",
        )

    def open(self, account: Account, password: str = "") -> None:
        """Work with an account that has signed in."""
        from ui.desk import Desk
        from ui.people.first_sign_in import FirstSignIn
        from ui.sync import network
        from ui.sync.exchange import Exchange

        self.account = account
        self.desk = Desk(account.copy)
        self.exchange = Exchange(
            self.desk, self._client, self.desk, network=network.of_this_computer(self.desk)
        )
        if account.must_change_password:
            self.guide = FirstSignIn(self.desk, account, self.exchange)
            self.guide.finished.connect(self._guided)
            self.guide.show()
        else:
            self._show_window()
        if self.sign_in is not None:
            window, self.sign_in = self.sign_in, None
            window.close()
        if account.is_fresh:
            self.exchange.start()
        else:
            self._renew(password)

    def _client(self) -> RegistryClient:
        assert self.account is not None, "the exchange runs for an account only"
        return self.account.client()

    def _show_window(self) -> None:
        from ui.main_window import MainWindow

        assert self.desk is not None, "a window needs a desk"
        window = MainWindow(self.desk, self.exchange, self.settings)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window.password_wanted.connect(self._ask_password)
        window.change_password_wanted.connect(self._change_password)
        window.sign_out_wanted.connect(self.sign_out)
        window.language_chosen.connect(self.choose_language)
        window.lock_wanted.connect(self.lock)
        window.zoom_chosen.connect(self.choose_zoom)
        window.scheme_chosen.connect(self.choose_scheme)
        window.lock_minutes_chosen.connect(self.choose_lock_minutes)
        window.closing.connect(self._window_closed)
        self.idle.watch(self.settings.lock_minutes)
        self.window = window
        window.show()

    def _guided(self, account: Account) -> None:
        self.account = account
        self._show_window()
        if self.guide is not None:
            guide, self.guide = self.guide, None
            guide.close()
            guide.deleteLater()
        if self.exchange is not None:
            self.exchange.now()

    # The session

    def _renew(self, password: str) -> None:
        """A new session in the background; the desk works meanwhile."""
        from ui.people import accounts

        account, settings, exchange = self.account, self.settings, self.exchange
        assert account is not None, "only an account has a session"
        assert exchange is not None, "only an account has a session"
        if not password or not settings.address:
            exchange.start()
            return

        def failed(error: Exception) -> None:
            if isinstance(error, SignInFailed):
                self._ask_password()
            elif not isinstance(error, Unreachable):
                problems.show(error, self.window)
            exchange.start()

        tasks.run(
            lambda: accounts.renew(account, settings, password),
            then=lambda _account: exchange.start(),
            failed=failed,
            owner=exchange,
            lane="network",
        )

    def _ask_password(self) -> None:
        from ui.people import accounts

        account, settings, exchange = self.account, self.settings, self.exchange
        if account is None or exchange is None or self.window is None:
            return
        dialog = AskPassword(self.window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def failed(error: Exception) -> None:
            dialog.say_problem(problems.sentence(error))

        def renewed(_account: Account) -> None:
            dialog.accept()
            exchange.now()

        def given(password: str) -> None:
            tasks.run(
                lambda: accounts.renew(account, settings, password),
                then=renewed,
                failed=failed,
                owner=dialog,
                lane="network",
            )

        dialog.given.connect(given)
        dialog.open()

    def _change_password(self) -> None:
        from ui.people import accounts

        account = self.account
        if account is None or self.window is None:
            return
        dialog = PasswordDialog(self.window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def change(old: str, new: str) -> None:
            tasks.run(
                lambda: accounts.change_password(account, old, new),
                then=lambda _account: dialog.accept(),
                failed=lambda error: dialog.form.say_problem(problems.sentence(error)),
                owner=dialog,
                lane="network",
            )

        dialog.form.chosen.connect(change)
        tasks.run(
            lambda: accounts.password_rule(account), then=dialog.form.show_rule, failed=_nothing,
            owner=dialog, lane="network",
        )  # fmt: skip
        dialog.open()

    # Language and colours

    def choose_language(self, chosen: str) -> None:
        """Speak the other language from now on; the windows are built anew."""
        self.settings.language = "en" if chosen == "en" else "zh"
        language.choose(self.settings.language)
        language.translate(self._app)
        self._app.setFont(look.font())
        self._rebuild()

    def choose_zoom(self, zoom: float) -> None:
        """Show everything larger or smaller from now on; what is open stays open."""
        self.settings.zoom = zoom
        look.apply(self._app, dark=DARK[self.settings.scheme], zoom=self.settings.zoom)
        self._settings_changed()

    def choose_scheme(self, scheme: str) -> None:
        """Light, dark, or as the system has it; where that changes, the window is built anew."""
        self.settings.scheme = scheme
        look.apply(self._app, dark=DARK[self.settings.scheme], zoom=self.settings.zoom)
        self._settings_changed()

    def choose_lock_minutes(self, minutes: int) -> None:
        """Lock after so many minutes untouched."""
        self.settings.lock_minutes = minutes
        self.idle.watch(minutes)
        self._settings_changed()

    def _settings_changed(self) -> None:
        if self.window is not None:
            self.window.top.show_settings()

    # Locking

    def lock(self) -> None:
        """Cover every window until the password is typed; what is open stays open."""
        if self.account is None or self.window is None or self.locked is not None:
            return
        self.idle.watch(0)
        locked = LockWindow(self.desk.account.name if self.desk else "", self.window)
        locked.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        locked.given.connect(self._unlock)
        locked.sign_out_wanted.connect(self._leave_locked)
        self.locked = locked
        locked.show()  # `open` would make it modal to one window only

    def _unlock(self, password: str) -> None:
        from local_db import vault

        account, locked = self.account, self.locked
        if account is None or locked is None:
            return
        tasks.run(
            lambda: vault.unlock(account.folder, password),
            then=lambda _key: self._open_up(),
            failed=lambda error: locked.say_problem(problems.sentence(error)),
            owner=locked,
            lane="work",
        )

    def _open_up(self) -> None:
        locked, self.locked = self.locked, None
        if locked is not None:
            locked.open_up()
        self.idle.watch(self.settings.lock_minutes)
        if self._is_stale:
            self._is_stale = False
            self._rebuild()

    def _leave_locked(self) -> None:
        """Sign out without the password: what was written is saved as the windows close."""
        locked, self.locked = self.locked, None
        if locked is not None:
            locked.open_up()
        self.sign_out()

    def come_forward(self) -> None:
        """Somebody started the program again: show the window there is."""
        window = self.locked or self.window or self.guide or self.sign_in
        if window is not None:
            window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
            window.show()
            window.raise_()
            window.activateWindow()

    def _rebuild(self) -> None:
        if self.locked is not None:  # a new window would stand uncovered
            self._is_stale = True
            return
        if self.window is not None:
            before, self.window = self.window, None
            before.closing.disconnect(self._window_closed)
            if not before.close():
                self.window = before
                before.closing.connect(self._window_closed)
                return
            self._show_window()
        elif self.sign_in is not None:
            before_sign_in, self.sign_in = self.sign_in, None
            login = before_sign_in.login.text()
            # It goes after the new one stands: that is not somebody closing the program.
            before_sign_in.destroyed.disconnect(self._sign_in_closed)
            before_sign_in.close()
            self.show().login.setText(login)

    # Leaving

    def sign_out(self) -> None:
        """Close the account's data and ask who it is again."""
        from ui.people import accounts

        if self.window is None:
            return
        window, self.window = self.window, None
        window.closing.disconnect(self._window_closed)
        if not window.close():
            self.window = window
            window.closing.connect(self._window_closed)
            return
        self.idle.watch(0)
        client = self._client()
        self._close_account()
        tasks.run(
            partial(accounts.sign_out, client), then=_nothing, failed=_nothing, owner=self,
            lane="network",
        )  # fmt: skip
        self.show()

    def close(self) -> None:
        """End everything: what is under way leaves at its next safe place, the store is closed."""
        for window in (self.window, self.guide, self.sign_in):
            if isinstance(window, QWidget):
                window.blockSignals(True)  # noqa: FBT003 -- Qt's signature
                window.close()
        self.window = self.guide = self.sign_in = None
        self._close_account()
        self.idle.watch(0)
        look.scheme.changed.disconnect(self._rebuild)
        self._app.removeEventFilter(self._guard)

    def _close_account(self) -> None:
        if self.exchange is not None:
            self.exchange.stop()
        tasks.finish()
        if self.account is not None:
            self.account.copy.close()
        self.account = self.desk = self.exchange = None

    def _window_closed(self) -> None:
        self.window = None
        self._close_account()
        self._app.quit()

    def _sign_in_closed(self) -> None:
        if self.sign_in is not None:  # closed by the person, not because somebody signed in
            self.sign_in = None
            self._app.quit()


def _nothing(_result: object) -> None:
    return
