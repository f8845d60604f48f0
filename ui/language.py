"""Which of the two languages the window speaks.

Every text of the window is said in Chinese and English where it stands; this is the one place
that knows which of them is shown.
"""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QTranslator
from PySide6.QtWidgets import QApplication

from app.words import Language, Words

_CHOSEN: list[Language] = ["zh"]


def choose(language: Language) -> None:
    """Take effect for every text asked for from now on; windows are built anew by the caller."""
    _CHOSEN[0] = language


def chosen() -> Language:
    return _CHOSEN[0]


def say(zh: str, en: str) -> str:
    return en if _CHOSEN[0] == "en" else zh


def told(words: Words) -> str:
    return words.say(_CHOSEN[0])


def translate(app: QApplication) -> None:
    """Qt's own texts (context menus, dialogs) in the language chosen."""
    for old in app.findChildren(QTranslator):
        app.removeTranslator(old)
        old.deleteLater()
    if chosen() == "zh":
        translator = QTranslator(app)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if translator.load("qtbase_zh_CN", folder):
            app.installTranslator(translator)
