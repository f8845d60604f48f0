"""Adding a field to the study form is one line in one file; everything else reads it there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parent.parent.parent
PAGE = Path("app/forms/study/content.py")
BEFORE = '    Field("content.study_type"'
LINE = (
    '    Field("content.follow_up", "随访安排", Text(60), required=True, '
    'english="Follow-up", example="每月一次"),\n'
)

READERS = """
import datetime, io, sys
from PySide6.QtWidgets import QApplication, QLineEdit
from pypdf import PdfReader
from app import documents
from app.answers import check, compare, summarise
from app.exchange.pdf import filing_pdf
from app.forms import FORMS
from app.record import Record
from tests.builders import study_answers
from ui.forms import editors
from ui.forms.draft import Draft
from ui.forms.editing import Around
from ui.forms.page import PageView
from uuid import UUID

form, name = FORMS["study"], "content.follow_up"
answers = study_answers()
assert [p.path for p in check(form, answers) if p.level == "block"] == [name], "check"
longer = {**answers, name: "每季度一次"}
assert not [p for p in check(form, longer) if p.level == "block"]
lines = {line.path: line.text for part in summarise(form, longer) for line in part.lines}
assert lines[name] == "每季度一次", "summary"
assert [(d.label.zh.split(" › ")[-1], d.told()) for d in compare(form, answers, longer)] == [
    ("随访安排", ("", "每季度一次"))
], "difference"
record = Record(UUID(int=1), "study", form.version, "draft", answers=longer)
pages = PdfReader(io.BytesIO(filing_pdf(record, printed_at=datetime.datetime(2026, 11, 21)))).pages
paper = "".join("".join(page.extract_text().split()) for page in pages)
assert "随访安排" in paper and "每季度一次" in paper, "paper"
app = QApplication(sys.argv)
draft = Draft(form, answers)
page = PageView(next(p for p in form.pages if p.id == "content").fields, Around(draft))
line = page.cells[name].editor.findChild(QLineEdit)
line.setText("每月一次")
line.textEdited.emit("每月一次")
assert draft.value(name) == "每月一次", "wizard"
assert any("随访安排" in text for text in documents.documents().values()), "docs"
print("everybody reads it")
"""


def test_one_line_in_one_file_is_read_everywhere(tmp_path):
    shutil.copytree(SOURCE / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    for room in ("ui", "local_db", "sync", "resources", "tests"):
        (tmp_path / room).symlink_to(SOURCE / room)
    page = tmp_path / PAGE
    text = page.read_text(encoding="utf-8")
    assert text.count(BEFORE) == 1
    page.write_text(text.replace(BEFORE, LINE + BEFORE), encoding="utf-8")

    told = subprocess.run(
        [sys.executable, "-c", READERS],
        cwd=tmp_path,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert told.stdout.strip() == "everybody reads it", told.stderr[-2000:]
