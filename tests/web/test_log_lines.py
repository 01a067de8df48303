"""No line of a log names anybody, also when a row could not be written."""

import logging

import pytest
from django.db import IntegrityError, transaction

from config.log_lines import WithoutRows, without_rows
from registry.models import Contact
from tests.world import World


def written(error: BaseException) -> str:
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Internal Server Error", (), None)
    record.exc_info = (type(error), error, error.__traceback__)
    return WithoutRows("{message}", style="{").format(record)


def test_a_row_that_could_not_be_written_is_not_quoted(world: World) -> None:
    door = world.door(302)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Contact.objects.create(premises=door, name=door.name, name_key=door.name)
    assert door.name in str(caught.value), "the driver quotes it"
    said = written(caught.value)
    assert door.name not in said
    assert "contact_once_per_door" in said and said.count("Traceback") == 2, "what was wrong is still told"


@pytest.mark.parametrize(
    "part",
    [
        "DETAIL:  Failing row contains (5, 张三,\n\n两行\nHINT: 张三).",
        'CONTEXT:  COPY registry_importrow, line 5, column name: "张三"',
        "LINE 1: ...VALUES (5, '张三'\n                       ^",
        "QUERY:  SELECT '张三'",
    ],
)
def test_of_an_error_its_first_line_stays(part: str) -> None:
    said = without_rows(f"psycopg.Error: wrong\n{part}\n\nThe above exception …\n\nTraceback (…)")
    assert said == "psycopg.Error: wrong\n\nThe above exception …\n\nTraceback (…)"
    assert without_rows(f"wrong\n{part}") == "wrong"
