"""The one settings file. Everything that differs between sites is read from the environment.

`./run` writes a `.local/env` with fresh secrets and the database's addresses; a real site may give
the same names by any other means. A missing name stops the start with the way to mend it.
"""

import os
import socket
import sys
from pathlib import Path
from urllib.parse import unquote

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
ENV_FILE = Path(os.environ.get("ENV_FILE", BASE_DIR / ".local" / "env"))
if ENV_FILE.is_file():
    env.read_env(str(ENV_FILE))


def needed(name: str, what: str) -> str:
    """A setting without a default; `what` tells the person at the keyboard where it comes from."""
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set ({what}). Run ./run setup, which writes it to {ENV_FILE}, "
            f"or put {name}=... into the environment."
        )
    return str(value)


SECRET_KEY = needed("SECRET_KEY", "50 or more random characters that sign sessions")
FIELD_KEYS = [key for key in needed("FIELD_KEYS", "Fernet keys for phone numbers, newest first").split(",") if key]
SEAL_KEY = env.str("SEAL_KEY", default="")
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", socket.gethostname()])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".local")))
HTTPS = env.bool("HTTPS", default=False)


def database(url: str) -> dict[str, object]:
    """`env.db_url` plus a socket folder moved to HOST, where Django's dbshell and psycopg both find it."""
    found = env.db_url_config(url)
    options = dict(found.get("OPTIONS", {}))
    host = options.pop("host", "") or found.get("HOST", "")
    # Our statements are short; compiling one takes longer than any of them.
    options["options"] = f"{options.get('options', '')} -c jit=off".strip()
    pool = not (os.environ.get("PYTEST_VERSION") or "pytest" in sys.modules or os.environ.get("DOORSTEP_NO_POOL"))
    if pool:
        # Given up soon, a lost connection is tried anew by the next request instead of after a growing pause.
        options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 5, "reconnect_timeout": 4}
    found.update(HOST=unquote(str(host)), OPTIONS=options, CONN_MAX_AGE=0, CONN_HEALTH_CHECKS=pool is False)
    return found


DATABASE_URL = needed("DATABASE_URL", "the app's login to PostgreSQL, which owns no table")
DATABASES = {"default": database(DATABASE_URL)}
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", default="")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "accounts",
    "registry",
    "campaigns",
    "disputes",
    "visits",
    "reports",
    "config.apps.RoofConfig",
    "config.apps.DoorstepAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "axes",
    "csp",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.DatabaseAway",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.Announced",
    "accounts.middleware.Gate",
    "accounts.middleware.RefusalPage",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
                "accounts.context.site",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.Officer"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "accounts.backends.BadgeBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"

# A shift: nobody types a password twice in one, and a phone left on a table is signed out by the next.
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.views.stale_form"
if HTTPS:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'", "tel:"],
        "frame-ancestors": ["'none'"],
    }
}

# A station sits behind one address: lock the account together with the device, never the address.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "user_agent"]]
# The warning asks for the address, which a whole station shares.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
AXES_SENSITIVE_PARAMETERS = ["username", "password"]
AXES_USERNAME_FORM_FIELD = "username"

# In the session, which ends with signing out; a cookie of its own would keep a sentence, and a name in it, in the browser.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/bootstrap", BASE_DIR / "node_modules" / "bootstrap" / "dist"),
]
STORAGES = {
    "default": {"BACKEND": "config.storage.Uploads"},
    "staticfiles": {"BACKEND": "config.storage.StaticFiles"},
}
MEDIA_ROOT = DATA_DIR / "media"
# Never linked: a file leaves the house only through a view that asks who wants it.
MEDIA_URL = "/files-are-served-by-a-checked-view/"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
PDF_FONTS = {
    "sans": BASE_DIR / "node_modules" / "@expo-google-fonts" / "noto-sans-sc",
    "serif": BASE_DIR / "node_modules" / "@expo-google-fonts" / "noto-serif-sc",
}

TASKS = {
    "default": {
        "BACKEND": env.str("TASKS_BACKEND", default="django_tasks_db.DatabaseBackend"),
        "QUEUES": ["default"],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "config.log_lines.WithoutRows", "format": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["err"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.db.backends": {"level": "INFO"},
        "axes": {"level": "WARNING"},
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
    },
}

# One person may hold two of the three administrators' roles on a small site; a level-3 site forbids it.
STRICT_ADMIN_SEPARATION = env.bool("STRICT_ADMIN_SEPARATION", default=False)
