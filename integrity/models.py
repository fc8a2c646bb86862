from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class IntegrityRun(models.Model):
    """One run of the checks of `integrity`. `results`: by the name of a check its `rows`, each with `model`,
    `id`, `name` and `detail`; their `count`; and `error`. `load`: whose rows were looked at; None where all were."""

    # No cached page shows it.
    is_versioned = False

    started_at = models.DateTimeField(_("Started at"))
    finished_at = models.DateTimeField(_("Finished at"))
    results = models.JSONField(_("Results"), default=dict)
    load = models.OneToOneField(
        "measures.Load",
        models.CASCADE,
        null=True,
        related_name="integrity_run",
        verbose_name=pgettext_lazy("data", "Load"),
    )

    class Meta:
        # Its table has this name since 0.2.0.
        app_label = "datasets"
        verbose_name = _("run of the data checks")
        verbose_name_plural = _("runs of the data checks")
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__gte=models.F("started_at")), name="integrityrun_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M:%S}"
