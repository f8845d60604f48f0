"""Starting: what the computer remembers, the log, the crash hook, a registry of one's own."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import main
from app.errors import Faulty
from ui import problems
from ui.crash import CrashHook, _on_qt_message, log_to
from ui.embedded import EmbeddedRegistry
from ui.settings import Settings


def source_with(tmp_path: Path, server: str) -> Path:
    """A folder from which `python -m server` runs this."""
    package = tmp_path / "source" / "server"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('"""A stand-in."""\n')
    (package / "__main__.py").write_text(server)
    return package.parent


def test_a_registry_of_ones_own_tells_its_address_and_is_ended(tmp_path: Path) -> None:
    source = source_with(
        tmp_path,
        "import time\nprint('listening on http://127.0.0.1:8123', flush=True)\ntime.sleep(60)\n",
    )

    registry = EmbeddedRegistry(tmp_path / "registry", source)

    assert registry.address == "http://127.0.0.1:8123"
    registry.stop()
    assert registry._process.poll() is not None


def test_a_registry_that_does_not_start_is_told_with_what_it_said(tmp_path: Path) -> None:
    source = source_with(tmp_path, "raise SystemExit('no such database')\n")

    with pytest.raises(Faulty) as told:
        _ = EmbeddedRegistry(tmp_path / "registry", source).address

    assert "没有启动" in told.value.say()
    assert "no such database" in told.value.details["said"]


def test_settings_cut_off_by_a_crash_are_the_defaults_again(tmp_path: Path) -> None:
    first = Settings(tmp_path)
    first.address = "https://registry.example.org"
    (tmp_path / "settings.json").write_text('{"address": "https://regi')

    again = Settings(tmp_path)

    assert again.address == ""
    assert again.language == "zh"
    assert again.desk != ""


def test_the_desk_keeps_its_id(tmp_path: Path) -> None:
    assert Settings(tmp_path).desk == Settings(tmp_path).desk


def test_an_address_given_at_the_start_is_not_kept(tmp_path: Path) -> None:
    assert Settings(tmp_path, "http://127.0.0.1:1").address == "http://127.0.0.1:1"
    assert Settings(tmp_path).address == ""


def test_the_command_line_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANBEI_REGISTRY", "http://one")
    monkeypatch.setenv("YANBEI_FOLDER", "somewhere")

    assert main.arguments([]).registry == "http://one"
    assert main.arguments([]).folder == Path("somewhere")
    assert main.arguments(["--registry", "http://two"]).registry == "http://two"


@pytest.mark.expects_log("bug: builtins.RuntimeError")
def test_an_error_of_another_thread_reaches_the_person(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Exception] = []
    real = problems.show
    monkeypatch.setattr(problems, "show", lambda error: (shown.append(error), real(error)))
    before = sys.excepthook, threading.excepthook
    hook = CrashHook()
    hook.install()

    def fails() -> None:
        raise RuntimeError("nobody expected this")

    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()

    qtbot.waitUntil(lambda: bool(shown))
    hook.uninstall()
    sys.excepthook, threading.excepthook = before
    for box in list(problems._OPEN):
        box.close()


@pytest.mark.expects_log("qt: something about a widget")
def test_what_qt_says_goes_to_the_log() -> None:
    from PySide6.QtCore import QMessageLogContext, QtMsgType

    context = QMessageLogContext()
    _on_qt_message(QtMsgType.QtWarningMsg, context, "something about a widget")
    _on_qt_message(QtMsgType.QtWarningMsg, context, "This plugin does not support raise()")


def test_the_log_is_a_file_of_the_data_folder(tmp_path: Path) -> None:
    import logging

    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)

    path = log_to(tmp_path / "log")
    logging.getLogger("yanbei").info("started %s", 3)

    for handler in [h for h in root.handlers if h not in handlers]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    assert "INFO yanbei: started 3" in path.read_text(encoding="utf-8")


def test_what_the_system_ended_leaves_the_line_it_was_at(tmp_path: Path) -> None:
    program = (
        "import ctypes, pathlib\n"
        "from ui.crash import faults_to\n"
        f"faults_to(pathlib.Path({str(tmp_path)!r}))\n"
        "def broken() -> None: ctypes.string_at(0)\n"
        "broken()\n"
    )

    ended = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)

    assert ended.returncode < 0
    told = (tmp_path / "faults.log").read_text(encoding="utf-8")
    assert "Segmentation fault" in told
    assert "in broken" in told
