"""The site's settings: everything that differs between machines comes from the environment (docs/operating.md)."""

from __future__ import annotations

import sys
from pathlib import Path

from restore import env, mail

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.folder("DATA_DIR", BASE_DIR / "var")
MEDIA_ROOT = env.make_folder(
    "DATA_DIR", DATA_DIR / "media"
)  # no MEDIA_URL: media has no public path, webapp/delivery.py hands it out
INCOMING_DIR = env.make_folder("DATA_DIR", DATA_DIR / "incoming")
TILES_DIR = env.make_folder("DATA_DIR", DATA_DIR / "tiles")

DEBUG = env.flag("DEBUG")
SECRET_KEY = env.secret("SECRET_KEY", kept_in=DATA_DIR / "secret_key")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")
HTTPS = env.flag("HTTPS", default=any(origin.startswith("https://") for origin in CSRF_TRUSTED_ORIGINS))

# --- photographs -----------------------------------------------------------------------------------------------------
MAX_UPLOAD_MB = env.number("MAX_UPLOAD_MB", 200, least=1, most=10_000)
MAX_ZIP_MB = env.number("MAX_ZIP_MB", 4_000, least=1, most=1_000_000)  # a ZIP that staff bring in
MAX_MEGAPIXELS = env.number("MAX_MEGAPIXELS", 100, least=1, most=2_000)
RETENTION_DAYS = env.number("RETENTION_DAYS", 30, least=1, most=36_500)
MIN_FREE_MB = env.number("MIN_FREE_MB", 500, least=0, most=10_000_000)  # below it uploads are refused
TILE_CACHE_MB = env.number(
    "TILE_CACHE_MB", 2_000, least=0, most=10_000_000
)  # of looked-at large pictures; 0: none

# --- limits, for one family or account; 0: none ----------------------------------------------------------------------
QUOTA_WAITING = env.number("QUOTA_WAITING", 1_000, least=0, most=1_000_000)  # photographs
QUOTA_PER_DAY = env.number("QUOTA_PER_DAY", 2_000, least=0, most=1_000_000)
QUOTA_STORED_MB = env.number("QUOTA_STORED_MB", 50_000, least=0, most=100_000_000)  # originals and results
RATE_UPLOADS = env.number("RATE_UPLOADS", 2_000, least=0, most=1_000_000)  # sendings in an hour
RATE_PASSWORDS = env.number("RATE_PASSWORDS", 10, least=0, most=100_000)  # tries in a quarter of an hour
PROXIES = env.number(
    "PROXIES", 0, least=0, most=10
)  # how many stand before the site and add to X-Forwarded-For

# --- who looked at what, and what the site tells of itself -----------------------------------------------------------
AUDIT_DAYS = env.number("AUDIT_DAYS", 365, least=1, most=36_500)
AUDIT_ADDRESSES = env.flag("AUDIT_ADDRESSES")
METRICS_TOKEN = env.text("METRICS_TOKEN")
WEBHOOK_ALLOW_PRIVATE = env.flag("WEBHOOK_ALLOW_PRIVATE")

# --- the queue -------------------------------------------------------------------------------------------------------
WORKERS = env.number("WORKERS", 1, least=1, most=64)  # photographs worked on at once by one worker process
DEVICE = env.choice("DEVICE", "auto", ("auto", "cpu", "cuda"))
LEASE_SECONDS = env.number("LEASE_SECONDS", 30, least=1, most=3_600)
JOB_MINUTES = env.number("JOB_MINUTES", 20, least=1, most=1_440)  # one attempt may take this long
JOB_MEMORY_MB = env.number(
    "JOB_MEMORY_MB", 0, least=0, most=10_000_000
)  # 0: four fifths of the machine's, shared
CHILD_COMMAND = [sys.executable, "-m", "webapp.child"]  # the process that alone loads the networks

SETBACK_SECONDS = env.number(
    "SETBACK_SECONDS", 15, least=1, most=600
)  # first pause after an error of the machine

REDIS_URL = env.url("REDIS_URL", ("redis", "rediss", "unix"))
CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "socket_connect_timeout": 3,
        "socket_keepalive": True,
        "health_check_interval": 15,
        # A hint that is not acknowledged is given to another worker after this time, counted from its delivery. One
        # that comes twice does no harm, but it need not come while its job is still in hand.
        "visibility_timeout": 2 * 60 * JOB_MINUTES + 600,
    }
    if REDIS_URL
    else {"polling_interval": 0.1}
)
CELERY_TASK_DEFAULT_QUEUE = "photographs"
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_POOL = "threads"  # a thread watches over a child process of ours, see webapp/tasks.py
CELERY_WORKER_CONCURRENCY = WORKERS
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False  # the row holds the work, not the broker
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# --- Django ----------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "webapp.apps.WebappConfig",
    "allauth.account",  # without "allauth", which holds its pages and words: all of both are ours
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "webapp.headers.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "webapp.outage.DatabaseOutageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "restore.urls"
WSGI_APPLICATION = "restore.wsgi.application"
DATABASES = {"default": env.database("DATABASE_URL", DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "webapp.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"  # the rooms behind send to "login": webapp/views/doors.py
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

# --- letters, accounts of families -----------------------------------------------------------------------------------
EMAIL_URL = env.url("EMAIL_URL", mail.SCHEMES)  # empty: no letter is ever offered
vars().update(mail.server(EMAIL_URL))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = mail.sender(env.text("EMAIL_FROM"), needed=bool(EMAIL_URL))

AUTHENTICATION_BACKENDS = [
    "webapp.guards.LimitedSignIn",
    "django.contrib.auth.backends.ModelBackend",
    "webapp.accounts.signing_in.ByEmail",
]
ACCOUNT_ADAPTER = "webapp.accounts.adapter.Adapter"
ACCOUNT_FORMS = {
    "login": "webapp.accounts.forms.SignInByEmailForm",
    "add_email": "webapp.accounts.forms.ChangeEmailForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_ENABLED = env.flag("SIGN_UP", default=True)
ACCOUNT_CHANGE_EMAIL = True  # one address for each account
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Without a server of mail an address cannot be confirmed: it is a name to sign in with, and one that is taken is told.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if EMAIL_URL else "none"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = bool(EMAIL_URL)
ACCOUNT_PREVENT_ENUMERATION = bool(EMAIL_URL)
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_RATE_LIMITS = {
    "letter": "30/h/ip,10/h/key",  # beside allauth's own: letters about uploads, by address
    "login": None,  # passwords are limited by webapp.guards, at every door alike
    "login_failed": None,
}
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES

# --- uploads ---------------------------------------------------------------------------------------------------------
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "webapp.uploads.BoundedFileUploadHandler",
]
FILE_UPLOAD_TEMP_DIR = INCOMING_DIR  # on the disk of the media, so that one look at its free space is enough
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FILES = 1_000

# --- languages, static files -----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = env.make_folder("DATA_DIR", DATA_DIR / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

# --- security --------------------------------------------------------------------------------------------------------
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 365 * 86_400  # the session is what a family owns its photographs by
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # probes come from inside, without TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
X_ACCEL_PREFIX = env.text("X_ACCEL_PREFIX")  # e.g. /protected/: the proxy sends media itself (deploy/)
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)

# --- log: ids only, never names of files or people -------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "webapp": {"level": env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))},
        "django.server": {"handlers": [], "propagate": True},
    },
}
