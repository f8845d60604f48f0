"""Which 18-character numbers are right ones."""

import pytest

from app.rules.person import is_right_card


@pytest.mark.parametrize(
    ("number", "is_right"),
    [
        ("11010519491231002X", True),  # the example printed in GB 11643-1999
        ("440524188001010014", True),  # and the other one
        ("43010219700101101X", True),  # a district that was founded after the birth
        ("110105194912310021", False),
        ("110105194913310022", False),
        ("11010519491231002", False),
    ],
)
def test_a_card_number_is_judged_by_its_day_and_its_check_digit(number, is_right):
    assert is_right_card(number) is is_right
