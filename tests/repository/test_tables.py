"""What the database holds by itself: paired columns, append-only tables, a login that owns nothing."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CheckConstraint, Q

from tests.repository.source import APPS


def test_who_and_when_are_set_together() -> None:
    """`closed_at` without `closed_by` is half a fact; where either may be empty, a constraint holds the pair."""
    loose = []
    for model in apps.get_models():
        if model._meta.app_label not in APPS:
            continue
        fields = {field.name: field for field in model._meta.get_fields() if hasattr(field, "null")}
        for name, when in fields.items():
            who = fields.get(name.removesuffix("_at") + "_by") if name.endswith("_at") else None
            if who is None or not (when.null or who.null):
                continue
            named = [
                columns_of(rule.condition) for rule in model._meta.constraints if isinstance(rule, CheckConstraint)
            ]
            if not any({name, who.name} <= columns for columns in named):
                loose.append(f"{model.__name__}.{name}")
    assert loose == []


def columns_of(condition: Q) -> set[str]:
    found: set[str] = set()
    for child in condition.children:
        if isinstance(child, Q):
            found |= columns_of(child)
        elif isinstance(child, tuple):
            found.add(str(child[0]).split("__")[0].removesuffix("_id"))
        else:
            for part in getattr(child, "get_source_expressions", list)():
                found.add(str(getattr(part, "name", "")).removesuffix("_id"))
    return found


@pytest.mark.django_db
def test_a_table_with_its_own_time_of_recording_refuses_every_change() -> None:
    recorded = {
        model._meta.db_table
        for model in apps.get_models()
        for field in model._meta.local_fields
        if field.name == "recorded_at" and field.has_db_default()
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger WHERE tgname LIKE 'append_only_%' GROUP BY 1"
        )
        guarded = {table for table, triggers in cursor.fetchall() if triggers == 2}
        cursor.execute(
            "SELECT table_name FROM information_schema.role_table_grants "
            "WHERE grantee = current_user AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')"
        )
        changeable = {table for (table,) in cursor.fetchall()}
    assert recorded
    assert recorded - guarded == set()
    assert guarded & changeable == set()


@pytest.mark.django_db
def test_the_apps_login_owns_nothing_and_can_become_nobody() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE pg_has_role(current_user, relowner, 'MEMBER')")
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False,)
        cursor.execute(
            "SELECT has_schema_privilege('public', 'CREATE'), has_database_privilege(current_database(), 'CREATE')"
        )
        assert cursor.fetchone() == (False, False)


@pytest.mark.django_db
def test_no_statement_of_ours_is_compiled_first() -> None:
    """What the planner thinks dear (figures that are marked are asked for with small tables it can't look into) is not."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


@pytest.mark.django_db
def test_the_models_and_the_migrations_agree() -> None:
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


# Tables that get rows with every door, visit and case. Elsewhere an index more costs nothing that counts.
GROWING = (
    "registry_premises registry_contact campaigns_framedoor campaigns_assignment visits_visit visits_submission "
    "visits_delivery visits_service visits_photo disputes_case disputes_casepremises disputes_caseunit disputes_party "
    "disputes_evidence disputes_ledgerentry disputes_entrytext"
).split()
# A plain index whose columns are the first ones of another, or all of another's that came before it.
COVERED = """
SELECT i.indexrelid::regclass::text, j.indexrelid::regclass::text
FROM pg_index i JOIN pg_index j ON j.indrelid = i.indrelid AND j.indexrelid <> i.indexrelid
JOIN pg_class one ON one.oid = i.indexrelid JOIN pg_class other ON other.oid = j.indexrelid
WHERE i.indrelid::regclass::text = ANY(%s) AND NOT i.indisunique AND one.relam = other.relam
    AND i.indpred IS NULL AND j.indpred IS NULL AND i.indexprs IS NULL AND j.indexprs IS NULL
    AND j.indclass::text LIKE i.indclass::text || '%%'
    AND (j.indkey::text LIKE i.indkey::text || ' %%'
        OR (j.indkey::text = i.indkey::text AND (j.indisunique OR j.indexrelid < i.indexrelid)))
"""


@pytest.mark.django_db
def test_no_index_of_a_growing_table_does_what_another_does() -> None:
    """Each is written with every row: `db_index=False` stands where another index begins with the same column."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(name) IS NOT NULL FROM unnest(%s::text[]) AS name", [GROWING])
        assert all(there for (there,) in cursor.fetchall())
        cursor.execute(COVERED, [GROWING])
        assert cursor.fetchall() == []
