"""Large share-outs: asked on the page, carried out by the worker, whole or not at all."""

import pytest
from django.urls import reverse

from accounts.models import Officer
from accounts.refusals import Refusal
from campaigns.board import Choice, Way
from campaigns.models import ShareOutRun
from campaigns.share_out_runs import PATIENCE, ask_share_out, carry_out
from campaigns.tasks import share_out_run
from tests.campaigns.steps import board_of, building, confirm, hands
from tests.world import NOW, World


@pytest.fixture
def campaign(world: World):
    for name in ("1栋", "2栋", "3栋"):
        building(world, name, 4)
    return world.campaign()


def ask(world: World, campaign, by=None, at=NOW, **choice) -> ShareOutRun:
    board = board_of(world, campaign, **choice)
    return ask_share_out(
        campaign=campaign,
        unit=world.station,
        choice=Choice(**choice),
        board_digest=board.digest,
        seen=board.seen,
        by=by or world.chief,
        at=at,
    )


def test_what_was_confirmed_is_what_the_worker_writes(world, campaign):
    run = carry_out(run=ask(world, campaign, way=Way.EVENLY))
    run.refresh_from_db()
    assert (run.progress, run.failure, run.doors) == (100, "", 12)
    assert run.share_out.doors == 12 and run.share_out.by == world.chief
    assert sum(hands(campaign).values()) == 12


def test_a_second_tap_finds_the_same_run_and_the_worker_writes_it_once(world, campaign):
    first, second = ask(world, campaign), ask(world, campaign)
    assert first == second
    carry_out(run=first)
    stale = ShareOutRun.objects.unscoped("test").select_related("campaign", "unit", "asked_by").get()
    stale.done_at = None
    carry_out(run=stale)
    first.refresh_from_db()
    assert first.share_out is not None and first.failure == "", "how it ended is not overwritten"
    assert hands(campaign) == {"周明": 12}


def test_of_two_people_one_wins_whole_and_the_other_is_told(world, campaign):
    first, second = ask(world, campaign), ask(world, campaign, by=world.desk)
    carry_out(run=first)
    carry_out(run=second)
    second.refresh_from_db()
    assert second.share_out is None and second.failure
    assert hands(campaign) == {"周明": 12}


def test_the_reason_is_kept_in_the_language_of_who_asked(world, campaign):
    from django.utils import translation

    with translation.override("en"):
        run = ask(world, campaign)
    confirm(world, campaign)
    with translation.override("zh-hans"):
        carry_out(run=run)
    assert run.failure.startswith("Something changed")


def test_what_would_be_refused_is_refused_at_once(world, campaign):
    board = board_of(world, campaign)
    confirm(world, campaign)
    with pytest.raises(Refusal) as refusal:
        ask_share_out(
            campaign=campaign, unit=world.station, choice=Choice(), board_digest=board.digest, seen=board.seen,
            by=world.chief, at=NOW,
        )  # fmt: skip
    assert refusal.value.code == "stale_board"
    assert not ShareOutRun.objects.unscoped("test").exists()


def test_a_run_that_nobody_takes_up_can_be_asked_for_again(world, campaign):
    first = ask(world, campaign)
    assert ask(world, campaign, at=NOW + PATIENCE * 2) != first


# -- pages --


@pytest.fixture
def chief(world: World, client):
    client.force_login(world.chief)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def board_address(campaign) -> str:
    return reverse("admin:campaigns_share_out", args=[campaign.pk])


def sent(board, way, **more) -> dict:
    every = [building.key for community in board.communities for building in community.buildings]
    plain = {"way": way, "seen": way, "pick": every, "digest": board.digest, "facts": board.seen, "doors": board.share}
    return {**plain, "confirm": "1", **more}


def test_a_large_board_goes_to_the_worker_and_has_a_page(world, campaign, chief, monkeypatch):
    monkeypatch.setattr("campaigns.desk.sharing_out.LARGE", 10)
    waiting: list[int] = []
    monkeypatch.setattr(type(share_out_run), "enqueue", lambda task, pk: waiting.append(pk))
    board = chief.get(board_address(campaign), {"way": "evenly"}).context["board"]
    among = [person.officer.pk for person in board.people if person.takes]
    answer = chief.post(board_address(campaign), sent(board, "evenly", among=among))
    run = ShareOutRun.objects.unscoped("test").get()
    assert answer["Location"] == reverse("admin:campaigns_share_out_run", args=[campaign.pk, run.pk])
    page = chief.get(answer["Location"])
    assert page["Refresh"] == "2" and "12 doors are being shared out" in page.content.decode()
    assert waiting == [run.pk]
    share_out_run.func(run.pk)
    page = chief.get(answer["Location"])
    assert "Refresh" not in page and "12 doors are shared out" in page.content.decode()


def test_a_stale_board_says_who_did_what_meanwhile(world, campaign, chief):
    board = chief.get(board_address(campaign)).context["board"]
    confirm(world, campaign, by=world.desk)
    answer = chief.post(board_address(campaign), sent(board, "responsibility"))
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "郑凯 shared out 12 doors at 10:00 (by responsibility)." in text
    assert "0 before, 12 now" in text


def test_a_refused_run_says_it_on_its_page(world, campaign, chief):
    run = ask(world, campaign)
    confirm(world, campaign, by=world.desk)
    carry_out(run=run)
    text = chief.get(reverse("admin:campaigns_share_out_run", args=[campaign.pk, run.pk])).content.decode()
    assert "郑凯 shared out 12 doors" in text


def test_boxes_changed_after_the_numbers_were_shown_write_nothing(world, campaign, chief):
    board = chief.get(board_address(campaign)).context["board"]
    answer = chief.post(board_address(campaign), sent(board, "responsibility", pick=["420303001001|花果路1号 1栋"]))
    assert answer.status_code == 409
    assert answer.context["board"].share == 4
    assert hands(campaign) == {}


def test_a_plain_confirmation_with_every_box_ticked_is_written(world, campaign, chief):
    board = chief.get(board_address(campaign)).context["board"]
    assert chief.post(board_address(campaign), sent(board, "responsibility")).status_code == 302
    assert hands(campaign) == {"周明": 12}


def test_earlier_share_outs_are_listed_and_undone_from_their_page(world, campaign, chief):
    batch = confirm(world, campaign)
    page = chief.get(reverse("admin:campaigns_share_outs", args=[campaign.pk]))
    undo = reverse("admin:campaigns_share_out_undo", args=[campaign.pk, batch.pk])
    assert undo in page.content.decode()
    assert chief.get(undo).status_code == 302 and hands(campaign) == {"周明": 12}, "a look changes nothing"
    answer = chief.post(undo, follow=True)
    assert "Undone by 李卫东" in answer.content.decode()
    assert hands(campaign) == {}
    assert "undone already" in chief.post(undo, follow=True).content.decode()


def test_the_page_of_earlier_share_outs_asks_no_more_for_more_of_them(
    world, campaign, chief, django_assert_max_num_queries
):
    for _again in range(6):
        confirm(world, campaign, way=Way.HAND, picked=frozenset({("420303001001", "花果路1号 1栋")}), to=world.owner.pk)
    with django_assert_max_num_queries(20):
        chief.get(reverse("admin:campaigns_share_outs", args=[campaign.pk]))


def test_a_forged_choice_breaks_nothing(world, campaign, chief):
    for said in (
        {"among": "²"},
        {"to": "9" * 40},
        {"source": "x"},
        {"facts": "1.2"},
        {"pick": "\x00|"},
        {"doors": "-1"},
    ):
        answer = chief.post(board_address(campaign), {"way": "evenly", "seen": "evenly", "confirm": "1", **said})
        assert answer.status_code in {200, 409}, said
    assert hands(campaign) == {}


# -- lists --


def test_each_officer_s_list_is_in_walking_order_and_masked(world, campaign, chief):
    confirm(world, campaign)
    address = reverse("admin:campaigns_officer_list", args=[campaign.pk, world.owner.pk])
    text = chief.get(address).content.decode()
    places = [text.index(f'<th scope="row">{name}栋{number}</th>') for name in (1, 2, 3) for number in (1, 2, 3, 4)]
    assert places == sorted(places)
    assert "周秀兰" not in text and "周**" in text
    assert "1990000" not in text
    reserved = Officer.objects.unscoped("test").get(badge="system")
    assert chief.get(reverse("admin:campaigns_officer_list", args=[campaign.pk, reserved.pk])).status_code == 404


def test_all_lists_go_out_as_one_workbook_with_a_sheet_each(world, campaign, chief, tmp_path):
    import io

    from openpyxl import load_workbook

    from accounts.models import AccessEvent

    confirm(world, campaign, way=Way.EVENLY)
    address = reverse("admin:campaigns_lists_export", args=[campaign.pk])
    assert chief.get(address).status_code == 404, "a look takes nothing away"
    answer = chief.post(address)
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames == ["T0102 周明", "T0103 何川", "T0104 孙倩"]
    assert [row[0].value for row in book["T0103 何川"].iter_rows(min_row=2)] == [1, 2, 3, 4]
    assert AccessEvent.objects.unscoped("test").filter(verb="walk_lists_exported").exists()


def test_another_station_s_lists_and_runs_do_not_exist(world, campaign, client):
    batch, run = confirm(world, campaign), None
    run = ask(world, campaign, way=Way.HAND_ON, source=world.owner.pk, to=world.colleague.pk)
    client.force_login(world.other_chief)
    for name, args in (
        ("campaigns_officer_list", [campaign.pk, world.owner.pk]),
        ("campaigns_share_outs", [campaign.pk]),
        ("campaigns_share_out_run", [campaign.pk, run.pk]),
    ):
        assert client.get(reverse(f"admin:{name}", args=args)).status_code == 404, name
    for name, args in (
        ("campaigns_share_out_undo", [campaign.pk, batch.pk]),
        ("campaigns_lists_export", [campaign.pk]),
    ):
        assert client.post(reverse(f"admin:{name}", args=args)).status_code == 404, name
    assert hands(campaign) == {"周明": 12}
