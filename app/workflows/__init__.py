"""Every workflow, by the id of its form."""

from app.workflows.academic_committee import ACADEMIC_COMMITTEE
from app.workflows.committee import COMMITTEE
from app.workflows.institution import INSTITUTION
from app.workflows.opinion import OPINION
from app.workflows.person import PERSON
from app.workflows.stem_cell import STEM_CELL
from app.workflows.study import STUDY
from app.workflows.transfer import TRANSFER

WORKFLOWS = {
    w.id: w
    for w in (
        STUDY,
        OPINION,
        PERSON,
        TRANSFER,
        INSTITUTION,
        COMMITTEE,
        ACADEMIC_COMMITTEE,
        STEM_CELL,
    )
}

__all__ = ["WORKFLOWS"]
