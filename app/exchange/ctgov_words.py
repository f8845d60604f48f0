"""What ClinicalTrials.gov's words mean in the study form. Source: spec/international.md."""

from __future__ import annotations

from app.words import Words

INDICATIVE = Words("表中不区分预计与实际。", "The form does not part expected from actual.")

RECRUITING = {
    "NOT_YET_RECRUITING": "not_yet",
    "RECRUITING": "recruiting",
    "ENROLLING_BY_INVITATION": "invited",
    "ACTIVE_NOT_RECRUITING": "active",
    "SUSPENDED": "suspended",
    "COMPLETED": "completed",
    "TERMINATED": "terminated",
    "WITHDRAWN": "withdrawn",
}
OBSERVED = {
    "NOT_YET_RECRUITING": "not_started",
    "RECRUITING": "ongoing",
    "ENROLLING_BY_INVITATION": "ongoing",
    "ACTIVE_NOT_RECRUITING": "ongoing",
    "COMPLETED": "ended",
    "TERMINATED": "ended",
}
PURPOSE = {
    "TREATMENT": "treatment",
    "PREVENTION": "prevention",
    "DIAGNOSTIC": "diagnosis",
    "SCREENING": "screening",
    "BASIC_SCIENCE": "basic_science",
    "OTHER": "other",
}
PHASES = {
    ("EARLY_PHASE1",): "early_1",
    ("PHASE1",): "p1",
    ("PHASE1", "PHASE2"): "p12",
    ("PHASE2",): "p2",
    ("PHASE2", "PHASE3"): "p23",
    ("PHASE3",): "p3",
    ("PHASE4",): "p4",
    ("NA",): "na",
}
RANDOMISED = {
    "PARALLEL": "parallel",
    "CROSSOVER": "crossover",
    "FACTORIAL": "factorial",
    "SEQUENTIAL": "sequential",
}
OBSERVATIONAL = {
    "COHORT": "cohort",
    "CASE_CONTROL": "case_control",
    "ECOLOGIC_OR_COMMUNITY": "ecological",
    "OTHER": "other",
}
COHORTS = {"PROSPECTIVE": "prospective_cohort", "RETROSPECTIVE": "retrospective_cohort"}
MASKED: dict[frozenset[str], str] = {
    frozenset({"PARTICIPANT"}): "single",
    frozenset({"PARTICIPANT", "OUTCOMES_ASSESSOR"}): "single_assessor",
    frozenset({"OUTCOMES_ASSESSOR"}): "open_assessor",
    frozenset({"PARTICIPANT", "INVESTIGATOR"}): "double",
}
SEX = {"ALL": "both", "FEMALE": "female", "MALE": "male"}
AGE_UNITS = {"YEAR": "year", "MONTH": "month", "WEEK": "week", "DAY": "day", "HOUR": "hour"}
IS_CONTROL = {
    "EXPERIMENTAL": "no",
    "ACTIVE_COMPARATOR": "yes",
    "PLACEBO_COMPARATOR": "yes",
    "SHAM_COMPARATOR": "yes",
    "NO_INTERVENTION": "yes",
}
INTERVENTIONS = {"PROCEDURE": "surgery", "BEHAVIORAL": "behavioural"}
COUNTRIES = {
    "Turkey": "TR", "Turkey (Türkiye)": "TR", "Türkiye": "TR", "Hong Kong": "HK", "Macau": "MO",
    "Taiwan": "TW", "Vietnam": "VN", "South Korea": "KR", "Korea, Republic of": "KR",
    "Russia": "RU", "Russian Federation": "RU", "Czechia": "CZ", "Czech Republic": "CZ",
    "United States": "US", "United Kingdom": "GB",
}  # fmt: skip
"""Names that the list of countries does not know by themselves."""
