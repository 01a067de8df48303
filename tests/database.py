"""Real PostgreSQL for tests, apart from any site's data.

The owner migrates a template database once per set of migrations. Each process works, as the app's login, on a copy
of it. A test that commits gets a fresh copy afterwards instead of a TRUNCATE, which the append-only tables refuse.
"""

import fcntl
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql

from config.running.binaries import find_binaries
from config.running.places import PYTHON, ROOT, digest
from config.running.postgres import Cluster
from config.running.site import APP, OWNER, make_roles

# Nothing here has to survive a power cut.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_wal_size": "2GB",
    "shared_buffers": "256MB",
    "max_connections": "100",
}
NAME = f"test_{os.getpid()}"
TEMPLATES_KEPT = 4
server = Cluster(ROOT / ".local" / f"tests-{find_binaries().major}", FAST)


def app_url(name: str = NAME) -> str:
    return server.url(name, APP, server.password)


def owner_url(name: str = NAME) -> str:
    return server.url(name, OWNER, server.password)


@contextmanager
def superuser() -> Iterator[psycopg.Connection[Any]]:
    with closing(psycopg.connect(server.url(), autocommit=True)) as connection:
        yield connection


def template() -> str:
    """The name of the migrated template; made when the migrations are new, by one process while others wait."""
    files = sorted(ROOT.glob("*/migrations/*.py"))
    grants = ROOT / "accounts" / "management" / "commands" / "grant_login.py"
    name = f"template_{digest(*files, grants, ROOT / 'requirements.txt')}"
    with open(server.base / "template.lock", "w") as lock, superuser() as connection:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            drop("building", connection)
            make_roles(server.url(), {OWNER: server.password, APP: server.password}, name="building")
            migrate("building")
            connection.execute(sql.SQL("ALTER DATABASE building RENAME TO {}").format(sql.Identifier(name)))
            forget_older_templates(connection)
    return name


def migrate(name: str) -> None:
    surroundings = {**os.environ, "DATABASE_URL": owner_url(name)}
    for command in (["migrate", "--noinput", "-v0"], ["grant_login", APP]):
        done = subprocess.run(
            [PYTHON, "manage.py", *command], cwd=ROOT, env=surroundings, capture_output=True, text=True
        )
        if done.returncode:
            pytest.exit(f"{command[0]} failed on the test database:\n{done.stdout}{done.stderr}", returncode=1)


def forget_older_templates(connection: psycopg.Connection[Any]) -> None:
    rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%' ORDER BY oid DESC")
    for (name,) in rows.fetchall()[TEMPLATES_KEPT:]:
        drop(name, connection)


def forget_copies_of_the_dead(connection: psycopg.Connection[Any]) -> None:
    """A killed run leaves its copy behind; its name carries the process id."""
    for (name,) in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'").fetchall():
        number = name.removeprefix("test_")
        try:
            os.kill(int(number), 0)
        except (ValueError, ProcessLookupError):
            drop(name, connection)
        except PermissionError:
            continue


def drop(name: str, connection: psycopg.Connection[Any]) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def copy(source: str, connection: psycopg.Connection[Any]) -> None:
    drop(NAME, connection)
    connection.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY").format(
            sql.Identifier(NAME), sql.Identifier(source), sql.Identifier(OWNER)
        )
    )


def renewing(source: str) -> Callable[[Any], None]:
    """What Django calls after a test that committed, in place of its flush."""
    from django.db import connections

    def renew(test_case: Any) -> None:
        connections.close_all()
        with superuser() as connection:
            copy(source, connection)

    return renew


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Takes the place of pytest-django's fixture of the same name."""
    from django.db import connections
    from django.test import TransactionTestCase

    with server.in_use(), pytest.MonkeyPatch.context() as patch:
        source = template()
        with superuser() as connection:
            forget_copies_of_the_dead(connection)
            copy(source, connection)
        patch.setattr(TransactionTestCase, "_fixture_teardown", renewing(source))
        yield
        with django_db_blocker.unblock():
            connections.close_all()
        with superuser() as connection:
            drop(NAME, connection)


@pytest.fixture
def as_owner(transactional_db: None) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the tables' owner, for tests that do what the app's login may not."""
    with closing(psycopg.connect(owner_url(), autocommit=True)) as connection:
        yield connection
