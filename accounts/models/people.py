from typing import TYPE_CHECKING, Any, Self

from auditlog.registry import auditlog
from django.contrib.auth.models import AbstractUser, Group
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.names import named_bound
from core.provenance import Sourced
from core.timestamps import UpdatedAtModel, UpdatedAtQuerySet


class Role(models.TextChoices):
    VIEWER = "viewer", _("Viewer")
    REPORTER = "reporter", _("Reporter")
    REVIEWER = "reviewer", _("Reviewer")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


# The roles that look on and change nothing: they see what waits for the office, and the log.
AUDITING_ROLES = (Role.AUDITOR,)
# The roles that see what waits for the office, and the names of people; those that see the log. Superusers see both.
REVIEW_READING_ROLES = (Role.REVIEWER, *AUDITING_ROLES)
LOG_READING_ROLES = (Role.ADMINISTRATOR, *AUDITING_ROLES)


class AccountChange(models.TextChoices):
    """A change of an account by somebody else that may let another in: its owner is told, wherever there is a way."""

    LINK = "account_link", pgettext_lazy("account", "Link to set a password")
    TERMS = "account", pgettext_lazy("account", "Account changed")
    FACTOR = "account_2fa", pgettext_lazy("account", "Second factor removed")

    @property
    def sentence(self) -> str:
        """Returns the sentence that tells of the change, in the active language."""
        sentences = {
            AccountChange.LINK: _("An administrator made a link with which a new password for your account is set."),
            AccountChange.TERMS: _(
                "An administrator changed your account: its name, e-mail, role, department or region, or the log-in."
            ),
            AccountChange.FACTOR: _("An administrator removed the second factor of your account."),
        }
        return str(sentences[self])


# The departments that people and measures may be given to.
NOT_MERGED = {"merged_into": None}


class DepartmentQuerySet(UpdatedAtQuerySet["Department"]):
    def not_merged(self) -> Self:
        """Returns the departments that were not merged into another."""
        return self.filter(**NOT_MERGED)


class Department(Sourced, UpdatedAtModel):
    """`merged_into` is the department that does its work now, and is not merged itself; `merged_on` the day it ceased.

    Only the service that merges departments sets them: what belonged to the department goes along.
    """

    slug = models.SlugField(_("Name in addresses"), unique=True)
    number = models.PositiveSmallIntegerField(
        _("Number"), help_text=_("The order in which the office lists departments")
    )
    name_zh = models.CharField(_("Name (Chinese)"), max_length=60, blank=True)
    name_en = models.CharField(_("Name (English)"), max_length=120, blank=True)
    short_zh = models.CharField(_("Short name (Chinese)"), max_length=30, blank=True)
    short_en = models.CharField(_("Short name (English)"), max_length=60, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        editable=False,
        verbose_name=_("Merged into"),
    )
    merged_on = models.DateField(_("Date merged"), null=True, blank=True, editable=False)

    objects = DepartmentQuerySet.as_manager()

    class Meta(Sourced.Meta):
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["number", "slug"]
        constraints = [
            *Sourced.Meta.constraints,
            named_bound("name", name="department_is_named"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="department_not_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True, merged_on__isnull=True)
                | Q(merged_into__isnull=False, merged_on__isnull=False),
                name="department_merger_has_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh or self.name_en

    @property
    def is_merged(self) -> bool:
        return self.merged_into_id is not None

    @property
    def successor(self) -> "Department":
        """The department that does its work now: itself unless it was merged."""
        return self.merged_into or self

    if TYPE_CHECKING:
        # Defined by ABSOLUTE_URL_OVERRIDES in the settings: its page belongs to a room above.
        def get_absolute_url(self) -> str: ...


class User(AbstractUser):
    """Belongs to a department, to a city, or to neither; a reporter always to one of them."""

    role = models.CharField(_("Role"), max_length=13, choices=Role, default=Role.VIEWER)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        limit_choices_to=NOT_MERGED,
        verbose_name=_("Department"),
    )
    city = models.ForeignKey(
        "regions.Region",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name=pgettext_lazy("project", "City"),
    )
    language = models.CharField(
        _("Language"), max_length=7, blank=True, validators=[RegexValidator(r"^(zh-hans|en)?\Z")]
    )
    large_print = models.BooleanField(_("Large-print version"), default=False)
    returns_at_once = models.BooleanField(_("E-mail at once when work is returned"), default=True, db_default=True)
    # Of accounts from before this column was there: when it came.
    password_changed_at = models.DateTimeField(
        _("Password set at"), default=timezone.now, db_default=Now(), editable=False
    )
    must_change_password = models.BooleanField(
        _("Must choose another password"), default=False, db_default=False, editable=False
    )
    # Under which a provider of single sign-on knows the person, and which one: another may know somebody else so.
    oidc_issuer = models.CharField(
        _("Issuer of the id"), max_length=255, blank=True, default="", db_default="", editable=False
    )
    oidc_subject = models.CharField(
        _("Id at the provider"), max_length=255, blank=True, default="", db_default="", editable=False
    )

    preferences = ("language", "large_print", "returns_at_once")
    # Cached pages stay when these are written: none shows them, and what a person prefers is in the key of a page.
    unversioned_columns = (
        "last_login",
        "password",
        "password_changed_at",
        "must_change_password",
        "oidc_issuer",
        "oidc_subject",
        *preferences,
    )

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(
                # Not to both: the constraint below says so of everybody.
                condition=~Q(role=Role.REPORTER) | Q(department__isnull=False) | Q(city__isnull=False),
                name="user_reporter_has_department_or_city",
            ),
            models.CheckConstraint(
                condition=Q(department__isnull=True) | Q(city__isnull=True), name="user_department_or_city"
            ),
            models.CheckConstraint(
                condition=Q(oidc_issuer="", oidc_subject="") | (~Q(oidc_issuer="") & ~Q(oidc_subject="")),
                name="user_oidc_subject_of_issuer",
            ),
            models.UniqueConstraint(
                fields=["oidc_issuer", "oidc_subject"], condition=~Q(oidc_subject=""), name="user_oidc_subject_once"
            ),
        ]

    def clean(self) -> None:
        super().clean()
        if self.role == Role.REPORTER and self.department_id is None and self.city_id is None:
            raise ValidationError({"department": _("A reporter needs a department or a region.")})
        if self.department_id is not None and self.city_id is not None:
            raise ValidationError({"city": _("Choose a department or a region, not both.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Saves the account; another password ends its access tokens: more than the password may have been lost."""
        # Django keeps what was set until it is saved; a hash that is only made anew comes without it.
        has_new_password = self._password is not None  # type: ignore[attr-defined]  # not in its types
        is_new = self.pk is None
        if has_new_password:
            self.password_changed_at = timezone.now()
            if (columns := kwargs.get("update_fields")) is not None:
                kwargs["update_fields"] = {*columns, "password_changed_at"}
        super().save(*args, **kwargs)
        if has_new_password and not is_new:
            self.access_tokens.revoke_all()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Returns a hash of how its owner gets in and what it may do: a change of these ends its sessions."""
        rights = (self.role, self.department_id, self.city_id, self.is_superuser, self.is_staff, self.is_active)
        ways_in = (self.password, self.oidc_issuer, self.oidc_subject)
        # As text: a role that was just given is a member of Role, and one from the database is none.
        value = "\0".join(str(each) for each in (*ways_in, *rights))
        return salted_hmac("accounts.session", value, secret=secret, algorithm="sha256").hexdigest()

    @property
    def shown_name(self) -> str:
        return self.get_full_name() or self.get_username()

    @property
    def is_reporter(self) -> bool:
        return self.role == Role.REPORTER

    @property
    def reports_for_department(self) -> bool:
        """Files the reports of the measures that the department leads."""
        return self.is_reporter and self.department_id is not None

    @property
    def reports_for_city(self) -> bool:
        return self.is_reporter and self.city_id is not None

    @property
    def is_plain_viewer(self) -> bool:
        """Looks, and does nothing else."""
        return self.role == Role.VIEWER and not self.is_superuser

    @property
    def is_trusted(self) -> bool:
        """Has rights that a stranger must not get: longer passwords and a second factor are asked of these."""
        return self.can_see_reviews or self.can_see_logs

    @property
    def can_review(self) -> bool:
        """Accepts and returns reports, and does what else the office does."""
        return self.is_superuser or self.role == Role.REVIEWER

    @property
    def can_see_reviews(self) -> bool:
        """Sees what waits for the office and who has reported, whether or not they may act on it."""
        return self.is_superuser or self.role in REVIEW_READING_ROLES

    @property
    def can_see_logs(self) -> bool:
        """Sees what the site did by itself, what went wrong, and who did what."""
        return self.is_superuser or self.role in LOG_READING_ROLES

    @property
    def can_administer(self) -> bool:
        """Looks after people, departments and the running site, and has no part in what is reported."""
        return self.is_superuser or self.role == Role.ADMINISTRATOR

    @property
    def can_open_office(self) -> bool:
        """The office's own pages, each of which asks for more."""
        return self.can_review or self.can_administer


# It says that a password was changed, and nothing of the password. Log-ins have rows of their own (`accounts.log`).
auditlog.register(
    User,
    exclude_fields=["last_login", "password_changed_at", *User.preferences],
    mask_fields=["password"],
    mask_callable="accounts.log.mask",
    m2m_fields={"groups", "user_permissions"},
)
auditlog.register(Group, m2m_fields={"permissions"})
# A merger writes an entry of its own, with its reason.
auditlog.register(Department, exclude_fields=["updated_at", "merged_into", "merged_on"])
