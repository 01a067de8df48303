"""Gives the app's login its rights. Run by the owner after every migration; `./run` does."""

from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, models, transaction
from psycopg import sql

READ = ("SELECT",)
APPEND = ("SELECT", "INSERT")
WORK = ("SELECT", "INSERT", "UPDATE", "DELETE")


class Command(BaseCommand):
    help = "Gives the app's login the rights that it needs and takes every other: it owns nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", nargs="?", default="doorstep_app", help="name of the role (doorstep_app)")

    @transaction.atomic
    def handle(self, *, login: str, **options: Any) -> None:
        role = sql.Identifier(login)
        appended = {model._meta.db_table for model in apps.get_models() if is_append_only(model)}
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
            cursor.execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}, PUBLIC").format(role))
            cursor.execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(role))
            for table in connection.introspection.table_names(cursor):
                rights = READ if table == "django_migrations" else APPEND if table in appended else WORK
                cursor.execute(
                    sql.SQL("GRANT {} ON {} TO {}").format(
                        sql.SQL(", ".join(rights)), sql.Identifier("public", table), role
                    )
                )


def is_append_only(model: type[models.Model]) -> bool:
    """Append-only tables are those whose rows carry the database's own time of recording."""
    try:
        model._meta.get_field("recorded_at")
    except FieldDoesNotExist:
        return False
    return True
