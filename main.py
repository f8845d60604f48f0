"""Start the desk: settings, log, crash hook, window. The only place that wires it."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from app.errors import AppError


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """What may be said at the start; the environment says it where the command line does not."""
    parser = argparse.ArgumentParser(prog="yanbei", description="研备 Yanbei")
    parser.add_argument(
        "--registry",
        default=os.environ.get("YANBEI_REGISTRY", ""),
        help="address of the registry · 登记中心的地址",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=os.environ.get("YANBEI_FOLDER") or None,
        help="folder for this desk's data · 数据文件夹",
    )
    parser.add_argument("--language", choices=("zh", "en"), default=None)
    return parser.parse_args(given)


def default_folder() -> Path:
    """Where the platform keeps a program's data."""
    from PySide6.QtCore import QStandardPaths

    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
    return Path(place) / "yanbei"


def is_from_source() -> bool:
    return not getattr(sys, "frozen", False) and (Path(__file__).parent / "server").is_dir()


def main(given: list[str] | None = None) -> int:
    """Run the desk until its window is closed; the exit code."""
    from PySide6.QtWidgets import QApplication

    from ui.crash import CrashHook, faults_to, log_to
    from ui.embedded import EmbeddedRegistry
    from ui.settings import Settings
    from ui.single import SingleInstance

    chosen = arguments(given)
    app = QApplication(sys.argv[:1])
    folder = Path(chosen.folder) if chosen.folder else default_folder()
    single = SingleInstance(folder)
    if not single.is_first():
        return 0  # the window of the program that is at work here comes forward
    log_to(folder / "log")
    faults_to(folder / "log")
    hook = CrashHook()
    hook.install()
    settings = Settings(folder)
    if chosen.language:
        settings.language = chosen.language
    address, registry = chosen.registry or settings.address, None
    if not address and is_from_source():
        registry = EmbeddedRegistry(folder / "registry", Path(__file__).parent)

    # Read while the registry starts: each takes about as long as the other.
    from ui import problems
    from ui.start import Application

    if registry is not None:
        try:
            address = registry.address
        except AppError as error:
            problems.show(error)
    desk = Application(address, folder)
    single.woken.connect(desk.come_forward)
    desk.show()
    try:
        return app.exec()
    finally:
        desk.close()
        single.close()
        if registry is not None:
            registry.stop()
        hook.uninstall()


if __name__ == "__main__":
    from app.roster import child

    # The frozen program starts itself to read workbooks: then it is no desk.
    sys.exit(child.main(sys.argv) if child.is_wanted(sys.argv) else main())
