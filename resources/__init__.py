"""Files that come with the program: lists, fonts, icons, templates."""

from __future__ import annotations

import sys
from pathlib import Path


def path(name: str) -> Path:
    """Where a file of `resources/` lies, from source and in the frozen program alike."""
    frozen = getattr(sys, "_MEIPASS", None)
    base = Path(frozen) / "resources" if frozen else Path(__file__).parent
    return base / name
