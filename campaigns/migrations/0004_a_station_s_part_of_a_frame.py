"""How many doors a unit has in one campaign, counted for the planner.

Without it campaign and unit are taken for independent: a station's doors are then read for every campaign that it ever
had, and those of the others thrown away.
"""

from django.db import migrations

COUNT = "CREATE STATISTICS frame_campaign_unit (mcv) ON campaign_id, unit_id FROM campaigns_framedoor"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0003_indexes_that_serve")]

    operations = [migrations.RunSQL(COUNT, "DROP STATISTICS frame_campaign_unit")]
