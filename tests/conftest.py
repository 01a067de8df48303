"""What every test stands on: settings of its own, a real PostgreSQL, no network, and browsers that are signed in.

People and places stand in `tests/world.py`.
"""

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest

from tests.browsing import axe, browser_type_launch_args, page_as
from tests.database import app_url, as_owner, django_db_setup, owner_url
from tests.rendering import templates_keep_to_what_they_are_given, watched_rendering

# Before Django reads its settings. Nothing of this copy's own site is used or touched.
DATA = tempfile.TemporaryDirectory(prefix="doorstep-tests-")
(Path(DATA.name) / "static").mkdir()
os.environ.update(
    DJANGO_SETTINGS_MODULE="config.settings",
    ENV_FILE=os.devnull,
    DATA_DIR=DATA.name,
    SECRET_KEY="only tests sign with this, so that it may be read by anybody",
    FIELD_KEYS="MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    DATABASE_URL=app_url(),
    DATABASE_OWNER_URL=owner_url(),
    TASKS_BACKEND="django_tasks.backends.immediate.ImmediateBackend",
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
    LOG_LEVEL="WARNING",
    # Playwright's loop runs beside the test's own, synchronous, queries.
    DJANGO_ALLOW_ASYNC_UNSAFE="1",
    # A copy of the database leaves nothing of the session before it: nothing may be pooled.
    DOORSTEP_NO_POOL="1",
)
for name in ("DEMO", "DEBUG", "HTTPS", "PORT", "HOST", "CSRF_TRUSTED_ORIGINS", "STRICT_ADMIN_SEPARATION"):
    os.environ.pop(name, None)

django.setup()
# pytest-django would read the settings of a parallel worker before this file could prepare them.
os.environ.pop("DJANGO_SETTINGS_MODULE")

# Fixtures that stand in modules of their own.
__all__ = [
    "as_owner",
    "axe",
    "browser_type_launch_args",
    "django_db_setup",
    "page_as",
    "templates_keep_to_what_they_are_given",
    "watched_rendering",
]


def pytest_unconfigure() -> None:
    DATA.cleanup()


# What takes half a minute and more. Begun last, one of them keeps one process busy while the others have nothing to do.
LONG = (
    *("tests/browser/test_every_page.py", "tests/browser/test_tour.py", "tests/browser/test_hostile_upload.py"),
    *("tests/accounts/test_every_form.py", "tests/pressing/", "tests/journeys/"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first; otherwise the order stays."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture(scope="session", autouse=True)
def quick_and_plain(django_test_environment: None) -> None:
    """Cheap password hashes, and static files by their plain names, straight from where they lie."""
    from django.conf import settings

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="session", autouse=True)
def patient_with_other_tests() -> Iterator[None]:
    """One renderer draws at a time on a machine, and a test beside this one may be drawing a long document."""
    from reports import pdf
    from reports.documents import views

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(views, "WAIT_SECONDS", pdf.PATIENCE)
        yield


@pytest.fixture(autouse=True)
def language_of_the_house() -> Iterator[None]:
    """A request leaves its language behind; the next test begins in the default one."""
    from django.utils import translation

    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """A test that reaches for anything but this machine fails."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0]) if isinstance(address, tuple) else ""
            if host not in {"127.0.0.1", "::1", "localhost"}:
                raise RuntimeError(f"A test reached for the network: {host}")
        connect(self, address)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_here)
        yield


@pytest.fixture
def world(db: None) -> Iterator[object]:
    """A bureau with two stations on a Wednesday morning (`tests/world.py`); the clock stands still."""
    import time_machine

    from tests.world import NOW, build_world

    with time_machine.travel(NOW, tick=False):
        yield build_world()
