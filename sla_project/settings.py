"""All settings; what differs between installations comes from environment variables (README)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sla_project import backends, broker, env
from sla_project.api_settings import REST_FRAMEWORK as REST_FRAMEWORK
from sla_project.api_settings import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR") or BASE_DIR / ".data").resolve()
UNDER_TEST = "PYTEST_VERSION" in os.environ  # set by pytest itself, for it and its children

# Who we are -----------------------------------------------------------------------------------
DEBUG = env.flag("DEBUG")
SECRET_KEY = env.text("SECRET_KEY") or backends.secret_key(DATA_DIR / "secret_key")
PUBLIC_URL = env.origin("PUBLIC_URL", "http://localhost:8000")
# Local names, for who asks /readyz on this machine.
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]", env.host_of(PUBLIC_URL)])
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS", [PUBLIC_URL])
ADMIN_URL = env.text("ADMIN_URL").strip("/")  # empty: Django's admin is not served
HTTPS = PUBLIC_URL.startswith("https://")

# Applications ---------------------------------------------------------------------------------
INSTALLED_APPS = [
    "sla_project.accounts",
    "sla_project.operations",
    "actions",
    "slas",
    "cases",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
]
MIDDLEWARE = [
    "sla_project.operations.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sla_project.operations.middleware.ContentSecurityPolicyMiddleware",
    "sla_project.operations.middleware.WellFormedMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "sla_project.operations.middleware.SlashMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sla_project.operations.middleware.TimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "sla_project.operations.middleware.SignedOutMiddleware",
    "sla_project.operations.middleware.NothingToShowMiddleware",
    "sla_project.operations.middleware.GoneMiddleware",
]
ROOT_URLCONF = "sla_project.urls"
WSGI_APPLICATION = "sla_project.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.tz",
                "sla_project.operations.context.console",
            ],
        },
    }
]

# Data -----------------------------------------------------------------------------------------
DATABASES = {"default": backends.database(env.text("DATABASE_URL"), data_dir=DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# People ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "login", "/", "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
if UNDER_TEST:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Language and time: stored and computed in UTC, shown in each user's own zone -------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = env.time_zone("TIME_ZONE", "UTC")
USE_I18N = USE_TZ = True

# Static files ---------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True, mode=0o755)  # WhiteNoise warns about a missing folder
STATICFILES_DIRS = [BASE_DIR / "sla_project" / "static"]
# "collected": hashed, compressed copies made by `manage.py collectstatic`, kept by browsers for good.
COLLECTED = env.one_of("STATIC_FILES", ["finders", "collected"], "finders") == "collected"
WHITENOISE_USE_FINDERS = not COLLECTED
WHITENOISE_AUTOREFRESH = DEBUG or UNDER_TEST
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# Security -------------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.flag("SECURE_HSTS_WHOLE_DOMAIN")
# What other hosts of the domain speak is for who owns it to know (SECURE_HSTS_WHOLE_DOMAIN), so no warning.
SILENCED_SYSTEM_CHECKS = [] if SECURE_HSTS_PRELOAD else ["security.W005", "security.W021"]
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
BEHIND_PROXY = env.flag("BEHIND_PROXY")  # then X-Forwarded-For and -Proto are believed
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
REST_FRAMEWORK["NUM_PROXIES"] = int(BEHIND_PROXY)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
API_REQUESTS_PER_MINUTE = env.number("API_REQUESTS_PER_MINUTE", 6000)  # of one caller; 0: no limit

# Mail: without EMAIL_URL it stays in the outbox that the console shows --------------------------
EMAIL_URL = env.text("EMAIL_URL")
globals().update(backends.email(EMAIL_URL))
DEFAULT_FROM_EMAIL = env.sender("DEFAULT_FROM_EMAIL", "SLA Console <sla-console@localhost>")
MAIL_RECIPIENT_HOURLY_LIMIT = env.number("MAIL_RECIPIENT_HOURLY_LIMIT", 20)  # the rest waits; 0: no limit
MAIL_KEPT_DAYS = env.number("MAIL_KEPT_DAYS", 365)  # then the texts of sent mails are emptied; 0: never

# Celery: messages only ring; every state is a row (docs/architecture.md) ------------------------
REDIS_URL = backends.redis(env.text("REDIS_URL"))
CELERY_QUEUE_PREFIX = env.text("CELERY_QUEUE_PREFIX")
CELERY = broker.configuration(redis_url=REDIS_URL, folder=DATA_DIR / "broker", prefix=CELERY_QUEUE_PREFIX)

# Logging --------------------------------------------------------------------------------------
LOG_LEVEL = env.one_of("LOG_LEVEL", ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], "INFO")
LOG_FORMAT = env.one_of("LOG_FORMAT", ["text", "json"], "text")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "sla_project.operations.logs.RequestIdFilter"}},
    "formatters": {
        "text": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"},
        "json": {"()": "sla_project.operations.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"django.server": {"handlers": [], "propagate": True}},
}
