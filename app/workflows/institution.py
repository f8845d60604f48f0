"""An institution or an authority: created from above, completed by itself. Source: seed 000; domain.md §6.2."""

from __future__ import annotations

from app.workflows.table import State, Step, Workflow

OWN, ABOVE = "institution_admin", "authority"
BOTH = (OWN, ABOVE)

# fmt: off
INSTITUTION = Workflow(
    id="institution",
    founders=(ABOVE,),
    begins={"institution": "itself:office", "authority": "my office"},
    states=(
        State("opened", "待完善", "To be completed", "waiting", (OWN,), BOTH),
        State("active", "正常", "Active", "done", (), BOTH),
    ),
    steps=(
        Step("save", "保存", "Save",             ("opened", "active"), BOTH,   writes="all"),
        Step("complete", "完成填报", "Complete", ("opened", "active"), (OWN,), "active", needs=("complete",), writes="all"),
    ),
)
# fmt: on
