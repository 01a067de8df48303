"""Things named one after the other, in the reader's language."""

from django.utils.translation import override

from accounts.enumerating import enumerated


def test_they_are_set_apart_as_the_reader_does_it() -> None:
    with override("zh-hans"):
        assert enumerated(["5栋", "6栋", 7]) == "5栋、6栋、7"
    with override("en"):
        assert enumerated(["5", "6"]) == "5, 6"
        assert enumerated([]) == ""
