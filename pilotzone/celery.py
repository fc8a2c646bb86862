"""The Celery app; its settings are the CELERY_* names of `pilotzone.settings`."""

import os
from importlib import import_module
from typing import Any

from celery import Celery
from celery.loaders.app import AppLoader
from django.conf import settings

from pilotzone import metrics_folder, schedule, task_signals
from pilotzone.messages_in_hand import RenewMessages
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
        self.app.steps["consumer"].add(RenewMessages)
        super().init_worker()


app = Celery("pilotzone", loader="pilotzone.celery:Loader")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Not a setting: its times of day are classes of Celery, which a command need not import.
app.add_defaults({"beat_schedule": schedule.TASKS})
app.autodiscover_tasks()
task_signals.connect()


def register_tasks() -> None:
    """Registers the tasks that nothing has imported yet. A worker does this by itself."""
    app.autodiscover_tasks(force=True)
    for name in settings.CELERY_IMPORTS:
        import_module(name)
