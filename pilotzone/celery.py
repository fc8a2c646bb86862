"""The Celery app; its settings are the CELERY_* names of `pilotzone.settings`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pilotzone.settings")

app = Celery("pilotzone")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
