"""Many reports at once: what `reporting.services` and `reporting.evidence` do with one, in a number of statements that
does not grow with them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import prefetch_related_objects
from django.db.models.functions import Now

from accounts.log import log_created
from accounts.models import User
from core.clock import now
from reporting.evidence import MAX_EVIDENCE, EvidenceChange, EvidenceData, evidence_change, too_many
from reporting.models import AbstractEvidence, AbstractFiling, AbstractReportStep
from reporting.services import check_editable, make_move


class ReportBatch[R: AbstractFiling]:
    """Reports of one model, whose subjects are locked, with the evidence and the steps of each. `save` writes them."""

    def __init__(self, *, by: User) -> None:
        self.by = by
        self.reports: list[R] = []
        self.steps: list[AbstractReportStep] = []
        self.changes: list[tuple[R, EvidenceChange[AbstractEvidence]]] = []

    def add(self, report: R, *, evidence: Iterable[EvidenceData] | None) -> None:
        """One that was filled in. `evidence`: the documents and links that it is to have; None where they stay. Raises
        NotAllowed."""
        self.reports.append(report)
        if evidence is None:
            return
        check_editable(report, self.by, field="evidence")
        had = list(report.evidence.all()) if report.pk is not None else []
        change = evidence_change(had, evidence)
        if len(had) - len(change.gone) + len(change.added) > MAX_EVIDENCE:
            raise too_many()
        self.changes.append((report, change))

    def move(self, report: R, name: str) -> None:
        """A move with one of them. Raises NotAllowed."""
        self.steps.append(make_move(report, name, by=self.by))

    def save(self) -> Sequence[R]:
        """Steps keep what the reports say now."""
        if self.reports:
            _write(self.reports)
            self._save_evidence()
            _forget_evidence(self.reports)
            prefetch_related_objects(self.reports, "evidence")
        for step in self.steps:
            step.content = step.report.content()
        if self.steps:
            log_created(_made(self.steps), by=self.by)
        return self.reports

    def _save_evidence(self) -> None:
        at = now()
        for _report, change in self.changes:
            for each in change.gone:
                # Few: a document takes the place of another one.
                each.delete()
        _made(
            [
                report.evidence.model(report=report, attached_at=at, **columns)
                for report, change in self.changes
                for columns in change.added
            ]
        )


def _write(reports: Sequence[AbstractFiling]) -> None:
    """Makes those that are new, and brings the others up to date, with one statement."""
    model = type(reports[0])
    for each in reports:
        each.updated_at = Now()  # type: ignore[attr-defined]  # every report is an UpdatedAtModel
    columns = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    manager: Any = model._default_manager
    manager.bulk_create(reports, update_conflicts=True, unique_fields=["id"], update_fields=columns)


def _made[M: (AbstractEvidence, AbstractReportStep)](rows: list[M]) -> list[M]:
    if rows:
        type(rows[0])._default_manager.bulk_create(rows)
    return rows


def _forget_evidence(reports: Iterable[Any]) -> None:
    """Forgets the evidence of the reports that was read before it changed."""
    for each in reports:
        getattr(each, "_prefetched_objects_cache", {}).pop("evidence", None)
