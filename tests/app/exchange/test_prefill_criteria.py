"""Criteria of ClinicalTrials.gov: parted, and no word of them lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.criteria import parted
from app.exchange.ctgov import study_from
from tests.app.exchange.registered import RECORDS, record

# --- criteria ---------------------------------------------------------------------------------


def test_criteria_are_parted_at_their_marks() -> None:
    text = """Inclusion Criteria:

1. Aged 18 to 75 years;
2. One of the following:

   * a) ECOG 0
   * b) ECOG 1
3. Signed consent.

Exclusion Criteria:

* Pregnant;
- Active infection,
continued here."""

    found = parted(text)

    assert found.inclusion == (
        "Aged 18 to 75 years;",
        "One of the following:\n* a) ECOG 0\n* b) ECOG 1",
        "Signed consent.",
    )
    assert found.exclusion == ("Pregnant;", "Active infection,\ncontinued here.")
    assert found.other == ""


def test_criteria_without_marks_are_parted_at_their_lines() -> None:
    found = parted(
        "Inclusion criteria: adults\nwith diabetes\n\nKey Exclusion Criteria\n\npregnancy"
    )

    assert found.inclusion == ("adults", "with diabetes")
    assert found.exclusion == ("pregnancy",)


def test_a_heading_inside_the_exclusion_stays_there() -> None:
    found = parted("Exclusion Criteria:\n\nExclusion criteria for medical history:\n\n1. stroke")

    assert found.inclusion == ()
    assert "stroke" in found.exclusion[-1]


def test_text_that_cannot_be_parted_is_left_with_the_reason() -> None:
    text = "Adults with diabetes who are not pregnant."

    found = study_from(record("NCT04469387", eligibilityModule__eligibilityCriteria=text))

    assert "design.inclusion_criteria" not in found.answers
    assert text in [n.value for n in found.not_taken]


@pytest.mark.parametrize("number", RECORDS)
def test_no_word_of_the_criteria_is_lost(number: str) -> None:
    text = RECORDS[number]["protocolSection"]["eligibilityModule"]["eligibilityCriteria"]
    found = parted(text)

    kept = re.findall(r"\w{3,}", " ".join((*found.inclusion, *found.exclusion, found.other)))
    words = [w for w in re.findall(r"\w{3,}", text)
             if w.lower() not in ("inclusion", "exclusion", "criteria", "key", "main")]  # fmt: skip
    assert not set(words) - set(kept)


@given(st.text(max_size=300))
def test_any_text_can_be_parted(text: str) -> None:
    found = parted(text)

    assert all(found.inclusion + found.exclusion)
