from typing import Any

from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models.signals import pre_save
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.bounds import days_bound, within_days
from core.names import named_bound
from core.timestamps import UpdatedAtModel, UpdatedAtQuerySet, track_part
from measures.models import Plan
from problems.models.problems import Problem, ProblemStep
from web.html.links import query_of


class Meeting(UpdatedAtModel):
    """A meeting at which the office gives directions on problems (协调会)."""

    data_kind = "measures"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="meetings", verbose_name=_("Action plan"))
    number = models.PositiveSmallIntegerField(_("Number"), editable=False)
    title_zh = models.CharField(_("Title (Chinese)"), max_length=120, blank=True)
    title_en = models.CharField(_("Title (English)"), max_length=200, blank=True)
    held_on = models.DateField(pgettext_lazy("meeting", "Date"), validators=[within_days])
    place = models.CharField(pgettext_lazy("meeting", "Place"), max_length=120, blank=True)
    # A load knows nobody.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("Created by"),
    )

    objects = UpdatedAtQuerySet.as_manager()

    class Meta:
        db_table = "measures_meeting"
        verbose_name = _("Coordination meeting")
        verbose_name_plural = _("coordination meetings")
        ordering = ["-held_on", "-number"]
        constraints = [
            named_bound("title", name="meeting_is_named"),
            models.UniqueConstraint(fields=["plan", "number"], name="meeting_number_once_a_plan"),
            days_bound("held_on", name="meeting_day_in_bounds"),
        ]

    def __str__(self) -> str:
        return self.title_zh or self.title_en

    def get_absolute_url(self) -> str:
        return query_of(reverse("problems:meeting", args=[self.number]), plan=self.plan.link_slug)


class MeetingItem(models.Model):
    """A problem on the agenda of a meeting. `direction` is the step that the meeting made with it: who, what, by when;
    None until one is given."""

    data_kind = "measures"

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="items", verbose_name=_("Coordination meeting"))
    problem = models.ForeignKey(Problem, models.PROTECT, related_name="meeting_items", verbose_name=_("Problem"))
    position = models.PositiveSmallIntegerField(_("Position"))
    direction = models.OneToOneField(
        ProblemStep,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="meeting_item",
        verbose_name=_("Direction"),
    )

    class Meta:
        db_table = "measures_meetingitem"
        verbose_name = _("problem of a meeting")
        verbose_name_plural = _("problems of meetings")
        ordering = ["meeting", "position"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "problem"], name="meetingitem_problem_once_a_meeting"),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.problem_id}"


auditlog.register(Meeting, exclude_fields=["updated_at"])
auditlog.register(MeetingItem)


def mark_meetings(instance: ProblemStep, **kwargs: Any) -> None:
    """A meeting shows what became of its problems."""
    Meeting.objects.filter(items__problem=instance.problem_id).mark_updated()


track_part(MeetingItem, "meeting")
pre_save.connect(mark_meetings, sender=ProblemStep)
