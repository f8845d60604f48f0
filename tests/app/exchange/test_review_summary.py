"""The review summary: first as nested plain data, then on paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.exchange.pdf import review_summary_pdf
from app.exchange.review_summary import Review, review_answers, review_summary
from app.forms import FORMS
from app.record import Record
from tests.app.exchange import papers
from tests.app.exchange.papers import (
    AT,
    HE,
    NAMES,
    REVIEWED,
    TITLE,
    ZHOU,
    opinion,
    pages_of,
    passage,
    squeezed,
    study,
    text_of,
)


@pytest.fixture(autouse=True)
def small_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """The summary asks a study's form for its title and its documents, and needs no more."""
    monkeypatch.setitem(FORMS, "study", papers.FORM)


PROTOCOL = {"d1": {"name": "研究方案.pdf", "version": "V1.0", "date": "2026-03-05", "pages": 35}}


def review(record: Record | None = None, opinions: tuple[Record, ...] = ()) -> Review:
    return Review(record or study("inst", log=REVIEWED), opinions, names=NAMES)


def answers(*args: Any) -> dict[str, Any]:
    return review_answers(review(*args))


def rows(group: dict[str, Any]) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if v is not None} for row in group.values()]


def test_the_study_is_named_with_its_people_and_its_way_of_review() -> None:
    found = answers()

    assert found["title"] == TITLE
    assert found["number"] == "MR-43-26-000001"
    assert found["pi"] == "李喆"
    assert found["committee"] == "长河市第一人民医院伦理委员会"
    assert found["way"] == "meeting"
    assert found["state"] == "待机构审核"


def test_documents_stand_with_version_date_and_pages() -> None:
    found = answers(study("inst", protocol=PROTOCOL))

    assert rows(found["documents"]) == [
        {"kind": "研究方案", "name": "研究方案.pdf", "version": "V1.0", "date": "2026-03-05",
         "pages": "35"}
    ]  # fmt: skip


def test_a_reviewer_without_an_opinion_is_listed_too() -> None:
    found = answers(study("ec_members", log=REVIEWED[:4]), (opinion(HE, "知情同意书需修改。"),))

    assert rows(found["reviewers"]) == [
        {"member": "何平", "board": "ethics", "state": "已提交意见", "at": "2026-03-05 11:00"},
        {"member": "周𬭊", "board": "ethics", "state": "待审查"},
    ]
    assert len(found["opinions"]) == 1


def test_an_opinion_is_told_in_the_words_of_its_form() -> None:
    found = answers(study("ec_concl"), (opinion(HE, "知情同意书需修改。"),))

    (told,) = rows(found["opinions"])
    assert told["member"] == "何平"
    assert told["opinion"].startswith("审查意见：必要的修改后同意\n意见说明：知情同意书需修改。")
    assert TITLE not in told["opinion"]


def test_the_conclusion_has_decision_number_and_date() -> None:
    found = answers()

    assert found["decision"] == "agree"
    assert found["approval_number"] == "伦审〔2026〕研018号"
    assert found["approval_date"] == "2026-03-07"


def test_a_conclusion_of_an_earlier_round_does_not_count_after_a_new_submission() -> None:
    log = (*REVIEWED, passage(8, "return", "inst", "returned", reason="请补充。"),
           passage(9, "submit", "returned", "ec_form"))  # fmt: skip

    found = answers(study("ec_form", log=log))

    assert "decision" not in found
    assert found["way"] is None
    assert len(found["timeline"]) == len(log)


def test_the_timeline_tells_each_step_with_who_when_and_what_was_said() -> None:
    told = rows(answers()["timeline"])

    assert [row["step"] for row in told] == ["提交", "驳回", "提交", "形式审查通过", "伦理结论"]
    assert told[1] == {
        "at": "2026-03-02 10:00", "step": "驳回", "by": "周静（伦理委员会秘书）",
        "state": "已驳回", "note": "原因：请补充数据安全监察计划。",
    }  # fmt: skip
    assert told[3]["note"] == "审查方式：会议审查\n审查委员：何平；周𬭊"
    assert "伦理批件（PDF）：批件.pdf (2 页)" in told[4]["note"]


def test_what_the_registry_did_itself_is_told_in_the_reader_s_language_alone() -> None:
    by_itself = replace(REVIEWED[3], by="system", name="登记中心 Registry", role="system")
    told = review(study("ec_members", log=(by_itself,)))

    assert rows(review_answers(told)["timeline"])[0]["by"] == "系统"
    english = review_answers(replace(told, language="en"))
    assert rows(english["timeline"])[0]["by"] == "The registry"


def test_saving_is_no_step_of_the_review() -> None:
    saved = passage(1, "save", "draft", "draft")

    assert answers(study("draft", log=(saved,)))["timeline"] == {}


def test_what_is_not_in_the_registry_yet_says_so_instead_of_a_time() -> None:
    unsent = replace(REVIEWED[0], at="")

    assert rows(answers(study("ec_form", log=(unsent,)))["timeline"])[0]["at"] == "（尚未上报）"


def test_the_view_has_its_sections_in_both_languages() -> None:
    zh = review_summary(review())
    en = review_summary(replace(review(), language="en"))

    assert [s.title.zh for s in zh] == [
        "研究项目", "审查文件", "审查委员", "委员意见", "审查结论", "审核进度",
    ]  # fmt: skip
    told = {line.label.en: line.text for section in en for line in section.lines}
    assert told["Ethics decision"] == "Approved"
    assert told["Way of review"] == "Full-board meeting"


# --- on paper ---------------------------------------------------------------------------------


def paper(record: Record, opinions: tuple[Record, ...] = (), **options: Any) -> bytes:
    return review_summary_pdf(
        record, opinions, names=NAMES, printed_by="周静", printed_at=AT, **options
    )


def test_everything_of_the_view_stands_on_the_paper() -> None:
    record = study("filed", log=REVIEWED, protocol=PROTOCOL)
    opinions = (opinion(HE, "方案科学，风险受益合理。" * 40), opinion(ZHOU, "同意 <b>修改</b>。"))

    text = text_of(paper(record, opinions))

    def every(lines: Any) -> Iterator[str]:
        for line in lines:
            yield line.text
            for row in line.rows:
                yield from every(row)

    view = review_summary(Review(record, opinions, names=NAMES))
    told = [part for section in view for part in every(section.lines) if part]
    # Cells that stand side by side are read line by line: compare word by word there.
    words = {squeezed(word)[:6] for part in told for word in part.split("\n") if word}
    assert len(words) > 20
    assert not {word for word in words if word not in text}


def test_there_are_places_to_sign_and_for_the_seal() -> None:
    text = text_of(paper(study("filed", log=REVIEWED)))

    for place in ("主任委员签字", "秘书签字", "日期", "长河市第一人民医院伦理委员会（盖章）"):
        assert place in text


@pytest.mark.parametrize(
    ("state", "marked"), [("ec_concl", True), ("inst", True), ("filed", False)]
)
def test_the_watermark_goes_with_the_approval(state: str, marked: bool) -> None:
    pages = pages_of(paper(study(state, log=REVIEWED)))

    assert {"草稿" in squeezed(page) for page in pages} == {marked}


def test_a_study_that_was_not_approved_says_so_on_every_page() -> None:
    pages = pages_of(paper(study("rejected", log=REVIEWED)))

    assert all("审查未通过" in squeezed(page) for page in pages)
    assert not any("草稿" in squeezed(page) for page in pages)


def test_a_study_without_any_review_can_be_printed() -> None:
    text = text_of(paper(study("draft")))

    assert "医学研究审查摘要" in text
    assert "审核进度—" in text


def test_sixty_opinions_and_a_long_history_are_printed_whole() -> None:
    log = REVIEWED[:2] * 40
    many = tuple(
        replace(opinion(HE, f"第{n}条意见。" + "理由充分。" * 80), id=papers.UUID(int=900 + n))
        for n in range(60)
    )

    text = text_of(paper(study("ec_form", log=log), many))

    assert all(f"第{n}条意见" in text for n in range(60))
