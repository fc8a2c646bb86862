"""Settings. Everything that differs between sites comes from the environment, read in one place."""

import warnings
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from pilotzone import broker_settings, data_folder, env, log_settings, sign_on

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("PILOTZONE_DATA_DIR") or BASE_DIR / "var").expanduser().resolve()
data_folder.make_folder(DATA_DIR)

# `manage.py demo` stores the pinned day and open reading here, so that every command on this folder uses them.
DEMO_FILE = DATA_DIR / "demo.json"
PILOTZONE_DEMO = DEMO_FILE.exists()
if PILOTZONE_DEMO:
    env.defaults.update(data_folder.demo_settings(DEMO_FILE))

SECRET_KEY = env.secret_key("PILOTZONE_SECRET_KEY") or data_folder.secret_key(DATA_DIR)
SECRET_KEY_FALLBACKS = env.secret_keys("PILOTZONE_SECRET_KEY_FALLBACKS")
DEBUG = env.boolean("PILOTZONE_DEBUG")
ALLOWED_HOSTS = env.strings("PILOTZONE_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.strings("PILOTZONE_CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "corsheaders",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "auditlog",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "regions",
    "accounts",
    "web",
    "permissions",
    "audit",
    "reporting",
    "measures",
    "projects",
    "indicators",
    "problems",
    "notices",
    "rollups",
    "themes",
    "dashboard",
    "briefs",
    "office",
    "styleguide",
    "integrity",
    "backups",
    "ledger",
    "workbooks",
    "demonstration",
]

MIDDLEWARE = [
    "web.middleware.RequestIdMiddleware",
    "web.middleware.ForgetMiddleware",
    "web.middleware.StatementTimeoutMiddleware",
    "pilotzone.health.HealthMiddleware",
    "pilotzone.access.AccessMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "web.middleware.PermissionsPolicyMiddleware",
    "web.static_files.StaticFilesMiddleware",
    "web.middleware.CompressionMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "web.middleware.LimitMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "web.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "web.idle.IdleMiddleware",
    "web.middleware.LogMiddleware",
    "web.required_actions.RequiredActionMiddleware",
    "axes.middleware.AxesMiddleware",
    "web.middleware.OnceMiddleware",
]

ROOT_URLCONF = "pilotzone.urls"
WSGI_APPLICATION = "pilotzone.wsgi.application"
# Gunicorn's settings of `manage.py demo`.
EMBEDDED_SERVER = "pilotzone/embedded_server.py"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pilotzone.context_processors.site",
            ],
        },
    },
]

# Forms look for their templates where pages do.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

PILOTZONE_WEB_WORKERS = env.integer("PILOTZONE_WEB_WORKERS", 2, least=1, most=64)
PILOTZONE_WEB_THREADS = env.integer("PILOTZONE_WEB_THREADS", 4, least=1, most=64)
# Of each process. The schedule and the look at the settings run in threads of their own.
DATABASE_CONNECTIONS = env.integer("PILOTZONE_DATABASE_CONNECTIONS", PILOTZONE_WEB_THREADS + 5, least=1, most=200)
# Seconds until a request that finds no connection to PostgreSQL is told so.
DATABASE_TIMEOUT = env.integer("PILOTZONE_DATABASE_TIMEOUT", 2, least=1, most=60)
# Seconds of one statement of a page or of the API, and of one of a file of rows; tasks and commands have no bound.
PILOTZONE_STATEMENT_TIMEOUT = env.integer("PILOTZONE_STATEMENT_TIMEOUT", 15, least=1, most=3600)
PILOTZONE_EXPORT_TIMEOUT = env.integer("PILOTZONE_EXPORT_TIMEOUT", 120, least=1, most=86_400)
EMBEDDED_DATABASE = DATA_DIR / "db.sqlite3"
DATABASES = {"default": env.database("DATABASE_URL", "POSTGRES_PASSWORD", EMBEDDED_DATABASE)}
if DATABASES["default"]["NAME"] == str(EMBEDDED_DATABASE):
    data_folder.make_database_private(EMBEDDED_DATABASE)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # With WAL readers go on while one writes. With IMMEDIATE a transaction takes the write lock at its start, so that
    # two writers wait for each other instead of one failing.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": PILOTZONE_STATEMENT_TIMEOUT,  # seconds that one waits for the write lock
        # 500 KiB of page cache for each thread's connection instead of 2,000: the system caches the file anyway.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-500;",
    }
    # "SQLite does not support JSONFields" is also said of one that another writes to. All that Django takes know JSON.
    SILENCED_SYSTEM_CHECKS = ["fields.E180"]
    # A new connection reads the schema and prepares every statement again: a tenth of the time of a page.
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    from pilotzone.postgresql.pool import check

    DATABASES["default"]["OPTIONS"] = {
        # Queries of a page take milliseconds: parallel workers cost more than they save, and hold up other pages.
        "options": "-c max_parallel_workers_per_gather=0",
        "connect_timeout": DATABASE_TIMEOUT,
        **DATABASES["default"]["OPTIONS"],
        "pool": {
            "min_size": 1,
            "max_size": DATABASE_CONNECTIONS,
            "timeout": DATABASE_TIMEOUT,
            "check": check,
            # Seconds. The pool tries to replace dead connections at ever longer intervals. After it gave up, the next
            # request opens one, and finds a server that is back at once.
            "reconnect_timeout": 5,
        },
    }

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
# Pages of a model that live in a room above its own.
ABSOLUTE_URL_OVERRIDES = {
    "accounts.department": lambda department: reverse("dashboard:department", args=[department.slug])
}
# The workspaces at the one address of `measures`: they have projects, and live in a room above.
CITY_WORKSPACE = "projects.views.workspace.CityWorkspacePage"
DEPARTMENT_WORKSPACE = "indicators.views.workspace.DepartmentWorkspacePage"
# What reports ask of the list of problems: a `reporting.report_problems.ProblemList`.
PROBLEM_LIST = "problems.reports.ProblemsOfReports"
# None where the site has no single sign-on (`accounts.sign_on`).
PILOTZONE_OIDC = sign_on.provider()
PILOTZONE_LDAP = sign_on.directory()
# Passwords of the site before those of the directory: its administrators get in while that is away.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    *(["accounts.directory.DirectoryBackend"] if PILOTZONE_LDAP else []),
    *(["accounts.sign_on.ProviderBackend"] if PILOTZONE_OIDC else []),
]
# Which rules passwords follow (`accounts.passwords`).
PILOTZONE_PASSWORD_PROFILE = env.choice("PILOTZONE_PASSWORD_PROFILE", "dengbao", ("dengbao", "asvs"))
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.ProfileValidator"},
    {"NAME": "accounts.passwords.PlaceValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    # The 20,000 that are most frequent among leaked ones; no package that is installed has more.
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "accounts.sessions"
# A session ends after so many minutes without a step of the person; that of one who administers sooner.
PILOTZONE_IDLE_MINUTES = env.integer("PILOTZONE_IDLE_MINUTES", 30, least=5, most=1440)
PILOTZONE_IDLE_MINUTES_ADMINISTRATOR = env.integer("PILOTZONE_IDLE_MINUTES_ADMINISTRATOR", 15, least=5, most=1440)
# In any case it ends so many hours after the log-in, and an account has so many at once; viewers may have any number,
# for as long as SESSION_COOKIE_AGE: their account shows the presentation on screens.
PILOTZONE_SESSION_HOURS = env.integer("PILOTZONE_SESSION_HOURS", 12, least=1, most=336)
PILOTZONE_SESSIONS_AT_ONCE = env.integer("PILOTZONE_SESSIONS_AT_ONCE", 5, least=1, most=100)
PILOTZONE_HTTPS = env.boolean("PILOTZONE_HTTPS")
# Whom the log-in asks for a code, and who must set one up (`accounts.second_factor`). Level 3 of the law wants one of
# those who administer; on plain loopback somebody tries the site.
wants_second_factor = PILOTZONE_HTTPS and PILOTZONE_PASSWORD_PROFILE == "dengbao"  # noqa: S105  # the name of rules
PILOTZONE_SECOND_FACTOR = env.choice(
    "PILOTZONE_SECOND_FACTOR",
    "required" if wants_second_factor else "optional",
    ("off", "optional", "required", "everyone"),
)
# Seconds for which a link to set a password is good.
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
REPORTER_REDIRECT_URL = "measures:workspace"
LOGOUT_REDIRECT_URL = "/"
AXES_HANDLER = "accounts.lockout.LockoutHandler"
AXES_USERNAME_CALLABLE = "accounts.lockout.attempted_name"
AXES_FAILURE_LIMIT = 1
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address", "username"]
AXES_LOCKOUT_CALLABLE = "accounts.log_in.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "core.client_address.client_address"
# The log has what these would keep: who logged in and who failed to (`accounts.log`).
AXES_DISABLE_ACCESS_LOG = True
# Its pages of the admin let an administrator delete; `accounts.admin` has others.
AXES_ENABLE_ADMIN = False
# Each entry of the log names the request that made it, as the lines of the process do.
AUDITLOG_CID_HEADER, AUDITLOG_CID_GETTER = None, "core.request_id.current"

LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LANGUAGE_CODE = "zh-hans"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
EMBEDDED_STATIC_ROOT = DATA_DIR / "static"  # of `manage.py demo` and `manage.py serve`
# plotly.js comes from the installed package, so that it always agrees with the figures made for it.
_plotly = find_spec("plotly")
assert _plotly is not None and _plotly.origin is not None
# The smaller one of `./run bundle` comes first, where it was made: it has only the traces that our charts use.
_reduced = BASE_DIR / "frontend" / "built"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    *([("plotly", _reduced)] if _reduced.is_dir() else []),
    ("plotly", Path(_plotly.origin).parent / "package_data"),
]
STORAGES = {
    "default": {
        "BACKEND": "core.files.WholeFileStorage",
        "OPTIONS": {"location": DATA_DIR / "evidence"},
    },
    # Collected by one user and served by another: not with FILE_UPLOAD_PERMISSIONS, below.
    "staticfiles": {
        "BACKEND": "web.static_files.HashedFilesStorage",
        "OPTIONS": {"file_permissions_mode": 0o644},
    },
}
FILE_UPLOAD_HANDLERS = [
    "web.uploads.SizeLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "web.uploads.NamelessFileHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o600
# Large enough that a report with three far too long texts, 9 bytes a character, is answered with an error at the field.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# The image, `manage.py demo` and `serve` collect them; elsewhere they are served from where they are installed.
WHITENOISE_USE_FINDERS = not STATIC_ROOT.is_dir()
warnings.filterwarnings("ignore", message="No directory at", category=UserWarning)
WHITENOISE_MAX_AGE = 3600

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    # Plotly places its labels with style attributes; our own templates write none.
    "style-src-attr": [CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "web.errors.csrf_failure"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
COOKIE_PREFIX = ""
if PILOTZONE_HTTPS:
    SECURE_SSL_REDIRECT = True
    # Monitors ask the web server itself, without the proxy.
    SECURE_REDIRECT_EXEMPT = ["^(healthz|readyz|version|metrics)$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    # Browsers take a cookie of such a name only over TLS, and from this very host: no neighbour of the domain sets one.
    COOKIE_PREFIX = "__Host-"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}pilotzone_language"
MESSAGE_STORAGE = "web.messages.Messages"

REDIS_URL = env.redis_url("REDIS_URL", "REDIS_PASSWORD")
# One with a bound, which drops what was asked for longest ago: tasks must not be lost for kept pages.
CACHE_URL = env.redis_url("CACHE_URL", "REDIS_PASSWORD") or REDIS_URL
CACHE_TIMEOUT = float(env.decimal("PILOTZONE_CACHE_TIMEOUT", Decimal("0.2")))
CACHES = {
    "default": {
        "BACKEND": "web.cache.backend.RedisCache",
        "LOCATION": CACHE_URL,
        # Seconds. A page is made anew in less.
        "OPTIONS": {"socket_connect_timeout": CACHE_TIMEOUT, "socket_timeout": CACHE_TIMEOUT},
    }
    if CACHE_URL
    # A kept page has some 20 KB, and each web process has a cache of its own.
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100}}
}

TASK_APP = "pilotzone.celery.app"  # imported by whatever asks for a task (`core.queue`)
# Without a broker tasks run in the process that asked for them, after it committed.
# With a host, since kombu warns of one without.
CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_TASK_ALWAYS_EAGER = not REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Without a number it would be one for each core; refreshes of a plan wait for each other anyway.
CELERY_WORKER_CONCURRENCY = env.integer("PILOTZONE_TASK_PROCESSES", 2, least=1, most=64)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = broker_settings.OPTIONS
CELERY_TASK_QUEUES = broker_settings.QUEUES
CELERY_TASK_ROUTES = broker_settings.ROUTES
CELERY_TIMEZONE = TIME_ZONE
# Those of the apps are found without a name here.
CELERY_IMPORTS = ("pilotzone.tasks",)
# Runs `pilotzone.schedule`; in the demonstration a thread does.
CELERY_BEAT_SCHEDULER = "pilotzone.scheduler:Scheduler"
# Seconds until it notices that the clock was put back.
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")

# None: the site makes no backups by itself.
PILOTZONE_BACKUP_DIR = env.whole_path("PILOTZONE_BACKUP_DIR")
# Period -> of how many of them the newest backup is kept.
PILOTZONE_BACKUP_KEEP = env.backup_keep("PILOTZONE_BACKUP_KEEP", "7d,4w,12m")
# The public key that backups are encrypted for; the secret one is nowhere here.
PILOTZONE_BACKUP_RECIPIENT = env.age_recipient("PILOTZONE_BACKUP_RECIPIENT")

# Without a server e-mails are printed to the console. Seconds: a server that hangs must not hold up the digests.
MAILERS = {"default": env.mailer("PILOTZONE_EMAIL_URL", timeout=10)}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("PILOTZONE_EMAIL_FROM", "pilotzone@localhost")
# Links in e-mails begin with it.
PILOTZONE_SITE_URL = env.site_url("PILOTZONE_SITE_URL", "http://localhost:8000")
# What an app calls the keys of this site.
OTP_TOTP_ISSUER = urlsplit(PILOTZONE_SITE_URL).hostname

PILOTZONE_TODAY = env.day("PILOTZONE_TODAY")
PILOTZONE_PUBLIC_READING = env.boolean("PILOTZONE_PUBLIC_READING")
PILOTZONE_PLAN = env.text("PILOTZONE_PLAN", "")
PILOTZONE_FIRST_REPORTING_MONTH = env.month("PILOTZONE_FIRST_REPORTING_MONTH")
PILOTZONE_REPORT_DUE_DAY = env.integer("PILOTZONE_REPORT_DUE_DAY", 25, least=1, most=28)
PILOTZONE_DUE_SOON_DAYS = env.integer("PILOTZONE_DUE_SOON_DAYS", 60, most=36_500)
PILOTZONE_SILENT_DAYS = env.integer("PILOTZONE_SILENT_DAYS", 62, most=36_500)
PILOTZONE_OFFICE_DAYS = env.integer("PILOTZONE_OFFICE_DAYS", 7, most=36_500)
PILOTZONE_PACE_TOLERANCE = env.decimal("PILOTZONE_PACE_TOLERANCE", Decimal("0.5"))
PILOTZONE_VERDICT_TOLERANCE = env.decimal("PILOTZONE_VERDICT_TOLERANCE", Decimal(5))
# Six months is the least that the law asks for (Cybersecurity Law, article 21).
PILOTZONE_LOG_DAYS = env.integer("PILOTZONE_LOG_DAYS", 365, least=180, most=36_500)
PILOTZONE_SEAL_FILE = env.whole_path("PILOTZONE_SEAL_FILE")
PILOTZONE_TOKEN_DAYS = env.integer("PILOTZONE_TOKEN_DAYS", 180, least=1, most=3_660)
PILOTZONE_EVIDENCE_MEGABYTES = env.integer("PILOTZONE_EVIDENCE_MEGABYTES", 20, least=1, most=500)
# Seconds for which a page is cached while the data are the same; 0 caches none.
PILOTZONE_PAGE_CACHE_SECONDS = env.integer("PILOTZONE_PAGE_CACHE_SECONDS", 600, most=86_400)
# With it, in the header "Authorization: Bearer ...", a monitor reads /metrics from anywhere.
PILOTZONE_METRICS_TOKEN = env.secret("PILOTZONE_METRICS_TOKEN")
# The folder in which processes put together what /metrics tells; empty is one in memory, where there is /dev/shm.
PILOTZONE_METRICS_DIR = env.text("PILOTZONE_METRICS_DIR")
# How many proxies add to X-Forwarded-For. Where there is none, a caller could escape its limit with that header.
PILOTZONE_PROXIES = env.integer("PILOTZONE_PROXIES", 0, most=9)

# Sites whose pages may read the API in a visitor's browser, without the visitor's cookies.
CORS_ALLOWED_ORIGINS = env.strings("PILOTZONE_CORS_ORIGINS")
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_METHODS = ("GET", "HEAD", "OPTIONS")
CORS_ALLOW_HEADERS = ("accept-language", "authorization", "if-modified-since", "if-none-match", "x-request-id")
CORS_EXPOSE_HEADERS = (
    "Content-Disposition",
    "ETag",
    "Link",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Request-ID",
)
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["web.api.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["web.api.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "web.api.authentication.AccessTokenAuthentication",
        "web.api.authentication.BrowserAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["web.api.permissions.AsksRule"],
    "DEFAULT_THROTTLE_CLASSES": ["web.api.throttles.AnonymousThrottle", "web.api.throttles.TokenThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "anonymous": env.rate("PILOTZONE_API_RATE_ANONYMOUS", "600/min"),
        "token": env.rate("PILOTZONE_API_RATE_TOKEN", "1200/min"),
    },
    "DEFAULT_SCHEMA_CLASS": "web.api.schema.EndpointSchema",
    "EXCEPTION_HANDLER": "web.api.problem_details.explain_error",
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Pilotzone API",
    "DESCRIPTION": _("Measures, projects and indicators of an action plan, as of any day."),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    # In place of the default one, which moves lists of allowed values out of the fields that use them.
    "POSTPROCESSING_HOOKS": ["pilotzone.api.name_groups"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_PERMISSIONS": ["web.api.permissions.AsksRule"],
}
PILOTZONE_LOG_FORMAT = env.choice("PILOTZONE_LOG_FORMAT", "TEXT", tuple(log_settings.FORMATS))
LOGGING = log_settings.logging_of(
    PILOTZONE_LOG_FORMAT,
    level=env.choice("PILOTZONE_LOG_LEVEL", "INFO", log_settings.LEVELS),
    is_demonstration=PILOTZONE_DEMO,
)
