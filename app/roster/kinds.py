"""Every template there is. A further kind of workbook is one more declaration here."""

from __future__ import annotations

from app.roster.accounts import ACCOUNTS
from app.roster.institutions import INSTITUTIONS
from app.roster.members import MEMBERS
from app.roster.rows import Template

TEMPLATES: dict[str, Template] = {t.id: t for t in (INSTITUTIONS, ACCOUNTS, MEMBERS)}


def templates_of(role: str) -> list[Template]:
    """The workbooks that are imported in a role, the one most asked for first."""
    return [template for template in TEMPLATES.values() if role in template.by]


def who_asks(form: str) -> set[str]:
    """The roles whose workbooks need to know who of a form is in the system."""
    return {role for t in TEMPLATES.values() if t.asks == form for role in t.by}
