"""Files what the preview of a workbook showed: in one transaction, through the services that the forms use."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.exceptions import NotAllowed
from workbooks.models import Upload
from workbooks.month.findings import Findings, chosen_rows, confirmed_rows, filed
from workbooks.month.kinds import Entry
from workbooks.month.preview import Seen, look
from workbooks.month.registry import kind_of


@transaction.atomic
def file_month(upload: Upload) -> Findings:
    """Returns what became of it, for its page. Raises NotAllowed, having changed nothing, where the site is no longer
    what the preview saw."""
    kind = kind_of(upload)
    kind.lock(upload)
    seen = look(upload)
    if seen.site != upload.findings["site"]:
        raise NotAllowed(_("The site has changed since the preview: look at it again."))
    entries = _to_file(seen, upload)
    kind.file(entries, upload)
    return filed(entries, seen, upload)


def _to_file(seen: Seen, upload: Upload) -> list[Entry]:
    chosen, confirmed = chosen_rows(upload), confirmed_rows(upload)
    return [
        each.decided(is_confirmed=each.code in confirmed)
        for each in seen.entries
        if each.is_filed and (not each.is_conflict or chosen.get(each.code) == "file")
    ]
