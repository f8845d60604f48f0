"""What a step does not let one write: refused alike on the desk and in the registry."""

from __future__ import annotations

from collections.abc import Collection

from app.errors import NotAllowed
from app.forms.schema import Form
from app.workflows.table import Step


def refuse_unwritable(form: Form, step: Step, edits: Collection[str]) -> None:
    """NotAllowed where an edit's path lies in an answer that may not change with this step."""
    fields = {path.partition("/")[0] for path in edits}
    shut = {f for f in fields if form.has(f) and not step.may_write(form.field(f))}
    if not shut:
        return
    barred = sorted(path for path in edits if path.partition("/")[0] in shut)
    where = form.label(barred[0].rstrip("/"))
    raise NotAllowed(
        f"“{step.zh}”时不能改动“{where.zh}”。请先恢复原值。",
        f"“{where.en}” cannot be changed with “{step.en}”. Please put it back as it was.",
        reason="writes",
        paths=barred,
    )
