from urllib.parse import urlencode

from auditlog.registry import auditlog
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Value
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.bounds import texts_bound
from core.names import named_bound
from web.language import localized


class DataChange(models.Model):
    """A transaction that changed rows of a kind; `web.cache.versions` adds up the tokens to a version of the data."""

    # 40 random bits: thousands of them still add up to a 64-bit number.
    token = models.BigIntegerField()
    kind = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("change of the data")
        verbose_name_plural = _("changes of the data")

    def __str__(self) -> str:
        return f"{self.token:010x}"


class Languages(models.TextChoices):
    BOTH = "both", _("Chinese and English")
    CHINESE = "zh-hans", _("Chinese")
    ENGLISH = "en", _("English")


BOTH = ("zh-hans", "en")
MAX_DUE_DAY = 28
MAX_LIMIT_DAYS = 366


class Site(models.Model):
    """The name of the site, its place and its languages, and the limits of its lights: one row. Without it the site has
    a neutral name. `place`: a short name; `subject`: what the site is about, in full; either may be empty in both
    languages. A limit that is empty is that of the settings."""

    data_kind = "site"

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name_zh = models.CharField(_("Name (Chinese)"), max_length=60, blank=True)
    name_en = models.CharField(_("Name (English)"), max_length=80, blank=True)
    place_zh = models.CharField(_("Short name of the place (Chinese)"), max_length=30, blank=True)
    place_en = models.CharField(_("Short name of the place (English)"), max_length=60, blank=True)
    subject_zh = models.CharField(_("What it is about (Chinese)"), max_length=60, blank=True)
    subject_en = models.CharField(_("What it is about (English)"), max_length=120, blank=True)
    languages = models.CharField(_("Languages"), max_length=7, choices=Languages, default=Languages.BOTH)
    report_due_day = models.PositiveSmallIntegerField(
        _("Day of the month on which reports are due"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_DUE_DAY)],
    )
    due_soon_days = models.PositiveSmallIntegerField(
        _("Yellow light: due within so many days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_LIMIT_DAYS)],
    )
    silent_days = models.PositiveSmallIntegerField(
        _("Yellow light: no report for more than so many days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_LIMIT_DAYS)],
    )
    # The limits of questions about what is unlikely, by their names; null for one that is not asked.
    plausibility = models.JSONField(
        _("Plausibility"), default=dict, db_default=Value({}, models.JSONField()), blank=True, editable=False
    )

    class Meta:
        verbose_name = _("site profile")
        verbose_name_plural = _("site profile")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="site_is_one_row"),
            models.CheckConstraint(condition=models.Q(languages__in=Languages.values), name="site_languages_known"),
            named_bound("name", name="site_is_named"),
            models.CheckConstraint(
                condition=Q(report_due_day=None) | Q(report_due_day__range=(1, MAX_DUE_DAY)),
                name="site_due_day_in_bounds",
            ),
            models.CheckConstraint(
                condition=(Q(due_soon_days=None) | Q(due_soon_days__range=(1, MAX_LIMIT_DAYS)))
                & (Q(silent_days=None) | Q(silent_days__range=(1, MAX_LIMIT_DAYS))),
                name="site_limits_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh or self.name_en

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return localized(self, "name")

    @property
    def subject(self) -> str:
        return localized(self, "subject")

    @property
    def heading(self) -> str:
        """The heading of the overview."""
        place = localized(self, "place")
        return gettext("Where %(place)s stands") % {"place": place} if place else gettext("Where the plan stands")

    @property
    def codes(self) -> tuple[str, ...]:
        """The languages that readers may choose, as settings name them."""
        return BOTH if self.offers_both else (self.languages,)

    @property
    def offers_both(self) -> bool:
        return self.languages == Languages.BOTH


MAX_QUERY_LENGTH = 2_000


class SavedView(models.Model):
    """Filters and order of a list under a name that a person gave it. It is that person's own; its address is anybody's
    who may read the list."""

    # No answer of the API is made of them.
    data_kind = "saved_views"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views", verbose_name=_("Account")
    )
    # The URL name of the list.
    page = models.CharField(_("List"), max_length=40)
    name = models.CharField(_("Name"), max_length=60)
    # Of the address: filters, order, plan and comparison, and no day.
    query = models.TextField(_("Filters and order"), blank=True)
    created_at = models.DateTimeField(_("Created at"))

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["page", "name"]
        constraints = [
            texts_bound("query", most=MAX_QUERY_LENGTH, name="savedview_query_in_bounds"),
            models.UniqueConstraint(fields=["user", "page", "name"], name="savedview_name_once_per_list"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        return self.address_on(None)

    def address_on(self, day: str | None) -> str:
        """`day`: as addresses have it; None for today."""
        query = "&".join(filter(None, [self.query, day and urlencode({"as_of": day})]))
        return reverse(self.page) + (f"?{query}" if query else "")


class IdempotencyKey(models.Model):
    """The outcome of a form or a request, under the id that its sender gave it: sent again, it is answered with
    that."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("Account"))
    key = models.CharField(_("Key"), max_length=200)
    # Of the method, the address and all that was sent.
    fingerprint = models.CharField(_("Fingerprint"), max_length=64)
    status = models.PositiveSmallIntegerField(_("Status of the answer"), default=0)
    location = models.TextField(_("Address it led to"), blank=True)
    body = models.TextField(_("Body of the answer"), blank=True)
    # Level and text of each message that stood on the page after it.
    messages = models.JSONField(_("Messages shown"), default=list)
    created_at = models.DateTimeField(_("Created at"), db_index=True)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotencykey_once_per_user")]

    def __str__(self) -> str:
        return self.key


auditlog.register(SavedView)
auditlog.register(Site)


class Lease(models.Model):
    """A lease: the process that holds it does something alone, for as long as it renews this row (`web.leases`)."""

    name = models.CharField(_("Name"), max_length=40, primary_key=True)
    holder = models.CharField(_("Process"), max_length=300)
    renewed_at = models.DateTimeField(_("Renewed at"))

    # No page shows it.
    is_versioned = False

    class Meta:
        verbose_name = _("lease")
        verbose_name_plural = _("leases")

    def __str__(self) -> str:
        return f"{self.name} {self.holder}"
