"""Every setting of StatusWire, read from top to bottom. docs/OPERATIONS.md lists what may be set."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF

from config import env
from kit import clock as clocks
from kit import embedded
from kit.secrets import local_secret

django_stubs_ext.monkeypatch()  # lets generic classes of Django be written with their types

BASE_DIR = Path(__file__).resolve().parent.parent

# Data of this installation: the embedded services' files, generated secrets, mail that has nowhere to go.
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var"))).absolute()


# --- Where we are -----------------------------------------------------------------------------------

# Local: one machine, generated secrets, embedded services. Production sets LOCAL=0 and all secrets.
LOCAL = env.flag("LOCAL", default=True)
DEBUG = env.flag("DEBUG", default=False)
# Where the web process listens, and the address that people open.
HOST = env.text("HOST", "127.0.0.1")
PORT = env.port("PORT", 8000)
PUBLIC_URL = env.url("PUBLIC_URL", f"http://127.0.0.1:{PORT}", ("http", "https")).rstrip("/")
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or "127.0.0.1"
ALLOWED_HOSTS = [PUBLIC_HOST, *env.words("ALLOWED_HOSTS", "127.0.0.1 localhost" if LOCAL else "")]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

SECRET_KEY = env.text("SECRET_KEY", local_secret(VAR_DIR / "secrets" / "secret_key") if LOCAL else None)
# Keys for secrets at rest, newest first; older ones only read.
SECRET_KEYS = env.words("SECRET_KEYS", local_secret(VAR_DIR / "secrets" / "vault_key") if LOCAL else None)

# --- The clock: the machine's, unless a demo or a game day says otherwise ------------------------------

CLOCK_SPEED = env.number("CLOCK_SPEED", 1.0)
_origin, _start = env.moment("CLOCK_ORIGIN"), env.moment("CLOCK_START")
clocks.configure(clocks.Pace(_origin, _start, CLOCK_SPEED) if _origin and _start else None)

# --- Data services: yours by URL, else, where LOCAL, the embedded ones under VAR_DIR ------------------------

_place = embedded.place(VAR_DIR) if LOCAL else None
DATABASE_URL = env.url("DATABASE_URL", _place.database_url if _place else None, ("postgres", "postgresql"))
# Connections that the web process shares among its threads. 0: each thread has its own, as Celery's workers need.
DATABASE_POOL = env.whole("DATABASE_POOL", 0, unit="connections")
_options: dict[str, object] = {"options": "-c timezone=UTC -c statement_timeout=30s"}
if DATABASE_POOL:
    _options["pool"] = {"min_size": 1, "max_size": DATABASE_POOL, "timeout": 10}
_keep_s = 0 if DATABASE_POOL else env.seconds("DATABASE_CONN_MAX_AGE", 60)
DATABASES = {
    "default": {
        **dj_database_url.parse(DATABASE_URL, conn_max_age=_keep_s, conn_health_checks=True),
        "OPTIONS": _options,
    }
}
_REDIS = ("redis", "rediss", "unix")
VALKEY_URL = env.url("VALKEY_URL", _place.valkey_url if _place else None, _REDIS)
BROKER_URL = env.url("BROKER_URL", VALKEY_URL, (*_REDIS, "redis+socket", "amqp", "amqps"))
CHANNEL_URL = env.url("CHANNEL_URL", VALKEY_URL, _REDIS)
CACHE_URL = env.url("CACHE_URL", VALKEY_URL, _REDIS)
# Which services `make up` has to start: those that no URL names.
EMBEDDED_POSTGRES = _place is not None and _place.database_url == DATABASE_URL
EMBEDDED_VALKEY = _place is not None and _place.valkey_url in (BROKER_URL, CHANNEL_URL, CACHE_URL)

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "OPTIONS": {"pool_class": "kit.cache_pool.SharedPool"},
    }
}
CHANNEL_LAYERS = {
    "default": {
        # The pub/sub layer lost none of 20,000 broadcasts; socket_timeout as redis-py's own would kill idle consumers.
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": CHANNEL_URL, "socket_timeout": None}]},
    }
}

# --- Django ------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "config",
    "pages",
    "alerts",
    "incidents",
    "monitors",
    "accounts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "servestatic",
    "django.contrib.staticfiles",
    "channels",
    "allauth",
    "allauth.account",
    "csp",
    "django_celery_beat",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # The innermost, as it is of no other kind than sync: one outside it would cost each request a thread more.
    "accounts.middleware.OneTimePasswordMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
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
                "pages.context.site",
            ],
            "builtins": ["pages.templatetags.statuswire"],
        },
    }
]
LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
SERVESTATIC_USE_FINDERS = LOCAL  # production runs collectstatic
SERVESTATIC_AUTOREFRESH = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # bytes
DATA_UPLOAD_MAX_NUMBER_FIELDS = 300

# --- People -------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_PREVENT_ENUMERATION = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/o/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# --- Security headers ---------------------------------------------------------------------------------

SECURE_HSTS_SECONDS = env.seconds("HSTS_SECONDS", 31_536_000 if PUBLIC_URL.startswith("https://") else 0)
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_TLS_PROXY", default=False) else None
X_FRAME_OPTIONS = "DENY"
_socket = PUBLIC_URL.replace("http", "ws", 1)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, _socket],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# Sites that may show a provider's report form in a frame (/embed/<provider>/report); no other page is ever framed.
EMBEDDED_ON = env.words("EMBEDDED_ON", "*")
# What a report costs the browser that sends it: steps of some 2 ms of one core, shared among its cores. 60 take a tenth
# of a second on a desk and half a second on a cheap phone.
REPORT_WORK = env.whole("REPORT_WORK", 60, at_least=1, unit="steps")

# --- Outbound ------------------------------------------------------------------------------------------

# Hosts (name or address, with :port to be exact) that may be private, for installations that watch their own
# network. Everything else must be public.
ALLOWED_PRIVATE_HOSTS = env.words("ALLOWED_PRIVATE_HOSTS")
# Sent to every status page that we poll and every address that we probe.
CONTACT = env.text("CONTACT", f"{PUBLIC_URL}/about")
USER_AGENT = f"StatusWire/1.0 (+{CONTACT})"
# Where checks are made from: worker queues are named probe.<region>. A region's number is its place in this list,
# and history keeps it: only add at the end.
PROBE_REGIONS = env.words("PROBE_REGIONS", "home")
# Checks that one prober has under way at most: in all (each may hold two files open), of one host, and of one
# organization. A check that finds no place within 3 s is not made, says which limit it met, and is no downtime.
PROBES_AT_ONCE = env.whole("PROBES_AT_ONCE", 2000, at_least=1, unit="checks")
PROBES_AT_ONCE_PER_HOST = env.whole("PROBES_AT_ONCE_PER_HOST", 50, at_least=1, unit="checks")
PROBES_AT_ONCE_PER_ORGANIZATION = env.whole("PROBES_AT_ONCE_PER_ORGANIZATION", 500, at_least=1, unit="checks")
# Addresses on networks that have nothing in common, asked every few seconds from each region: when they fail
# together it is our own network that fails, and no target. None: our own network is always believed.
_ELSEWHERE = (
    "https://www.google.com/generate_204 https://one.one.one.one/ https://www.msftconnecttest.com/connecttest.txt"
    " https://captive.apple.com/ https://detectportal.firefox.com/success.txt https://www.wikipedia.org/"
)
CANARIES = env.words("CANARIES", "" if LOCAL else _ELSEWHERE)
# Organizations, by their slugs, whose monitors of providers speak to everybody: the operator's own. None: what
# monitors see is known to their own organizations alone.
PUBLIC_PROBES_OF = env.words("PUBLIC_PROBES_OF")
# Who is written to when something of this installation needs a person, such as a source that stays unreadable.
# None: the notices stand in the admin and in /metrics alone.
OPERATOR_EMAILS = env.words("OPERATOR_EMAILS")
# A source is an operator's business when this many polls in a row could not read it, and none did for so many seconds.
UNREADABLE_POLLS = env.whole("UNREADABLE_POLLS", 3, at_least=1, unit="polls")
UNREADABLE_S = env.seconds("UNREADABLE_S", 900)
# Opens /metrics to everybody who sends it as a bearer token; without one only private addresses may read it.
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
# How many of our own reverse proxies stand before the web process; X-Forwarded-For is trusted that far.
TRUSTED_PROXIES = env.whole("TRUSTED_PROXIES", 0)

# Mail: smtp://user:password@host:port, smtps:// or smtp+tls://; without one, mail is written to VAR_DIR/mail.
EMAIL_URL = env.url("EMAIL_URL", f"file://{VAR_DIR}/mail", ("smtp", "smtps", "smtp+tls", "file"))
_mail = urlsplit(EMAIL_URL)
EMAIL_BACKEND = f"django.core.mail.backends.{'filebased' if _mail.scheme == 'file' else 'smtp'}.EmailBackend"
EMAIL_FILE_PATH = _mail.path
EMAIL_HOST = _mail.hostname or "localhost"
EMAIL_PORT = _mail.port or {"smtps": 465, "smtp+tls": 587}.get(_mail.scheme, 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.scheme == "smtps", _mail.scheme == "smtp+tls"
EMAIL_TIMEOUT = 15  # seconds
# Who owns the first organization; the one-time password is printed when it is made.
FIRST_OWNER_EMAIL = env.text("FIRST_OWNER_EMAIL", "owner@statuswire.local")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"StatusWire <alerts@{PUBLIC_HOST}>")

# How long a sender has one notification to itself, in seconds: above the slowest send that is possible. A sender
# that dies delays its notification by this much.
ALERT_LEASE_S = env.seconds("ALERT_LEASE_S", 120, at_least=1)

# --- How long things are kept ----------------------------------------------------------------------------

# Days of check results as rows before today; older ones are packed by the hour. Two cover every 24 h chart.
CHECK_RESULTS_KEEP_DAYS = env.whole("CHECK_RESULTS_KEEP_DAYS", 2, at_least=1, unit="days")
# Days that single checks are kept packed, at some 11 bytes each, where an organization's plan says nothing else.
# Sums with percentiles stay longer: of hours for two years, of days for ever.
CHECKS_KEPT_DAYS = env.whole("CHECKS_KEPT_DAYS", 90, at_least=3, unit="days")

# --- Celery: it only wakes work; the database says what is due ------------------------------------------

CELERY_BROKER_URL = BROKER_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 60  # seconds
CELERY_TASK_TIME_LIMIT = 90
# Alerts have a queue of their own and never wait behind checks; what waits for other people's pages has one of its
# own and a process of its own, so that nothing ever waits behind slow pages.
CELERY_TASK_ROUTES = {
    "alerts.tasks.*": {"queue": "alert"},
    "monitors.tasks.poll_due_feeds": {"queue": "poll"},
    "monitors.tasks.backfill_feeds": {"queue": "poll"},
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # KB
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 1  # seconds
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "default"
# A worker that is asked to stop gives its tasks this long, in seconds; what is cut off is leased and done again.
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 4
if not BROKER_URL.startswith("amqp"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 300,  # above the longest task
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,  # a killed worker's tasks are back in about 12 s instead of 100 s
    }

# --- Logging: one readable line per event, ids in it, no secrets, no bodies -------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname:<7} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "django.channels.server": {"level": "WARNING"},
        # One line for each wake-up of each task, several a second, would bury everything else.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.worker.request": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
