"""A small hospital for the windows: people, studies, opinions. All of it invented."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from app.forms import FORMS
from app.record import Grant, Passage, Principal, Record
from app.workflows import WORKFLOWS
from local_db import WorkingCopy
from tests.local_db.desks import COMMITTEE, HOSPITAL, OFFICE, PI, SECRETARY, carded, study, told

MEMBER = Principal(
    "person:55555555-5555-4555-8555-555555555555", "沈兰", OFFICE, "长河市第一人民医院",
    (Grant("ethics_member", COMMITTEE),),
)  # fmt: skip
BOTH = Principal(
    PI.id, "何平", OFFICE, "长河市第一人民医院",
    (Grant("pi", OFFICE), Grant("ethics_member", COMMITTEE)),
)  # fmt: skip
AUTHORITY = Principal(
    "office:66666666-6666-4666-8666-666666666666", "长河省卫生健康委员会",
    "office:66666666-6666-4666-8666-666666666666", "长河省卫生健康委员会",
    (Grant("authority", "office:66666666-6666-4666-8666-666666666666"),),
)  # fmt: skip
LONG_ZH = (
    "某新型口服抗凝药物与华法林比较用于非瓣膜性心房颤动合并稳定性冠心病患者"
    "卒中预防的多中心随机双盲双模拟对照研究"
)
LONG_EN = (
    "A multicentre randomised double-blind double-dummy study comparing a new oral anticoagulant "
    "with warfarin in non-valvular atrial fibrillation and stable coronary disease"
)

__all__ = [
    "AUTHORITY", "BOTH", "COMMITTEE", "HOSPITAL", "LONG_EN", "LONG_ZH", "MEMBER", "OFFICE", "PI",
    "SECRETARY", "given_opinion", "news", "passage", "person", "study", "submitted",
]  # fmt: skip


def news(copy: WorkingCopy, *records: Record, feed: str = "") -> None:
    """Let records arrive as news."""
    feed = feed or copy.principal().id
    start = copy.positions().get(feed, 0) + 1
    copy.take([told(record, start + n, feed) for n, record in enumerate(records)])


def cards(copy: WorkingCopy) -> None:
    """Let the directory arrive: the people and the committee by name."""
    given = [
        {"ref": who.id, "kind": "person", "name": who.name, "roles": list(who.roles()),
         "office": OFFICE, "state": "active", "sort": "", "initials": "", "department": "心内科"}
        for who in (PI, SECRETARY, MEMBER)
    ]  # fmt: skip
    given.append(
        {"ref": COMMITTEE, "kind": "committee", "name": "长河市第一人民医院伦理委员会", "roles": [],
         "office": OFFICE, "state": "filed", "sort": "", "initials": ""}
    )  # fmt: skip
    start = copy.positions().get("directory", 0) + 1
    copy.take([carded(card, start + n) for n, card in enumerate(given)])


def passage(command: str, before: str, after: str, **more: Any) -> Passage:
    given = {
        "at": "2026-11-20T08:30:00+00:00", "by": PI.id, "name": "何平", "role": "pi", "revision": 1,
        "said": {},
    } | more  # fmt: skip
    return Passage(command=command, before=before, after=after, **given)


def submitted(title: str, state: str = "ec_form", **more: Any) -> Record:
    """A study that its investigator has submitted to the ethics committee."""
    made = study(title, state=state, revision=3, parties={"ethics_committee": (COMMITTEE,)}, **more)
    log = (
        passage("save", "draft", "draft"),
        passage("submit", "draft", "ec_form", said={"ethics_committee": COMMITTEE}),
    )
    return Record(**{**vars(made), "log": log})


def given_opinion(parent: Record, member: Principal = MEMBER, state: str = "asked") -> Record:
    return Record(
        id=uuid4(), form="opinion", form_version=FORMS["opinion"].version, state=state, revision=1,
        parent=parent.id,
        parties={"ethics_reviewer": (member.id,), "ethics_committee": (COMMITTEE,)},
        updated_at="2026-11-20T09:00:00+00:00",
    )  # fmt: skip


def person(name: str, *, mobile: str, id_number: str, who: Principal | None = None) -> Record:
    """A person of the hospital, found by the shapes of the questions rather than by their names."""
    form = FORMS["person"]
    answers: dict[str, Any] = {form.title_fields[0]: name}
    for field in form.fields():
        shape = getattr(field.type, "shape", "")
        if shape in ("mobile", "id_number"):
            answers[field.id] = mobile if shape == "mobile" else id_number
    record_id = UUID(who.id.split(":")[1]) if who else uuid4()
    parties = WORKFLOWS["person"].parties_of_new(str(record_id), HOSPITAL)
    return Record(
        id=record_id, form="person", form_version=form.version, state="active", revision=2,
        answers=answers, parties=parties, updated_at="2026-11-19T08:00:00+00:00",
    )  # fmt: skip
