from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in
        from django.db.models.signals import post_save

        from accounts import addresses  # noqa: F401  # registers its check
        from accounts.log import connect_log
        from accounts.models import User
        from accounts.passwords import ask_for_another_when_old, remember_first_password
        from accounts.sessions import begin_session, end_outdated_sessions
        from core.signals import person_changed

        connect_log()
        user_logged_in.connect(begin_session, dispatch_uid="session")
        person_changed.connect(end_outdated_sessions, dispatch_uid="sessions")
        user_logged_in.connect(ask_for_another_when_old, dispatch_uid="password age")
        post_save.connect(remember_first_password, sender=User, dispatch_uid="first password")
