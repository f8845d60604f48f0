"""One editor for each kind of answer. Importing it fills the table that pages make editors from."""

from __future__ import annotations

from app.forms import types
from app.forms.committee import Seats
from app.forms.schema import Field, Files, People, Rows
from ui.forms.choices import TicksEditor, choice_editor
from ui.forms.dates import DateEditor
from ui.forms.editing import EDITORS, Around, Editor, make_editor
from ui.forms.files import FilesEditor
from ui.forms.lines import KeywordsEditor, LineEditor, NumberEditor, ParagraphEditor, SecretEditor
from ui.forms.linked import LinkedEditor
from ui.forms.listed import ManyListedEditor, listed_editor
from ui.forms.people import PeopleEditor
from ui.forms.pickers import PointerEditor, PointersEditor
from ui.forms.rows import RowsEditor
from ui.forms.seats import SeatsEditor
from ui.forms.sites import SitesEditor, linked_fields

__all__ = ["EDITORS", "make_editor"]


def text_editor(field: Field, around: Around) -> Editor:
    """Words: picked from the directory, in one line, or in several."""
    kind = field.type
    if isinstance(kind, types.Text) and kind.linked:
        return LinkedEditor(field, around)
    if isinstance(kind, types.Text) and kind.lines > 1:
        return ParagraphEditor(field, around)
    return LineEditor(field, around)


def rows_editor(field: Field, around: Around) -> Editor:
    """A group; where its names are linked with the directory they can be matched together."""
    kind = field.type
    if isinstance(kind, Rows) and linked_fields(kind):
        return SitesEditor(field, around)
    return RowsEditor(field, around)


EDITORS |= {
    types.Text: text_editor,
    types.Integer: NumberEditor,
    types.Decimal: NumberEditor,
    types.Date: DateEditor,
    types.Choice: choice_editor,
    types.Choices: TicksEditor,
    types.Listed: listed_editor,
    types.ListedMany: ManyListedEditor,
    types.Keywords: KeywordsEditor,
    types.Pointer: PointerEditor,
    types.Pointers: PointersEditor,
    types.Secret: SecretEditor,
    Rows: rows_editor,
    People: PeopleEditor,
    Seats: SeatsEditor,
    Files: FilesEditor,
}
