from django.apps import AppConfig
from django.core.signals import request_started
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate


class WebConfig(AppConfig):
    name = "web"

    def ready(self) -> None:
        from web.cache import versions

        connection_created.connect(versions.watch_connection)
        request_started.connect(versions.note_reads)
        pre_migrate.connect(versions.pause, sender=self)
        post_migrate.connect(versions.resume, sender=self)
