"""A row that is written once, whoever comes first: by hand, because Django's `ignore_conflicts` doesn't say who did."""

from django.db import connection, models


def insert_once(row: models.Model) -> bool:
    """Inserts the row unless one of its unique keys is taken; whether it did. The row's own number is set by it.

    Waits for a transaction that is about to write the same key, and then knows how that ended. Nothing is raised, so
    that the caller's transaction goes on.
    """
    pk = row._meta.pk
    fields = [field for field in row._meta.concrete_fields if field is not pk]
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    # Nothing but the model's own names is put together here; every value is a parameter.
    statement = f"INSERT INTO {quoted(row._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608
    statement += f" ON CONFLICT DO NOTHING RETURNING {quoted(str(pk.column))}"
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchone()
    if found is None:
        return False
    row.pk, row._state.adding, row._state.db = found[0], False, connection.alias
    return True
