# Imported here so that `shared_task` finds the app in every process, web workers included.
from pilotzone.celery import app as celery_app

__all__ = ["celery_app"]
