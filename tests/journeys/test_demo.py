"""The demo is row Z9 of the first report: made by the same actions, and printed exactly."""

import subprocess
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Officer
from disputes.ledger import faults
from disputes.models import Case
from reports.brief import Brief
from reports.models import Print, Snapshot
from visits.models import Visit
from visits.round import day_of

TODAY = date(2026, 11, 21)
Z9 = {
    "communities_covered": 106,
    "households_visited": 1640,
    "units_visited": 57,
    "clues": 23,
    "hazards_rectified": 87,
    "disputes_resolved": 26,
}
# Row Z10: handbooks to 40,000 households, beside the visits.
Z10 = 40_000


@pytest.fixture
def demo(db, settings):
    settings.DEMO = True
    call_command("seed_demo", today=TODAY, verbosity=0)


def text_of(printed: Print, tmp_path) -> str:
    file = tmp_path / "brief.pdf"
    with printed.file.open("rb") as content:
        file.write_bytes(content.read())
    done = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_the_demo_is_row_z9_on_screen_on_paper_and_in_the_ledger(demo, tmp_path):
    snapshot = Snapshot.objects.unscoped("test").get()
    lines = Brief(snapshot.figures).by_code
    assert {code: lines[code].total for code in Z9} == Z9
    assert lines["households_reached"].total > Z10 < lines["materials"].total
    assert lines["services"].total > 100 and lines["outreach"].total >= 10
    assert snapshot.ends_on == date(2026, 11, 15)
    chinese = Print.objects.unscoped("test").get(language="zh-hans")
    page_one = text_of(chinese, tmp_path).split("\f")[0]
    for figure in ("106", "1,640", "57", "23", "87", "26", "82.6%", "1,611/1,950", "演示数据"):
        assert figure in page_one, figure
    assert "下步打算" in page_one, "page 1 must hold all of the front"
    english = text_of(Print.objects.unscoped("test").get(language="en"), tmp_path).split("\f")[0]
    assert "1,640" in english and "Next steps" in english
    assert list(faults()) == []
    call_command("check_figures", "--anew", verbosity=0)
    the_demo_officer_has_a_full_day()
    refused_and_open_ones_stand_beside_them()
    call_command("seed_demo", today=TODAY, verbosity=0)
    assert Snapshot.objects.unscoped("test").count() == 1


def the_demo_officer_has_a_full_day() -> None:
    officer = Officer.objects.unscoped("test").get(badge="ZW1002")
    with time_machine.travel(datetime(2026, 11, 21, 2, 0, tzinfo=UTC), tick=False):
        assert day_of(officer, timezone.now()).total >= 40


def refused_and_open_ones_stand_beside_them() -> None:
    assert Visit.objects.unscoped("test").filter(outcome="refused").exists()
    assert Case.objects.unscoped("test").filter(state="handling").exists()
    assert Case.objects.unscoped("test").filter(state="closure_pending").exists()
    late = Visit.objects.unscoped("test").done().filter(started_at__gt=timezone.make_aware(datetime(2026, 11, 16)))
    assert not late.exists(), "nothing is done after the last full week, or the totals would move"


def test_a_site_with_people_of_its_own_is_left_alone(world, settings):
    settings.DEMO = True
    with pytest.raises(CommandError, match="other people's work"):
        call_command("seed_demo", today=TODAY)
