"""A frozen brief and a finished print stay as they are: the database refuses to change them, whoever asks."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION doorstep_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % that is frozen stays as it is', TG_TABLE_NAME USING ERRCODE = '23001';
END $$;
"""
# Each table with the column that is filled when a row becomes final. A draft may change, and go.
TABLES = {"reports_snapshot": "frozen_at", "reports_print": "done_at"}


def guard(table: str, final: str) -> str:
    return f"""
    CREATE TRIGGER frozen_rows BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW WHEN (OLD.{final} IS NOT NULL) EXECUTE FUNCTION doorstep_frozen();
    CREATE TRIGGER frozen_table BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION doorstep_frozen();
    """


def unguard(table: str) -> str:
    return f"""
    DROP TRIGGER frozen_rows ON {table};
    DROP TRIGGER frozen_table ON {table};
    """


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_the_reach_of_a_file")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION doorstep_frozen();"),
        *(migrations.RunSQL(guard(table, final), unguard(table)) for table, final in TABLES.items()),
    ]
