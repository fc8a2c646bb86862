"""A brief as a Word file: the same texts as its page, from the same `Brief`."""

from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from briefs.sheet import Brief, Part, width_of
from core.clock import now
from core.statuses import MeasureStatus
from web.formats.dates import format_day
from web.formats.text import with_full_stop
from web.html.figures import unit_of
from web.word import WordCell, WordColumn, WordFile, send_word_file

# As dark as the status is deep: they are told apart in grey.
SHADES = {MeasureStatus.COMPLETED: "262626", MeasureStatus.IN_PROGRESS: "8C8C8C", MeasureStatus.PROMOTING: "E6E6E6"}
# In half-width characters; a longer title is set smaller.
MAX_TITLE = 60


def brief_file(brief: Brief) -> FileResponse:
    name = f"{_('One-page brief')}-{brief.name}"
    return send_word_file(brief_document(brief), name=name, day=brief.day)


def brief_document(brief: Brief) -> WordFile:
    file = WordFile(title=f"{brief.name} · {_('One-page brief')}", made_at=now())
    file.add_plain("Title" if width_of(brief.name) <= MAX_TITLE else "Long Title", brief.name)
    about = [
        _("As of %(day)s") % {"day": format_day(brief.day)},
        _("compared with %(since)s") % {"since": brief.since},
        str(brief.provenance.label),
    ]
    file.add_plain("Subtitle", pgettext("between months", " · ").join(about))
    file.add("Body Text", brief.sentence)
    _add_figures(file, brief)
    for heading, part in brief.headed_parts:
        file.add_plain("Heading 1", heading)
        _add_part(file, brief, part)
    # Word would add a line of its own after a table at the end.
    file.add_plain("Caption", brief.provenance_note)
    return file


def _add_figures(file: WordFile, brief: Brief) -> None:
    columns = [WordColumn(100 / len(brief.figures)) for _each in brief.figures]
    lines = [
        [WordCell("Head", each.label) for each in brief.figures],
        [WordCell("Figure", each.shown, True, unit_of(each.unit, classes="")) for each in brief.figures],
        [WordCell("Caption", each.note) for each in brief.figures],
    ]
    file.add_table(columns, lines, has_head=False)
    if brief.statuses:
        file.add_plain("Head", brief.statuses_label)
        file.add_bar([(float(each.share), SHADES[each.status]) for each in brief.statuses if each.count])
        file.add_plain("Caption", brief.statuses_text)


def _add_part(file: WordFile, brief: Brief, part: Part) -> None:
    if part.rows:
        head = [WordCell("Head", column.label) for column in part.columns]
        rows = [[WordCell("Cell", cell.text, cell.is_bold) for cell in row] for row in part.rows]
        file.add_table([WordColumn(column.share, column.is_number) for column in part.columns], [head, *rows])
    else:
        file.add_plain("Cell", part.nothing)
    if part.note:
        file.add_plain("Caption", with_full_stop(part.note))
    if part.left_out:
        file.add_plain("Caption", f"{part.left_out_text} {brief.site}{part.url}")
