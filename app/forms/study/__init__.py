"""The filing of a study: nine pages, six routes. Source: spec/domain.md §2."""

from app.forms.schema import Form
from app.forms.study import (
    attachments,
    basic,
    category,
    content,
    design,
    implementation,
    other_registries,
    recruitment,
    sharing,
)

STUDY = Form(
    "study",
    "医学研究登记备案",
    "Filing of a medical research study",
    version=1,
    title_fields=("basic.research_title", "basic.scientific_title", "basic.public_name"),
    pages=(
        category.PAGE,
        basic.PAGE,
        implementation.PAGE,
        content.PAGE,
        design.PAGE,
        recruitment.PAGE,
        other_registries.PAGE,
        sharing.PAGE,
        attachments.PAGE,
    ),
)

__all__ = ["STUDY"]
