"""After filing: change, undo, suspend, resume, end; and who reads which version meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
import pytest
from fastapi.testclient import TestClient

from app.answers import readable_versions, round_of, versions_of
from app.errors import NotFound
from app.record import Answers, Record
from server.app import create_app
from server.db import read
from server.history import revision_of
from tests import builders
from tests.server.province import Province, Refused, Somebody, Story, committee, ident

TITLE, SAMPLE = "basic.public_name", "design.total_sample_size"
"""A field that is not substantive, and one that is."""


class Filed:
    """The story once its study is on file."""

    def __init__(self, story: Story, **changes: Any) -> None:
        self.story, self.id, self.province = story, story.study, story.province
        story.drafted(**changes)
        self.first = story.filed()
        self.pi, self.hospital, self.secretary = story.pi, story.hospital, story.secretary
        self.delegate = self.province.somebody("苏晴")

    @property
    def now(self) -> Record:
        return self.province.record(self.id)

    def does(self, who: Somebody, command: str, role: str = "pi", **rest: Any) -> Record:
        return who.does(self.id, "study", command, role, **rest)

    def change(self) -> Record:
        return self.does(self.pi, "change", said={"reason": "样本量估算有误，需要更正。"})

    def writes(
        self, field: str, value: Any, who: Somebody | None = None, role: str = "pi"
    ) -> Record:
        was = self.now.answers.get(field)
        return self.does(who or self.pi, "save", role, edits={field: (was, value)})

    def read_by(self, who: Somebody) -> Record | None:
        """The record as it stands in their feeds."""
        found = [body for feed in who.reads().values() if (body := feed.get(str(self.id)))]
        return Record.from_wire(found[0]) if found else None


@pytest.fixture
def filed(story: Story) -> Filed:
    return Filed(story)


def test_while_a_study_is_changed_everybody_else_reads_what_is_in_force(filed: Filed) -> None:
    outsiders = (filed.hospital, filed.secretary, filed.story.city, filed.story.members[0])

    filed.change()
    filed.writes(SAMPLE, 240)

    assert filed.now.state == "changing"
    assert filed.now.answers[SAMPLE] == 240
    assert filed.read_by(filed.pi) == filed.now
    for who in outsiders:
        seen = filed.read_by(who)
        assert seen is not None
        assert (seen.state, seen.answers) == ("filed", filed.first.answers)
        assert seen.log == filed.first.log
        assert "240" not in orjson.dumps(seen.to_wire()).decode()


def test_a_substantive_change_goes_through_the_whole_chain(filed: Filed) -> None:
    filed.change()
    filed.writes(SAMPLE, 240)
    assert round_of(filed.now) == "substantive"

    assert filed.story.submitted().state == "ec_form"
    assert filed.read_by(filed.secretary) == filed.now, "who reviews reads the change"
    city = filed.read_by(filed.story.city)
    assert city is not None
    assert (city.state, city.answers[SAMPLE]) == ("filed", filed.first.answers[SAMPLE])
    filed.story.passed()
    for member in filed.story.members:
        filed.story.given(member)
    assert filed.story.concluded().state == "inst"
    after = filed.story.approved()

    assert (after.state, after.number, after.in_force) == ("filed", filed.first.number, None)
    assert after.answers[SAMPLE] == 240
    assert filed.read_by(filed.story.city) == after
    numbers = [(v.kind, v.number) for v in versions_of(after)]
    assert numbers == [("filed", 2), ("submitted", 2), ("filed", 1), ("submitted", 1)]
    assert versions_of(after)[0].reason == "样本量估算有误，需要更正。"


def test_any_other_change_goes_straight_to_the_institution(filed: Filed) -> None:
    filed.change()
    filed.writes(TITLE, "另一个通俗名称")
    assert round_of(filed.now) == "minor"

    after = filed.does(filed.pi, "submit", said={"remark": "更正名称"})

    assert after.state == "inst"
    assert after.parties["ethics_committee"] == filed.first.parties["ethics_committee"]
    assert filed.story.approved().answers[TITLE] == "另一个通俗名称"


def test_a_substantive_change_cannot_pass_for_another(filed: Filed) -> None:
    filed.change()
    filed.writes(TITLE, "另一个通俗名称")

    with pytest.raises(Refused) as refused:
        filed.does(
            filed.pi, "submit", said={"remark": "更正名称"},
            edits={SAMPLE: (filed.now.answers[SAMPLE], 999)},
        )  # fmt: skip

    assert refused.value.outcome.error is not None
    assert refused.value.outcome.error["details"] == {"problems": ["ethics_committee"]}
    assert filed.now.state == "changing"


def test_a_change_in_which_nothing_differs_is_not_submitted(filed: Filed) -> None:
    filed.change()
    filed.writes(TITLE, "另一个通俗名称")
    filed.writes(TITLE, filed.first.answers[TITLE])

    with pytest.raises(Refused) as refused:
        filed.story.submitted()

    assert refused.value.outcome.error is not None
    assert refused.value.outcome.error["details"] == {"reason": "unchanged"}


@pytest.mark.parametrize("far", ["changing", "ec_form", "ec_members", "returned", "inst"])
def test_undoing_brings_back_exactly_what_was_filed(filed: Filed, far: str) -> None:
    filed.change()
    filed.writes(SAMPLE, 240)
    filed.writes(TITLE, "另一个通俗名称")
    _go_on(filed, far)
    assert filed.now.state == far

    after = filed.does(filed.pi, "undo")

    assert (after.state, after.in_force) == ("filed", None)
    assert after.answers == filed.first.answers
    assert list(after.answers) == list(filed.first.answers)
    assert after.parties == filed.first.parties
    assert after.number == filed.first.number
    assert filed.read_by(filed.secretary) == after
    assert filed.read_by(filed.story.city) == after
    assert all(o.state != "asked" for o in filed.story.opinions())


def _go_on(filed: Filed, to: str) -> None:
    if to == "changing":
        return
    filed.story.submitted()
    if to == "returned":
        said = {"reason": "请补充说明变更理由。"}
        filed.does(filed.secretary, "return", "ethics_secretary", said=said)
    if to in ("ec_members", "inst"):
        filed.story.passed()
    if to == "inst":
        for member in filed.story.members:
            filed.story.given(member)
        filed.story.concluded()


def test_a_change_the_institution_has_reviewed_is_not_undone(filed: Filed) -> None:
    filed.change()
    filed.writes("cat.iit_product_attribute", "new_technology")
    _go_on_to_authority(filed)

    with pytest.raises(Refused) as refused:
        filed.does(filed.pi, "undo")

    assert refused.value.outcome.error is not None
    assert refused.value.outcome.error["details"] == {"reason": "state"}
    assert filed.now.in_force is not None, "what is in force stays so"


def _go_on_to_authority(filed: Filed) -> None:
    _go_on(filed, "inst")
    assert filed.story.approved().state == "auth"


def test_a_change_that_is_refused_leaves_what_was_in_force(filed: Filed) -> None:
    filed.change()
    filed.writes(SAMPLE, 240)
    filed.story.submitted()
    filed.story.passed()
    for member in filed.story.members:
        filed.story.given(member, "refuse")

    after = filed.story.concluded("refuse")

    assert (after.state, after.answers) == ("filed", filed.first.answers)
    assert after.log[-1].said["reason"] == "请补充风险控制措施。"
    refused = read(
        filed.province.engine,
        lambda session: revision_of(session, filed.pi.who, filed.id, after.revision - 1),
    )
    assert refused.answers[SAMPLE] == 240, "what was refused can still be read"


@pytest.mark.parametrize("state", ["ac_form", "ec_form", "ec_members", "inst"])
def test_what_is_reviewed_is_neither_edited_nor_changed_again(filed: Filed, state: str) -> None:
    filed.change()
    filed.writes(SAMPLE, 240)
    filed.story.submitted(academic=state == "ac_form")
    if state in ("ec_members", "inst"):
        filed.story.passed()
    if state == "inst":
        for member in filed.story.members:
            filed.story.given(member)
        filed.story.concluded()
    assert filed.now.state == state

    for command in ("save", "change", "suspend", "finish", "submit"):
        with pytest.raises(Refused) as refused:
            filed.does(filed.pi, command, said={"reason": "再改一次", "date": "2026-11-21"})
        assert refused.value.outcome.error is not None
        assert refused.value.outcome.error["details"] == {"reason": "state"}


def test_a_suspended_study_goes_on_after_ethics_and_institution(filed: Filed) -> None:
    said = {"date": "2026-11-21", "reason": "设备检修，暂停入组。"}
    assert filed.does(filed.pi, "suspend", said=said).state == "suspended"
    assert filed.read_by(filed.story.city) == filed.now

    again = {"date": "2026-12-01", "reason": "设备已修复。"}
    assert filed.does(filed.pi, "resume", said=again).state == "ec_form"
    assert round_of(filed.now) == "resume"
    city = filed.read_by(filed.story.city)
    assert city is not None
    assert city.state == "suspended", "until it is decided it stays suspended"
    filed.story.passed(way="exempt", members=[])
    filed.story.concluded()
    assert filed.story.approved().state == "filed"


def test_who_may_not_go_on_stays_suspended(filed: Filed) -> None:
    said = {"date": "2026-11-21", "reason": "设备检修，暂停入组。"}
    filed.does(filed.pi, "suspend", said=said)
    filed.does(filed.pi, "resume", said=said)

    why = {"reason": "整改材料不全，请补充。"}
    after = filed.does(filed.secretary, "return", "ethics_secretary", said=why)

    assert (after.state, after.in_force) == ("suspended", None)
    assert after.answers == filed.first.answers
    assert filed.read_by(filed.story.city) == after


@pytest.mark.parametrize(
    ("command", "to", "said"),
    [
        ("finish", "completed", {"date": "2026-11-21", "enrolled": 118, "summary": "按方案完成。"}),
        ("terminate", "terminated", {"date": "2026-11-21", "reason": "申办者终止资助。"}),
    ],
)
def test_what_has_ended_stays_ended(filed: Filed, command: str, to: str, said: Answers) -> None:
    assert filed.does(filed.pi, command, said=said).state == to

    for next_step in ("change", "suspend", "resume", "finish", "terminate", "save", "delete"):
        with pytest.raises(Refused):
            filed.does(filed.pi, next_step, said=said)
    assert filed.read_by(filed.hospital) == filed.now


@pytest.mark.parametrize("command", ["change", "suspend", "terminate", "finish"])
def test_each_asks_why(filed: Filed, command: str) -> None:
    with pytest.raises(Refused) as refused:
        filed.does(filed.pi, command, said={})
    assert refused.value.outcome.error is not None
    assert refused.value.outcome.error["code"] == "invalid"
    assert filed.now == filed.first


def test_what_was_once_filed_is_not_deleted(filed: Filed) -> None:
    filed.change()
    filed.writes(SAMPLE, 240)
    filed.story.submitted()
    said = {"reason": "请补充说明变更理由。"}
    filed.does(filed.secretary, "return", "ethics_secretary", said=said)

    with pytest.raises(Refused) as refused:
        filed.does(filed.pi, "delete")

    assert refused.value.outcome.error is not None
    assert refused.value.outcome.error["details"] == {"reason": "state"}


def test_a_returned_study_that_was_never_filed_is_deleted(story: Story) -> None:
    story.submitted()
    said = {"reason": "请补充知情同意书。"}
    story.secretary.does(story.study, "study", "return", "ethics_secretary", said=said)

    story.pi.does(story.study, "study", "delete", "pi")

    assert not story.secretary.can_read(story.study)


# -- documents of either version ----------------------------------------------------------


def test_a_document_of_the_change_is_not_read_with_what_is_in_force(filed: Filed) -> None:
    from server.access import may_use

    field = "attach.other_files"
    new = builders.document("新的研究方案.pdf")
    filed.pi.brings({field: {"n0000001": new}})
    filed.change()
    edits = {f"{field}/n0000001/{key}": (None, value) for key, value in new.items()}
    filed.does(filed.pi, "save", edits=edits)
    old = filed.first.answers["attach.research_protocol_file"]
    known = next(iter(old.values()))["sha256"]

    def uses(who: Somebody, sha256: str) -> bool:
        return read(filed.province.engine, lambda s: may_use(s, who.who, sha256))

    assert uses(filed.pi, new["sha256"])
    assert not uses(filed.story.city, new["sha256"])
    assert not uses(filed.secretary, new["sha256"])
    assert uses(filed.story.city, known)


# -- delegates ------------------------------------------------------------------------------


SITES = "impl.participating_organization_repeat"


def test_a_site_that_is_matched_later_reads_the_study_until_it_takes_part_no_more(
    story: Story,
) -> None:
    typed = dict(next(iter(builders.study_answers()[SITES].values())))
    typed |= {"impl.branch_organization_id": None, "impl.branch_user_id": None}
    other = {**typed, "impl.branch_organization_name": "云州市中心医院"}
    multicentre = {
        "impl__multicenter_flag": "yes", "impl__multicenter_type": "domestic",
        "impl__organization_role": "domestic_lead", "impl__has_participating_branches": "yes",
    }  # fmt: skip
    rows = {"s0000001": typed, "s0000002": other}
    filed = Filed(story, impl__participating_organization_repeat=rows, **multicentre)
    hospital, investigator = map(story.province.somebody, ("长河省中医院", "陆遥"))
    assert not filed.read_by(hospital), "it was only typed"

    def refiled(edits: dict[str, Any]) -> Record:
        filed.change()
        filed.does(filed.pi, "save", edits=edits)
        assert round_of(filed.now) == "minor"
        filed.does(filed.pi, "submit", said={})
        return story.approved()

    row = f"{SITES}/s0000001"
    refiled({
        f"{row}/impl.branch_organization_id": (None, f"office:{ident('长河省中医院')}"),
        f"{row}/impl.branch_user_id": (None, f"person:{ident('陆遥')}"),
    })  # fmt: skip
    assert filed.read_by(hospital) == filed.read_by(investigator) == filed.now

    standing = filed.now.answers[SITES]["s0000001"]
    gone = {f"{row}/{name}": (value, None) for name, value in standing.items()}
    after = refiled(gone)
    assert not {"site", "site_pi"} & after.parties.keys()
    assert not filed.read_by(hospital)
    assert not filed.read_by(investigator)


def test_a_delegate_fills_in_hands_over_and_does_not_submit(story: Story) -> None:
    story.drafted()
    helper = story.province.somebody("苏晴")
    assert not helper.can_read(story.study)

    after = story.pi.does(
        story.study, "study", "authorise", "pi", said={"delegate": f"person:{helper.account}"}
    )
    assert after.parties["delegate"] == (f"person:{helper.account}",)
    was = after.answers[TITLE]
    helper.does(story.study, "study", "save", "delegate", edits={TITLE: (was, "代填的名称")})
    with pytest.raises(Refused) as refused:
        helper.does(
            story.study, "study", "submit", "delegate",
            said={"ethics_committee": committee("长河市第一人民医院伦理委员会")},
        )  # fmt: skip
    assert refused.value.outcome.error is not None
    assert "项目负责人" in refused.value.outcome.error["message"]["zh"]

    handed = helper.does(story.study, "study", "hand_over", "delegate", said={"remark": "请核对"})
    assert handed.state == "handed"
    head = next(line["head"] for line, _ in story.pi.items(f"person:{story.pi.account}")
                if line["id"] == str(story.study))  # fmt: skip
    assert head["waits"] == [f"person:{story.pi.account}"]
    with pytest.raises(Refused):
        helper.does(story.study, "study", "save", "delegate", edits={TITLE: ("代填的名称", "再改")})
    assert story.submitted().state == "ec_form"


def test_what_was_handed_over_can_be_given_back(story: Story) -> None:
    story.drafted()
    helper = _authorised(story)
    helper.does(story.study, "study", "hand_over", "delegate")
    said = {"remark": "样本量请再核对。"}

    back = story.pi.does(story.study, "study", "hand_back", "pi", said=said)

    assert back.state == "draft"
    assert helper.can_read(story.study)


def _authorised(story: Story, name: str = "苏晴") -> Somebody:
    helper = story.province.somebody(name)
    said = {"delegate": f"person:{helper.account}"}
    story.pi.does(story.study, "study", "authorise", "pi", said=said)
    return helper


def test_a_delegate_whose_authority_ends_reads_no_draft_any_more(story: Story) -> None:
    story.drafted()
    helper = _authorised(story)
    said = {"delegates": [f"person:{helper.account}"]}

    after = story.pi.does(story.study, "study", "withdraw", "pi", said=said)

    assert "delegate" not in after.parties
    assert not helper.can_read(story.study)


def test_authority_given_during_a_change_outlives_its_undoing(filed: Filed) -> None:
    filed.change()
    _authorised(filed.story)
    filed.writes(SAMPLE, 240, filed.delegate, "delegate")

    after = filed.does(filed.pi, "undo")

    assert after.parties["delegate"] == (f"person:{filed.delegate.account}",)
    assert after.answers == filed.first.answers


@pytest.mark.parametrize("name", ["陆遥", "长河市第一人民医院", "nobody at all"])
def test_only_a_colleague_is_authorised(story: Story, name: str) -> None:
    story.drafted()

    said = {"delegate": f"person:{ident(name)}"}
    with pytest.raises(Refused) as refused:
        story.pi.does(story.study, "study", "authorise", "pi", said=said)

    assert refused.value.outcome.error is not None
    assert refused.value.outcome.error["details"]["problems"] == ["delegate"]


def test_who_reviews_a_study_does_not_fill_it_in(filed: Filed) -> None:
    said = {"delegate": f"person:{filed.story.members[0].account}"}
    with pytest.raises(Refused) as refused:
        filed.does(filed.pi, "authorise", said=said)
    assert refused.value.outcome.error is not None
    assert refused.value.outcome.error["details"]["code"] == "V-39"


# -- earlier versions -------------------------------------------------------------------------


def _revision(province: Province, who: Somebody, study: UUID, number: int) -> Record | None:
    try:
        return read(province.engine, lambda s: revision_of(s, who.who, study, number))
    except NotFound:
        return None


def test_earlier_versions_are_read_by_whom_they_were_told(filed: Filed) -> None:
    filed.change()
    draft = filed.writes(SAMPLE, 240).revision
    province, city = filed.province, filed.story.city

    assert _revision(province, filed.pi, filed.id, 1) is not None, "their own first save"
    assert _revision(province, filed.secretary, filed.id, 1) is None, "a draft is for its authors"
    submitted = _revision(province, filed.secretary, filed.id, 2)
    assert submitted is not None
    assert submitted.state == "ec_form"
    assert _revision(province, city, filed.id, 2) is None
    on_file = _revision(province, city, filed.id, filed.first.revision)
    assert on_file == replace(filed.first, updated_at=on_file.updated_at if on_file else "")
    assert _revision(province, city, filed.id, draft) is None
    assert _revision(province, filed.secretary, filed.id, draft) is None
    stranger = filed.province.somebody("长河省中医院")
    assert all(_revision(province, stranger, filed.id, n) is None for n in range(1, draft + 2))


def test_what_is_offered_for_comparing_is_what_may_be_read(filed: Filed) -> None:
    """Also of a change: submissions stay between those who review it and its authors."""
    filed.change()
    filed.writes(SAMPLE, 240)
    _go_on(filed, "inst")
    filed.story.approved()

    offered = {}
    for who in (filed.pi, filed.secretary, filed.story.city):
        record = filed.read_by(who)
        assert record is not None
        ours = {v.revision for v in readable_versions(record, who.who)}
        told = {v.revision for v in versions_of(record)}
        assert {n for n in told if _revision(filed.province, who, filed.id, n)} == ours
        offered[who.account] = ours
    assert offered[filed.story.city.account] < offered[filed.pi.account]


def test_an_earlier_version_is_fetched_over_http(filed: Filed) -> None:
    with TestClient(create_app(filed.province.engine, filed.province.archive)) as client:
        who = {"login": "13800000001", "password": "Yanbei2026", "desk": "d" * 12}
        token = client.post("/v1/session", json=who).json()["token"]
        head = {"Authorization": f"Bearer {token}"}
        path = f"/v1/records/{filed.id}/revisions"
        answer = client.get(f"{path}/{filed.first.revision}", headers=head)
        assert answer.status_code == 200, answer.text
        assert Record.from_wire(answer.json()).answers == filed.first.answers
        assert client.get(f"{path}/1", headers=head).status_code == 404
        assert client.get(f"{path}/0", headers=head).status_code == 422
        assert client.get(f"{path}/{filed.first.revision}").status_code == 401
