"""Which days the figures show before anybody chose some."""

from datetime import date, timedelta

import pytest

from campaigns.models import Campaign
from reports.figures import begins_before, last_full_week
from reports.periods import usual_days
from tests.world import World

CAMPAIGN = Campaign(starts_on=date(2026, 11, 18), ends_on=date(2026, 12, 16))


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        (date(2026, 11, 17), date(2026, 11, 18), date(2026, 11, 18)),
        (date(2026, 11, 18), date(2026, 11, 18), date(2026, 11, 18)),
        (date(2026, 11, 22), date(2026, 11, 18), date(2026, 11, 22)),
        (date(2026, 11, 23), date(2026, 11, 16), date(2026, 11, 22)),
        (date(2026, 12, 20), date(2026, 12, 7), date(2026, 12, 13)),
        (date(2026, 12, 21), date(2026, 12, 14), date(2026, 12, 20)),
        (date(2027, 3, 1), date(2026, 12, 14), date(2026, 12, 20)),
    ],
    ids=["not begun", "first day", "first week", "after a week", "ended within the week", "just ended", "long ended"],
)
def test_the_usual_days_hold_days_of_the_campaign(today: date, first: date, last: date) -> None:
    assert usual_days(CAMPAIGN, today) == (first, last)


@pytest.mark.parametrize(
    ("first", "last", "begins"),
    [
        (date(2026, 11, 16), date(2026, 11, 22), date(2026, 11, 9)),
        (date(2027, 1, 1), date(2027, 1, 31), date(2026, 12, 1)),
        (date(2028, 2, 1), date(2028, 2, 29), date(2028, 1, 1)),
        (date(2028, 2, 1), date(2028, 2, 28), date(2028, 1, 4)),
        (date(2028, 3, 1), date(2028, 3, 31), date(2028, 2, 1)),
        (date(2027, 1, 1), date(2027, 1, 1), date(2026, 12, 31)),
    ],
    ids=["a week", "January", "a leap February", "not all of it", "the month after", "New Year's Day"],
)
def test_what_a_period_is_compared_with(first: date, last: date, begins: date) -> None:
    assert begins_before(first, last) == begins


@pytest.mark.parametrize(
    ("today", "monday"),
    [
        (date(2026, 12, 31), date(2026, 12, 21)),
        (date(2027, 1, 3), date(2026, 12, 21)),
        (date(2027, 1, 4), date(2026, 12, 28)),
        (date(2028, 3, 1), date(2028, 2, 21)),
    ],
    ids=["31 December", "the Sunday after", "the Monday after", "after 29 February"],
)
def test_the_last_full_week_goes_over_the_end_of_a_month_and_of_a_year(today: date, monday: date) -> None:
    assert last_full_week(today) == (monday, monday + timedelta(days=6))


def test_a_campaign_in_its_first_week_offers_a_brief_of_its_days(world: World, client) -> None:
    world.door(301)
    campaign = world.campaign(starts_on=date(2026, 11, 17))
    client.force_login(world.desk)
    page = client.get(f"/reports/campaigns/{campaign.pk}/", headers={"accept-language": "en"}).content.decode()
    assert 'value="2026-11-17"' in page and "Brief of these days" in page and "Last week's brief" not in page
    begun = client.post(f"/reports/campaigns/{campaign.pk}/begin/")
    draft = client.get(begun["Location"], headers={"accept-language": "zh-hans"}).content.decode()
    assert "11月17日" in draft
