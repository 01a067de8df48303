"""Makes the two logins and the database on a server, given an address with the right to do so.

Runs under the virtual environment's Python, because it speaks to the server; reads one JSON object on standard
input, so that no password stands on a command line.
"""

import json
import sys

import psycopg
from psycopg import sql


def make(privileged: str, database: str, logins: dict[str, str], owner: str, *, may_create: bool) -> None:
    with psycopg.connect(privileged, autocommit=True) as server:
        for name, password in logins.items():
            known = server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
            verb = "ALTER" if known else "CREATE"
            server.execute(
                sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEROLE PASSWORD {}").format(
                    sql.SQL(verb), sql.Identifier(name), sql.Literal(password)
                )
            )
        if may_create:
            server.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(owner)))
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            me = server.execute("SELECT current_user").fetchone()
            # A server that isn't ours gives us no superuser: belonging to the owner is enough to hand it a database.
            server.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(owner), sql.Identifier(me[0] if me else "")))
            server.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                    sql.Identifier(database), sql.Identifier(owner)
                )
            )
        server.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
        for name in logins:
            server.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database), sql.Identifier(name))
            )


if __name__ == "__main__":
    make(**json.load(sys.stdin))
