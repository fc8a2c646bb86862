from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dashboard.services import verify_rollups


class Command(BaseCommand):
    help = "Compare every stored total with a fresh count from its rows; exits 1 when one differs."

    def handle(self, *args: Any, **options: Any) -> None:
        differences = verify_rollups()
        for difference in differences:
            self.stdout.write(str(difference))
        if differences:
            raise CommandError(f"{len(differences)} cells differ; `manage.py refresh_rollups --all` recomputes them.")
        self.stdout.write("Every stored total is what its rows say.")
