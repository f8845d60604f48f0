"""Investigators of other institutions on a desk: asked for, kept, found offline, gone again."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from app.heads import investigator_ref
from local_db import WorkingCopy
from local_db.investigators import MOST
from tests.builders import study_answers
from tests.local_db.desks import OFFICE, PI, carded
from tests.local_db.desks import gone as gone_at
from tests.local_db.test_lists import person_card

THERE = "office:66666666-1111-4111-8111-111111111111"
FAR = "office:66666666-2222-4111-8111-111111111111"
FEED = THERE.replace("office:", "investigators:")
OWN = (PI.id, "directory")


def card(name: str, sort: str, initials: str, office: str = THERE) -> dict[str, Any]:
    return {
        "ref": f"person:{uuid4()}", "kind": "investigator", "name": name, "sort": sort,
        "initials": initials, "office": office, "department": "针灸科", "title": "chief_physician",
        "roles": ["pi"],
    }  # fmt: skip


def tell(copy: WorkingCopy, feed: str, *cards: dict[str, Any]) -> None:
    start = copy.positions().get(feed, 0) + 1
    lines = []
    for n, told in enumerate(cards, start=start):
        line, body = carded(told, n, feed)
        lines.append((line.model_copy(update={"id": investigator_ref(told["ref"])}), body))
    copy.take(lines)


def names(copy: WorkingCopy, text: str = "", office: str = "") -> list[str]:
    return [str(found["name"]) for found in copy.investigators(text, office=office).cards]


TANG, SONG = card("唐立", "tangli", "tl"), card("宋诚", "songcheng", "sc", FAR)


def test_what_is_asked_for_is_named_in_every_round_and_known_once_it_was_told(
    copy: WorkingCopy,
) -> None:
    assert not copy.investigators(office=THERE).is_known
    assert copy.want_investigators(THERE)
    assert not copy.want_investigators(THERE), "it was asked for before"
    assert copy.positions()[FEED] == 0

    copy.follow(OWN)  # a round that had begun before it was asked for
    assert copy.positions()[FEED] == 0
    assert not copy.investigators(office=THERE).is_known

    copy.follow([*OWN, FEED])
    assert copy.investigators(office=THERE).is_known, "it has nobody"
    assert not copy.investigators(office=FAR).is_known
    tell(copy, FEED, TANG)
    assert copy.positions()[FEED] == 1


def test_investigators_are_found_by_name_pinyin_and_initials_without_a_network(
    copy: WorkingCopy,
) -> None:
    copy.take([carded({"ref": THERE, "kind": "institution", "name": "长河省中医院"}, 1)])
    tell(copy, FEED, TANG)
    tell(copy, FEED.replace("1111", "2222", 1), SONG)
    colleague = person_card("何平", "heping", "hp", "pi")
    copy.take(
        [carded(colleague, 1, "staff:1"), carded(person_card("沈兰", "sl", "sl"), 2, "staff:1")]
    )

    assert names(copy, "唐") == names(copy, "TANG l") == names(copy, "tl") == ["唐立"]
    assert names(copy, "sl") == [], "a colleague who is no investigator"
    assert names(copy) == ["何平", "宋诚", "唐立"]
    assert names(copy, office=THERE) == ["唐立"], "without a text those of the institution only"
    assert names(copy, "s", office=THERE) == ["宋诚"]
    assert copy.investigators("tl").cards[0]["office_name"] == "长河省中医院"
    assert copy.cards("person", "唐") == [], "no colleague to pick for a team"


def test_somebody_who_is_a_colleague_too_is_offered_once(copy: WorkingCopy) -> None:
    colleague = person_card("何平", "heping", "hp", "pi")
    copy.take([carded(colleague, 1, "staff:1")])
    tell(copy, OFFICE.replace("office:", "investigators:"), {**TANG, **colleague, "sex": None})

    assert names(copy) == ["何平"]
    assert (copy.card(str(colleague["ref"])) or {})["department"] == "心内科"


def test_who_leaves_the_feed_leaves_the_desk_and_so_do_all_without_the_right(
    copy: WorkingCopy,
) -> None:
    copy.want_investigators(THERE)
    tell(copy, FEED, TANG, SONG)
    copy.follow([*OWN, FEED])

    copy.take([gone_at(investigator_ref(TANG["ref"]), 3, FEED)])
    assert names(copy) == ["宋诚"]

    copy.follow(OWN)  # the role was taken away: the registry tells no more
    assert names(copy) == []
    assert not copy.investigators(office=THERE).is_known


def test_the_institutions_asked_for_longest_ago_make_room(copy: WorkingCopy) -> None:
    offices = [f"office:{UUID(int=n)}" for n in range(MOST + 5)]
    copy.want_investigators(*offices[:MOST])
    copy.want_investigators(*offices[MOST:])

    asked = [feed for feed in copy.positions() if feed.startswith("investigators:")]
    assert len(asked) == MOST
    assert offices[-1].replace("office", "investigators") in asked
    assert offices[0].replace("office", "investigators") not in asked


@pytest.mark.parametrize(("office", "says"), [(THERE, False), (FAR, True)])
def test_a_picked_investigator_of_another_institution_is_noticed_offline(
    copy: WorkingCopy, office: str, says: bool
) -> None:
    tell(copy, FEED, TANG)
    site = {"impl.branch_organization_id": office, "impl.branch_user_id": TANG["ref"]}
    sites = {"impl.participating_organization_repeat": {"s1": site}}
    record = copy.begin("study", study_answers(sites), role="pi")

    assert ((copy.known(record).office_of or {})[TANG["ref"]] != office) == says
