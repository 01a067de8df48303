"""What an import of a hundred thousand doors was found to wait for."""

from django.db import migrations, models

# Of each staged row is said later what it would do: the new version finds room on the row's own page, and no index
# needs to hear of it.
ROOM = "ALTER TABLE registry_importrow SET (fillfactor = 50)"
# The words of a door are looked for in their index, whose own statistics tell how common one is: counting those of the
# column as well was a third of ANALYZE.
UNCOUNTED = "ALTER TABLE registry_premises ALTER COLUMN sought SET STATISTICS 0"


class Migration(migrations.Migration):
    dependencies = [("registry", "0006_doors_in_order")]

    operations = [
        migrations.AddField(model_name="importrow", name="door_key", field=models.UUIDField(editable=False, null=True)),
        migrations.RunSQL(ROOM, "ALTER TABLE registry_importrow RESET (fillfactor)"),
        migrations.RunSQL(UNCOUNTED, "ALTER TABLE registry_premises ALTER COLUMN sought SET STATISTICS -1"),
    ]
