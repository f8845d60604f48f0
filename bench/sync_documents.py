"""The documents that every peer of the comparison moves, as answers of a study, and back.

A study is what they stand for: lists of objects are rows, everything else one answer each. What a
draft may hold is judged by nobody, so numbers and words keep their kind wherever they are put.
"""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

Document = dict[str, Any]

PLAIN = {
    "id": "impl.leading_institution",
    "title": "basic.research_title",
    "number": "basic.scientific_title",
    "kind": "basic.english_acronym",
    "rev": "design.total_sample_size",
    "status": "content.research_phase_other",
    "dept": "impl.applicant_name",
    "committee": "impl.applicant_organization",
    "summary": "content.research_content_description",
    "risk": "content.risk_protection_evaluation",
    "updated": "basic.public_name",
}
PI = {
    "staff": "impl.applicant_telephone",
    "name": "impl.applicant_name_english",
    "dept": "impl.applicant_organization_english",
    "gcp": "impl.applicant_address",
}
GROUPS = {
    "staff": (
        "impl.team_members",
        {
            "staff": "person",
            "name": "name",
            "role": "duty",
            "from": "title",
            "active": "title_class",
        },
    ),
    "sites": (
        "impl.participating_organization_repeat",
        {
            "name": "impl.branch_organization_name",
            "planned": "impl.branch_postcode",
            "enrolled": "impl.branch_country",
            "opened": "impl.branch_address",
        },
    ),
    "files": (
        "basic.funding_repeat",
        {
            "name": "basic.funding_project_name",
            "ver": "basic.funding_source_level_3",
            "date": "basic.funding_project_time",
            "sha256": "basic.funding_project_number",
            "bytes": "basic.funding_amount",
        },
    ),
    "reviews": (
        "design.measurement_indicators",
        {
            "date": "design.indicator_timepoint",
            "by": "design.indicator_name",
            "verdict": "design.indicator_type_level_1",
            "votes": "design.indicator_type_level_2",
            "opinion": "design.indicator_description",
            "items": "design.indicator_measurement_method",
        },
    ),
}
LISTS = {
    "in": ("design.inclusion_criteria", "design.inclusion_criterion"),
    "out": ("design.exclusion_criteria", "design.exclusion_criterion"),
}


def record_id(document_id: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"bench:{document_id}")


def answers_of(document: Document) -> dict[str, Any]:
    """The document as answers of a study."""
    found = {field: document[key] for key, field in PLAIN.items()}
    found |= {field: document["pi"][key] for key, field in PI.items()}
    for key, (group, fields) in GROUPS.items():
        found[group] = {
            f"{place:08x}": {field: entry[name] for name, field in fields.items()}
            for place, entry in enumerate(document[key])
        }
    for key, (group, field) in LISTS.items():
        entries = enumerate(document["criteria"][key])
        found[group] = {f"{place:08x}": {field: entry} for place, entry in entries}
    return {key: value for key, value in found.items() if value != {}}


def document_of(answers: dict[str, Any]) -> Document:
    """The document in these answers."""
    found: Document = {key: answers[field] for key, field in PLAIN.items()}
    found["pi"] = {key: answers[field] for key, field in PI.items()}
    for key, (group, fields) in GROUPS.items():
        rows = sorted(answers.get(group, {}).items())
        found[key] = [{name: row[field] for name, field in fields.items()} for _, row in rows]
    found["criteria"] = {
        key: [row[field] for _, row in sorted(answers.get(group, {}).items())]
        for key, (group, field) in LISTS.items()
    }
    return found
