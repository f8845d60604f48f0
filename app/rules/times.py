"""Rules over the dates of a study: its periods, its approvals, its first participant.

Source: spec/domain.md §2.11, by number.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.rules.rule import Case, Rules

TIME_RULES = Rules()
rule = TIME_RULES.rule

PERIODS = (
    ("basic.research_start_time", "basic.research_complete_time"),
    ("basic.recruiting_start_time", "basic.recruiting_end_time"),
)


@rule(
    "V-07",
    "block",
    "结束日期不能早于开始日期。",
    "The end cannot be before the beginning.",
    at=("basic.research_complete_time", "basic.recruiting_end_time"),
)
def _ends_before_it_begins(case: Case) -> Iterator[str]:
    for first, last in PERIODS:
        start, end = case.day(first), case.day(last)
        if start and end and end < start:
            yield last


@rule(
    "V-08",
    "warn",
    "征募时间超出研究预计持续时间。",
    "The recruiting period is not inside the study period.",
    at=("basic.recruiting_start_time", "basic.recruiting_end_time"),
)
def _recruiting_outside_the_study(case: Case) -> Iterator[str]:
    (start, end), (recruit, until) = ((case.day(a), case.day(b)) for a, b in PERIODS)
    if start and recruit and recruit < start:
        yield "basic.recruiting_start_time"
    if end and until and until > end:
        yield "basic.recruiting_end_time"


@rule(
    "V-09",
    "warn",
    "预期首例签署知情同意日期早于征募开始日期或伦理批准日期。",
    "The first consent is expected before recruiting starts or before the ethics approval.",
    at=("design.first_consent_expected_date",),
)
def _consent_too_early(case: Case) -> Iterator[str]:
    first = case.day("design.first_consent_expected_date")
    bounds = (case.day("basic.recruiting_start_time"), case.day("attach.ethicsApprovalTime"))
    if first and any(bound and first < bound for bound in bounds):
        yield "design.first_consent_expected_date"


@rule(
    "V-24",
    "warn",
    "研究已开始招募，填报状态应选择“补填报”。",
    "Recruiting has begun: choose “after recruiting began”.",
    at=("basic.registration_status",),
)
def _too_late_to_be_prospective(case: Case) -> Iterator[str]:
    begins = case.day("basic.recruiting_start_time")
    has_begun = (begins is not None and begins <= case.today) or case[
        "recruit.recruitment_status"
    ] not in (None, "not_yet")
    if case["basic.registration_status"] == "prospective" and has_begun:
        yield "basic.registration_status"


@rule(
    "V-26",
    "warn",
    "临床试验批件已超过3年有效期，请在“其他文件”中上传批件仍有效的说明文件。",
    "The approval is older than 3 years: attach a statement that it is still valid.",
    "seed 001",
    at=("cat.nmpa_date",),
)
def _approval_out_of_date(case: Case) -> Iterator[str]:
    approved = case.day("cat.nmpa_date")
    if approved and (case.today - approved).days > 3 * 365.25 and not case["attach.other_files"]:
        yield "cat.nmpa_date"


@rule(
    "V-32",
    "block",
    "最后一例出组时间不能早于第一例入组时间，两者都不能晚于今天。",
    "The last participant leaves after the first one entered; neither is in the future.",
    at=("recruit.first_participant_enrollment_date", "recruit.last_participant_exit_date"),
)
def _participants_in_disorder(case: Case) -> Iterator[str]:
    first = case.day("recruit.first_participant_enrollment_date")
    last = case.day("recruit.last_participant_exit_date")
    if first and first > case.today:
        yield "recruit.first_participant_enrollment_date"
    if last and (last > case.today or (first and last < first)):
        yield "recruit.last_participant_exit_date"


@rule(
    "V-41",
    "warn",
    "距研究预计开始不足30日。",
    "The study starts in fewer than 30 days.",
    "seed 001",
    at=("basic.research_start_time",),
)
def _starts_soon(case: Case) -> Iterator[str]:
    start = case.day("basic.research_start_time")
    if start and (start - case.today).days < 30:
        yield "basic.research_start_time"
