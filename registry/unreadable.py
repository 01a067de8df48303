"""Raised when a file as a whole can't be read; free of Django, because the child process raises it."""

from typing import Any


class UnreadableFile(Exception):
    """Nothing of the file was taken. `code` is a key of `registry.refusals.FILE_SENTENCES`, `params` fill the sentence."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
