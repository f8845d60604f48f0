"""What this computer remembers for everybody who uses it: the registry's address, the language."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any
from uuid import uuid4

from app.words import Language

DEFAULTS: dict[str, Any] = {
    "address": "", "language": "zh", "zoom": 1.0, "window": "", "scheme": "system",
    "lock_minutes": 15,
}  # fmt: skip
ZOOMS = (0.9, 1.0, 1.1, 1.25, 1.5)
SCHEMES = ("system", "light", "dark")


class Settings:
    """A small file in the data folder. It never holds who signs in, nor anybody's data."""

    def __init__(self, folder: Path, address: str = "") -> None:
        self.folder = folder
        self._path = folder / "settings.json"
        self._given = address
        self._kept: dict[str, Any] = dict(DEFAULTS)
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            kept = {}  # a first start, or a file cut off: the defaults are right again
        if isinstance(kept, dict):
            self._kept |= kept
        if not self._kept.get("desk"):
            self._kept["desk"] = uuid4().hex
            self._write()

    @property
    def address(self) -> str:
        """Where the registry is: as given at the start, else as last set here."""
        return self._given or str(self._kept["address"])

    @address.setter
    def address(self, address: str) -> None:
        self._given = ""
        self._keep("address", address.strip().rstrip("/"))

    @property
    def language(self) -> Language:
        return "en" if self._kept["language"] == "en" else "zh"

    @language.setter
    def language(self, language: Language) -> None:
        self._keep("language", language)

    @property
    def zoom(self) -> float:
        zoom = self._kept["zoom"]
        return min(1.5, max(0.9, float(zoom))) if isinstance(zoom, int | float) else 1.0

    @zoom.setter
    def zoom(self, zoom: float) -> None:
        self._keep("zoom", zoom)

    @property
    def scheme(self) -> str:
        """Light, dark, or as the system has it."""
        return str(self._kept["scheme"]) if self._kept["scheme"] in SCHEMES else "system"

    @scheme.setter
    def scheme(self, scheme: str) -> None:
        self._keep("scheme", scheme)

    @property
    def lock_minutes(self) -> int:
        """After how many minutes untouched the desk locks itself; 0: never."""
        kept = self._kept["lock_minutes"]
        return kept if isinstance(kept, int) and 0 <= kept <= 24 * 60 else 15

    @lock_minutes.setter
    def lock_minutes(self, minutes: int) -> None:
        self._keep("lock_minutes", minutes)

    @property
    def window(self) -> str:
        """Where the main window stood, as Qt keeps it (base64)."""
        return str(self._kept["window"])

    @window.setter
    def window(self, geometry: str) -> None:
        self._keep("window", geometry)

    @property
    def desk(self) -> str:
        """A random id of this desk, the same each time."""
        return str(self._kept["desk"])

    @property
    def desk_name(self) -> str:
        return socket.gethostname()[:100]

    @property
    def accounts(self) -> Path:
        """Where the accounts' encrypted data lie."""
        return self.folder / "accounts"

    def _keep(self, name: str, value: Any) -> None:
        if self._kept.get(name) != value:
            self._kept[name] = value
            self._write()

    def _write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = self._path.with_suffix(".new")
        beside.write_text(json.dumps(self._kept, indent=1), encoding="utf-8")
        beside.replace(self._path)
