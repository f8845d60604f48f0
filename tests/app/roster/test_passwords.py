"""Default passwords: initials, surnames that sound otherwise, names that give none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import pinyin
from app.roster import passwords


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("张三", "zs_123456"),
        ("单晓梅", "sxm_123456"),
        ("仇英", "qy_123456"),
        ("曾国强", "zgq_123456"),
        ("解敏", "xm_123456"),
        ("查海", "zh_123456"),
        ("翟明", "zm_123456"),
        ("区小燕", "oxy_123456"),
        ("朴一生", "pys_123456"),
        ("盖伟", "gw_123456"),
        ("尉迟敏", "ycm_123456"),
        ("万俟明", "mqm_123456"),
        ("单于飞", "cyf_123456"),
        ("欧阳丽", "oyl_123456"),
        ("解放军", "xfj_123456"),
        ("张单", "zd_123456"),
        ("买买提·吐尔逊", "mmttex_123456"),
        ("Li Na", "LiNa_123456"),
        ("李John", "lJohn_123456"),
        ("𠮷野", None),
        ("Lindqvist", None),  # nine letters and the rest are 16 characters
        ("", None),
        ("123", None),
    ],
)
def test_the_default_is_made_of_the_initials(name: str, password: str | None) -> None:
    assert passwords.default(name) == password


def test_every_surname_of_the_table_gives_a_password_that_is_good() -> None:
    assert len(passwords.SURNAMES) > 90
    for surname, letters in passwords.SURNAMES.items():
        made = passwords.default(f"{surname}强") or ""
        assert made == f"{letters}q_123456"
        assert passwords.is_good(made)


@pytest.mark.parametrize(
    ("password", "is_good"),
    [
        ("abc123", True), ("ABC123", True), ("abcDEF", True), ("zs_123456", True),
        ("Abcdefgh123456", True), ("abc12", False), ("Abcdefgh1234567", False),
        ("abcdefgh", False), ("12345678", False), ("ABCDEFGH", False), ("abc 123", False),
    ],
)  # fmt: skip
def test_the_rule_of_passwords(password: str, is_good: bool) -> None:
    assert passwords.is_good(password) == is_good


def test_a_masked_default_shows_its_rule_and_not_its_letters() -> None:
    assert passwords.masked("zs_123456") == "**_123456"


@given(st.text("行长重乐曾单解查林敏尤王a1Ｂ ·\u0301豈\u1100\u1161\U00020bb7", max_size=6))
def test_initials_put_together_by_character_are_those_of_the_whole_text(text: str) -> None:
    assert pinyin.initials(text) == pinyin._sounds(text)[1]
