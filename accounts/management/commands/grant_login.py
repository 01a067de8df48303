"""Gives the app's login its rights. Run by the owner after every migration; `./run` does."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction
from psycopg import sql

READ: tuple[str, ...] = ("SELECT",)
# Tables whose trigger refuses every change; without the right to it, the refusal does not hang on the trigger alone.
APPEND = ("SELECT", "INSERT")
WORK = ("SELECT", "INSERT", "UPDATE", "DELETE")
# Work that is voided or ended, never deleted; erasing personal text is the owner's, in a purge.
KEPT = ("SELECT", "INSERT", "UPDATE")
KEPT_TABLES = {
    "disputes_case",
    "disputes_chain",
    "disputes_closure",
    "reports_print",
    "visits_submission",
    "visits_visit",
}
# Counted anew, row by row: what holds stays, what does not goes, nothing is changed.
COUNTED = ("SELECT", "INSERT", "DELETE")
COUNTED_TABLES = {
    "visits_frametally",
    "visits_parttally",
    "visits_stafftally",
    "visits_tallymark",
    "visits_visittally",
}
APPENDED_TABLES = {"disputes_entrytext", "disputes_evidence", "visits_visitrevision"}


class Command(BaseCommand):
    help = "Gives the app's login the rights that it needs and takes every other: it owns nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", nargs="?", default="doorstep_app", help="name of the role (doorstep_app)")

    @transaction.atomic
    def handle(self, *, login: str, **options: Any) -> None:
        role = sql.Identifier(login)
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
            cursor.execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}, PUBLIC").format(role))
            cursor.execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(role))
            cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only_rows'")
            appended = {table for (table,) in cursor.fetchall()} | APPENDED_TABLES
            for table in connection.introspection.table_names(cursor):
                rights = READ if table == "django_migrations" else APPEND if table in appended else WORK
                rights = KEPT if table in KEPT_TABLES else COUNTED if table in COUNTED_TABLES else rights
                cursor.execute(
                    sql.SQL("GRANT {} ON {} TO {}").format(
                        sql.SQL(", ".join(rights)), sql.Identifier("public", table), role
                    )
                )
