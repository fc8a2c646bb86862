"""The files of evidence of a report, for those who may see them."""

from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.permissions import may_see_evidence
from measures.models import Evidence
from reporting.evidence_pages import send_file
from reporting.workflow import ReportState


@require_safe
@cache_control(private=True, no_store=True)
def evidence_file(request: HttpRequest, code: str, key: UUID) -> HttpResponseBase:
    """A file of evidence, for those who may see it."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    pieces = Evidence.objects.exclude(file="").select_related("report__department__merged_into")
    evidence = get_object_or_404(pieces, key=key, report__measure__code=code)
    is_accepted = evidence.report.state == ReportState.ACCEPTED
    if not may_see_evidence(request.user, department=evidence.report.readers_department_id, is_accepted=is_accepted):
        raise PermissionDenied
    return send_file(evidence)
