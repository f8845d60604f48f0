"""Who stands above an institution, at the moment something is submitted."""

from __future__ import annotations

from dataclasses import replace

from app.errors import Invalid
from app.record import Parties, Record
from server import places
from server.turn import Turn


def under_its_authority(turn: Turn, after: Record) -> Record:
    """The registering authority of the institution is the one that reviews and reads."""
    authority = places.registrar_of(turn.books.session, after.parties.get("institution", ()))
    parties: Parties = {**after.parties}
    parties.pop("authority", None)
    if authority:
        parties["authority"] = (authority,)
    elif not parties.get("institution"):
        raise Invalid(
            "您还不属于任何机构，不能提交。请联系机构管理员将您移入机构。",
            "You do not belong to an institution yet. Please ask its administrator to add you.",
            problems=[],
        )
    return replace(after, parties=parties)
