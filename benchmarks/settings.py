"""The site's own settings with an empty view beside its pages, and without limits on the API."""

from pilotzone.settings import *  # noqa: F403
from pilotzone.settings import REST_FRAMEWORK

ROOT_URLCONF = "benchmarks.urls"
REST_FRAMEWORK = {**REST_FRAMEWORK, "DEFAULT_THROTTLE_CLASSES": []}
