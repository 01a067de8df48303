"""The app's login may have the statistics of a table counted anew; only its owner could, and it owns none."""

from django.db import migrations

ANALYSE = """
CREATE FUNCTION doorstep_analyse(name text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('ANALYZE public.%I', name);
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_append_only")]

    operations = [migrations.RunSQL(ANALYSE, "DROP FUNCTION doorstep_analyse(text)")]
