"""20,000 doors to 60 officers in one action, beside one INSERT … SELECT of the same rows."""

from collections.abc import Iterator
from datetime import timedelta

from config.bench.ground import Place, analyse, copy_in, flats, moment, today
from config.bench.rows import Row, seconds

NUMBER = 20_000
BARE = """
INSERT INTO campaigns_assignment (campaign_id, frame_door_id, premises_id, unit_id, officer_id, rank, due_on, given_at,
                                  ended_why)
SELECT campaign_id, id, premises_id, unit_id, %(officer)s, 0, current_date, now(), ''
FROM campaigns_framedoor WHERE campaign_id = %(campaign)s AND unit_id = %(unit)s
"""


def measure(place: Place, number: int = NUMBER) -> Iterator[Row]:
    from django.db import connection, transaction

    from campaigns.actions import draft_campaign, open_campaign
    from campaigns.board import Choice, make_board
    from campaigns.models import ShareOut
    from campaigns.sharing import share_out
    from registry.models import Area, Premises

    station = place.people.stations[0]
    area = next(code for code, unit in place.stations.items() if unit == station.unit.pk)
    before = place.areas, place.stations
    place.areas, place.stations = [area], {area: station.unit.pk}
    place.doors += 50_000_000
    copy_in(Premises, flats(place, number))
    place.doors -= 50_000_000
    place.areas, place.stations = before
    analyse()
    draft = draft_campaign(
        title="share-out",
        unit=station.unit,
        starts_on=today(),
        ends_on=today() + timedelta(days=60),
        areas=Area.objects.filter(code=area),
        by=station.chief,
        at=moment(),
    )
    opening = seconds(lambda: open_campaign(campaign=draft, version=draft.version, by=station.chief, at=moment()))
    draft.refresh_from_db()
    analyse()

    def bare() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            values = {"officer": station.chief.pk, "campaign": draft.pk, "unit": station.unit.pk}
            cursor.execute(BARE, values)
            # Foreign keys are looked up at the end of a transaction, and this one is taken back.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)

    anchor = seconds(bare)
    choice = Choice(way=ShareOut.Way.EVENLY)
    board = make_board(campaign=draft, unit=station.unit, choice=choice, on=today(), area_names={})
    looking = seconds(lambda: make_board(campaign=draft, unit=station.unit, choice=choice, on=today(), area_names={}))
    ours = seconds(
        lambda: share_out(
            campaign=draft,
            unit=station.unit,
            choice=choice,
            board_digest=board.digest,
            area_names={},
            by=station.chief,
            at=moment(),
        )
    )
    note = f"{board.share:,} doors to {len(station.staff)} people; board {looking:.2f} s; opening {opening:.2f} s"
    yield Row("share-out, evenly", board.share, "doors", ours, anchor, "INSERT … SELECT", 0.4, note)
