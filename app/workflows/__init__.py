"""Every workflow, by the id of its form."""

from app.workflows.committee import COMMITTEE
from app.workflows.institution import INSTITUTION
from app.workflows.opinion import OPINION
from app.workflows.person import PERSON
from app.workflows.study import STUDY

WORKFLOWS = {w.id: w for w in (STUDY, OPINION, PERSON, INSTITUTION, COMMITTEE)}

__all__ = ["WORKFLOWS"]
