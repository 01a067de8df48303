"""Seals: Ed25519 signatures over the heads of all chains, as files that leave the house.

The chain by itself shows edits in the middle; a cut tail, a re-chained end or a rolled-back dump shows only against
something outside: a seal or a printed head.
"""

import base64
import json
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

from disputes.ledger import canonical, heads, heads_digest
from disputes.models import Seal


class BrokenSeal(ValueError):
    """The file is no seal, or its signature does not fit."""


def _key() -> Ed25519PrivateKey:
    """`SEAL_KEY` (32 bytes, base64), else derived from SECRET_KEY so that a small site has one key less to keep."""
    if settings.SEAL_KEY:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(settings.SEAL_KEY))
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"doorstep ledger seal")
    return Ed25519PrivateKey.from_private_bytes(derive.derive(settings.SECRET_KEY.encode()))


def public_key() -> str:
    raw = _key().public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def _signed_part(content: dict[str, object]) -> bytes:
    return canonical({name: content[name] for name in ("at", "digest", "heads")})


@transaction.atomic
def seal(*, at: datetime) -> str:
    """Stores a seal and returns the file's text."""
    lines = heads()
    content: dict[str, object] = {
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "digest": heads_digest(lines),
        "heads": lines,
    }
    content["public_key"] = public_key()
    content["signature"] = base64.b64encode(_key().sign(_signed_part(content))).decode()
    Seal.objects.create(
        at=at,
        heads=lines,
        digest=str(content["digest"]),
        public_key=str(content["public_key"]),
        signature=str(content["signature"]),
    )
    return json.dumps(content, ensure_ascii=False, indent=1)


def read(text: str) -> dict[int, tuple[int, str]]:
    """Chain → (seq, hash) of a seal file; raises `BrokenSeal` when its own arithmetic or our key says no."""
    try:
        content = json.loads(text)
        lines = [str(line) for line in content["heads"]]
        signature = base64.b64decode(content["signature"])
        raw_key = base64.b64decode(content["public_key"])
    except (ValueError, KeyError, TypeError) as broken:
        raise BrokenSeal("not a seal") from broken
    if content["digest"] != heads_digest(lines):
        raise BrokenSeal("the digest does not fit the heads")
    if content["public_key"] != public_key():
        raise BrokenSeal("sealed with another key")
    try:
        Ed25519PublicKey.from_public_bytes(raw_key).verify(signature, _signed_part(content))
    except (InvalidSignature, ValueError) as broken:
        raise BrokenSeal("the signature does not fit") from broken
    anchors: dict[int, tuple[int, str]] = {}
    for line in lines:
        chain, seq, head = line.split(":")
        anchors[int(chain)] = (int(seq), head)
    return anchors
