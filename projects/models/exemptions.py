from collections.abc import Iterable
from datetime import date
from typing import Self

from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.bounds import days_bound, within_days
from core.names import named_bound
from core.texts import MAX_REASON_LENGTH
from projects.rules import EXEMPTION_WITHOUT_REASON


class RankExemptionQuerySet(models.QuerySet["RankExemption"]):
    def in_plan(self, plan: object) -> Self:
        return self.filter(plan=plan)


class RankExemption(models.Model):
    """A city that is not ranked among the others (不参与排名) from a day to another, for a reason that everybody reads.
    `ends_on`: the last day; None: until further notice. It counts in totals all the same."""

    plan = models.ForeignKey(
        "measures.Plan", models.PROTECT, related_name="rank_exemptions", db_index=False, verbose_name=_("Action plan")
    )
    city = models.ForeignKey(
        "regions.Region", models.PROTECT, related_name="rank_exemptions", verbose_name=pgettext_lazy("project", "City")
    )
    starts_on = models.DateField(_("First day"), validators=[within_days])
    ends_on = models.DateField(_("Last day"), null=True, blank=True, validators=[within_days])
    reason_zh = models.CharField(_("Reason (Chinese)"), max_length=MAX_REASON_LENGTH, blank=True)
    reason_en = models.CharField(_("Reason (English)"), max_length=MAX_REASON_LENGTH, blank=True)
    # A load knows nobody.
    recorded_at = models.DateTimeField(_("Date recorded"), null=True, blank=True, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("Recorded by"),
    )

    objects = RankExemptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("exemption from the ranking")
        verbose_name_plural = _("exemptions from the ranking")
        ordering = ["plan", "city", "starts_on"]
        constraints = [
            # No two of a city overlap: services and loads check the days between.
            models.UniqueConstraint(fields=["plan", "city", "starts_on"], name="rankexemption_first_day_once_a_city"),
            models.UniqueConstraint(
                fields=["plan", "city"], condition=Q(ends_on__isnull=True), name="rankexemption_one_open_a_city"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__lte=F("ends_on")),
                name="rankexemption_ends_after_it_starts",
            ),
            days_bound("starts_on", "ends_on", name="rankexemption_days_in_bounds"),
            named_bound("reason", name="rankexemption_has_reason", wanted=EXEMPTION_WITHOUT_REASON),
            models.CheckConstraint(
                condition=Q(recorded_at__isnull=True, recorded_by__isnull=True)
                | Q(recorded_at__isnull=False, recorded_by__isnull=False),
                name="rankexemption_record_has_time_and_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.city_id} {self.starts_on}"

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


def exempt_on(exemptions: Iterable[RankExemption], day: date) -> dict[str, RankExemption]:
    """Return the exemptions that hold on the day, by the code of their city."""
    return {each.city.code: each for each in exemptions if each.holds_on(day)}


auditlog.register(RankExemption)
