"""A province at work: everybody has something on their desk, in every state of the workflows.

Made through the desks' own stores and a real registry process, without windows; `demo.roles` then
takes pictures of what everybody sees. All people, hospitals and studies are invented.
"""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from app.record import Answers
from demo import documents
from server.sample import (
    ACADEMIC,
    CITY,
    COUNTY,
    ETHICS,
    HOSPITAL,
    NATION,
    PASSWORD,
    PEOPLE,
    PROVINCE,
    TCM,
    _answers_of,
    _uscc,
    ident,
)
from tests import builders
from tests.whole.desks import Desk

TITLE = "basic.research_title"
PI, ADMIN, AUTHORITY = "pi", "institution_admin", "authority"
OFFICER: Answers = builders.person_answers(
    name="欧阳晓雯", mobile="13900000066", email="ouyang@hospital.example", certificates=None,
    id_number="110101198506150023", birth_date="1985-06-15", sex="female",
)  # fmt: skip
ASSISTANT: Answers = builders.person_answers(
    name="石磊", mobile="13900000077", email="shilei@hospital.example", certificates=None,
    id_number="110101199001010039", birth_date="1990-01-01", sex="male",
)  # fmt: skip
LONG = (
    "某新型口服抗凝药物与华法林比较用于非瓣膜性心房颤动合并稳定性冠心病患者"
    "卒中预防的多中心随机双盲双模拟对照研究"
)
TITLES = {
    "draft": "", "ac_form": "静脉溶栓时间窗的前瞻性队列研究", "ac_members": LONG,
    "ec_form": "二甲双胍缓释片两种剂量治疗2型糖尿病的随机对照研究",
    "ec_members": "Early rehabilitation after hip fracture in patients over 80 years of age",
    "ec_concl": "术前营养支持对胃癌术后并发症的影响", "inst": "高血压合并慢性肾病的规范化随访研究",
    "auth": "人脐带间充质干细胞治疗膝骨关节炎的安全性研究", "filed": "针刺联合药物治疗慢性失眠的多中心研究",
    "changing": "社区糖尿病视网膜病变筛查模式研究", "suspended": "新型敷料促进糖尿病足溃疡愈合的研究",
    "returned": "中药复方治疗慢性胃炎的随机双盲研究", "handed": "重症患者早期活动的观察性研究",
    "lost": "围手术期血糖管理的回顾性研究", "clash": "老年衰弱干预的随机对照研究",
}  # fmt: skip


@dataclass(frozen=True)
class Who:
    """Somebody whose screens are looked at: how their pictures are called, login and role."""

    name: str
    login: str
    role: str


def _mobile(name: str) -> str:
    return f"138000{next(p.n for p in PEOPLE if p.name == name):05}"


EVERYBODY = (
    Who("nation", NATION, AUTHORITY), Who("province", PROVINCE, AUTHORITY),
    Who("city", CITY, AUTHORITY), Who("county", COUNTY, AUTHORITY),
    Who("hospital", HOSPITAL, ADMIN), Who("ethics-secretary", _mobile("周静"), "ethics_secretary"),
    Who("ethics-member", _mobile("何平"), "ethics_member"),
    Who("academic-secretary", _mobile("高原"), "academic_secretary"),
    Who("academic-member", _mobile("白鹭"), "academic_member"), Who("pi", _mobile("林远"), PI),
    Who("site-pi", _mobile("陆遥"), PI), Who("site-hospital", TCM, ADMIN),
    Who("delegate", str(ASSISTANT["mobile"]), "other"),
    Who("officer", str(OFFICER["mobile"]), "integrity_officer"),
)  # fmt: skip


def committee(name: str) -> str:
    return f"committee:{ident(name)}"


def person(name: str) -> str:
    return f"person:{ident(name)}"


class Province:
    """Everybody's desk under `folder`, in touch with the registry at `address`."""

    def __init__(self, folder: Path, address: str) -> None:
        self._folder, self._address = folder, address
        self.desks: dict[str, Desk] = {}
        with tempfile.TemporaryDirectory() as place:
            self._pdf = documents.approval(Path(place)).read_bytes()

    def desk(self, who: Who, name: str = "") -> Desk:
        opened = Desk.open(self._folder / (name or who.name), self._address, who.login)
        opened.sync()
        self.desks[name or who.name] = opened
        return opened

    def fill(self) -> None:
        """From the sample province to a busy day in it."""
        late = ("delegate", "officer")
        for who in EVERYBODY:
            if who.name not in late:
                self.desk(who)
        self._offices()
        self._staff()
        for who in EVERYBODY:
            if who.name in late:
                self.desk(who)
        self._studies()
        self._committees()
        self._left_behind()

    def close(self) -> None:
        """Leave every desk; the token of its session lies beside its store."""
        for name, desk in self.desks.items():
            (self._folder / f"{name}.token").write_text(desk.client._token, encoding="utf-8")
            desk.close()

    def _sync(self, *names: str) -> None:
        for name in names or (*self.desks, *self.desks):  # what the last sends, the first hears
            report = self.desks[name].sync()
            assert not report.refused, (name, report.refused)
            assert not report.clashes, (name, report.clashes)

    # -- offices and people ----------------------------------------------------------------

    def _offices(self) -> None:
        county, hospital = self.desks["county"], self.desks["hospital"]
        for nth, (name, command) in enumerate(
            (
                ("临江区社区卫生服务中心", "open"),
                ("临江区妇幼保健院", "open"),
                ("临江区中医医院", ""),
            )
        ):
            answers: Answers = {
                "level": "hospital", "name": name, "uscc": _uscc(f"1243010090000001{nth}"),
                "kind": "general", "grade": "2a", "management": "local",
            }  # fmt: skip
            office = county.copy.begin("institution", answers, role=AUTHORITY).id
            if command:
                said: Answers = {"password": PASSWORD}
                county.copy.perform(office, command, answers=answers, said=said, role=AUTHORITY)
        own = ident(HOSPITAL)
        completed = {
            "department": "科研处", "contact_name": "罗岚", "contact_phone": "0731-80000001",
            "address": "长河省长河市人民路 1 号",
        }  # fmt: skip
        hospital.do(own, "complete", ADMIN, answers=completed)
        hospital.do(own, "send_back", ADMIN, said={"reason": "机构等级应为三级甲等，请更正。"})
        self._sync("county", "hospital")

    def _staff(self) -> None:
        hospital = self.desks["hospital"]
        for answers, roles in ((ASSISTANT, ["other"]), (OFFICER, ["integrity_officer", "other"])):
            added = hospital.copy.begin("person", answers, role=ADMIN).id
            said: Answers = {"roles": roles, "password": PASSWORD}
            hospital.copy.perform(added, "open", answers=answers, said=said, role=ADMIN)
        wanted = next(p for p in PEOPLE if p.name == "叶青")
        number = _answers_of(wanted)["id_number"]
        moving = builders.transfer_answers(name=wanted.name, id_number=number)
        move = hospital.copy.begin("transfer", moving, role=ADMIN).id
        hospital.do(move, "request", ADMIN, said={"roles": ["pi"]})
        hospital.copy.begin("person", {"name": "尚未开通"}, role=ADMIN)
        self._sync()

    # -- studies ---------------------------------------------------------------------------

    def _with_documents(self, desk: Desk, answers: Answers) -> Answers:
        answers = copy.deepcopy(answers)
        sha256 = desk.copy.add_file(self._pdf)
        for row in _documents(answers):
            row |= {"sha256": sha256, "size": len(self._pdf), "pages": 1}
        return answers

    def _study(self, name: str) -> UUID:
        desk = self.desks["pi"]
        answers = builders.study_answers({TITLE: TITLES[name] or None})
        answers["impl.team_members"]["t0000001"] |= {"person": person("林远"), "name": "林远"}
        site = answers["impl.participating_organization_repeat"]["b0000001"]
        site |= {
            "impl.branch_organization_id": f"office:{ident(TCM)}",
            "impl.branch_user_id": person("陆遥"), "impl.branch_user_name": "陆遥",
        }  # fmt: skip
        if name == "auth":
            answers["cat.iit_product_attribute"] = "new_technology"
        if name == "draft":
            for field in [f for n, f in enumerate(answers) if n % 3 == 0 and f != "design"]:
                del answers[field]
        return desk.copy.begin("study", self._with_documents(desk, answers), role=PI).id

    def _studies(self) -> None:
        pi = self.desks["pi"]
        made = {name: self._study(name) for name in TITLES}
        both = {"academic_committee": committee(ACADEMIC), "ethics_committee": committee(ETHICS)}
        for name, study in made.items():
            if name in ("draft", "handed", "lost", "clash"):
                continue
            academic = name in ("ac_form", "ac_members")
            said = both if academic else {"ethics_committee": committee(ETHICS)}
            pi.copy.perform(study, "submit", said=said, role=PI)
        for name in ("handed", "lost"):
            pi.do(made[name], "authorise", PI, said={"delegate": self._id_of("石磊")})
        self._sync()
        self._review(made)
        self._sync()
        pi.do(made["filed"], "authorise", PI, said={"delegate": self._id_of("石磊")})
        pi.do(made["changing"], "change", PI, said={"reason": "延长随访时间。"})
        longer = f"{TITLES['changing']}（随访 24 周）"
        pi.do(made["changing"], "save", PI, answers={TITLE: longer})
        pause = {"date": builders.TODAY, "reason": "研究药物缺货，待补货后恢复。"}
        pi.do(made["suspended"], "suspend", PI, said=pause)
        self._sync()
        delegate = self.desks["delegate"]
        delegate.do(made["handed"], "hand_over", "delegate", said={"remark": "请核对样本量。"})
        self._sync()
        self.made = made

    def _review(self, made: dict[str, UUID]) -> None:
        role, academic = "ethics_secretary", self.desks["academic-secretary"]
        secretary, hospital = self.desks["ethics-secretary"], self.desks["hospital"]
        members = {"members": [person("白鹭"), person("顾言")]}
        academic.do(made["ac_members"], "ac_pass", "academic_secretary", said=members)
        secretary.do(made["returned"], "return", role, said={"reason": "请补充脱落率的依据。"})
        passed = [n for n in TITLES if n not in (
            "draft", "handed", "lost", "clash", "ac_form", "ac_members", "ec_form", "returned",
        )]  # fmt: skip
        for name in passed:
            two = {"way": "expedited", "members": [person("何平"), person("沈兰")]}
            secretary.do(made[name], "ec_pass", role, said=two)
        self._sync()
        member = self.desks["ethics-member"]
        for name in passed[1:]:
            (asked,) = (o for o in member.copy.children(made[name], "opinion"))
            given = {
                "opinion": "agree_after",
                "comments": "请补充低血糖的处理办法。",
                "consent": "change",
            }
            member.do(asked.id, "give", "ethics_member", answers=given)
        self._sync("ethics-member", "ethics-secretary")
        for name in passed[1:]:
            secretary.do(made[name], "ec_close", role)
        self._sync("ethics-secretary")
        for number, name in enumerate(passed[2:], start=1):
            said: Answers = {
                "decision": "agree", "approval_number": f"伦审〔2026〕研{number:03}号",
                "approval_date": "2026-11-20",
                "approval_document": {"c0000001": builders.document("伦理批件.pdf")},
            }  # fmt: skip
            said = self._with_documents(secretary, said)
            secretary.do(made[name], "ec_conclude", role, said=said)
        self._sync("ethics-secretary", "hospital")
        for name in passed[3:]:
            hospital.do(made[name], "approve", ADMIN, said={"remark": "同意立项。"})
        self._sync()

    def _id_of(self, name: str) -> str:
        cards = self.desks["pi"].copy.cards("person", name)
        return str(cards[0]["ref"])

    # -- committees ------------------------------------------------------------------------

    def _committees(self) -> None:
        secretary, academic = self.desks["ethics-secretary"], self.desks["academic-secretary"]
        role, own = "ethics_secretary", ident(ETHICS)
        secretary.do(own, "change", role, said={"reason": "联系电话变更。"})
        secretary.do(own, "save", role, answers={"contact_phone": "0731-80000009"})
        secretary.do(own, "submit", role)
        right = builders.stem_cell_answers(
            ethics_committee=committee(ETHICS), academic_committee=committee(ACADEMIC),
            institution_name=HOSPITAL,
        )  # fmt: skip
        right = self._with_documents(academic, right)
        filing = academic.copy.begin("stem_cell", right, role="academic_secretary").id
        academic.do(filing, "submit", "academic_secretary")
        self._sync()
        hospital = self.desks["hospital"]
        hospital.do(filing, "approve", ADMIN, said={"remark": "材料齐全，同意。"})
        hospital.do(own, "approve", ADMIN, said={"remark": "同意。"})
        self._sync()
        province = self.desks["province"]
        province.do(filing, "approve", "province", said={"remark": "同意上报。"})
        self._sync()

    # -- what did not go through -----------------------------------------------------------

    def _left_behind(self) -> None:
        pi, delegate = self.desks["pi"], self.desks["delegate"]
        who = next(w for w in EVERYBODY if w.name == "pi")
        second = self.desk(who, "pi-second")
        clash = self.made["clash"]
        for desk, text in (
            (second, "每组 45 例，考虑 15% 脱落。"),
            (pi, "每组 40 例，考虑 8% 脱落。"),
        ):
            answers = {
                "design.sample_calculation_basis": text,
                TITLE: f"{TITLES['clash']}：{text[:6]}",
            }
            desk.do(clash, "save", PI, answers=answers)
        second.sync()
        withdrawn = {"delegates": [self._id_of("石磊")]}
        second.do(self.made["lost"], "withdraw", PI, said=withdrawn)
        second.sync()
        delegate.do(
            self.made["lost"], "save", "delegate", answers={TITLE: f"{TITLES['lost']}（一）"}
        )
        delegate.sync()
        pi.sync()
        thrown = pi.copy.begin("study", {TITLE: "写了一半的观察性研究"}, role=PI).id
        pi.copy.discard(thrown)
        pi.do(self.made["returned"], "save", PI, answers={TITLE: f"{TITLES['returned']}（修订）"})


def _documents(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "sha256" in value:
            yield value
        for inner in value.values():
            yield from _documents(inner)
