"""Files that prove something: checked by content when they come in, stored under a name of ours, never linked."""

import hashlib
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.lifecycles import move
from accounts.models import Officer
from accounts.refusals import Refusal
from disputes.models import Case, Evidence
from disputes.states import CASE

MEGABYTES = 10
# What a file begins with → its type and ending. The name and the browser's word for it are not believed.
SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"%PDF-", "application/pdf", "pdf"),
)


def checked(upload: "UploadedFile[Any]", *, images_only: bool = False) -> tuple[bytes, str, str]:
    """Content, type and ending of an upload; raises `Refusal` for anything but JPEG, PNG, WebP and PDF."""
    if upload.size is None or upload.size == 0:
        raise Refusal("file_empty", _("The file is empty. Choose it again."), field="file")
    if upload.size > MEGABYTES * 1024 * 1024:
        raise Refusal("file_large", _("The file is larger than %(mb)d MB.") % {"mb": MEGABYTES}, field="file")
    content = upload.read()
    kind = next(((mime, end) for start, mime, end in SIGNATURES if content.startswith(start)), None)
    if kind is None and content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        kind = ("image/webp", "webp")
    if kind is None or (images_only and kind[1] == "pdf"):
        allowed = _("JPEG, PNG or WebP") if images_only else _("JPEG, PNG, WebP or PDF")
        raise Refusal("file_type", _("This is not a %(allowed)s file.") % {"allowed": allowed}, field="file")
    return content, *kind


@transaction.atomic
def add_evidence(
    *, case: Case, kind: str, upload: "UploadedFile[Any]", version: int, by: Officer, at: datetime
) -> Case:
    """Adds a file to the case; its digest goes into the ledger. The same file twice is one."""
    if kind not in Evidence.Kind.values:
        raise Refusal("kind", _("Say what the file shows."), field="kind")
    content, content_type, ending = checked(upload)
    digest = hashlib.sha256(content).hexdigest()
    if Evidence.objects.filter(case=case, sha256=digest).exists():
        raise Refusal("file_twice", _("This file is already in the case."), field="file")
    case = move(case, CASE, "note", by=by, at=at, version=version, facts={"what": "evidence", "sha256": digest})
    evidence = Evidence(
        case=case,
        kind=kind,
        content_type=content_type,
        size=len(content),
        sha256=digest,
        added_at=at,
        added_by=by,
        cycle=case.cycle,
    )
    evidence.file.save(f"{digest[:32]}.{ending}", ContentFile(content), save=False)
    evidence.save(force_insert=True)
    return case
