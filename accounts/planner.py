"""Telling PostgreSQL that a table has grown, right after it has.

The planner believes the statistics of the last ANALYZE until autovacuum comes by, a minute or more later. After a
campaign is opened it takes the frame's hundred thousand doors for one, and after the first share-out it goes through all
assignments once for each door: a board that needs 0.3 s took 100. The app's login owns no table and may not ANALYZE, so
the owner's function does it (`doorstep_analyse`, migration 0003).
"""

from django.db import connection, models, transaction

# Fewer new rows don't turn a plan over.
MANY = 2_000


def has_grown(*tables: type[models.Model], rows: int) -> None:
    """To be called in the action that wrote so many rows; counts anew when its transaction is through.

    A count that fails costs nobody their work: it is logged, and autovacuum comes by later.
    """
    if rows >= MANY:
        names = [table._meta.db_table for table in tables]
        transaction.on_commit(lambda: _count_anew(names), robust=True)


def _count_anew(names: list[str]) -> None:
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute("SELECT doorstep_analyse(%s)", [name])
