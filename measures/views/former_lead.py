"""The page for people of a department that no longer leads a measure, shown at its form: what they wrote, to read and
copy."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import may_see_names
from measures.forms import ReportForm
from measures.models import Measure, Report, Term
from reporting.models import TEXTS
from reporting.steps import step_rows
from web.formats.dates import format_day
from web.html.links import query_of
from web.language import localized


@dataclass(frozen=True)
class FormerLead:
    """`report`: the department's open one for the month, if it had begun one."""

    measure: Measure
    report: Report | None
    since: date | None

    @property
    def sentence(self) -> str:
        lead = localized(self.measure.lead_department, "name")
        if self.since is None:
            return _("This measure is led by another department now: %(lead)s.") % {"lead": lead}
        values = {"day": format_day(self.since), "lead": lead}
        return _("Since %(day)s this measure is led by another department: %(lead)s.") % values


def find_former_lead(measure: Measure, month: date, *, user: User) -> FormerLead | None:
    """None for people of a department that never led the measure, and of the one that leads it."""
    if not user.is_reporter or user.department is None or user.department_id == measure.lead_department_id:
        return None
    own = measure.reports.visible_to(user).exclude(department=measure.lead_department_id)
    report = own.open().filter(period=month).prefetch_related("evidence", "steps__made_by").first()
    moved = measure.terms_changes.filter(field=Term.LEAD_DEPARTMENT, old_value=user.department.slug).first()
    if report is None and moved is None:
        return None
    return FormerLead(measure, report, timezone.localdate(moved.recorded_at) if moved else None)


def show_former_lead(request: HttpRequest, former: FormerLead, month: date, *, user: User) -> HttpResponseBase:
    """The page; a form that was sent to it comes back as text."""
    fields = ReportForm().fields
    typed = [(fields[name].label, request.POST.get(name, "")) for name in TEXTS if request.POST.get(name, "").strip()]
    context: dict[str, Any] = {
        "measure": former.measure,
        "month": month,
        "report": former.report,
        "sentence": former.sentence,
        "unsaved": typed,
        "evidence": list(former.report.evidence.all()) if former.report else [],
        "steps": step_rows(former.report) if former.report else [],
        "may_see_names": may_see_names(user),
        "plan": former.measure.plan,
        "workspace_url": query_of(reverse("measures:workspace"), plan=former.measure.plan.action_slug),
        "as_of": None,
    }
    status = 409 if request.method == "POST" else 200
    return TemplateResponse(request, "measures/former_lead.html", context, status=status)
