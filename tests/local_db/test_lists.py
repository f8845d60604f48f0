"""Lists, search, cards and news: what is found, in what order, and what leaves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import NotFound
from app.forms import FORMS
from app.record import Passage
from app.workflows.roles import keys_of
from local_db import Query, WorkingCopy, listing
from local_db.listing import plain
from tests.local_db.desks import (
    COMMITTEE,
    OFFICE,
    PI,
    SECRETARY,
    TITLE,
    carded,
    desk,
    gone,
    session,
    study,
    told,
)

TITLES = {
    "长河省高血压随访研究": "MR-43-26-000001",
    "他汀类药物的随机对照试验": "MR-43-26-000002",
    "重症监护室感染调查": "",
    "AI 辅助肺结节 CT 诊断": "MR-43-26-000104",
    "北方队列": "",
}


@pytest.fixture
def filled(copy: WorkingCopy) -> WorkingCopy:
    records = [
        study(title, number=number, updated_at=f"2026-11-{day:02}T00:00:00+00:00")
        for day, (title, number) in enumerate(TITLES.items(), start=1)
    ]
    passage = Passage("2026", "submit", PI.id, "何平", "pi", "draft", "ec_form", 1)
    records[4] = replace(records[4], log=(passage,))
    copy.take([told(record, n) for n, record in enumerate(records, start=1)])
    return copy


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {0, 1, 2, 3, 4}),
        ("随机对照", {1}),
        ("研究", {0}),  # two characters
        ("癌", set()),
        ("队", {4}),  # one character
        ("随机对照试验", {1}),
        ("gaoxueya", {0}),  # pinyin
        ("chsgxysfyj", {0}),  # initials
        ("tt", {1}),  # two initials
        ("MR-43-26", {0, 1, 3}),
        ("000104", {3}),
        ("mr-43-26-000002", {1}),
        ("ct", {3}),
        ("ＣＴ", {3}),  # full width
        ("ai ct", {3}),  # both words
        ("研究 高血压", {0}),
        ("研究 感染", set()),
        ("何平", {4}),  # who submitted it
        ('"', set()),
        ('随机" OR "感染', set()),
        ("%", set()),
        ("___", set()),
        ("*", set()),
        ("NOT 感染调查", set()),
    ],
)
def test_search_finds(filled: WorkingCopy, text: str, found: set[int]) -> None:
    titles = list(TITLES)

    page = filled.rows(Query("study", text=text))

    assert {titles.index(row.head.title) for row in page.rows} == found
    assert page.total == filled.count(Query("study", text=text)) == len(found)


CHARACTERS = st.sampled_from(list("研究研aAß%_\"*'-·Ως、 \u3000\n𠮷é①ﬁ"))


@settings(max_examples=60, deadline=None)
@given(
    titles=st.lists(st.text(CHARACTERS, max_size=12), min_size=1, max_size=6),
    texts=st.lists(st.text(CHARACTERS, min_size=1, max_size=3), min_size=1, max_size=8),
)
def test_the_shortest_words_find_what_a_look_through_every_text_finds(
    titles: list[str], texts: list[str]
) -> None:
    with TemporaryDirectory() as folder:
        copy = desk(Path(folder), bytes(32))
        records = [study(title) for title in titles]
        copy.take([told(record, n) for n, record in enumerate(records, start=1)])
        # What was called otherwise before is found by its new name only.
        renamed = replace(records[0], answers={TITLE: titles[-1]}, revision=2)
        copy.take([told(renamed, len(records) + 1)])
        with copy._store.reading() as db:
            held = dict(
                db.exec_driver_sql("SELECT id, text FROM words JOIN record USING (n)").all()
            )
        for text in texts:
            words = [word for word in plain(text).split() if len(word) < 3]
            page = copy.rows(Query("study", text=" ".join(words)))
            scanned = {i for i, whole in held.items() if all(word in whole for word in words)}
            assert {row.head.id for row in page.rows} == scanned, words
            assert page.total == len(scanned)
        copy.close()


@pytest.mark.parametrize("many", [0, 10_000])
def test_a_list_is_the_same_however_it_is_looked_for(
    tmp_path: Path, key: bytes, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(listing, "MANY", many)
    copy = desk(tmp_path, key, SECRETARY)
    other = "committee:other"
    records = [
        study(f"{title}{n}", parties={"ethics_committee": (COMMITTEE if n % 3 else other,)})
        for n in range(9)
        for title in ("心血管", "肺结节")
    ]
    opinion = replace(
        study("", parties={"ethics_committee": (COMMITTEE,)}, number="心血管"), form="opinion"
    )
    copy.take([told(r, n, feed=COMMITTEE) for n, r in enumerate([*records, opinion], start=1)])

    def found(**asked: str) -> list[str]:
        page = copy.rows(Query("study", sort="title", descending=False, **asked))  # type: ignore[arg-type]
        assert page.total == copy.count(Query("study", **asked)) == len(page.rows)  # type: ignore[arg-type]
        return [row.head.title for row in page.rows]

    theirs = [1, 2, 4, 5, 7, 8]
    assert found(party=COMMITTEE, text="心血管") == [f"心血管{n}" for n in theirs]
    assert found(party=COMMITTEE, text="结节 肺") == [f"肺结节{n}" for n in theirs]
    assert found(party=COMMITTEE) == [f"{t}{n}" for t in ("肺结节", "心血管") for n in theirs]
    assert found(text="心血管") == [f"心血管{n}" for n in range(9)]
    assert found(text="血") == [f"心血管{n}" for n in range(9)]
    assert copy.rows(Query("opinion", text="血管")).total == 1
    assert copy.rows(Query("", text="血管")).total == 10
    copy.close()


def test_titles_are_sorted_as_they_sound(filled: WorkingCopy) -> None:
    rows = filled.rows(Query("study", sort="title", descending=False)).rows

    # AI… · bei… · chang… · ta… · zhong…: 重症 sounds zhong, not chong.
    assert [row.head.title[:2] for row in rows] == ["AI", "北方", "长河", "他汀", "重症"]


def test_the_newest_comes_first_and_pages_neither_repeat_nor_lose(copy: WorkingCopy) -> None:
    records = [study("同名的研究") for _ in range(450)]
    copy.take([told(record, n) for n, record in enumerate(records, start=1)])

    for sort in ("updated", "title", "number", "state"):
        for descending in (True, False):
            query = Query("study", sort=sort, descending=descending)  # type: ignore[arg-type]
            seen = [
                row.head.id
                for offset in (0, 200, 400)
                for row in copy.rows(replace(query, offset=offset)).rows
            ]
            assert sorted(seen) == sorted(str(r.id) for r in records)


def test_filters_ask_for_state_holder_and_party(tmp_path: Path, key: bytes) -> None:
    copy = desk(tmp_path, key, SECRETARY)
    ours = study("甲", state="ec_form", parties={"ethics_committee": (COMMITTEE,)})
    filed = study("乙", state="filed", parties={"ethics_committee": (COMMITTEE,)})
    other = study("丙", state="ec_form", parties={"ethics_committee": ("committee:other",)})
    copy.take([told(r, n, feed=COMMITTEE) for n, r in enumerate((ours, filed, other), start=1)])

    def found(**asked: object) -> set[str]:
        return {row.head.title for row in copy.rows(Query("study", **asked)).rows}  # type: ignore[arg-type]

    assert found(waits_for=tuple(keys_of(SECRETARY))) == {"甲"}
    assert found(states=("ec_form", "returned")) == {"甲", "丙"}
    assert found(party=COMMITTEE) == {"甲", "乙"}
    assert found(party=COMMITTEE, states=("filed",), text="乙") == {"乙"}
    copy.close()


def test_a_row_moves_with_its_record(filled: WorkingCopy) -> None:
    row = filled.rows(Query("study", text="北方队列")).rows[0]
    record = filled.get(__import__("uuid").UUID(row.head.id))

    filled.take([told(replace(record, revision=2, answers={TITLE: "南方队列"}, state="inst"), 99)])

    assert filled.count(Query("study", text="北方队列")) == 0
    assert filled.count(Query("study", text="南方队列")) == 1
    assert filled.count(Query("study", states=("inst",))) == 1
    assert filled.count(Query("study", waits_for=(f"institution_admin@{OFFICE}",))) == 1
    assert filled.count(Query("study", waits_for=(PI.id,))) == 4


def test_children_are_found_by_their_study(copy: WorkingCopy) -> None:
    parent = study("甲")
    opinions = [
        replace(study("x"), form="opinion", parent=parent.id, state="asked", answers={},
                parties={"ethics_reviewer": (PI.id,)}, form_version=FORMS["opinion"].version)
        for _ in range(2)
    ]  # fmt: skip
    copy.take([told(r, n) for n, r in enumerate((parent, *opinions), start=1)])

    assert [r.id for r in copy.children(parent.id)] == [r.id for r in opinions]
    assert copy.children(parent.id, "report") == []
    assert copy.children(uuid4()) == []


# -- cards -------------------------------------------------------------------------------------


def person_card(name: str, sort: str, initials: str, *roles: str) -> dict[str, object]:
    return {
        "ref": f"person:{uuid4()}", "kind": "person", "name": name, "sort": sort,
        "initials": initials, "office": OFFICE, "roles": list(roles), "department": "心内科",
    }  # fmt: skip


def test_colleagues_are_found_by_name_sound_and_role(copy: WorkingCopy) -> None:
    cards = [
        person_card("何平", "heping", "hp", "pi", "ethics_member"),
        person_card("沈兰", "shenlan", "sl", "ethics_member"),
        person_card("周静", "zhoujing", "zj", "ethics_secretary"),
    ]
    copy.take([carded(card, n, "staff:1") for n, card in enumerate(cards, start=1)])

    def names(text: str = "", **asked: str) -> list[object]:
        return [card["name"] for card in copy.cards("person", text, **asked)]  # type: ignore[arg-type]

    assert names() == ["何平", "沈兰", "周静"]
    assert names("兰") == names("shenl") == names("SL") == ["沈兰"]
    assert names(role="ethics_member") == ["何平", "沈兰"]
    assert names(role="ethics") == []
    assert names(office="office:other") == []
    assert copy.cards("committee") == []
    assert copy.card(str(cards[0]["ref"])) == cards[0]
    assert copy.card("person:nobody") is None


def test_a_card_is_replaced_and_leaves(copy: WorkingCopy) -> None:
    card = person_card("何平", "heping", "hp")
    copy.take([carded(card, 1, "staff:1")])
    copy.take([carded({**card, "name": "何萍"}, 2, "staff:1")])
    assert [c["name"] for c in copy.cards("person")] == ["何萍"]

    copy.take([gone(str(card["ref"]), 3, "staff:1")])
    assert copy.cards("person") == []

    copy.take([carded(card, 4, "staff:1")])
    copy.follow(["directory"])
    assert copy.cards("person") == []


# -- news --------------------------------------------------------------------------------------


def test_a_page_and_its_positions_are_stored_together(
    copy: WorkingCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = [told(study("甲"), 1), told(study("乙"), 2, feed=OFFICE), told(study("丙"), 5)]
    from local_db import news

    def broken(*_: object) -> None:
        raise OSError("the machine stopped")

    monkeypatch.setattr(news, "_tell", broken)
    with pytest.raises(OSError, match="stopped"):
        copy.take(page)
    assert (copy.count(Query("study")), copy.positions()) == (0, {})
    monkeypatch.undo()

    copy.take(page)
    copy.take(page)  # and a page that comes twice changes nothing
    assert (copy.count(Query("study")), copy.positions()) == (3, {PI.id: 5, OFFICE: 2})


def test_what_is_gone_from_every_feed_leaves_and_what_has_unsent_changes_stays(
    copy: WorkingCopy,
) -> None:
    both, one, mine = study("两处"), study("一处"), study("有改动")
    copy.take([told(both, 1), told(both, 1, feed=OFFICE), told(one, 2), told(mine, 3)])
    copy.perform(mine.id, "save", answers={TITLE: "改了"}, role="pi")
    copy.take([gone(both.id, 4), gone(one.id, 5), gone(mine.id, 6)])

    copy.follow([PI.id, OFFICE])

    assert copy.get(both.id).answers == {TITLE: "两处"}
    assert copy.get(mine.id).answers == {TITLE: "改了"}
    with pytest.raises(NotFound):
        copy.get(one.id)
    assert copy.count(Query("study", text="一处")) == 0


def test_a_feed_that_is_followed_no_more_takes_its_records_along(copy: WorkingCopy) -> None:
    mine, office, draft = study("我的"), study("单位的"), copy.begin("study", role="pi")
    copy.take([told(mine, 1), told(office, 8, feed=OFFICE)])

    copy.follow([PI.id])

    assert {row.head.id for row in copy.rows(Query("study")).rows} == {str(mine.id), str(draft.id)}
    assert copy.positions() == {PI.id: 1}


def test_news_without_a_head_are_read_from_the_record(copy: WorkingCopy) -> None:
    line, body = told(study("甲"), 1)

    copy.take([(line.model_copy(update={"head": None}), body)])

    assert copy.count(Query("study", text="甲")) == 1


def test_a_restored_registry_is_read_anew_and_believed(copy: WorkingCopy) -> None:
    kept, lost = study("留下的", revision=9), study("没有了的", revision=3)
    copy.take([told(kept, 1), told(lost, 2)])
    copy.perform(kept.id, "save", answers={TITLE: "未上报"}, role="pi")

    copy.remember(session(PI, epoch="2"))
    assert copy.positions() == {}
    copy.take([told(replace(kept, revision=4), 1)])
    copy.follow([PI.id])

    assert copy.get(kept.id).revision == 4
    assert copy.get(kept.id).answers == {TITLE: "未上报"}
    with pytest.raises(NotFound):
        copy.get(lost.id)


def test_documents_of_what_waits_are_wanted(copy: WorkingCopy) -> None:
    from app.answers import nested
    from app.forms.schema import Files

    files = next(f for f in FORMS["study"].fields() if isinstance(f.type, Files))
    row = {f"{files.id}/r1/name": "方案.pdf", f"{files.id}/r1/sha256": "a" * 64}
    here = copy.add_file(b"%PDF-1.4")
    both = nested({**row, f"{files.id}/r2/name": "同意书.pdf", f"{files.id}/r2/sha256": here})
    waiting, filed = study("甲", answers=both), study("乙", state="filed", answers=nested(row))
    filed.answers[files.id]["r1"]["sha256"] = "b" * 64
    copy.take([told(waiting, 1), told(filed, 2)])

    assert copy.files_wanted(10) == ["a" * 64]


def test_the_session_and_preferences_are_kept(copy: WorkingCopy) -> None:
    quiet = session(SECRETARY, feeds=("directory",))
    quiet.token = ""
    copy.remember(quiet)
    copy.prefer("columns", "title,state")

    kept = copy.session()
    assert kept is not None
    assert (kept.token, kept.feeds) == ("a-token", ("directory",))
    assert copy.principal() == SECRETARY
    assert copy.preference("columns") == "title,state"
    assert copy.preference("nothing") is None
    copy.forget_token()
    assert copy.session() == replace(kept, token="")
