"""The files of evidence of a report, for those who may see them."""

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from accounts.rules import EVIDENCE_READERS, Facts
from measures.models import Evidence
from reporting.evidence_pages import EvidenceFile
from reporting.workflow import ReportState


class ReportEvidenceFile(EvidenceFile):
    permission = EVIDENCE_READERS

    @cached_property
    def evidence(self) -> Evidence:
        pieces = Evidence.objects.exclude(file="").select_related("report__department__merged_into")
        return get_object_or_404(pieces, key=self.kwargs["key"], report__measure__code=self.kwargs["code"])

    def permission_facts(self) -> Facts:
        report = self.evidence.report
        return {"department": report.readers_department_id, "is_accepted": report.state == ReportState.ACCEPTED}
