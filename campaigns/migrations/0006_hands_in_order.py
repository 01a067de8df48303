"""Who holds what, in the order in which the list shows it: its first page is read from an index, not sorted out of all."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0005_a_door_that_was_sent_back")]

    operations = [
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                fields=["unit", "officer", "rank", "id"], condition=Q(ended_at__isnull=True), name="assignment_in_order"
            ),
        ),
    ]
