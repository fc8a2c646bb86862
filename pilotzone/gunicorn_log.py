"""Gunicorn's own lines, in the format of the site's."""

import logging
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from gunicorn.glogging import Logger as GunicornsLogger

from pilotzone.log_settings import FORMATS


class Logger(GunicornsLogger):  # type: ignore[misc]  # gunicorn has no types
    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        formatter: logging.Formatter = import_string(FORMATS[settings.PILOTZONE_LOG_FORMAT])()
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter)
