"""Rules of this repository that no linter knows. Each was broken once, somewhere."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("app", "local_db", "sync", "server", "ui", "resources", "demo", "bench", "house")

MAY_BE_LONGER: dict[str, str] = {
    "app/documents.py": "four generated documents that say fields and roles in one voice",
    "local_db/working_copy.py": "the one door of a desk's store: a method for each thing that "
    "the desk may ask, each handing on to the room that does it",
    "ui/forms/filing.py": "one window whose keys, pages, problems and steps act on one draft; "
    "parted, each half would call back into the other",
    "ui/forms/rows.py": "one table with its keys, its rows that come and go, and its clipboard",
}
"""Path: why this module is read as one although it has more than 400 lines."""

LONGEST = 600
"""No reason makes a module longer than this readable in one go."""

WRITTEN_BY_OTHERS = ("LICENSE", "resources/icons/", "resources/fonts/", "resources/lists/")
"""Texts that are not ours to reword: licences, and sources named in data that we ship."""


def tracked() -> list[str]:
    """Every file of the next commit: what git knows, and what is new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file())


TRACKED = tracked()
SOURCES = [
    name
    for name in TRACKED
    if name.endswith(".py") and (name.split("/")[0] in PACKAGES or "/" not in name)
]
PYTHON = [name for name in TRACKED if name.endswith(".py")]


def text_of(name: str) -> str | None:
    """A tracked file as text, or nothing when it is not text."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def test_the_tree_was_found() -> None:
    assert "Makefile" in TRACKED
    assert "app/errors.py" in SOURCES


def test_a_module_can_be_read_in_one_go() -> None:
    lengths = {name: len((text_of(name) or "").splitlines()) for name in SOURCES}

    too_long = {n: c for n, c in lengths.items() if c > 400 and n not in MAY_BE_LONGER}
    assert not too_long, "find the second idea in them, or write the reason in MAY_BE_LONGER"
    assert not {n: c for n, c in lengths.items() if c > LONGEST}


def test_every_exception_is_still_needed_and_has_its_reason() -> None:
    for name, why in MAY_BE_LONGER.items():
        assert len((text_of(name) or "").splitlines()) > 400, f"{name} is short again"
        assert len(why.split()) >= 5, f"{name}: {why!r} is no reason"


def test_no_module_is_a_grab_bag() -> None:
    # A name that says what kind of code it is gathers code of every kind.
    bags = re.compile(r"(^|_)(utils?|helpers?|managers?|misc|common|stuff|base|tools?)$")
    assert not [name for name in SOURCES if bags.search(Path(name).stem)]


def test_no_class_is_named_for_what_kind_of_code_it_is() -> None:
    kinds = re.compile(r"(Manager|Helper|Utils?|Info|Processor|Impl)$")
    found = [
        f"{name}: {node.name}"
        for name in SOURCES
        for node in ast.walk(ast.parse(text_of(name) or ""))
        if isinstance(node, ast.ClassDef) and kinds.search(node.name)
    ]
    assert not found


def test_every_module_says_what_it_is_for() -> None:
    silent = [name for name in PYTHON if not ast.get_docstring(ast.parse(text_of(name) or ""))]
    assert not silent


def test_no_machine_path_is_in_the_repository() -> None:
    # Written in pieces, so that this file does not find itself.
    places = re.compile(
        "|".join(["/wo" + r"rk/\w", "/ro" + r"ot/\w", r"/ho" + r"me/\w+/", "/tm" + r"p/\w"])
    )
    found = [
        f"{name}: {line.strip()[:100]}"
        for name in TRACKED
        if not name.startswith(WRITTEN_BY_OTHERS)
        for line in (text_of(name) or "").splitlines()
        if places.search(line)
    ]
    assert not found


def test_no_package_index_is_named() -> None:
    # A lock that names an index cannot be installed where that index is not reached.
    index = re.compile(
        r"(--(extra-)?index-url|--find-links|--trusted-host|PIP_\w*INDEX|UV_\w*INDEX)", re.I
    )
    simple = re.compile(r"https?://[^\s/]+(/[^\s/]+)*/" + "simple" + r"(/|\b)")
    found = [
        f"{name}: {line.strip()[:100]}"
        for name in TRACKED
        if name != "tests/test_house.py"
        for line in (text_of(name) or "").splitlines()
        if index.search(line) or simple.search(line)
    ]
    assert not found


def test_nothing_to_do_is_hidden_in_a_comment() -> None:
    mark = re.compile(r"#\s*(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    assert not [name for name in PYTHON if mark.search(text_of(name) or "")]


LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def plain(name: str) -> str:
    """A package's name as indexes compare it, without extras and versions."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", name.strip())[0]).lower()


def test_the_lock_pins_every_package_with_hashes_and_names_no_address() -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", LOCK)
    unpinned = [e.splitlines()[0] for e in entries if e[0].isalnum() and "==" not in e.split()[0]]
    unhashed = [e.split()[0] for e in entries if e[0].isalnum() and "--hash=sha256:" not in e]

    assert not unpinned
    assert not unhashed
    assert "://" not in LOCK


def test_what_is_asked_for_is_locked_and_declared_alike() -> None:
    wanted = {
        plain(line)
        for line in (text_of("requirements.in") or "").splitlines()
        if line.strip() and not line.startswith("#")
    }
    locked = {plain(line) for line in LOCK.splitlines() if re.match(r"[A-Za-z0-9].*==", line)}
    project = tomllib.loads(text_of("pyproject.toml") or "")["project"]
    extras = project["optional-dependencies"].values()
    declared = {plain(n) for n in [*project["dependencies"], *(n for e in extras for n in e)]}

    assert wanted <= locked
    assert wanted == declared


def test_qt_stays_at_the_version_that_does_not_abort() -> None:
    # docs/decisions/0005: 6.12 on Python 3.11 aborts after some 570 signals.
    pinned = re.search(r"^pyside6-essentials==(\S+)", LOCK, re.M)

    assert pinned is not None
    assert tuple(map(int, pinned[1].split("."))) < (6, 12)


@pytest.mark.parametrize(
    "target", ["run", "demo", "test", "check", "serve", "bench", "docs", "build"]
)
def test_make_alone_lists_every_target(target: str) -> None:
    said = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout

    assert re.search(rf"^  make {target} +\S", said, re.M)


DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(p.name[:4]) for p in DECISIONS] == list(range(len(DECISIONS)))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_fits_a_page_and_names_what_keeps_it(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").rstrip().splitlines()

    assert len(lines) <= 60
    assert lines[-1].startswith("Kept by: ")


LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def test_links_between_documents_lead_somewhere() -> None:
    lost = [
        f"{name} → {target}"
        for name in TRACKED
        if name.endswith(".md") and not name.startswith(WRITTEN_BY_OTHERS)
        for target in LINK.findall(text_of(name) or "")
        if not (ROOT / name).parent.joinpath(target).exists()
    ]
    assert not lost


ICON = re.compile(r"<svg[^>]*\bstroke=\"currentColor\"", re.S)


def test_every_icon_can_be_tinted() -> None:
    icons = list((ROOT / "resources" / "icons").glob("*.svg"))

    assert len(icons) >= 40
    assert not [icon.name for icon in icons if not ICON.search(icon.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("font", ["NotoSansSC-Regular", "NotoSansSC-Bold", "NotoSerifSC-Regular"])
def test_the_fonts_can_be_embedded_and_know_rare_names(font: str) -> None:
    from reportlab.pdfbase.ttfonts import TTFont

    face = TTFont(font, str(ROOT / "resources" / "fonts" / f"{font}.ttf")).face

    assert not [char for char in "李喆王堃赵犇陈䶮孙㛃周𬭊" if ord(char) not in face.charToGlyph]
