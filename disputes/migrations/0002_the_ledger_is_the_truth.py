"""The ledger in the database's keeping.

Entries and seals are append-only. At commit, a case must stand where its newest entry says: a deferred
constraint trigger refuses a transaction that moved a case without an entry, or wrote an entry without the move.
"""

from importlib import import_module

from django.db import migrations

append_only = import_module("accounts.migrations.0002_append_only")

TABLES = ("disputes_ledgerentry", "disputes_seal")

CASE_AGREES = """
CREATE FUNCTION doorstep_case_agrees() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted bigint;
    stands record;
    newest record;
BEGIN
    IF TG_TABLE_NAME = 'disputes_case' THEN wanted := NEW.id; ELSE wanted := NEW.case_id; END IF;
    SELECT state, version, cycle INTO stands FROM disputes_case WHERE id = wanted;
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT state_to, version, cycle INTO newest
        FROM disputes_ledgerentry WHERE case_id = wanted ORDER BY version DESC LIMIT 1;
    IF NOT FOUND OR newest.state_to <> stands.state OR newest.version <> stands.version
       OR newest.cycle <> stands.cycle THEN
        RAISE EXCEPTION 'case % does not stand where its newest ledger entry says', wanted
            USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER case_agrees_with_ledger AFTER INSERT OR UPDATE ON disputes_case
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION doorstep_case_agrees();
CREATE CONSTRAINT TRIGGER entry_agrees_with_case AFTER INSERT ON disputes_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION doorstep_case_agrees();
"""

NOTHING_AGREES = """
DROP TRIGGER case_agrees_with_ledger ON disputes_case;
DROP TRIGGER entry_agrees_with_case ON disputes_ledgerentry;
DROP FUNCTION doorstep_case_agrees();
"""


class Migration(migrations.Migration):
    dependencies = [("disputes", "0001_initial"), ("accounts", "0002_append_only")]

    operations = [
        *(migrations.RunSQL(append_only.guard(table), append_only.unguard(table)) for table in TABLES),
        migrations.RunSQL(CASE_AGREES, NOTHING_AGREES),
    ]
