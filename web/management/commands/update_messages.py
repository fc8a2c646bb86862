from typing import Any

from django.core.management.base import BaseCommand

from web.catalogue import catalogue_path, chinese, key, update_catalogue


class Command(BaseCommand):
    help = "Bring locale/ up to date with the texts of the source; say which wait for Chinese."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        catalogue = update_catalogue(catalogue_path())
        waiting = [message for message in catalogue if message.id and not chinese(message)]
        for message in waiting:
            self.stdout.write(f"no Chinese yet: {key(message)[0]}")
        self.stdout.write(f"{len(catalogue)} texts, {len(waiting)} without Chinese")
