"""The settings of this process, for the log."""

import logging

from django.conf import settings
from django.db import DatabaseError, connection

from accounts.log import log_settings
from pilotzone import env

logger = logging.getLogger(__name__)


def log_settings_of_process() -> None:
    """Logs each setting that differs from the last start. A database that is away, or without tables yet, is no reason
    not to start: the next start looks again.
    """
    values = {**env.values_read, "PILOTZONE_SECRET_KEY": settings.SECRET_KEY}
    try:
        log_settings(values, secrets=env.secret_names)
    except DatabaseError as error:
        logger.warning("Whether settings have changed could not be logged: %s", error)
    finally:
        connection.close()
