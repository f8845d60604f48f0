"""What can be asked of answers once their form is known: check, compare, replay, summarise."""

from app.answers.asking import (
    LEVELS,
    MISSING,
    Level,
    Problem,
    check,
    check_page,
    given,
    is_empty,
    shown,
    shown_pages,
    without_hidden,
)
from app.answers.edits import Replay, edits_between, flat, nested, replay
from app.answers.telling import Difference, Line, Section, compare, files_in, summarise, told

__all__ = [
    "LEVELS",
    "MISSING",
    "Difference",
    "Level",
    "Line",
    "Problem",
    "Replay",
    "Section",
    "check",
    "check_page",
    "compare",
    "edits_between",
    "files_in",
    "flat",
    "given",
    "is_empty",
    "nested",
    "replay",
    "shown",
    "shown_pages",
    "summarise",
    "told",
    "without_hidden",
]
