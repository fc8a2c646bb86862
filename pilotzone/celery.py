"""The Celery app; its settings are the CELERY_* names of `pilotzone.settings`."""

import os
from typing import Any

from celery import Celery
from celery.loaders.app import AppLoader

from pilotzone import metrics_folder, task_signals
from pilotzone.starting import check_database, faults_in_a_sentence

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pilotzone.settings")


class Loader(AppLoader):  # type: ignore[misc]  # Celery has no types
    """Ends the start of worker and beat with a sentence, as that of the web server ends."""

    def config_from_object(self, *args: Any, **options: Any) -> Any:
        with faults_in_a_sentence():
            return super().config_from_object(*args, **options)

    def init_worker(self) -> None:
        with faults_in_a_sentence():
            check_database()
        # Before anything is imported that counts.
        metrics_folder.begin()
        super().init_worker()


app = Celery("pilotzone", loader="pilotzone.celery:Loader")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
task_signals.connect()
