"""How the desk looks: colours by role, spacing, type, icons. Nothing else names a colour."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

from PySide6.QtCore import QByteArray, QObject, QSize, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QLabel, QWidget

import resources
from ui import language

# Space, in pixels.
TIGHT, SMALL, NORMAL, WIDE, HUGE = 4, 8, 12, 16, 24
CONTROL, ROW, ROW_COMPACT, ROW_ROOMY, TOP_BAR = 30, 28, 24, 34, 40
FORM_WIDTH = 760
# Type, in points.
HINT, TEXT, SECTION, TITLE = 9, 10, 12, 15
ICON = 16
FAMILY = "Noto Sans SC"


@dataclass(frozen=True)
class Colours:
    """Every colour of the window, by what it is for."""

    window: str
    base: str
    raised: str
    line: str
    text: str
    dim: str
    faint: str
    accent: str
    on_accent: str
    accent_soft: str
    chosen: str
    block: str
    block_soft: str
    warn: str
    warn_soft: str
    note: str
    note_soft: str
    done: str
    done_soft: str


LIGHT = Colours(
    window="#f4f5f6", base="#ffffff", raised="#ffffff", line="#d5d9dc",
    text="#1d2327", dim="#58626a", faint="#89929a",
    accent="#0b6b6b", on_accent="#ffffff", accent_soft="#dcefee", chosen="#cfe6e5",
    block="#b3261e", block_soft="#fbe9e7", warn="#8f5a00", warn_soft="#fdf1da",
    note="#1f5fa8", note_soft="#e5eff9", done="#1f7a3d", done_soft="#e3f3e7",
)  # fmt: skip
DARK = Colours(
    window="#1b1f22", base="#22272b", raised="#2a3035", line="#3d454b",
    text="#e4e8ea", dim="#a9b2b8", faint="#7d878e",
    accent="#4fb8b3", on_accent="#0c1a1a", accent_soft="#1f3a3a", chosen="#28484a",
    block="#f28b82", block_soft="#43272a", warn="#e3b15c", warn_soft="#3d321d",
    note="#86b7ec", note_soft="#22344a", done="#7fcb95", done_soft="#20392a",
)  # fmt: skip

ColourRole: TypeAlias = Literal[
    "window", "base", "raised", "line", "text", "dim", "faint", "accent", "on_accent",
    "accent_soft", "chosen", "block", "block_soft", "warn", "warn_soft", "note", "note_soft",
    "done", "done_soft",
]  # fmt: skip
assert set(ColourRole.__args__) == {f.name for f in fields(Colours)}  # type: ignore[attr-defined]


class _Scheme(QObject):
    """Which colours are in use; tells when they have changed, so that windows tint icons anew."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.colours = LIGHT
        self.zoom = 1.0
        self.follows = False
        """Whether the system says if it is dark."""
        self.listens = False


scheme = _Scheme()
_TINTED: list[QTemporaryDir] = []


def colours() -> Colours:
    return scheme.colours


def colour(role: ColourRole) -> QColor:
    return QColor(getattr(scheme.colours, role))


def is_dark() -> bool:
    return scheme.colours is DARK


def apply(app: QApplication, *, dark: bool | None = None, zoom: float = 1.0) -> None:
    """Give the whole program its look. Follows the system's dark mode unless `dark` says which."""
    hints = app.styleHints()
    if not scheme.listens:
        scheme.listens = True
        hints.colorSchemeChanged.connect(
            lambda _now: apply(app, zoom=scheme.zoom) if scheme.follows else None
        )
    scheme.follows = dark is None
    if dark is None:
        dark = hints.colorScheme() == Qt.ColorScheme.Dark
    changes = scheme.colours is not (DARK if dark else LIGHT)
    scheme.colours, scheme.zoom = (DARK if dark else LIGHT), zoom
    _bundled_fonts()
    if app.style().objectName() != "fusion":
        app.setStyle("fusion")
    app.setFont(font())
    app.setPalette(_palette())
    app.setStyleSheet(_style_sheet())
    if changes:
        scheme.changed.emit()


def font(points: float = TEXT, *, bold: bool = False) -> QFont:
    made = QFont(FAMILY)
    made.setPointSizeF(points * scheme.zoom)
    made.setBold(bold)
    if language.chosen() == "en":
        # The quotes of a Chinese font are as wide as its characters: “New” would stand in a gap.
        made.setFeature(QFont.Tag("pwid"), 1)
    return made


@lru_cache(maxsize=1)
def _bundled_fonts() -> tuple[int, ...]:
    # The offscreen platform and fresh office machines alike may have no Chinese font.
    folder = resources.path("fonts")
    return tuple(
        QFontDatabase.addApplicationFont(str(folder / name))
        for name in ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")
    )


def icon(name: str, role: ColourRole = "dim") -> QIcon:
    """An icon of `resources/icons`, tinted; in menus and on buttons a text stands beside it."""
    return _icon(name, colour(role).name(), colour("faint").name())


@lru_cache(maxsize=512)
def _icon(name: str, tint: str, faint: str) -> QIcon:
    made = QIcon()
    for scale in (1, 1.5, 2):
        made.addPixmap(_drawn(name, tint, scale), QIcon.Mode.Normal)
        made.addPixmap(_drawn(name, faint, scale), QIcon.Mode.Disabled)
    return made


def pixmap(name: str, role: ColourRole = "dim", size: int = ICON) -> QPixmap:
    app = QApplication.instance()
    ratio = app.devicePixelRatio() if isinstance(app, QApplication) else 1.0
    return _drawn(name, colour(role).name(), ratio, size)


@lru_cache(maxsize=2048)
def _drawn(name: str, tint: str, scale: float, size: int = ICON) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(_svg(name, tint).encode()))
    drawn = QPixmap(QSize(round(size * scale), round(size * scale)))
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    renderer.render(painter)
    painter.end()
    drawn.setDevicePixelRatio(scale)
    return drawn


def _svg(name: str, tint: str) -> str:
    source = resources.path(f"icons/{name}.svg").read_text(encoding="utf-8")
    return source.replace("currentColor", tint)


def _icon_file(name: str, role: ColourRole) -> str:
    """A tinted icon as a file, because a style sheet takes nothing else."""
    if not _TINTED:
        _TINTED.append(QTemporaryDir())
    tint = colour(role).name()
    path = Path(_TINTED[0].path()) / f"{name}-{tint[1:]}.svg"
    if not path.exists():
        path.write_text(_svg(name, tint), encoding="utf-8")
    return path.as_posix()


def _palette() -> QPalette:
    c = scheme.colours
    made = QPalette()
    roles = QPalette.ColorRole
    for role, value in {
        roles.Window: c.window, roles.WindowText: c.text, roles.Base: c.base,
        roles.AlternateBase: c.window, roles.Text: c.text, roles.Button: c.raised,
        roles.ButtonText: c.text, roles.BrightText: c.block, roles.ToolTipBase: c.raised,
        roles.ToolTipText: c.text, roles.PlaceholderText: c.faint, roles.Highlight: c.accent,
        roles.HighlightedText: c.on_accent, roles.Link: c.accent, roles.LinkVisited: c.accent,
        roles.Accent: c.accent, roles.Light: c.raised, roles.Midlight: c.line, roles.Mid: c.line,
        roles.Dark: c.faint, roles.Shadow: c.dim,
    }.items():  # fmt: skip
        made.setColor(role, QColor(value))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(c.faint))
    return made


def _style_sheet() -> str:
    c = scheme.colours
    values = {f.name: getattr(c, f.name) for f in fields(c)} | {
        "down": _icon_file("chevron-down", "dim"),
        "close": _icon_file("x", "dim"),
        "close_hover": _icon_file("x", "block"),
        "up": _icon_file("chevron-up", "dim"),
        "check": _icon_file("check", "on_accent"),
        "radio": _icon_file("circle", "dim"),
        "radio_off": _icon_file("circle", "line"),
        "radio_on": _icon_file("circle-dot", "accent"),
        "hint_pt": f"{HINT * scheme.zoom:g}pt",
        "section_pt": f"{SECTION * scheme.zoom:g}pt",
        "title_pt": f"{TITLE * scheme.zoom:g}pt",
    }
    template = resources.path("style.qss").read_text(encoding="utf-8")
    return re.sub(r"@(\w+)", lambda found: values[found[1]], template)


# What a widget is, for the style sheet: hint, section, title, missing, block, warn, note, done …
def mark(widget: QWidget, kind: str) -> None:
    """Say what a widget is; the style sheet knows how that looks."""
    if widget.property("kind") != kind:
        widget.setProperty("kind", kind)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def label(text: str = "", kind: str = "", *, wrap: bool = False) -> QLabel:
    """A label that never takes what it shows for markup."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    made.setWordWrap(wrap)
    if kind:
        mark(made, kind)
    return made
