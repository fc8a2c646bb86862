from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "backups"

    def ready(self) -> None:
        from audit.noted_seals import read_folders_with
        from backups.noted_seals import seals_of_backups

        read_folders_with(seals_of_backups)
