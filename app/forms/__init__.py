"""Every form, by its id."""

from app.forms.committee import COMMITTEE
from app.forms.institution import INSTITUTION
from app.forms.opinion import OPINION
from app.forms.person import PERSON
from app.forms.schema import Form
from app.forms.study import STUDY

FORMS: dict[str, Form] = {
    form.id: form for form in (STUDY, OPINION, PERSON, INSTITUTION, COMMITTEE)
}

__all__ = ["FORMS"]
