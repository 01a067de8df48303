from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from registry.models.premises import Findable


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_areas_by_name")]

    operations = [
        migrations.RemoveIndex(model_name="premises", name="premises_sought"),
        migrations.AddIndex(model_name="premises", index=GinIndex(Findable(), name="premises_findable")),
    ]
