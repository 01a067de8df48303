"""Filling in a form as somebody would who has it before them: what is there stays, what is empty gets a fitting word."""

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from disputes.models import Case
from tests.forms import Control, Form
from tests.pictures import picture_bytes
from tests.world import PASSWORD, TODAY, World

ROSTER = "警号,姓名,单位\nT0777,新人,花果派出所\n".encode()
NEW_PASSWORD = "battery-staple-2"
BY_KIND = {
    "date": TODAY.isoformat(),
    "datetime-local": f"{TODAY.isoformat()}T09:00",
    "time": "09:00",
    "number": "1",
    "tel": "19900009998",
}
# What a field of this name takes when it is empty and offers nothing to choose from.
NAMED: dict[str, Any] = {
    "officer": lambda world: world.owner.pk,
    "unit": lambda world: world.station.pk,
    "area": lambda world: "420303001002",
    "code": lambda world: "420303990000",
    "address": lambda world: "老街9号",
    "phone": lambda world: "19900009998",
    "people_met": lambda world: "1",
    "into": lambda world: Case.objects.unscoped("test").filter(kind="request").latest("pk").number,
    "username": lambda world: world.owner.badge,
    "password": lambda world: PASSWORD,
    "old_password": lambda world: PASSWORD,
    "new_password1": lambda world: NEW_PASSWORD,
    "new_password2": lambda world: NEW_PASSWORD,
}
# What is chosen although the page stands on something else: a press that changes nothing proves nothing.
CHOSEN = {"grade": "3"}
# No row of a list is taken out; of a campaign's questions five at most may be asked everywhere.
NOT_TICKED = ("-DELETE", "-required")
# Better left alone: a visit logged for somebody else, at another hour, with findings that need more than a word.
LEFT_EMPTY = re.compile(r"f_\w+|(started|next)_(day|time)|officer|partner|not_given\w*|broken_off|left|facts|as_last")


def filled(form: Form, name: str, value: str, world: World) -> dict[str, Any]:
    """What is sent when the button of this name and value is pressed."""
    at_a_door = "declared" in form.controls or "opened_at" in form.controls
    sent: dict[str, Any] = {}
    for control in form.controls.values():
        values = [said for said in control.values if said]
        if not values and not (at_a_door and LEFT_EMPTY.fullmatch(control.name)):
            values = value_for(control, world)
        if control.name in CHOSEN and CHOSEN[control.name] in control.choices:
            values = [CHOSEN[control.name]]
        if values:
            sent[control.name] = values
    if name:
        sent[name] = value
    return sent


def value_for(control: Control, world: World) -> list[Any]:
    """Tick boxes are ticked, the first choice is taken, a file is a picture or a table."""
    if control.kind == "hidden":
        return control.values
    if control.kind == "file":
        table = control.name == "file"
        found = ("名册.csv", ROSTER, "text/csv") if table else ("现场.jpg", picture_bytes(salt=30), "image/jpeg")
        return [SimpleUploadedFile(*found)]
    if control.name.endswith(NOT_TICKED):
        return []
    if control.kind == "checkbox":
        return control.choices[-1:]
    if chosen := [said for said in control.choices if said]:
        return chosen[:1]
    if control.name in NAMED:
        return [NAMED[control.name](world)]
    return [BY_KIND.get(control.kind, "核对走访底册")]
