"""Names that may mean the same office, and how a directory is searched for them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.rules.near_names import near_names, sure_parts

NAMES = st.text(st.sampled_from("长河市第一二人民中医院省肿瘤妇幼保健"), min_size=4, max_size=16)


@given(NAMES, st.integers(0, 15), st.sampled_from("东西南北"))
def test_one_other_character_leaves_a_piece_that_finds_the_name(
    name: str, place: int, other: str
) -> None:
    place %= len(name)
    changed = name[:place] + other + name[place + 1 :]

    assert near_names(name, [changed]) == [changed]
    assert any(part in changed for part in sure_parts(name))


def test_a_piece_is_never_a_single_character() -> None:
    assert sure_parts("省中医院院") == ["省中", "医院"]
    assert sure_parts("院") == []
