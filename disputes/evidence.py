"""Files that prove something: checked by content when they come in, stored under a name of ours, never linked.

A picture is read and written anew: where and with what it was taken is nobody's business here, and what only begins like a
picture proves nothing.
"""

import hashlib
import io
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
from disputes.pictures import Picture, read_picture
from disputes.states import CASE

MEGABYTES = 10
# What a file begins with. The name and the browser's word for it are not believed.
PDF, PICTURES = b"%PDF-", (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")


def checked(upload: "UploadedFile[Any]") -> tuple[bytes, str, str]:
    """Content, type and ending of an upload; raises `Refusal` for anything but JPEG, PNG, WebP and PDF."""
    if upload.size is None or upload.size == 0:
        raise Refusal("file_empty", _("The file is empty. Choose it again."), field="upload")
    if upload.size > MEGABYTES * 1024 * 1024:
        raise Refusal("file_large", _("The file is larger than %(mb)d MB.") % {"mb": MEGABYTES}, field="upload")
    content = upload.read()
    if content.startswith(PDF):
        return content, "application/pdf", "pdf"
    if content.startswith(PICTURES):
        picture = read_picture(io.BytesIO(content), upload.size, "upload")
        return picture.content, picture.content_type, "jpg"
    raise Refusal(
        "file_type", _("This is not a %(allowed)s file.") % {"allowed": _("JPEG, PNG, WebP or PDF")}, field="upload"
    )


@transaction.atomic
def add_evidence(
    *, case: Case, kind: str, upload: "UploadedFile[Any] | Picture", version: int, by: Officer, at: datetime
) -> Case:
    """Adds a file to the case; the digest of what is kept goes into the ledger. The same file twice is one.

    A `Picture` has been read already.
    """
    if kind not in Evidence.Kind.values:
        raise Refusal("kind", _("Say what the file shows."), field="kind")
    if isinstance(upload, Picture):
        content, content_type, ending = upload.content, upload.content_type, "jpg"
    else:
        content, content_type, ending = checked(upload)
    digest = hashlib.sha256(content).hexdigest()
    if Evidence.objects.filter(case=case, sha256=digest).exists():
        raise Refusal("file_twice", _("This file is already in the case."), field="upload")
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
