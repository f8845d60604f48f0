"""Documents made from the declarations are up to date, and say what a person signs off."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import documents
from app.forms import FORMS
from app.forms.conditions import Answered, Condition, Has, Is
from app.workflows import WORKFLOWS


def test_the_documents_in_the_repository_are_as_the_declarations_make_them() -> None:
    assert not documents.stale(), "run make docs"


def test_check_names_what_is_stale_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(documents, "FOLDER", tmp_path)
    monkeypatch.setattr(documents.stale, "__defaults__", (tmp_path,))

    assert documents.main(["--check"]) == 1
    assert "docs/permissions.md" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
    assert documents.main([]) == 0
    assert documents.main(["--check"]) == 0
    (tmp_path / "forms.md").write_text("old", encoding="utf-8")
    assert documents.main(["--check"]) == 1


def row(text: str, heading: str, state: str) -> list[str]:
    section = text.split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]
    (found,) = [line for line in section.splitlines() if line.startswith(f"| {state} ")]
    return [cell.strip() for cell in found.strip("|").split("|")]


def test_the_matrix_says_who_does_what_in_a_state() -> None:
    text = documents.permissions_text(WORKFLOWS, FORMS)
    head = row(text, "医学研究登记备案", "状态")
    draft = dict(zip(head, row(text, "医学研究登记备案", "草稿"), strict=True))
    review = dict(zip(head, row(text, "医学研究登记备案", "待伦理委员会形式审查"), strict=True))

    assert draft["项目负责人 Principal investigator"].startswith(
        "**办**；阅；保存 Save；提交 Submit"
    )
    assert draft["授权人 Delegate"] == "**办**；阅；保存 Save；送负责人 Hand to investigator"
    assert draft["伦理委员会秘书 Ethics committee secretary"] == "—"
    assert review["项目负责人 Principal investigator"] == "阅；撤销变更 Undo the change"
    assert "驳回 Return" in review["伦理委员会秘书 Ethics committee secretary"]


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.id)
def test_every_question_and_every_option_is_described(form: object) -> None:
    described = documents.forms_text(FORMS, {})
    for field in FORMS[form.id].fields():  # type: ignore[attr-defined]
        assert f"`{field.id}`" in described


def test_every_state_and_every_step_is_described() -> None:
    described = documents.workflows_text(WORKFLOWS, FORMS)
    for workflow in WORKFLOWS.values():
        for told in (*workflow.states, *workflow.steps):
            assert f"{told.zh} {told.en}" in described


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (Is("impl.multicenter_flag", "yes"), "是否为多中心试验/研究 = 是"),
        (Has("design.vulnerable_group_type", "children"), "弱势群体类型 含 儿童"),
        (~Answered("basic.public_name"), "非（医学研究通俗名称 已填写）"),
        (
            Is("nobody", 1) & (Is("impl.dsmb_flag", "no") | Answered("x")),
            "`nobody` = 1 且 （数据监察委员会 = 不具有 或 `x` 已填写）",
        ),
    ],
)
def test_a_condition_is_read_out(condition: Condition, text: str) -> None:
    assert documents.condition_text(condition, FORMS["study"]) == text


def test_a_condition_that_nobody_taught_it_to_read_is_not_passed_over() -> None:
    with pytest.raises(TypeError, match="teach"):
        documents.condition_text(Condition())
