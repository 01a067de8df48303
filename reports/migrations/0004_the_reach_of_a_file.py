from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_lists_as_excel_files")]

    operations = [
        migrations.AddField(
            model_name="export",
            name="reach",
            field=models.JSONField(default=list),
        ),
    ]
