"""The number of a card by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from app.roster import identity


@given(st.from_regex(r"[0-9]{17}", fullmatch=True))
def test_the_check_digit_is_the_one_of_the_standard(digits: str) -> None:
    assert identity.check_digit(digits + "0") == ric.calc_check_digit(digits + "0")
