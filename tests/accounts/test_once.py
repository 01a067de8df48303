"""A row that is written once, whoever comes first."""

from threading import Event

import pytest
from django.db import transaction

from accounts.models import Press
from accounts.once import insert_once
from tests.hands import at_once


@pytest.mark.django_db
def test_the_second_row_of_a_key_is_not_written_and_the_transaction_goes_on() -> None:
    first, second = Press(mark="one"), Press(mark="one")
    with transaction.atomic():
        assert insert_once(first) and not insert_once(second)
        assert Press.objects.get() == first
    assert (second.pk, second._state.adding) == (None, True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ends_well", [True, False])
def test_a_second_writer_waits_for_how_the_first_one_ended(ends_well: bool) -> None:
    written = Event()

    def first() -> bool:
        with transaction.atomic():
            done = insert_once(Press(mark="one"))
            written.set()
            transaction.set_rollback(not ends_well)
        return done

    def second() -> bool:
        assert written.wait(60)
        return insert_once(Press(mark="one"))

    assert at_once(first, second) == [True, not ends_well]
    assert Press.objects.count() == 1
