"""Append-only tables: the database itself refuses to change or empty them, whoever asks."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION doorstep_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23001';
END $$;
"""


def guard(table: str) -> str:
    return f"""
    CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION doorstep_append_only();
    CREATE TRIGGER append_only_table BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION doorstep_append_only();
    """


def unguard(table: str) -> str:
    return f"""
    DROP TRIGGER append_only_rows ON {table};
    DROP TRIGGER append_only_table ON {table};
    """


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION doorstep_append_only();"),
        migrations.RunSQL(guard("accounts_accessevent"), unguard("accounts_accessevent")),
    ]
