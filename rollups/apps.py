from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class RollupsConfig(AppConfig):
    name = "rollups"
    verbose_name = pgettext_lazy("navigation", "Totals")

    def ready(self) -> None:
        from rollups import receivers

        assert receivers
