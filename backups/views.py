"""The page of the backups that the site makes each night. Those who may see logs read it."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.access_rules import LOG_READERS
from backups.retention import MADE_AT
from backups.schedule import STALE_HOURS, FailedBackup, LatestBackup, failed_backup, latest_backup
from core.clock import SHANGHAI
from web.formats.dates import format_datetime, format_duration
from web.formats.text import format_sentence
from web.views import TodayView


class BackupsPage(TodayView):
    template_name = "backups/backups.html"
    # It tells of files, of which the version of the data says nothing.
    is_cached = False
    http_method_names = ["get", "head", "options"]
    permission = LOG_READERS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        latest, failed, following = latest_backup(), failed_backup(), next_backup()
        return super().get_context_data(
            sentence=backups_sentence(latest, failed, following),
            latest=latest,
            following=following,
            keep=", ".join(f"{count}{letter}" for letter, count in settings.PILOTZONE_BACKUP_KEEP.items()),
            **kwargs,
        )


def next_backup() -> datetime | None:
    """Return when the next backup is due, in real time, also where the day is pinned. None where the site makes no
    backups."""
    if settings.PILOTZONE_BACKUP_DIR is None:
        return None
    moment = timezone.now().astimezone(SHANGHAI)
    due = datetime.combine(moment.date(), MADE_AT, SHANGHAI)
    return due if due > moment else due + timedelta(days=1)


def backups_sentence(
    latest: LatestBackup | None, failed: FailedBackup | None, following: datetime | None
) -> SafeString:
    """The worst that there is to say."""
    if following is None:
        return format_sentence(
            _("%(fact)s: the setting %(name)s names no folder."),
            fact=_red(_("This site makes no backups by itself")),
            name=mark_safe('<code lang="zxx">PILOTZONE_BACKUP_DIR</code>'),  # our own word
        )
    if failed is not None:
        return format_sentence(
            _("%(fact)s, on %(when)s: %(reason)s"),
            fact=_red(_("The last backup failed")),
            when=format_datetime(failed.failed_at),
            reason=failed.reason,
        )
    if latest is None:
        return format_sentence(
            _("%(fact)s; the first is made on %(when)s."),
            fact=format_html("<strong>{}</strong>", _("There is no backup yet")),
            when=format_datetime(following),
        )
    age = format_duration(latest.age_seconds)
    if latest.is_stale:
        return format_sentence(
            _("%(fact)s: more than %(hours)s hours. See that a worker and the beat are running."),
            fact=_red(_("The last backup is %(age)s old") % {"age": age}),
            hours=STALE_HOURS,
        )
    return format_sentence(
        _("%(fact)s and was read back without a fault."),
        fact=format_html("<strong>{}</strong>", _("The last backup is %(age)s old") % {"age": age}),
    )


def _red(fact: str) -> SafeString:
    return format_html('<strong class="state-fault">{}</strong>', fact)
