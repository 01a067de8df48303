"""A refusal: the one way in which the house says no, with a sentence that a person can act on."""

from django.utils.functional import Promise

Sentence = str | Promise


class Refusal(Exception):
    """Raised by actions, shown by pages, returned per item by the sync, printed by commands.

    `code` is stable English for tests and logs; `sentence` is translated and names the way out;
    `field` is the form field at which it belongs, or "" for the whole form. `status` is the HTTP answer
    of the page that shows it: 409 where somebody else was faster, 403 where a right is missing.
    """

    def __init__(self, code: str, sentence: Sentence, field: str = "", status: int = 422) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.field = field
        self.status = status

    def __str__(self) -> str:
        return str(self.sentence)


def needs_text(text: str, field: str, sentence: Sentence) -> None:
    """Refuses an empty text at its field."""
    if not text.strip():
        raise Refusal(field, sentence, field=field)
