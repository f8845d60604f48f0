"""Every form, by its id."""

from app.forms.committee import ACADEMIC_COMMITTEE, COMMITTEE
from app.forms.institution import INSTITUTION
from app.forms.opinion import OPINION
from app.forms.person import PERSON
from app.forms.schema import Form
from app.forms.stem_cell import STEM_CELL
from app.forms.study import STUDY
from app.forms.transfer import TRANSFER

FORMS: dict[str, Form] = {
    form.id: form
    for form in (
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

__all__ = ["FORMS"]
