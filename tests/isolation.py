"""Gives each of pytest's processes a data folder and a Redis database of its own.

Loaded through PYTEST_PLUGINS, the one way that comes before the settings are read.
"""

import os
from pathlib import Path

worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if worker and "PILOTZONE_TEST_LANE" in os.environ:
    data = Path(os.environ["PILOTZONE_DATA_DIR"]) / worker
    data.mkdir(exist_ok=True)
    os.environ["PILOTZONE_DATA_DIR"] = str(data)
    if address := os.environ.get("REDIS_URL"):
        os.environ["REDIS_URL"] = f"{address.rsplit('/', 1)[0]}/{int(worker.removeprefix('gw')) + 1}"
