from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "ledger"
    # Sites have its tables and migrations under this name since 0.2.0.
    label = "datasets"
