from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    name = "datasets"

    def ready(self) -> None:
        from accounts.noted_seals import read_folders_with
        from datasets.backups.noted_seals import seals_of_backups

        read_folders_with(seals_of_backups)
