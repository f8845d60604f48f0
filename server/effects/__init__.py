"""What follows from a step, named by (workflow, command), in the same transaction.

`BEFORE` may refuse the step or complete the record before it is written; `AFTER` writes what
follows from it: opinions asked for, accounts opened, the step of a study when all opinions are in.
"""

from __future__ import annotations

from collections.abc import Callable

from app.record import Record
from server import audit, people, places
from server.effects import committees, moves, offices, stem_cells, studies
from server.effects.examining import IsPdf, examined, examined_step
from server.turn import Turn

__all__ = ["IsPdf", "examined", "examined_step", "following", "of"]

Before = Callable[[Turn, Record], Record]
After = Callable[[Turn, Record], None]


def of(turn: Turn, after: Record) -> Record:
    """Complete the record that a step leads to, or refuse the step."""
    for effect in BEFORE.get((after.form, turn.command), ()):
        after = effect(turn, after)
    return after


def following(turn: Turn, after: Record) -> None:
    """Do what follows from a step that was written."""
    for effect in AFTER.get((after.form, turn.command), ()):
        effect(turn, after)
    audit.note(turn, after)


BEFORE: dict[tuple[str, str], tuple[Before, ...]] = {
    ("study", "submit"): (
        studies.to_its_committees,
        offices.under_its_authority,
        studies.without_reviewers,
    ),
    ("study", "ac_pass"): (studies.fit_to_review,),
    ("study", "ec_pass"): (studies.fit_to_review,),
    ("study", "ac_conclude"): (studies.without_reviewers,),
    ("study", "ec_conclude"): (studies.without_reviewers,),
    ("study", "return"): (studies.without_reviewers,),
    ("study", "approve"): (studies.numbered_study,),
    ("study", "delete"): (studies.out_of_sight,),
    ("study", "authorise"): (studies.colleagues_only,),
    ("committee", "submit"): (committees.of_its_institution, offices.under_its_authority),
    ("committee", "seat"): (committees.seated,),
    ("committee", "approve"): (committees.numbered_committee,),
    ("committee", "report"): (committees.with_yearly_report,),
    ("committee", "delete"): (committees.out_of_sight,),
    ("academic_committee", "establish"): (
        committees.of_its_institution,
        offices.under_its_authority,
    ),
    ("academic_committee", "complete"): (
        committees.of_its_institution,
        offices.under_its_authority,
    ),
    ("academic_committee", "seat"): (committees.seated,),
    ("academic_committee", "delete"): (committees.out_of_sight,),
    ("stem_cell", "submit"): (
        committees.of_its_institution,
        stem_cells.to_province_and_nation,
    ),
    ("stem_cell", "approve"): (stem_cells.numbered,),
    ("stem_cell", "delete"): (committees.out_of_sight,),
    ("person", "open"): (people.may_be_opened,),
    ("person", "set_roles"): (people.set_roles,),
    ("person", "release"): (people.released,),
    ("person", "delete"): (people.deleted,),
    ("transfer", "request"): (moves.asked,),
    ("institution", "open"): (places.may_be_opened,),
    ("institution", "save"): (places.same_level,),
    ("institution", "correct"): (places.same_level,),
    ("institution", "send_back"): (places.has_registrar,),
    ("institution", "hand_on"): (places.hand_on,),
    ("institution", "delete"): (places.out_of_sight,),
}

AFTER: dict[tuple[str, str], tuple[After, ...]] = {
    ("study", "ac_pass"): (studies.ask_for_opinions,),
    ("study", "ec_pass"): (studies.ask_for_opinions,),
    ("study", "ac_close"): (studies.close_opinions,),
    ("study", "ec_close"): (studies.close_opinions,),
    ("study", "undo"): (studies.nobody_reviews_any_more,),
    ("opinion", "give"): (studies.all_in,),
    ("committee", "save"): (committees.kept_by_its_founder,),
    ("committee", "submit"): (committees.kept_by_its_founder,),
    ("committee", "seat"): (committees.kept_by_its_founder,),
    ("committee", "approve"): (committees.seats_given,),
    ("academic_committee", "save"): (committees.kept_by_its_founder,),
    ("academic_committee", "seat"): (committees.kept_by_its_founder,),
    ("academic_committee", "establish"): (
        committees.kept_by_its_founder,
        committees.seats_given,
    ),
    ("academic_committee", "complete"): (committees.seats_given,),
    ("person", "open"): (people.open_account,),
    ("person", "save"): (people.keep_in_step,),
    ("person", "complete"): (people.keep_in_step,),
    ("person", "disable"): (people.disable,),
    ("person", "enable"): (people.enable,),
    ("institution", "save"): (places.keep_in_step,),
    ("institution", "complete"): (places.keep_in_step,),
    ("institution", "correct"): (places.keep_in_step,),
    ("institution", "open"): (places.open_office,),
    ("institution", "reset_password"): (places.reset_password,),
    ("institution", "disable"): (places.disable,),
    ("institution", "enable"): (places.enable,),
    ("person", "reset_password"): (people.reset_password,),
    ("transfer", "request"): (moves.arrived,),
    ("transfer", "agree"): (moves.agreed,),
}
