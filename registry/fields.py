"""The one encrypted column type: phone numbers, readable only with `FIELD_KEYS`.

Written by hand because the packaged fields derive their key from SECRET_KEY and can't rotate it.
"""

import hashlib
import hmac
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal(text: str) -> str:
    """The token that is stored; the newest key seals, every key opens."""
    return _box(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode()


def unseal(token: str) -> str:
    """Raises `InvalidToken` when no key of `FIELD_KEYS` fits."""
    return _box(tuple(settings.FIELD_KEYS)).decrypt(token.encode()).decode()


def seal_bytes(data: bytes) -> bytes:
    return _box(tuple(settings.FIELD_KEYS)).encrypt(data)


def unseal_bytes(token: bytes) -> bytes:
    return _box(tuple(settings.FIELD_KEYS)).decrypt(token)


def mac(text: str) -> str:
    """HMAC by which equal phone numbers match without being readable. Keyed with the oldest key, which stays."""
    if not text:
        return ""
    return hmac.new(settings.FIELD_KEYS[-1].encode(), text.encode(), hashlib.sha256).hexdigest()[:32]


class SealedTextField(models.TextField[str, str]):
    """Text that the database never sees in clear; empty stays empty."""

    def get_prep_value(self, value: Any) -> Any:
        return seal(value) if value else ""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str:
        if not value:
            return ""
        try:
            return unseal(value)
        except InvalidToken:
            raise ValueError("a sealed column can't be opened: is the right key in FIELD_KEYS?") from None

    def get_lookup(self, lookup_name: str) -> Any:
        """Sealed text can't be compared in the database; `isnull` and emptiness can."""
        return super().get_lookup(lookup_name) if lookup_name in ("isnull",) else None
