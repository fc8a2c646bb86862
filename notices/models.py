from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import AccountChange
from indicators.models import Indicator, ValueReport
from measures.models import Measure, MeasureEvent, Plan, Report
from problems.models import ProblemStep
from projects.models import ProjectMonth


class NoticeKind(models.TextChoices):
    RETURNED = "returned", pgettext_lazy("notice", "Returned")
    ACCEPTED = "accepted", pgettext_lazy("notice", "Accepted")
    REMINDER = "reminder", pgettext_lazy("notice", "Reminder")
    DUE_SOON = "due_soon", pgettext_lazy("notice", "Due soon")
    OVERDUE = "overdue", pgettext_lazy("notice", "Overdue")
    LEAD_GIVEN = MeasureEvent.LEAD_GIVEN.value, MeasureEvent.LEAD_GIVEN.label
    LEAD_TAKEN = MeasureEvent.LEAD_TAKEN.value, MeasureEvent.LEAD_TAKEN.label
    DUE_MOVED = MeasureEvent.DUE_MOVED.value, MeasureEvent.DUE_MOVED.label
    CORRECTED = MeasureEvent.CORRECTED.value, MeasureEvent.CORRECTED.label
    REOPENED = MeasureEvent.REOPENED.value, MeasureEvent.REOPENED.label
    COMMENT = MeasureEvent.COMMENT.value, MeasureEvent.COMMENT.label
    UNDONE = "undone", pgettext_lazy("notice", "Acceptance undone")
    TAKEN_BACK = "taken_back", pgettext_lazy("notice", "Withdrawn by the other side")
    # Somebody made a step with a problem; one is due soon, or overdue.
    PROBLEM = "problem", pgettext_lazy("notice", "Problem")
    PROBLEM_DUE = "problem_due", pgettext_lazy("notice", "Problem due soon")
    PROBLEM_LATE = "problem_late", pgettext_lazy("notice", "Problem overdue")
    # As `core.scope.ScopeKind` calls them.
    SUSPENDED = "suspended", pgettext_lazy("notice", "Suspended")
    RESUMED = "resumed", pgettext_lazy("notice", "Resumed")
    WITHDRAWN = "withdrawn", pgettext_lazy("notice", "Withdrawn")
    # As `accounts.models.AccountChange` calls them.
    ACCOUNT_LINK = AccountChange.LINK.value, AccountChange.LINK.label
    ACCOUNT = AccountChange.TERMS.value, AccountChange.TERMS.label
    ACCOUNT_2FA = AccountChange.FACTOR.value, AccountChange.FACTOR.label
    LOG_ALARM = "log_alarm", pgettext_lazy("notice", "Log altered")


class Notice(models.Model):
    """Something a person should know. Its sentence is written when it is shown, from the kind and the rows.

    `plan` and `period` are the plan and the month of a reminder, and of projects' months that are due: those of the
    `city`, else those that the person's department leads; `day` the day of which a due date was counted; `step` what
    happened to a problem, or its last one where it is due. `value_report` and `month` are a filed value and a
    project's month. Of a value that is due there are the `indicator`, the `plan` whose region it is of, the code of
    its period, and its due day: no row keeps that.
    """

    goes_with_its_subject = True

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="notices", verbose_name=_("Account"))
    kind = models.CharField(_("Kind"), max_length=12, choices=NoticeKind)
    measure = models.ForeignKey(
        Measure, models.CASCADE, null=True, blank=True, related_name="notices", verbose_name=_("Measure")
    )
    report = models.ForeignKey(
        Report, models.CASCADE, null=True, blank=True, related_name="notices", verbose_name=_("Report")
    )
    step = models.ForeignKey(
        ProblemStep, models.CASCADE, null=True, blank=True, related_name="notices", verbose_name=_("Step")
    )
    plan = models.ForeignKey(
        Plan, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("Action plan")
    )
    value_report = models.ForeignKey(
        ValueReport,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("filed value"),
    )
    month = models.ForeignKey(
        ProjectMonth, models.CASCADE, null=True, blank=True, related_name="notices", verbose_name=_("project month")
    )
    indicator = models.ForeignKey(
        Indicator,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("Indicator"),
    )
    city = models.ForeignKey(
        "regions.Region",
        models.CASCADE,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=pgettext_lazy("project", "City"),
    )
    value_period = models.CharField(_("Period"), max_length=24, blank=True)
    due_on = models.DateField(pgettext_lazy("values", "Due date"), null=True, blank=True)
    period = models.DateField(_("Reporting period"), null=True, blank=True)
    day = models.DateField(_("Day"))
    created_at = models.DateTimeField(_("Created at"))
    read_at = models.DateTimeField(_("Read at"), null=True, blank=True)
    emailed_on = models.DateField(_("Date e-mailed"), null=True, blank=True)
    # By itself, and not in the day's e-mail.
    emailed_at_once = models.BooleanField(_("E-mailed at once"), default=False, db_default=False)

    class Meta:
        # It was a model of measures.
        db_table = "measures_notice"
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notice_kind_known"),
            # For a task that runs twice on a day.
            models.UniqueConstraint(
                fields=["user", "kind", "measure", "day"],
                condition=Q(kind__in=["due_soon", "overdue"]),
                name="notice_of_due_day_once",
            ),
            models.UniqueConstraint(
                fields=["user", "kind", "step", "day"],
                condition=Q(kind__in=["problem_due", "problem_late"]),
                name="notice_of_due_problem_once",
            ),
            models.UniqueConstraint(
                fields=["user", "kind", "indicator", "value_period", "day"],
                condition=Q(kind__in=["due_soon", "overdue"]),
                name="notice_of_due_value_once",
            ),
            models.UniqueConstraint(
                fields=["user", "kind", "plan", "period", "day"],
                condition=Q(kind__in=["due_soon", "overdue"]),
                name="notice_of_due_month_once",
            ),
        ]
        indexes = [
            # The inbox, and the number of unread notices.
            models.Index(fields=["user", "read_at"], name="notice_inbox"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"
