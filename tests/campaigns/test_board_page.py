"""The board's page: the line of each building, drawn cell by cell from one look-up, says what it says."""

from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import translation

from tests.campaigns.steps import AREA, SECOND_AREA, building, confirm
from tests.world import World

pytestmark = pytest.mark.django_db
# As the page would say it if each cell asked its building.
LINES = """{% load i18n l10n %}{% localize off %}{% for building in community.buildings %}
              <label class="board-row sub">
                <span><input type="checkbox" name="pick" value="{{ building.key }}"{% if building.picked and choice.picked is not None or choice.picked is None and choice.way != "hand" %} checked{% endif %}></span>
                <span>{{ building.name|default:_("no street or building") }}</span>
                <span class="n">{{ building.doors }}</span><span class="n">{{ building.visited }}</span><span class="n">{{ building.held }}</span><span class="n">{{ building.share }}</span><span class="n{% if building.left %} has-left{% endif %}">{{ building.left }}</span>
                <span class="takers">{{ building.takers|join:"、" }}</span>
              </label>
            {% endfor %}{% endlocalize %}"""


@pytest.fixture
def campaign(world: World) -> Any:
    """Buildings of other shapes: one held, one in part, single houses, a name that is markup; two who share."""
    for name in ("1栋", "2栋", "<b>3栋</b> & “乙”"):
        building(world, name, 3)
    building(world, "", 2, street="")
    building(world, "9栋", 12, area=SECOND_AREA, street="二路")
    campaign = world.campaign()
    confirm(world, campaign, way="hand", picked=frozenset({(AREA, "花果路1号 1栋")}), to=world.colleague.pk)
    return campaign


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"way": "evenly"},
        {"way": "hand"},
        {"way": "hand", "seen": "hand", "pick": f"{AREA}|花果路1号 2栋"},
        {"way": "register", "seen": "register", "pick": [f"{AREA}|花果路1号 2栋", f"{AREA}|"]},
    ],
    ids=lambda sent: "-".join(map(str, sent)) or "first look",
)
def test_each_line_of_a_building_is_letter_by_letter_what_its_cells_say(
    world: World, campaign: Any, client: Client, language: str, sent: dict[str, Any]
) -> None:
    client.force_login(world.chief)
    address = f"/admin/campaigns/campaign/{campaign.pk}/share-out/"
    answer = client.post(address, sent, headers={"accept-language": language})
    page, board = answer.content.decode(), answer.context["board"]
    assert len(board.communities) == 2 and board.buildings == 5
    for community in board.communities:
        with translation.override(language):
            told = Template(LINES).render(Context({"community": community, "choice": answer.context["choice"]}))
        assert told in page
