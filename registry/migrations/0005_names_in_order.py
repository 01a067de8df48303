"""The app's login may have the names that an import gathered put in order; only the index's owner could."""

from django.db import migrations

# Returns how many pages of gathered names there were.
GATHER = """
CREATE FUNCTION doorstep_order_names() RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT gin_clean_pending_list('public.premises_findable'::regclass)
$$
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_doors_found_by_unit")]

    operations = [migrations.RunSQL(GATHER, "DROP FUNCTION doorstep_order_names()")]
