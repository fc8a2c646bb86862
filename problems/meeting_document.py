"""The sheet of a coordination meeting as a Word file: the same rows as its page."""

from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.clock import now
from problems.meeting_sheets import Sheet, SheetRow
from web.formats.text import format_list
from web.word import WordCell, WordColumn, WordFile, send_word_file

# Characters; a longer title is set smaller.
MAX_TITLE = 30
COLUMNS = [WordColumn(36), WordColumn(14), WordColumn(34), WordColumn(16)]


def meeting_file(sheet: Sheet, *, heading: str, sees_notes: bool, as_of: str) -> FileResponse:
    document = meeting_document(sheet, heading=heading, sees_notes=sees_notes, as_of=as_of)
    return send_word_file(document, name=sheet.title, day=sheet.meeting.held_on)


def meeting_document(sheet: Sheet, *, heading: str, sees_notes: bool, as_of: str) -> WordFile:
    """`heading`: the line with day and place. `sees_notes`: whether it says what is to be done."""
    file = WordFile(title=sheet.title, made_at=now())
    file.add_plain("Title" if len(sheet.title) <= MAX_TITLE else "Long Title", sheet.title)
    file.add_plain("Subtitle", heading)
    if sheet.rows:
        head = [_("Problem"), pgettext("problem", "Raised by"), pgettext("meeting", "Direction"), _("Since then")]
        rows = [_cells(row, sees_notes=sees_notes) for row in sheet.rows]
        file.add_table(COLUMNS, [[WordCell("Head", each) for each in head], *rows])
    else:
        file.add_plain("Body Text", _("No problem is on the agenda yet"))
    file.add_plain("Caption", as_of)
    return file


def _cells(row: SheetRow, *, sees_notes: bool) -> list[WordCell]:
    problem = _("%(code)s %(text)s (%(measure)s)") % {
        "code": row.problem.code,
        "text": row.text,
        "measure": row.source,
    }
    return [
        WordCell("Cell", problem),
        WordCell("Cell", format_list([row.raised_by, row.open_for])),
        WordCell("Cell", direction_text(row, sees_notes=sees_notes)),
        WordCell("Cell", row.since, is_bold=row.is_overdue),
    ]


def direction_text(row: SheetRow, *, sees_notes: bool) -> str:
    """Return the direction in one line: who, by when and what."""
    if row.direction is None:
        return row.without_direction
    if not sees_notes:
        return row.who_and_when
    return _("%(who)s: %(what)s") % {"who": row.who_and_when, "what": row.direction.note}
