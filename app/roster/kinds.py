"""Every template there is. A further kind of workbook is one more declaration here."""

from __future__ import annotations

from app.roster.accounts import ACCOUNTS
from app.roster.institutions import INSTITUTIONS
from app.roster.members import MEMBERS
from app.roster.rows import Template

TEMPLATES: dict[str, Template] = {t.id: t for t in (ACCOUNTS, INSTITUTIONS, MEMBERS)}
