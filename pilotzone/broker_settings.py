"""How workers and those who ask them for tasks use Redis (CELERY_BROKER_TRANSPORT_OPTIONS)."""

# A worker that is told of no queue takes from all of them. The first is Celery's own.
QUEUES: dict[str, dict[str, str]] = {"celery": {}, "slow": {}}
# What goes through all rows or files of the site, and may take hours, waits in a queue of its own: what people wait for
# never waits behind it. The others look at what has changed, is due or was sent, and take seconds.
SLOW_TASKS = (
    "audit.tasks.verify_log_task",
    "backups.tasks.back_up_task",
    "integrity.tasks.check_integrity_task",
    "pilotzone.tasks.clean_task",
    "rollups.tasks.rebuild_rollups_task",
    "rollups.tasks.verify_rollups_task",
)
ROUTES = {name: {"queue": "slow"} for name in SLOW_TASKS}
# A worker says every so many seconds of the messages in its hands that it is still at them.
RENEWED_EVERY = 10
# Seconds that a worker has for its tasks once it was told to end: stop_grace_period in docker-compose.yml,
# TimeoutStopSec in its units.
GRACE = 60
# A write must not wait for a broker that is away: the stale cells stay in the database, and the sweep finds them.
OPTIONS = {
    # Without this a publisher tries to connect for six seconds, in spite of CELERY_TASK_PUBLISH_RETRY. Workers and beat
    # go on trying, by other settings.
    "max_retries": 0,
    "socket_connect_timeout": 1,
    # More than the second for which a worker that waits for a message asks at once.
    "socket_timeout": 2,
    # Seconds for which a worker may be silent before another one gets what it has in hand (ADR 33).
    "visibility_timeout": 45,
    # Looked for every five seconds: each time, and not each tenth time.
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    # A worker that is killed while it looks keeps the others from it for so long.
    "unacked_mutex_expire": 30,
}
