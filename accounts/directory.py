"""Log-ins with the password of a directory (LDAP): whoever can bind with it is the account of that user name.

django-auth-ldap searches, escapes and binds. Accounts are those of this site: the directory makes and changes none.
Imported only where the site has a directory.
"""

import logging
from typing import Any

import ldap
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest
from django_auth_ldap.backend import LDAPBackend, ldap_error
from django_auth_ldap.config import LDAPSearch

from accounts.models import User

log = logging.getLogger(__name__)
# Seconds.
TIMEOUT = 5


class DirectoryBackend(LDAPBackend):  # type: ignore[misc]  # it has no types
    # Nothing of it is read from settings of Django: what it needs is below.
    settings_prefix = "PILOTZONE_DIRECTORY_"

    @property
    def default_settings(self) -> dict[str, Any]:
        known = settings.PILOTZONE_LDAP
        assert known is not None
        return {
            "SERVER_URI": known.url,
            "START_TLS": known.starts_tls,
            "BIND_DN": known.bind_dn,
            "BIND_PASSWORD": known.bind_password,
            "USER_SEARCH": LDAPSearch(known.search_base, ldap.SCOPE_SUBTREE, known.person_filter, ["1.1"]),
            "NO_NEW_USERS": True,
            "ALWAYS_UPDATE_USER": False,
            "CONNECTION_OPTIONS": {
                # Another server that this one names is not asked.
                ldap.OPT_REFERRALS: 0,
                ldap.OPT_NETWORK_TIMEOUT: TIMEOUT,
                ldap.OPT_TIMEOUT: TIMEOUT,
                ldap.OPT_X_TLS_REQUIRE_CERT: ldap.OPT_X_TLS_DEMAND,
                **({ldap.OPT_X_TLS_CACERTFILE: known.ca_file} if known.ca_file else {}),
                # Makes those above hold; it has to be the last.
                ldap.OPT_X_TLS_NEWCTX: 0,
            },
        }

    def get_or_build_user(self, username: str, ldap_user: Any) -> tuple[User, bool]:
        """Returns the open account by the name as it stands here, else an unsaved one: a directory takes capital and
        small letters for the same."""
        user = User.objects.filter(username=username, is_active=True).first()
        return (User(username=username), True) if user is None else (user, False)

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()


@receiver(ldap_error, sender=DirectoryBackend)
def note_that_it_is_away(sender: Any, request: HttpRequest | None, exception: Exception, **kwargs: Any) -> None:
    """The page of the log-in says so: else people would look for the fault in their password."""
    if request is not None:
        request.directory_is_away = True  # type: ignore[attr-defined]  # for accounts.forms
    log.warning("The directory cannot be asked: %s", exception)
