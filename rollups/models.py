from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.provenance import Provenance
from projects.models import Stage

KINDS = ("measures", "projects")

CellKey = tuple[int | str, ...]


class RollupRun(models.Model):
    """One run of the refresh: when, how many cells, and what went wrong if something did.

    A run with an error wrote nothing; `retries` is how often its task had failed before it. `set_aside` are the cells
    whose rows could not be counted: their marks say why.
    """

    started_at = models.DateTimeField(_("Started at"))
    finished_at = models.DateTimeField(_("Finished at"), null=True, blank=True)
    full = models.BooleanField(_("Complete run"), default=False)
    as_of = models.DateField(_("As of"))
    cells = models.PositiveIntegerField(_("Cells computed"), default=0)
    set_aside = models.PositiveIntegerField(_("Cells set aside"), default=0)
    error = models.TextField(_("Error"), blank=True)
    retries = models.PositiveSmallIntegerField(_("Retried"), default=0)

    class Meta:
        verbose_name = _("rollup run")
        verbose_name_plural = _("rollup runs")
        ordering = ["-started_at", "-id"]
        indexes = [models.Index(fields=["-started_at", "-id"], name="rolluprun_newest_first")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M:%S} ({self.cells})"

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it runs."""
        return None if self.finished_at is None else (self.finished_at - self.started_at).total_seconds()


class Rollup(models.Model):
    """Stored counts of one cell on one day; always recomputed from source, never added to."""

    goes_with_its_subject = True

    plan = models.ForeignKey("measures.Plan", models.CASCADE, related_name="+", verbose_name=_("Action plan"))
    total = models.PositiveIntegerField(_("Total"))
    # How many of them rest on something illustrative: the provenance of any sum of cells follows.
    illustrative = models.PositiveIntegerField(Provenance.ILLUSTRATIVE.label, default=0, db_default=0)
    # Indexed: each sweep asks whether a cell of another day is left.
    as_of = models.DateField(_("As of"), db_index=True)
    computed_at = models.DateTimeField(_("Computed at"))
    run = models.ForeignKey(RollupRun, models.SET_NULL, null=True, related_name="+", verbose_name=_("rollup run"))

    class Meta:
        abstract = True


class MeasureRollup(Rollup):
    section = models.ForeignKey("measures.Section", models.CASCADE, related_name="+", verbose_name=_("Priority area"))
    lead_department = models.ForeignKey(
        "accounts.Department", models.CASCADE, related_name="+", verbose_name=_("Lead department")
    )
    promoting = models.PositiveIntegerField(pgettext_lazy("measure status", "Under way"))
    in_progress = models.PositiveIntegerField(pgettext_lazy("measure status", "Progress made"))
    completed = models.PositiveIntegerField(pgettext_lazy("measure status", "Completed"))
    due = models.PositiveIntegerField(pgettext_lazy("number of measures", "Due"))
    green = models.PositiveIntegerField(pgettext_lazy("light", "Green light"))
    yellow = models.PositiveIntegerField(pgettext_lazy("light", "Yellow light"))
    red = models.PositiveIntegerField(pgettext_lazy("light", "Red light"))

    class Meta:
        verbose_name = _("measure rollup")
        verbose_name_plural = _("measure rollups")
        constraints = [
            models.UniqueConstraint(fields=["plan", "section", "lead_department"], name="measurerollup_one_a_cell"),
            models.CheckConstraint(
                condition=Q(total=F("promoting") + F("in_progress") + F("completed")),
                name="measurerollup_statuses_sum",
            ),
            models.CheckConstraint(
                condition=Q(total=F("green") + F("yellow") + F("red")), name="measurerollup_lights_sum"
            ),
            models.CheckConstraint(condition=Q(due__lte=F("total")), name="measurerollup_due_within_total"),
            models.CheckConstraint(
                condition=Q(illustrative__lte=F("total")), name="measurerollup_illustrative_within_total"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.section_id}/{self.lead_department_id}"


class ProjectRollup(Rollup):
    """Money in 万元 (10,000 yuan)."""

    city = models.ForeignKey(
        "regions.Region", models.CASCADE, related_name="+", verbose_name=pgettext_lazy("project", "City")
    )
    category = models.ForeignKey("projects.Category", models.CASCADE, related_name="+", verbose_name=_("Category"))
    stage = models.CharField(_("Stage"), max_length=18, choices=Stage)
    investment = models.PositiveBigIntegerField(_("Investment"))
    # Of the month and the year that `projects.rates` says.
    started = models.PositiveIntegerField(pgettext_lazy("number of projects", "Started"), default=0)
    to_start = models.PositiveIntegerField(_("To be started this year"), default=0)
    planned = models.PositiveBigIntegerField(_("Annual plan"), default=0)
    invested = models.PositiveBigIntegerField(_("Invested since 1 January"), default=0)
    without_month = models.PositiveIntegerField(_("Without a month"), default=0)

    class Meta:
        verbose_name = _("project rollup")
        verbose_name_plural = _("project rollups")
        constraints = [
            models.UniqueConstraint(fields=["plan", "city", "category", "stage"], name="projectrollup_one_a_cell"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="projectrollup_stage_known"),
            models.CheckConstraint(
                condition=Q(total__gte=F("started") + F("to_start")), name="projectrollup_starts_within_total"
            ),
            models.CheckConstraint(
                condition=Q(without_month__lte=F("total")), name="projectrollup_without_month_within_total"
            ),
            models.CheckConstraint(
                condition=Q(illustrative__lte=F("total")), name="projectrollup_illustrative_within_total"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.city_id}/{self.category_id}/{self.stage}"


class Verification(models.Model):
    """One check of all stored cells against their source. `differences` holds the first of them:
    `kind`, `key`, `as_of`, `stored` and `fresh` of each.
    """

    started_at = models.DateTimeField(_("Started at"))
    finished_at = models.DateTimeField(_("Finished at"))
    cells = models.PositiveIntegerField(_("Cells computed"))
    differing = models.PositiveIntegerField(_("Cells that differ"))
    differences = models.JSONField(_("Differences"), default=list, blank=True)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        ordering = ["-started_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(finished_at__gte=F("started_at")), name="verification_ends_after_start")
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M:%S} ({self.differing}/{self.cells})"

    @property
    def seconds(self) -> float:
        return (self.finished_at - self.started_at).total_seconds()


class StaleCell(models.Model):
    """The outbox: a cell that some change may have altered, marked in the transaction of the change.

    A cell may be marked many times; `key` is its key columns in order, as a JSON list. A mark with an `error` is of a
    cell that is set aside: its rows could not be counted, `attempts` times, the last at `failed_at`.
    """

    kind = models.CharField(_("Kind"), max_length=8, choices=[(kind, kind) for kind in KINDS])
    key = models.JSONField(_("Key"))
    marked_at = models.DateTimeField(_("Marked at"))
    error = models.TextField(_("Error"), blank=True)
    failed_at = models.DateTimeField(_("Failed at"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("Attempts"), default=0)

    class Meta:
        verbose_name = _("stale cell")
        verbose_name_plural = _("stale cells")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="stalecell_kind_known"),
            models.CheckConstraint(
                condition=Q(error="", failed_at__isnull=True) | ~Q(error="") & Q(failed_at__isnull=False),
                name="stalecell_error_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def cell(self) -> CellKey:
        return tuple(self.key)
