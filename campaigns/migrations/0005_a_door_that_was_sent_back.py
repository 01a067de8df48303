"""When a supervisor sent a door back to be tried again: only attempts since then make it “could not be met”."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0004_a_station_s_part_of_a_frame")]

    operations = [
        migrations.AddField(
            model_name="framedoor",
            name="returned_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="sent back"),
        ),
    ]
