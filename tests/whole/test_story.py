"""The whole main job, through the real windows of two desks and a real registry."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

SOURCE = Path(__file__).parent.parent.parent


def text_of(path: Path) -> str:
    """The text of a PDF without what its lines and pages put in between."""
    pages = PdfReader(path).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story, played once to its end."""
    output = tmp_path_factory.mktemp("story") / "demo-output"
    told = subprocess.run(
        [sys.executable, "-m", "demo", "--output", str(output)],
        cwd=SOURCE,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )
    assert told.returncode == 0, told.stdout[-3000:] + told.stderr[-3000:]
    return output


@pytest.mark.timeout(600)
def test_the_story_comes_to_its_end(played):
    seen = json.loads((played / "seen.json").read_text(encoding="utf-8"))

    assert (seen["checked"]["rows"], seen["checked"]["wrong"]) == (30, 4)
    assert len(seen["missing"]) == 2
    assert seen["outbox"]
    assert seen["number"].startswith("MR-43-")
    assert seen["record"]["state"] == "filed"
    assert seen["record"]["commands"] == [
        "submit", "return", "submit", "ec_pass", "ec_all_in", "ec_conclude", "approve",
    ]  # fmt: skip


@pytest.mark.timeout(600)
def test_it_leaves_pictures_of_every_main_screen(played):
    pictures = list((played / "pictures").glob("*.png"))

    assert len(pictures) >= 40
    assert all(picture.stat().st_size > 5000 for picture in pictures)


@pytest.mark.timeout(600)
def test_the_paper_says_what_was_typed(played):
    seen = json.loads((played / "seen.json").read_text(encoding="utf-8"))
    summary = text_of(played / "paper" / "审查摘要.pdf")
    filing = text_of(played / "paper" / "备案表.pdf")

    for said in (
        seen["number"],
        "项目负责人",
        "林敏",
        seen["reason"],
        "伦审〔2026〕研018号",
        "何平",
    ):
        assert "".join(said.split()) in summary
    for said in (seen["number"], seen["title"], "研究实施单位", "长河市第一人民医院", "AK104"):
        assert "".join(said.split()) in filing
    assert "草稿" not in filing


@pytest.mark.timeout(600)
def test_nothing_of_it_lies_on_a_disk_of_a_desk_in_plain_text(played):
    seen = json.loads((played / "seen.json").read_text(encoding="utf-8"))
    secrets = [seen["title"].encode(), "林敏".encode(), b"43010219700101101X", b"Linmin26x"]

    for desk in ("office", "laptop"):
        for file in (played / "stores" / desk).rglob("*"):
            if file.is_file():
                content = file.read_bytes()
                assert not [s for s in secrets if s in content], file
