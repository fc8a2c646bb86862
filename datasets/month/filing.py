"""Files what the preview of a month showed: in one transaction, through the services that the form of a report uses."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.exceptions import NotAllowed
from datasets.models import Upload
from datasets.month.findings import Findings, chosen_rows, filed
from datasets.month.preview import Entry, Seen, What, look, report_data
from measures.filing import file_report, rewrite_report
from measures.services import locked_measures
from reporting.models import TEXTS

# What a row says about problems beside its text.
PROBLEM = ("problem_choice", "about_problem")


@transaction.atomic
def file_month(upload: Upload) -> Findings:
    """Returns what became of it, for its page. Raises NotAllowed, having changed nothing, where the site is no longer
    what the preview saw."""
    by = upload.uploaded_by
    # Whoever reports or decides on one of them meanwhile waits.
    list(locked_measures().filter(plan=upload.plan, lead_department=by.department_id).values_list("pk"))
    seen = look(upload)
    if seen.site != upload.findings["site"]:
        raise NotAllowed(_("The site has changed since the preview: look at it again."))
    entries = _to_file(seen, upload)
    for entry in entries:
        _file(entry, upload, by=by)
    return filed(entries, seen, upload)


def _to_file(seen: Seen, upload: Upload) -> list[Entry]:
    rows = chosen_rows(upload)
    return [each for each in seen.entries if each.is_filed and (not each.is_conflict or rows.get(each.code) == "file")]


def _file(entry: Entry, upload: Upload, *, by: User) -> None:
    row = entry.row
    assert row is not None
    data = report_data(row, entry.cells)
    values = {name: getattr(data, name) for name in ("status", "against_status", "effective_on", *TEXTS, *PROBLEM)}
    submits, report = entry.what is What.SUBMIT, row.open_report
    if report is not None:
        rewrite_report(report, by=by, version=report.version, values=values, evidence=entry.evidence, submit=submits)
    else:
        file_report(row.measure, by=by, period=upload.period, values=values, evidence=entry.evidence, submit=submits)
