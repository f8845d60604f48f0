"""Records of ClinicalTrials.gov as tests use them: whole, or with values changed."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from app.answers import flat
from app.exchange.ctgov import study_from
from app.forms import FORMS

FOLDER = Path(__file__).parents[2] / "data" / "exchange" / "clinicaltrials_gov"
RECORDS = {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(FOLDER.glob("*.json"))}
STUDY = FORMS["study"]


def record(number: str, **changes: Any) -> dict[str, Any]:
    """One of the records, with values at dotted paths put in the place of others."""
    body = copy.deepcopy(RECORDS[number])
    for path, value in changes.items():
        *folders, last = path.split("__")
        node = body["protocolSection"]
        for folder in folders:
            node = node.setdefault(folder, {})
        node[last] = value
    return body


def answers(number: str, **changes: Any) -> dict[str, Any]:
    return flat(study_from(record(number, **changes)).answers)
