"""The worker's part of a large share-out."""

from django_tasks import task

from campaigns.models import ShareOutRun
from campaigns.share_out_runs import carry_out


@task()
def share_out_run(run_id: int) -> None:
    runs = ShareOutRun.objects.unscoped("the worker carries out what was confirmed")
    carry_out(run=runs.select_related("campaign", "unit", "asked_by").get(pk=run_id))
