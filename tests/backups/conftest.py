from tests.backups.backing_up import elsewhere, site

__all__ = ["elsewhere", "site"]
