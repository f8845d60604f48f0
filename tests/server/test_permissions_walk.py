"""Every operation × role × relation × state, on the real registry, against what plain words say."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.forms import FORMS
from app.forms.schema import Files
from app.record import Answers, InForce, Principal, Record
from app.workflows import WORKFLOWS
from app.workflows.roles import feeds_of, investigators_of
from server import feeds, passwords
from server.access import may_use
from server.accounts import Caller, digest_of, principal_of
from server.app import create_app
from server.books import Books, Deed
from server.db import connect, read, transact
from server.files import Archive
from server.history import revision_of
from server.registry import Registry
from server.rounds import readable
from server.tables import AccountRow, FileRow, GrantRow, OfficeRow, SessionRow
from sync.protocol import Change
from tests import builders
from tests.server.province import Province
from tests.server.walking import (
    NATION,
    Asker,
    askers,
    commands,
    is_nation,
    made,
    may_do,
    may_import,
    may_read,
    parties_of,
    parts_of,
    scope,
)

PLACES = [(form, state.id) for form, row in WORKFLOWS.items() for state in row.states]
"""Every form in every state that its table knows."""

SAID: dict[str, Answers] = {
    "ac_conclude": {"decision": "refuse"},
    "ec_conclude": {"decision": "refuse"},
    "ec_pass": {"way": "exempt"},
}
"""What decides on the way of a command, so that only permission can be in its way."""

WHOLE = bool(os.environ.get("YANBEI_WHOLE_WALK"))
"""Every asker tries everything (minutes); otherwise what is nobody's is tried by turns."""

BARE = {
    ("post", "/v1/session"), ("get", "/v1/health"), ("get", "/v1/health/ready"),
    ("options", "/v1/uploads"),
}  # fmt: skip
"""What may be asked without being signed in."""

WALKED = BARE | {
    ("get", "/v1/session"), ("delete", "/v1/session"), ("post", "/v1/password"),
    ("post", "/v1/changes"), ("post", "/v1/news"), ("get", "/v1/digest"),
    ("get", "/v1/files/{sha256}"), ("put", "/v1/files/{sha256}"),
    ("get", "/v1/files/{sha256}/head"), ("get", "/v1/records/{record_id}/revisions/{number}"),
    ("get", "/v1/account/events"), ("get", "/v1/account/desks"),
    ("delete", "/v1/account/desks/{desk}"), ("get", "/v1/audit"),
    ("get", "/v1/password-rule"), ("put", "/v1/password-rule"), ("post", "/v1/round"),
    ("post", "/v1/changes/together"), ("post", "/v1/roster/known"), ("post", "/v1/uploads"),
    ("head", "/v1/uploads/{name}"), ("patch", "/v1/uploads/{name}"),
    ("delete", "/v1/uploads/{name}"),
    ("put", "/v1/desk-keys"), ("post", "/v1/packages"),
    ("get", "/v1/packages/{package}/receipt"),
}  # fmt: skip


def content_of(form: str, state: str) -> bytes:
    return f"%PDF-1.4 {form} {state}".encode()


def sha_of(form: str, state: str) -> str:
    return hashlib.sha256(content_of(form, state)).hexdigest()


def ident_of(form: str, state: str) -> UUID:
    return UUID(made(f"{form} {state}"))


@dataclass
class Walk:
    """A registry in which a record of each form stands in each state, and accounts for all."""

    province: Province
    people: list[Asker]
    tokens: dict[str, str]
    client: TestClient

    def ask(self, asker: Asker, method: str, path: str, **rest: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.tokens[asker.name]}", **rest.pop("headers", {})}
        return self.client.request(method, f"/v1{path}", headers=headers, **rest)


@pytest.fixture(scope="module")
def walk(sqlite_province: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """Beside the sample province; these tests only look, or do what is refused or rolled back."""
    folder = tmp_path_factory.mktemp("walk")
    copy = shutil.copy(sqlite_province, folder / "registry.sqlite3")
    yield from begun(f"sqlite:///{copy}", folder / "files")


@pytest.fixture
def walk_on_postgres(postgres_province_url: str, tmp_path: Path) -> Iterator[Walk]:
    yield from begun(postgres_province_url, tmp_path / "files")


def begun(url: str, files: Path) -> Iterator[Walk]:
    province = Province(connect(url), Archive(files))
    people, tokens = askers(), {}
    kept = passwords.hashed("Yanbei2026")

    def fill(session: Session) -> None:
        books = Books(session, province.now)
        for office in sorted({a.principal.office for a in people} | {scope("registrar", "own")}):
            kind = "authority" if office == NATION else "institution"
            row = {"id": UUID(office.partition(":")[2]), "kind": kind, "name": office}
            session.execute(insert(OfficeRow).values(**row, division="430100"))
        for asker in people:
            tokens[asker.name] = _account(session, asker, kept, province)
        for form, state in PLACES:
            _record(books, form, state, people)
        books.tell()

    transact(province.engine, fill)
    for form, state in PLACES:
        with province.archive.arriving(sha_of(form, state)) as arrival:
            arrival.write(content_of(form, state))
            arrival.keep()
    with TestClient(create_app(province.engine, province.archive)) as client:
        yield Walk(province, people, tokens, client)
    province.engine.dispose()


def _account(session: Session, asker: Asker, kept: str, province: Province) -> str:
    who, token = asker.principal, secrets.token_urlsafe(16)
    session.execute(
        insert(AccountRow).values(
            id=asker.account, principal=who.id, name=who.name, password=kept, must_change=False,
            office=UUID(who.office.partition(":")[2]),
        )
    )  # fmt: skip
    for grant in who.grants:
        session.execute(
            insert(GrantRow).values(principal=who.id, role=grant.role, scope=grant.scope)
        )
    session.execute(
        insert(SessionRow).values(
            token=digest_of(token), account=asker.account, login=who.id, desk="walk",
            desk_name="", began=province.now, seen=province.now,
        )
    )  # fmt: skip
    return token


def _record(books: Books, form: str, state: str, people: list[Asker]) -> None:
    answers: Answers = dict.fromkeys(FORMS[form].title_fields[:1], f"{form} {state}")
    document = {**builders.document("文件.pdf"), "sha256": sha_of(form, state)}
    books.session.execute(
        insert(FileRow).values(sha256=document["sha256"], size=9, stored_at=books.now)
    )
    place = next((f.id for f in FORMS[form].fields() if isinstance(f.type, Files)), "")
    answers |= (
        {place: {"d1": document}}
        if place
        else {"certificates": {"c1": {"document": {"d1": document}}}}
    )
    if form == "transfer":  # somebody of the hospital that is asked to agree
        answers["person"] = f"person:{ident_of('person', 'moving')}"
    record = Record(
        id=ident_of(form, state), form=form, form_version=FORMS[form].version, state=state,
        answers=answers, parties=parties_of(form, people),
    )  # fmt: skip
    books.write(record, state, Deed("made", "system", "", "system", is_told=False))


def test_every_command_is_for_whom_its_table_says(walk: Walk) -> None:
    """Each asker sends each command at each record, in every role they have or might claim."""
    tried, wrong, allowed = 0, [], 0
    with Session(walk.province.engine) as session, session.begin() as whole:
        for asker in walk.people:
            who = principal_of(session, asker.account)
            for form, state in PLACES:
                for command in _commands(form, state, asker):
                    for role in _claims(form, command, asker):
                        tried += 1
                        does = _is_let(session, walk, asker, who, (form, state, command, role))
                        should = role in parts_of(form, asker) and any(
                            role in step.by for step in WORKFLOWS[form].steps
                            if step.command == command and state in step.at
                            and (not step.rounds or "first" in step.rounds)
                        )  # fmt: skip
                        allowed += does
                        assert not should or may_do(form, state, command, asker)
                        if does != should:
                            wrong.append((asker.name, form, state, command, role, does))
        whole.rollback()
    sys.stdout.write(f"\ncommands: {tried} tried, {allowed} let, {len(wrong)} differences\n")
    assert not wrong, wrong[:20]
    assert allowed >= 60


def _claims(form: str, command: str, asker: Asker) -> set[str]:
    """Every part they have, and one role that the command is for and they lack."""
    by = {role for step in WORKFLOWS[form].steps if step.command == command for role in step.by}
    parts = parts_of(form, asker)
    return parts | set(sorted(by - parts)[:1])


def _commands(form: str, state: str, asker: Asker) -> list[str]:
    """Of who has no part in it only one open here: they are not even told that it exists.

    Of commands that nobody has here, each asker tries some; all of them where all is asked for.
    """
    every = commands(form)
    here = {step.command for step in WORKFLOWS[form].steps if state in step.at}
    turn = len(asker.name) + len(state)
    if not parts_of(form, asker):
        return [c for c in every if c in here][: int(WHOLE or turn % 3 == 0)]
    return [c for n, c in enumerate(every) if WHOLE or c in here or (n + turn) % 12 == 0]


def _is_let(
    session: Session, walk: Walk, asker: Asker, who: Any, what: tuple[str, str, str, str]
) -> bool:
    form, state, command, role = what
    change = Change(
        change_id=uuid4(), record_id=ident_of(form, state), form=form,
        form_version=FORMS[form].version, base_revision=1, command=command, role=role, edits={},
        said=SAID.get(command, {}),
    )  # fmt: skip
    trial = session.begin_nested()
    outcome = Registry(session, who, walk.province.now).receive(change)
    trial.rollback()
    code = (outcome.error or {}).get("code", "")
    return outcome.result != "refused" or code not in ("not_allowed", "not_found")


def test_news_and_documents_reach_whom_the_state_tells_and_nobody_else(walk: Walk) -> None:
    _read_all(walk)


def principal_at(walk: Walk, asker: Asker) -> Principal:
    return read(walk.province.engine, lambda session: principal_of(session, asker.account))


def test_investigators_of_others_are_told_to_whoever_fills_in_studies_and_asks(walk: Walk) -> None:
    """Every feed of investigators, asked for by everybody; the reply of the real round."""
    wanted = [investigators_of(scope("office", place)) for place in ("own", "far", "neighbour")]
    tried, wrong = 0, []
    for asker in walk.people:
        who = principal_at(walk, asker)
        caller = Caller(asker.account, who, asker.name, must_change=False, token="")
        told = set(
            read(
                walk.province.engine,
                lambda session, caller=caller: readable(session, caller, dict.fromkeys(wanted, 0)),
            )
        )
        begins = WORKFLOWS["study"].may_begin(who)
        should = begins or (asker.role == "delegate" and asker.engaged)
        for feed in wanted:
            tried += 1
            if (feed in told) != should:
                wrong.append((asker.name, feed, not should))
        assert told - {*wanted} == {*feeds_of(who)}
    sys.stdout.write(f"\ninvestigators: {tried} tried, {len(wrong)} differences\n")
    assert not wrong, wrong[:20]


def test_the_same_on_postgresql(walk_on_postgres: Walk) -> None:
    _read_all(walk_on_postgres)


def _read_all(walk: Walk) -> None:  # noqa: C901 -- one loop over everything
    tried, wrong = 0, []

    def look(session: Session) -> None:
        nonlocal tried
        for asker in walk.people:
            who = principal_of(session, asker.account)
            read_by = set()
            for feed in feeds_of(who):
                for pair in feeds.page(session, feed, 0, 10_000).lines:
                    line, body = pair.split(b"\n")[:2]
                    told = orjson.loads(line)
                    if told["kind"] == "record":
                        read_by.add(told["id"])
                    else:
                        assert not {"id_number", "mobile"} & orjson.loads(body or b"{}").keys()
            for form, state in PLACES:
                tried += 2
                should = may_read(form, state, asker)
                if (str(ident_of(form, state)) in read_by) != should:
                    wrong.append((asker.name, form, state, "news", not should))
                if may_use(session, who, sha_of(form, state)) != should:
                    wrong.append((asker.name, form, state, "file", not should))

    read(walk.province.engine, look)
    sys.stdout.write(f"\nreading: {tried} tried, {len(wrong)} differences\n")
    assert not wrong, wrong[:20]


def test_revisions_are_read_by_whom_the_state_tells_and_nobody_else(walk: Walk) -> None:
    """The record's only revision, asked for by everybody: the same readers as of the news."""
    tried, wrong = 0, []

    def look(session: Session) -> None:
        nonlocal tried
        for asker in walk.people:
            who = principal_of(session, asker.account)
            for form, state in PLACES:
                tried += 1
                try:
                    revision_of(session, who, ident_of(form, state), 1)
                    does = True
                except NotFound:
                    does = False
                if does != may_read(form, state, asker):
                    wrong.append((asker.name, form, state, does))

    read(walk.province.engine, look)
    sys.stdout.write(f"\nrevisions: {tried} tried, {len(wrong)} differences\n")
    assert not wrong, wrong[:20]


def test_while_it_is_changed_each_reads_the_version_meant_for_them(walk: Walk) -> None:
    """A filed study in every state of a change.

    Who is told of the state reads the change, whoever is told of what is filed reads that, and
    nobody else reads anything.
    """
    tried, wrong = 0, []
    with Session(walk.province.engine) as session, session.begin() as whole:
        books = Books(session, walk.province.now)
        for state in CHANGING:
            _in_change(books, state, walk.people)
        books.tell()
        for asker in walk.people:
            who = principal_of(session, asker.account)
            told = _versions_told(session, who)
            for state in CHANGING:
                tried += 3
                reads = may_read("study", state, asker)
                should = "new" if reads else "old" if may_read("study", "filed", asker) else ""
                if told.get(made(f"change {state}"), "") != should:
                    wrong.append((asker.name, state, "news", told.get(made(f"change {state}"))))
                for which in ("old", "new"):
                    does = may_use(session, who, _sha_in_change(state, which))
                    if does != (bool(should) if which == "old" else should == "new"):
                        wrong.append((asker.name, state, which, does))
        whole.rollback()
    sys.stdout.write(f"\nversions: {tried} tried, {len(wrong)} differences\n")
    assert not wrong, wrong[:20]


CHANGING = (
    "changing", "handed", "returned", "ac_form", "ac_members", "ac_concl", "ec_form", "ec_members",
    "ec_concl", "inst", "auth",
)  # fmt: skip


def _sha_in_change(state: str, which: str) -> str:
    return hashlib.sha256(f"change {state} {which}".encode()).hexdigest()


def _in_change(books: Books, state: str, people: list[Asker]) -> None:
    def answers(which: str) -> Answers:
        document = {**builders.document("文件.pdf"), "sha256": _sha_in_change(state, which)}
        return {
            "basic.research_title": which,
            "attach.research_protocol_file": {which: document},
        }

    for which in ("old", "new"):
        sha256 = _sha_in_change(state, which)
        row = {"sha256": sha256, "size": 9, "stored_at": books.now}
        books.session.execute(insert(FileRow).values(**row))
    parties = parties_of("study", people)
    record = Record(
        id=UUID(made(f"change {state}")), form="study", form_version=FORMS["study"].version,
        state=state, answers=answers("new"), parties=parties,
        in_force=InForce("change", 0, "filed", answers("old"), parties),
    )  # fmt: skip
    books.write(record, state, Deed("made", "system", "", "system", is_told=False))


def _versions_told(session: Session, who: Principal) -> dict[str, str]:
    found: dict[str, str] = {}
    for feed in feeds_of(who):
        for pair in feeds.page(session, feed, 0, 10_000).lines:
            line, body = pair.split(b"\n")[:2]
            if orjson.loads(line)["kind"] == "record":
                record = orjson.loads(body)
                found[record["id"]] = str(record["answers"].get("basic.research_title", ""))
    return found


def test_the_operations_over_http(walk: Walk) -> None:
    """Every operation of the API as everybody, and without a token; a new one must be added."""
    paths = walk.client.get("/v1/openapi.json").json()["paths"]
    assert {(method, path) for path, ways in paths.items() for method in ways} == WALKED
    for method, path in sorted(WALKED - BARE):
        filled = path.format(
            sha256="a" * 64, record_id=uuid4(), number=1, desk="0" * 16, name="a" * 32,
            package=uuid4(),
        )  # fmt: skip
        answer = walk.client.request(method, filled, json={}, headers=TUS)
        assert answer.status_code == 401, (method, path, answer.text)

    tried, wrong = len(WALKED - BARE), []
    for n, asker in enumerate(walk.people[::2]):
        answer = walk.ask(asker, "GET", "/session")
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["principal"]["id"] == asker.principal.id
        digest = walk.ask(asker, "GET", "/digest").json()["feeds"]
        assert set(digest) == set(told["feeds"])
        lies = {"office:" + made("office of own"): 0, "committee:" + made("committee of own"): 0}
        news = walk.ask(
            asker,
            "POST",
            "/news",
            json={"positions": lies},
            headers={"Accept-Encoding": "identity"},
        )
        lines = [orjson.loads(line) for line in news.content.split(b"\n")[:-1] if line]
        assert {line["feed"] for line in lines if "feed" in line} <= set(told["feeds"])
        heard = {line["id"] for line in lines if line.get("kind") == "record"}
        tried += 3
        for form, state in PLACES:
            should = may_read(form, state, asker)
            if (str(ident_of(form, state)) in heard) != should:
                wrong.append((asker.name, form, state, "news"))
            if form != "study" or n % 3:
                continue
            head = walk.ask(asker, "GET", f"/files/{sha_of(form, state)}/head").json()
            whole = walk.ask(asker, "GET", f"/files/{sha_of(form, state)}")
            tried += 2
            if (head["stored"], whole.status_code) != (should, 200 if should else 404):
                wrong.append((asker.name, form, state, "file"))
    sys.stdout.write(f"\nHTTP: {tried} requests, {len(wrong)} differences\n")
    assert not wrong, wrong[:20]


TUS = {
    "Tus-Resumable": "1.0.0", "Upload-Length": "5", "Upload-Offset": "0",
    "Content-Type": "application/offset+octet-stream",
    "Upload-Metadata": f"sha256 {base64.b64encode(b'b' * 64).decode()}",
}  # fmt: skip
WEAKER = {"shortest": 4, "longest": 14, "kinds": 2}
"""A rule that not even the national account may set: who is let is told so, others are not let."""


def test_every_operation_answers_each_role_at_each_place_as_plain_words_say(walk: Walk) -> None:
    """Operations × everybody: what is one's own, what is of one's office, and what is nobody's."""
    tried, wrong = 0, []
    theirs = walk.ask(walk.people[0], "POST", "/uploads", headers=TUS).headers["Location"]
    theirs = theirs.removeprefix("/v1")
    operations = set()
    some = walk.people[1:] if WHOLE else walk.people[1::3]
    for n, asker in enumerate(some):
        for (method, path), (rest, expected) in _operations(theirs, asker, n).items():
            tried += 1
            operations.add((method, path.split("/records/")[0]))
            answer = walk.ask(asker, method, path, **rest)
            if answer.status_code != expected:
                wrong.append((asker.name, method, path, answer.status_code, expected))
    roles = {asker.role for asker in some}
    relations = {(asker.place, asker.engaged) for asker in some}
    sys.stdout.write(
        f"\noperations: {tried} tried ({len(operations)} operations, "
        f"{len(roles)} roles, {len(relations)} relations), {len(wrong)} differences\n"
    )
    assert not wrong, wrong[:20]


def _operations(
    theirs: str, asker: Asker, n: int
) -> dict[tuple[str, str], tuple[dict[str, Any], int]]:
    """What each is asked with, and the status that plain words foresee."""
    sought = {"form": "person", "rows": [{"id_number": "", "mobile": "", "email": "", "name": ""}]}
    found: dict[tuple[str, str], tuple[dict[str, Any], int]] = {
        ("GET", path): ({}, 200)
        for path in ("/session", "/digest", "/account/events", "/account/desks", "/audit",
                     "/password-rule", "/health")
    }  # fmt: skip
    found |= {
        ("POST", "/news"): ({"json": {"positions": {}}}, 200),
        ("POST", "/changes"): ({"json": {"changes": []}}, 200),
        ("POST", "/changes/together"): ({"json": {"changes": [_foreign(asker)]}}, 422),
        ("POST", "/round"): ({"json": {"positions": {}, "changes": []}}, 200),
        ("POST", "/roster/known"): ({"json": sought}, 200 if may_import(asker) else 403),
        ("PUT", "/password-rule"): ({"json": WEAKER}, 422 if is_nation(asker) else 403),
        ("DELETE", f"/account/desks/{'0' * 16}"): ({}, 404),
        ("POST", "/password"): ({"json": {"old": "Wrong2026", "new": "Other2026"}}, 401),
        ("PUT", f"/files/{'c' * 64}"): ({"content": b"other"}, 422),
        ("POST", "/uploads"): ({"headers": TUS}, 201),
        ("HEAD", theirs): ({"headers": TUS}, 404),
        ("PATCH", theirs): ({"headers": TUS, "content": b"12345"}, 404),
        ("DELETE", theirs): ({"headers": TUS}, 404),
        ("PUT", "/desk-keys"): ({"json": {"keys": "c2hvcnQ="}}, 422),
        ("POST", "/packages"): ({"content": b"no package"}, 422),
        ("GET", f"/packages/{made('package')}/receipt"): ({}, 404),
    }
    for form, state in (
        PLACES if WHOLE else PLACES[n % 12 :: 12]
    ):  # each of them is asked for without HTTP, above
        reads = 200 if may_read(form, state, asker) else 404
        found["GET", f"/records/{ident_of(form, state)}/revisions/1"] = ({}, reads)
    return found


def _foreign(asker: Asker) -> dict[str, Any]:
    """A change of what is not theirs: an opinion that somebody else has given."""
    return {
        "change_id": made(f"foreign {asker.name}"), "record_id": str(ident_of("opinion", "closed")),
        "form": "opinion", "form_version": 1, "base_revision": 1, "command": "give",
        "role": "ethics_member", "said": {}, "edits": {},
    }  # fmt: skip


def test_strangers_over_http_move_nothing_and_learn_nothing(walk: Walk) -> None:
    tried = 0
    strangers = [a for a in walk.people if not parts_of("study", a) and not a.engaged][::14]
    before = {place: walk.province.record(ident_of(*place)) for place in PLACES}
    for asker in strangers:
        changes = [
            {
                "change_id": str(uuid4()), "record_id": str(ident_of("study", state)),
                "form": "study", "form_version": 1, "base_revision": 1, "command": command,
                "role": "pi", "said": SAID.get(command, {}),
                "edits": {"basic.research_title": [None, "改题"]},
            }
            for form, state in PLACES if form == "study" for command in commands("study")
        ]  # fmt: skip
        for start in range(0, len(changes), 200):
            outcomes = walk.ask(
                asker, "POST", "/changes", json={"changes": changes[start : start + 200]}
            )
            for outcome in outcomes.json()["outcomes"]:
                tried += 1
                assert outcome["result"] == "refused"
                assert outcome["record"] is None
                assert outcome["error"]["code"] == "not_found"
    assert {place: walk.province.record(ident_of(*place)) for place in PLACES} == before
    sys.stdout.write(f"\nstrangers: {tried} changes by {len(strangers)}, none done\n")


def test_nobody_changes_anothers_password_or_lives_on_after_their_session(walk: Walk) -> None:
    asker, token = walk.people[0], secrets.token_urlsafe(16)
    row = {"account": asker.account, "login": "x", "desk": "leaving", "desk_name": ""}
    times = {"began": walk.province.now, "seen": walk.province.now}
    begin = insert(SessionRow).values(token=digest_of(token), **row, **times)
    transact(walk.province.engine, lambda session: session.execute(begin))
    leaving = {"Authorization": f"Bearer {token}"}

    wrong = walk.ask(asker, "POST", "/password", json={"old": "Wrong2026", "new": "Other2026"})
    assert wrong.status_code == 401
    assert walk.client.delete("/v1/session", headers=leaving).status_code == 204
    assert walk.client.get("/v1/session", headers=leaving).status_code == 401
    assert walk.ask(asker, "GET", "/session").status_code == 200
