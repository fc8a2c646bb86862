"""The site's own settings without limits on the API."""

from pilotzone.settings import *  # noqa: F403
from pilotzone.settings import REST_FRAMEWORK

REST_FRAMEWORK = {**REST_FRAMEWORK, "DEFAULT_THROTTLE_CLASSES": []}
