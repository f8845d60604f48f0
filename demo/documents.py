"""The PDFs of the story: a protocol, a consent form, an approval."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

import resources

FONT = "StorySans"


def write(folder: Path, answers: dict[str, Any]) -> tuple[Path, Path]:
    """The protocol and the consent form of the study."""
    title, purpose = (
        answers["basic.research_title"],
        answers["content.research_objective_description"],
    )
    protocol = _pdf(
        folder / "研究方案 V1.2.pdf", "研究方案", [title, purpose, *_arms(answers)], pages=3
    )
    consent = _pdf(
        folder / "知情同意书 V1.1.pdf", "知情同意书",
        [title, "尊敬的研究参与者：我们邀请您参加一项临床研究。参加与否完全自愿，您可以随时退出。"],
        pages=2,
    )  # fmt: skip
    return protocol, consent


def approval(folder: Path) -> Path:
    """The committee's approval document."""
    said = [
        "经审查，同意按所报方案开展研究。",
        "批件号：伦审〔2026〕研018号",
        "有效期一年，请按期提交年度报告。",
    ]
    return _pdf(folder / "伦理批件.pdf", "伦理审查批件", said, pages=1)


def _arms(answers: dict[str, Any]) -> list[str]:
    return [arm["design.intervention_description"] for arm in answers["design.research_groups"]]


def _pdf(path: Path, heading: str, paragraphs: list[str], *, pages: int) -> Path:
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(FONT, str(resources.path("fonts/NotoSansSC-Regular.ttf"))))
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas = Canvas(str(path), pagesize=A4)
    for number in range(1, pages + 1):
        canvas.setFont(FONT, 18)
        canvas.drawString(80, 770, f"{heading}（第 {number} 页）")
        canvas.setFont(FONT, 11)
        height = 730.0
        for paragraph in paragraphs:
            for line in simpleSplit(paragraph, FONT, 11, 440):
                canvas.drawString(80, height, line)
                height -= 18
            height -= 10
        canvas.showPage()
    canvas.save()
    return path
