import json
import zlib
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Of an upload of each kind.
PAGES = {
    "ledger": "workbooks:upload",
    "month": "workbooks:month_upload",
    "projects": "workbooks:project_month_upload",
    "values": "workbooks:values_upload",
}


class Upload(models.Model):
    """A file that a person sent and has not loaded yet, with what they decided about it: nobody else sees it.

    `content` is the file, or the pasted rows; it is emptied once it is loaded. `result` is what the file would do
    (`findings.Findings`), or what became of the reports that were filled in; `sentence` is why it cannot be read; both
    in `language`. `period`: the month of such reports, its first day, where they are of one; `department` or `city`:
    for which of them they are.
    """

    class Kind(models.TextChoices):
        LEDGER = "ledger", pgettext_lazy("upload", "Ledger of a plan")
        MONTH = "month", pgettext_lazy("upload", "Reports of a month")
        PROJECTS = "projects", pgettext_lazy("upload", "Months of projects")
        VALUES = "values", pgettext_lazy("upload", "Values of indicators")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("upload", "Waits to be read")
        READING = "reading", pgettext_lazy("upload", "Being read")
        REFUSED = "refused", pgettext_lazy("upload", "Cannot be read")
        READ = "read", pgettext_lazy("upload", "Read, not loaded yet")
        ACCEPTED = "accepted", pgettext_lazy("upload", "Waits to be loaded")
        LOADING = "loading", pgettext_lazy("upload", "Being loaded")
        LOADED = "loaded", pgettext_lazy("upload", "Loaded")

    # It counts for nothing and no cached page shows it: its progress is written every second.
    is_versioned = False
    goes_with_its_subject = True

    kind = models.CharField(_("Kind"), max_length=8, choices=Kind, default=Kind.LEDGER)
    period = models.DateField(_("Reporting period"), null=True)
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, null=True, related_name="+", verbose_name=_("Department")
    )
    city = models.ForeignKey(
        "regions.Region", models.PROTECT, null=True, related_name="+", verbose_name=pgettext_lazy("project", "City")
    )
    # Empty for a file that brings the site its first plan.
    plan = models.ForeignKey(
        "measures.Plan", models.PROTECT, null=True, related_name="+", verbose_name=_("Action plan")
    )
    uploaded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("Uploaded by"))
    uploaded_at = models.DateTimeField(_("Uploaded at"))
    file_name = models.CharField(_("File name"), max_length=255)
    is_pasted = models.BooleanField(_("Pasted"), default=False)
    content = models.BinaryField(_("Content"))
    language = models.CharField(_("Language"), max_length=10)
    state = models.CharField(_("State"), max_length=8, choices=State, default=State.WAITING)
    # How far the work on it has come, of `uploads.STEPS`; and when it was begun, in real time.
    step = models.PositiveSmallIntegerField(_("Progress"), default=0)
    begun_at = models.DateTimeField(_("Begun at"), null=True)
    # Of questions about columns and about what is unlikely; and of cells in conflict: [sheet, key, column, "file" or
    # "site"].
    answers = models.JSONField(_("Answers"), default=dict)
    choices = models.JSONField(_("Choices"), default=list)
    leaves_out_wrong = models.BooleanField(_("Leave out wrong rows"), default=False)
    is_confirmed = models.BooleanField(_("Confirmed"), default=False)
    reason = models.CharField(_("Reason"), max_length=300, blank=True)
    result = models.BinaryField(_("Preview"), null=True)
    sentence = models.TextField(_("Why it cannot be read"), blank=True)
    load = models.ForeignKey(
        "measures.Load", models.PROTECT, null=True, related_name="+", verbose_name=pgettext_lazy("data", "Load")
    )

    class Meta:
        # Its table has this name since 0.2.0.
        app_label = "datasets"
        verbose_name = pgettext_lazy("data", "upload")
        verbose_name_plural = pgettext_lazy("data", "uploads")
        ordering = ["-uploaded_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["waiting", "reading", "refused", "read", "accepted", "loading", "loaded"],
                ),
                name="upload_state_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["ledger", "month", "projects", "values"]), name="upload_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind="ledger", period=None)
                | Q(kind="values", period=None, plan__isnull=False)
                | Q(kind__in=["month", "projects"], period__isnull=False, plan__isnull=False),
                name="upload_month_has_period",
            ),
            # A city reports on projects alone.
            models.CheckConstraint(
                condition=Q(kind="ledger", department=None, city=None)
                | Q(kind__in=["month", "projects", "values"], department__isnull=False, city=None)
                | Q(kind="projects", department=None, city__isnull=False),
                name="upload_is_of_department_or_city",
            ),
            models.CheckConstraint(condition=Q(load=None) | Q(state="loaded"), name="upload_load_is_loaded"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.file_name}"

    def get_absolute_url(self) -> str:
        return reverse(PAGES[self.kind], kwargs={"pk": self.pk})

    @property
    def is_filled_in(self) -> bool:
        """Returns whether the upload is what a department or a city reports, not a ledger."""
        return self.kind != self.Kind.LEDGER

    @property
    def stem(self) -> str:
        """Returns the name of the file without what says its format."""
        return self.file_name.rpartition(".")[0] or self.file_name

    @property
    def place(self) -> Any:
        """The department or the city that reports."""
        return self.department or self.city

    @property
    def is_being_worked_on(self) -> bool:
        state = self.State
        return self.state in (state.WAITING, state.READING, state.ACCEPTED, state.LOADING)

    @property
    def is_read(self) -> bool:
        return self.state == self.State.READ

    @property
    def is_loaded(self) -> bool:
        return self.state == self.State.LOADED

    @property
    def is_refused(self) -> bool:
        return self.state == self.State.REFUSED

    @property
    def findings(self) -> dict[str, Any]:
        """Returns the stored findings, as `findings` or `month.findings` made them."""
        found: dict[str, Any] = json.loads(zlib.decompress(self.result)) if self.result else {}
        return found

    @findings.setter
    def findings(self, found: dict[str, Any]) -> None:
        self.result = zlib.compress(json.dumps(found, ensure_ascii=False).encode())
