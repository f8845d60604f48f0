"""The sample province: four authorities, two hospitals, their committees and people. All invented.

Everybody's first password is `Yanbei2026`. Ids follow from names (`ident`), so that a test or a
demonstration can say whom it means. Filling twice changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session
from stdnum.cn import ric

from app.forms import FORMS
from app.forms.person import ROLE
from app.record import Answers, Parties, Record
from server import numbering, passwords
from server.accounts import normal
from server.books import Books, Deed
from server.db import transact
from server.files import Documents
from server.identities import KEYS
from server.people import LOGINS
from server.tables import (
    AccountRow,
    FileRow,
    GrantRow,
    LoginRow,
    OfficeRow,
    UniqueKeyRow,
)

PASSWORD = "Yanbei2026"
DIVISION = "430100"
NATION = "国家卫生健康委员会"
PROVINCE, CITY, COUNTY = "长河省卫生健康委员会", "长河市卫生健康委员会", "临江区卫生健康局"
HOSPITAL, TCM = "长河市第一人民医院", "长河省中医院"
ETHICS, ACADEMIC = "长河市第一人民医院伦理委员会", "长河市第一人民医院学术委员会"
TCM_ETHICS = "长河省中医院伦理委员会"


def ident(name: str) -> UUID:
    """The id of a place, a person or a committee of the sample province, by its name."""
    return uuid5(NAMESPACE_URL, f"yanbei sample {name}")


@dataclass(frozen=True)
class _Person:
    name: str
    n: int
    """The last digits of mobile and ID number."""
    sex: str
    office: str
    department: str
    title_class: str
    title: str
    field: str
    duties: Mapping[str, str]
    """Committee → duty in it."""
    is_investigator: bool = False


def _p(
    who: str, office: str, work: str, *duties: tuple[str, str], field: str = "", pi: bool = False
) -> _Person:
    name, n, sex = who.split()
    department, title_class, title = work.split()
    return _Person(
        name, int(n), sex, office, department, title_class, title, field, dict(duties), pi
    )


# fmt: off
# ruff: noqa: E501 -- a table: one person a line
PEOPLE: tuple[_Person, ...] = (
    _p("周静 1 female", HOSPITAL, "伦理办公室 medical physician", (ETHICS, "secretary"), field="medicine"),
    _p("何平 2 male", HOSPITAL, "心内科 medical chief_physician", (ETHICS, "chair"), field="medicine"),
    _p("沈兰 3 female", HOSPITAL, "护理部 nursing chief_nurse", (ETHICS, "vice_chair"), field="nursing"),
    _p("方正 4 male", "", "律师事务所 other lawyer_2", (ETHICS, "member"), field="law"),
    _p("许文 5 female", "", "长河大学 teaching professor", (ETHICS, "member"), field="bioethics"),
    _p("马骏 6 male", HOSPITAL, "药学部 pharmacy chief_pharmacist", (ETHICS, "member"), field="pharmacy"),
    _p("田芳 7 female", "", "临江社区 other social_worker", (ETHICS, "member"), field="lay"),
    _p("顾言 8 male", HOSPITAL, "统计室 research research_professor", (ETHICS, "member"), (ACADEMIC, "member"), field="statistics"),
    _p("林远 9 male", HOSPITAL, "心内科 medical chief_physician", pi=True),
    _p("苏晴 10 female", HOSPITAL, "内分泌科 medical associate_chief_physician", pi=True),
    _p("高原 11 male", HOSPITAL, "科研处 research research_professor", (ACADEMIC, "secretary"), field="statistics"),
    _p("秦岭 12 male", HOSPITAL, "外科 medical chief_physician", (ACADEMIC, "chair"), field="medicine"),
    _p("白鹭 13 female", HOSPITAL, "检验科 technical chief_technologist", (ACADEMIC, "member"), field="life_science"),
    _p("江月 21 female", TCM, "伦理办公室 medical physician", (TCM_ETHICS, "secretary"), field="medicine"),
    _p("宋诚 22 male", TCM, "针灸科 medical chief_physician", (TCM_ETHICS, "chair"), field="medicine"),
    _p("叶青 23 female", TCM, "药学部 pharmacy chief_pharmacist", (TCM_ETHICS, "vice_chair"), field="pharmacy"),
    _p("韩冰 24 male", "", "律师事务所 other lawyer_2", (TCM_ETHICS, "member"), field="law"),
    _p("唐果 25 female", "", "长河大学 teaching professor", (TCM_ETHICS, "member"), field="bioethics"),
    _p("程前 26 male", TCM, "护理部 nursing chief_nurse", (TCM_ETHICS, "member"), field="nursing"),
    _p("范舟 27 male", "", "临江社区 other social_worker", (TCM_ETHICS, "member"), field="lay"),
    _p("陆遥 28 female", TCM, "脾胃病科 medical chief_physician", (TCM_ETHICS, "member"), field="medicine", pi=True),
)
# fmt: on


def fill(engine: Engine, archive: Documents, now: datetime) -> bool:
    """Make the sample province, all of it or nothing; False where it is there already."""
    documents = store_documents(archive)
    return transact(engine, lambda session: _Filling(session, documents, now).run())


class _Filling:
    """One transaction that makes the province."""

    def __init__(self, session: Session, documents: Mapping[str, Answers], now: datetime) -> None:
        self._session, self._documents, self._now = session, documents, now
        self._books = Books(session, now)
        self._password = passwords.hashed(PASSWORD)

    def run(self) -> bool:
        found = select(OfficeRow.id).where(OfficeRow.id == ident(PROVINCE))
        if self._session.execute(found).first():
            return False
        for row in self._documents.values():
            self._session.execute(
                insert(FileRow).values(sha256=row["sha256"], size=row["size"], stored_at=self._now)
            )
        for name, level, above in (
            (NATION, "national", ""), (PROVINCE, "province", NATION), (CITY, "city", PROVINCE), (COUNTY, "county", CITY),
        ):  # fmt: skip
            self._office(name, above, "authority", "active", _authority(name, level))
        self._office(
            HOSPITAL, CITY, "institution", "opened", _hospital(HOSPITAL, "general", "3a", CITY)
        )
        tcm = {**_hospital(TCM, "tcm", "3a", PROVINCE), **_contact("长河省长河市中山路 8 号")}
        self._office(TCM, PROVINCE, "institution", "active", tcm)
        for person in PEOPLE:
            self._person(person)
        for name, kind, office in (
            (ETHICS, "ethics", HOSPITAL), (ACADEMIC, "academic", HOSPITAL), (TCM_ETHICS, "ethics", TCM),
        ):  # fmt: skip
            self._committee(name, kind, office)
        self._books.tell()
        return True

    def _write(
        self, form: str, name: str, state: str, answers: Answers, parties: Parties, number: str = ""
    ) -> None:
        record = Record(
            id=ident(name),
            form=form,
            form_version=FORMS[form].version,
            state=state,
            answers=answers,
            number=number,
            parties=parties,
        )
        deed = Deed("sample", "system", "登记中心 Registry", "system", is_told=False)
        self._books.write(record, state, deed)

    def _account(self, name: str, principal: str, office: str, logins: tuple[str, ...]) -> None:
        self._session.execute(
            insert(AccountRow).values(
                id=ident(name),
                principal=principal,
                name=name,
                office=ident(office) if office else None,
                password=self._password,
                must_change=True,
                disabled=False,
            )
        )
        for login in logins:
            self._session.execute(insert(LoginRow).values(login=normal(login), account=ident(name)))

    def _grant(self, principal: str, role: str, scope: str) -> None:
        self._session.execute(insert(GrantRow).values(principal=principal, role=role, scope=scope))

    def _office(self, name: str, above: str, kind: str, state: str, answers: Answers) -> None:
        ref = f"office:{ident(name)}"
        registrar = ident(above) if above else None
        self._session.execute(
            insert(OfficeRow).values(
                id=ident(name),
                parent=registrar,
                kind=kind,
                name=name,
                division="" if name == NATION else DIVISION,
                registrar=registrar,
            )
        )
        self._account(name, ref, name, (name,))
        self._grant(ref, "authority" if kind == "authority" else "institution_admin", ref)
        parties: Parties = {"institution": (ref,)}
        if code := answers.get("uscc"):
            key = {"kind": "uscc", "value": code, "person": ident(name)}
            self._session.execute(insert(UniqueKeyRow).values(**key))
        if registrar:
            parties["authority"] = (f"office:{registrar}",)
        self._write("institution", name, state, answers, parties)

    def _person(self, person: _Person) -> None:
        ref = f"person:{ident(person.name)}"
        answers = _answers_of(person)
        logins = tuple(str(answers[kind]) for kind in LOGINS)
        self._account(person.name, ref, person.office, logins)
        for kind in KEYS:
            key = {"kind": kind, "value": normal(str(answers[kind])), "person": ident(person.name)}
            self._session.execute(insert(UniqueKeyRow).values(**key))
        for committee, duty in person.duties.items():
            side = "academic" if committee == ACADEMIC else "ethics"
            role = "secretary" if duty == "secretary" else "member"
            self._grant(ref, f"{side}_{role}", f"committee:{ident(committee)}")
        if person.is_investigator:
            self._grant(ref, "pi", f"office:{ident(person.office)}")
        roles = self._session.scalars(select(GrantRow.role).where(GrantRow.principal == ref))
        if held := ROLE.parse(sorted(set(roles))):
            answers = {**answers, "roles": held}
        parties: Parties = {"self": (ref,)}
        if person.office:
            parties["institution"] = (f"office:{ident(person.office)}",)
        self._write("person", person.name, "active", answers, parties)

    def _committee(self, name: str, kind: str, office: str) -> None:
        ref = f"committee:{ident(name)}"
        registrar = CITY if office == HOSPITAL else PROVINCE
        form = "committee" if kind == "ethics" else "academic_committee"
        parties: Parties = {
            f"{kind}_committee": (ref,),
            "institution": (f"office:{ident(office)}",),
            "authority": (f"office:{ident(registrar)}",),
        }
        answers = self._committee_answers(name, kind, office)
        if form == "academic_committee":
            answers = {k: v for k, v in answers.items() if FORMS[form].has(k)}
            self._write(form, name, "active", answers, parties)
            return
        number = numbering.committee(self._session, self._now)
        self._write(form, name, "filed", answers, parties, number)

    def _committee_answers(self, name: str, kind: str, office: str) -> Answers:
        answers: Answers = {
            "name": name,
            "institution_name": office,
            "founded": "2023-05-18",
            "members": {
                ident(f"{name} {p.name}").hex[:8]: {
                    **_member(p, p.duties[name]),
                    "documents": self._document("保密协议和培训证书"),
                }
                for p in PEOPLE
                if name in p.duties
            },
            "appointment_document": self._document("任命文件"),
            "charter_document": self._document("章程"),
            "rules_document": self._document("标准操作规程"),
            "members_document": self._document("委员名单和工作简历"),
            "contact_name": next(p.name for p in PEOPLE if p.duties.get(name) == "secretary"),
            "contact_phone": "0731-80000000",
            "contact_email": "ec@hospital.example",
            "office_address": "长河省长河市人民路 1 号行政楼 3 楼",
        }
        if kind == "ethics":
            answers |= {"branch": "main", "scope": ["drug", "device", "iit"]}
        return answers

    def _document(self, name: str) -> Answers:
        return {ident(f"document {name}").hex[:8]: dict(self._documents[name])}


def _authority(name: str, level: str) -> Answers:
    return {"level": level, "name": name, **_contact("长河省长河市政务路 1 号")}


def _hospital(name: str, kind: str, grade: str, registrar: str) -> Answers:
    return {
        "level": "hospital",
        "name": name,
        "uscc": _uscc("12430000" + str(ident(name).int)[:9]),
        "kind": kind,
        "grade": grade,
        "management": "direct" if registrar == PROVINCE else "local",
        "ownership": "public",
        "province": DIVISION[:2],
        "city": DIVISION[:4],
        "registrar": f"office:{ident(registrar)}",
    }


def _contact(address: str) -> Answers:
    return {
        "department": "科研处",
        "contact_name": "罗岚",
        "contact_phone": "0731-80000001",
        "address": address,
    }


def _answers_of(person: _Person) -> Answers:
    day = f"19{70 + person.n % 20}0{1 + person.n % 9}15"
    # The 17th digit is odd for men; the region is the sample's own.
    body = f"430199{day}{person.n:02}{1 if person.sex == 'male' else 2}"
    return {
        "name": person.name,
        "sex": person.sex,
        "id_kind": "id_card",
        "id_number": body + ric.calc_check_digit(body + "0"),
        "birth_date": f"{day[:4]}-{day[4:6]}-{day[6:]}",
        "mobile": f"138000{person.n:05}",
        "email": f"p{person.n:02}@hospital.example",
        "department": person.department,
        "title_class": person.title_class,
        "title": person.title,
    }


def _member(person: _Person, duty: str) -> Answers:
    return {
        "person": f"person:{ident(person.name)}",
        "name": person.name,
        "sex": person.sex,
        "duty": duty,
        "field": person.field,
        "source": "own" if person.office else "outside",
        "term_from": "2023-05-18",
        "term_to": "2028-05-17",
    }


def _uscc(body: str) -> str:
    """A unified social credit code with its check character (GB 32100)."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(letters.index(char) * pow(3, n, 31) for n, char in enumerate(body))
    return body + letters[(31 - total) % 31]


# -- documents -----------------------------------------------------------------------

DOCUMENTS = ("任命文件", "章程", "标准操作规程", "委员名单和工作简历", "保密协议和培训证书")


def store_documents(archive: Documents) -> dict[str, Answers]:
    """Put the committees' documents where the registry keeps documents; their rows by name."""
    return {name: _stored(archive, name) for name in DOCUMENTS}


def _stored(archive: Documents, name: str) -> Answers:
    content = _pdf(DOCUMENTS.index(name))
    sha256 = hashlib.sha256(content).hexdigest()
    if not archive.has(sha256):
        with archive.arriving(sha256) as arrival:
            arrival.write(content)
            arrival.keep()
    return {
        "name": f"{name}.pdf",
        "version": "V1.0",
        "date": "2023-05-18",
        "sha256": sha256,
        "size": len(content),
        "pages": 1,
    }


def _pdf(n: int) -> bytes:
    """A page that says it is a sample."""
    text = f"BT /F1 24 Tf 72 720 Td (Sample document {n + 1}) Tj ET"
    objects: list[Any] = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    content, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += f"{number} 0 obj\n{body}\nendobj\n"
    start = len(content)
    content += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    content += "".join(f"{place:010} 00000 n \n" for place in places)
    content += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return content.encode("ascii")
