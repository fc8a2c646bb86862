"""Texts of installed packages that have no Chinese, or not the words of the glossary. Named here they get into our
catalogue, which is asked before those of the packages."""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

FORMS = (_("This field is required."),)

PASSWORDS = (
    _("The password is too similar to the %(verbose_name)s."),
    _("This password is entirely numeric."),
    _("This password is too common."),
    _("Your password can’t be a commonly used password."),
    _("Your password can’t be entirely numeric."),
    _("Your password can’t be too similar to your other personal information."),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
    ),
)

AUDIT_AND_LOGIN_RECORDS = (
    _("access"),
    _("access attempt"),
    _("Access Attempt"),
    _("access attempt expiration"),
    _("access attempt expirations"),
    _("access attempts"),
    _("access failure"),
    _("access failures"),
    _("access log"),
    _("access logs"),
    _("action"),
    _("actor"),
    _("actor email"),
    _("additional data"),
    _("Attempt Remaining"),
    _("Attempt Time"),
    _("Audit log"),
    _("Changes"),
    _("Clean up expired attempts"),
    _("Click to filter by records with this correlation id"),
    _("Correlation ID"),
    _("create"),
    _("Created"),
    _("delete"),
    _("Expires At"),
    _("Failed Logins"),
    _("Form Data"),
    _("GET Data"),
    _("HTTP Accept"),
    _("IP Address"),
    _("Locked Out"),
    _("log entries"),
    _("log entry"),
    _("Logout Time"),
    _("Meta Data"),
    _("Not set"),
    _("object id"),
    _("object pk"),
    _("object representation"),
    _("Path"),
    _("POST Data"),
    _("remote address"),
    _("remote port"),
    _("Resource"),
    _("Resource Type"),
    _("Session key hash (sha256)"),
    _("The time when access attempt expires and is no longer valid."),
    _("timestamp"),
    _("update"),
    _("User Agent"),
)
