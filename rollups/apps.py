from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RollupsConfig(AppConfig):
    name = "rollups"
    verbose_name = _("Totals")

    def ready(self) -> None:
        from rollups import receivers

        assert receivers
