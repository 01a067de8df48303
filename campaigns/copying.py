"""A new draft from an earlier campaign: its parts without its doors, visits and figures."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.actions import log_access, must
from accounts.days import check_span
from accounts.models import Officer, Unit
from accounts.rights import Right
from campaigns.models import Campaign, Phase, Question, Responsibility, Topic
from registry.models import Area

# What a campaign says and how it tries; title, unit, dates and communities are the new one's own.
COPIED = ("slogan", "legal_basis", "purpose", "notice_text", "attempts_needed", "bands_needed", "cool_off_days")
TOPIC = ("name", "kind", "guidance", "leaflet", "rank")
QUESTION = ("text", "type", "choices", "kinds", "required", "rank")


@transaction.atomic
def copy_campaign(
    *,
    source: Campaign,
    title: str,
    unit: Unit,
    starts_on: date,
    ends_on: date,
    areas: Iterable[Area],
    by: Officer,
    at: datetime,
) -> Campaign:
    """A draft with the phases, topics, questions, bindings, texts and attempt policy of `source`, dates moved.

    Needs SET_UP at the new lead unit; `source` comes from the reach of who copies. Bindings of people who left, or of
    communities that the new one does not take, stay behind.
    """
    must(by, Right.SET_UP, unit.pk)
    check_span(starts_on, ends_on)
    copy: Campaign = Campaign.objects.create(
        title=title,
        unit=unit,
        starts_on=starts_on,
        ends_on=ends_on,
        retain_until=ends_on + (source.retain_until - source.ends_on),
        created_at=at,
        **{column: getattr(source, column) for column in COPIED},
    )
    copy.areas.set(areas)
    Phase.objects.bulk_create(_moved(source, copy))
    Topic.objects.bulk_create(
        Topic(campaign=copy, **{column: getattr(topic, column) for column in TOPIC}) for topic in source.topics.all()
    )
    Question.objects.bulk_create(
        Question(campaign=copy, **{column: getattr(question, column) for column in QUESTION})
        for question in source.questions.all()
    )
    _copy_bindings(source, copy)
    log_access(by, "campaign_copied", copy)
    return copy


def _moved(source: Campaign, copy: Campaign) -> list[Phase]:
    """Phases by the same shares of the days; at the same length they are moved as they are."""
    old, new = ((each.ends_on - each.starts_on).days + 1 for each in (source, copy))
    phases = []
    for phase in source.phases.all():
        first = (phase.starts_on - source.starts_on).days * new // old
        last = max(first, ((phase.ends_on - source.starts_on).days + 1) * new // old - 1)
        days = (min(max(0, day), new - 1) for day in (first, last))
        starts_on, ends_on = (copy.starts_on + timedelta(days=day) for day in days)
        phases.append(Phase(campaign=copy, name=phase.name, starts_on=starts_on, ends_on=ends_on))
    return phases


def _copy_bindings(source: Campaign, copy: Campaign) -> None:
    codes = tuple(copy.areas.values_list("code", flat=True))
    bound = Responsibility.objects.unscoped("copying a campaign").filter(
        campaign=source,
        officer__is_active=True,
        officer__left_on__isnull=True,
        officer__unit__path__startswith=copy.unit.path,
    )
    Responsibility.objects.unscoped("copying a campaign").bulk_create(
        Responsibility(campaign=copy, area_id=row.area_id, officer_id=row.officer_id, kind=row.kind)
        for row in bound.order_by("pk")
        if row.area_id.startswith(codes)
    )
