from auditlog.registry import auditlog
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.terms_changes import AbstractTermsChange, terms_bounds
from projects.models.projects import Project


class Term(models.TextChoices):
    """Columns of a project that only a reviewer changes, with a reason."""

    INVESTMENT = "investment_wan", _("Total investment")
    PLANNED_START = "planned_start_on", _("Planned start")
    PLANNED_COMPLETION = "planned_completion_on", pgettext_lazy("project", "Planned completion")


class TermsChange(AbstractTermsChange):
    """A total investment (in 万元, as a whole number) or a planned day that was changed."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="terms_changes", verbose_name=_("Project"))
    field = models.CharField(_("What was changed"), max_length=21, choices=Term)

    class Meta(AbstractTermsChange.Meta):
        constraints = terms_bounds(Term, name="project_termschange")

    def __str__(self) -> str:
        return f"{self.project_id} {self.field} {self.old_value} {self.new_value}"


auditlog.register(TermsChange)
