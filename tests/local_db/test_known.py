"""What a desk knows beyond the answers, and what its gate makes of it."""

from __future__ import annotations

import copy as copies
from pathlib import Path
from typing import Any

import pytest

from app.errors import Invalid
from app.record import Answers, Passage, Record
from local_db import WorkingCopy
from tests.builders import content, study_answers
from tests.local_db.desks import (
    COMMITTEE,
    OFFICE,
    PI,
    SECRETARY,
    carded,
    desk,
    study,
    told,
)
from tests.ui.world import MEMBER, given_opinion, person

KEY = bytes(range(32))
PHYSICIAN = {"title_class": "medical", "title": "chief_physician"}
SUBMIT = {"ethics_committee": COMMITTEE}


@pytest.fixture
def at_pi(tmp_path: Path) -> Any:
    made = desk(tmp_path, KEY)
    yield made
    made.close()


def card(ref: str, name: str, **more: Any) -> dict[str, Any]:
    kind = {"person": "person", "office": "institution", "committee": "committee"}
    plain = {"sort": "", "initials": "", "roles": [], "office": OFFICE, "state": "active"}
    made = {"ref": ref, "kind": kind[ref.partition(":")[0]], "name": name}
    return {**made, **plain, **more}


def tell(copy: WorkingCopy, *cards: dict[str, Any]) -> None:
    start = copy.positions().get("directory", 0) + 1
    copy.take([carded(found, start + n) for n, found in enumerate(cards)])


def committee(**more: Any) -> dict[str, Any]:
    seats = [
        {"person": f"person:{n:08}-5555-4555-8555-555555555555", "name": str(n), "duty": duty,
         "term_to": ends}
        for n, (duty, ends) in enumerate(
            [("secretary", "2029-12-31"), ("chair", "2029-12-31"), ("member", "2020-12-31")]
        )
    ]  # fmt: skip
    made = {"state": "filed", "type": "ethics", "institution": OFFICE, "members": seats}
    return card(COMMITTEE, "长河市第一人民医院伦理委员会", **{**made, **more})


def drafted(copy: WorkingCopy, changes: Answers | None = None) -> Record:
    return copy.begin("study", study_answers(changes), role="pi")


def test_a_new_desk_knows_nothing_and_says_so(at_pi: WorkingCopy) -> None:
    known = at_pi.known(drafted(at_pi))

    assert known.investigator_title is None
    assert known.investigator_record is None
    assert known.institution_grade is None
    assert known.opinions is None
    assert known.investigators == {PI.id}
    assert known.titles_filed == frozenset()


def test_cards_tell_of_people_the_institution_and_committees(at_pi: WorkingCopy) -> None:
    other = "person:99999999-5555-4555-8555-555555555555"
    tell(
        at_pi,
        card(PI.id, "何平", **PHYSICIAN),
        card(MEMBER.id, "沈兰", title_class="nursing", title="chief_nurse"),
        card(other, "外院", office="office:77777777-1111-4111-8111-111111111111", **PHYSICIAN),
        card(OFFICE, "长河市第一人民医院", grade="2a"),
        committee(),
    )
    team = {"t1": {"person": MEMBER.id, "name": "沈兰"}, "t2": {"person": other, "name": "外院"}}
    record = drafted(at_pi, {"impl.team_members": team, "attach.ethicsCommitteeId": None})
    record = at_pi.get(record.id)
    known = at_pi.known(record)

    assert known.investigator_title == "chief_physician"
    assert {c.name for c in (known.colleagues or {}).values()} == {"何平", "沈兰"}
    assert known.institution_grade == "2a"
    assert known.investigator_institution == "长河市第一人民医院"


def test_a_filed_committee_is_known_with_the_end_of_its_last_term(at_pi: WorkingCopy) -> None:
    tell(at_pi, committee())
    record = study("送审", parties={"ethics_committee": (COMMITTEE,)})
    known = at_pi.known(record)

    assert known.filed_committees is not None
    assert str(known.filed_committees[COMMITTEE].term_ends) == "2029-12-31"
    assert known.members_in_office == 1, "no secretary, and nobody whose term is over"


def test_the_own_record_of_the_investigator_is_looked_into(at_pi: WorkingCopy) -> None:
    own = person("何平", mobile="13800000002", id_number="110105194912310029", who=PI)
    at_pi.take([told(own, 1)])
    record = drafted(at_pi)

    lacking = at_pi.known(record).investigator_record
    assert lacking is not None
    assert (lacking.person, lacking.name) == (PI.id, "何平")
    assert "院系/科室" in {words.zh for words in lacking.lacks}
    with pytest.raises(Invalid) as refused:
        at_pi.perform(record.id, "submit", said=SUBMIT, role="pi")
    assert "cat.implementing_organization" in refused.value.details["problems"]


def test_a_title_filed_before_is_known_and_ones_own_is_not_another(at_pi: WorkingCopy) -> None:
    filed = study("同名研究", state="filed", number="MR-43-26-000001")
    at_pi.take([told(filed, 1)])

    assert at_pi.known(drafted(at_pi)).titles_filed == {"同名研究"}
    assert at_pi.known(filed).titles_filed == frozenset()


def test_a_document_that_is_no_pdf_is_told_by_its_content(at_pi: WorkingCopy) -> None:
    answers = copies.deepcopy(study_answers())
    at_pi.add_file(content("研究方案.pdf"))
    word = at_pi.add_file(b"PK\x03\x04 a word document " * 90_000)
    answers["attach.consent_or_waiver_file"]["a0000002"]["sha256"] = word
    record = at_pi.begin("study", answers, role="pi")

    assert at_pi.known(record).not_pdf == {word}
    with pytest.raises(Invalid) as refused:
        at_pi.perform(record.id, "submit", said=SUBMIT, role="pi")
    assert refused.value.details["problems"] == ["attach.consent_or_waiver_file/a0000002/name"]


def test_a_committee_that_is_not_filed_is_refused_where_it_was_chosen(at_pi: WorkingCopy) -> None:
    tell(at_pi, committee(state="returned"))
    record = drafted(at_pi)

    with pytest.raises(Invalid) as refused:
        at_pi.perform(record.id, "submit", said=SUBMIT, role="pi")
    assert refused.value.details["problems"] == ["ethics_committee"]


def passed(record: Record, way: str, decided: str = "") -> Record:
    log = (
        Passage("", "ec_pass", SECRETARY.id, "周静", "ethics_secretary", "ec_form", "ec_members",
                2, {"way": way}),
    )  # fmt: skip
    if decided:
        said = {"decision": "agree", "approval_date": decided}
        log += (
            Passage("", "ec_conclude", SECRETARY.id, "周静", "ethics_secretary", "ec_concl", "inst",
                    3, said),
        )  # fmt: skip
    return Record(**{**vars(record), "log": log})


def test_the_round_tells_the_way_the_opinions_and_the_day_of_the_approval(tmp_path: Path) -> None:
    copy = desk(tmp_path, KEY, SECRETARY)
    record = passed(study("会议审查", state="ec_concl"), "meeting", "2026-11-20")
    mine = given_opinion(record, state="given")
    now = Record(**{**vars(mine), "answers": {"opinion": "agree", "study_revision": 2}})
    old = given_opinion(record, SECRETARY, state="given")
    before = Record(**{**vars(old), "answers": {"opinion": "refuse", "study_revision": 1}})
    copy.take([told(r, n) for n, r in enumerate((record, now, before), start=1)])
    known = copy.known(copy.get(record.id))
    copy.close()

    assert known.way == "meeting"
    assert known.opinions == {MEMBER.id: "agree"}
    assert str(known.ethics_approved_on) == "2026-11-20"


def test_an_expedited_review_by_one_member_is_refused_in_the_words_of_the_rule(
    tmp_path: Path,
) -> None:
    copy = desk(tmp_path, KEY, SECRETARY)
    record = study("简易程序", state="ec_form", parties={"ethics_committee": (COMMITTEE,)})
    copy.take([told(record, 1)])
    one = {"way": "expedited", "members": [MEMBER.id]}

    with pytest.raises(Invalid, match="两名委员") as refused:
        copy.perform(record.id, "ec_pass", said=one, role="ethics_secretary")
    both = {"way": "expedited", "members": [MEMBER.id, PI.id]}
    with pytest.raises(Invalid, match="应回避"):
        copy.perform(record.id, "ec_pass", said=both, role="ethics_secretary")
    copy.close()
    assert refused.value.details == {"code": "K15", "problems": ["members"]}


def test_a_committee_knows_who_sits_elsewhere_and_who_was_trained(tmp_path: Path) -> None:
    copy = desk(tmp_path, KEY, SECRETARY)
    tell(copy, committee(), card(OFFICE, "恩施医院", province="42", city="4228"))
    seated = "person:00000001-5555-4555-8555-555555555555"
    own = copy.begin(
        "committee", {"kind": "ethics", "members": {"k1": {"person": seated}}},
        role="ethics_secretary",
    )  # fmt: skip
    known = copy.known(own)
    copy.close()

    assert known.in_other_committees == {seated}
    assert known.trained is None, "the member's own record is not on this desk"
    assert known.in_autonomous_area is True
