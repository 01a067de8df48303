"""Reading a workbook in the worker, so that no web thread waits for it."""

from django.utils import timezone
from django_tasks import task

from registry.actions import read_batch
from registry.models import ImportBatch


@task()
def read_import(batch_id: int) -> None:
    """Reads a batch that still waits; one that was put aside meanwhile is left alone."""
    batches = ImportBatch.objects.unscoped("the worker reads what was uploaded")
    batch = batches.filter(pk=batch_id, state=ImportBatch.State.READING).select_related("unit", "by").first()
    if batch is not None:
        read_batch(batch=batch, at=timezone.now())
