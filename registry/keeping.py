"""Files of an import at rest: sealed in blocks with `FIELD_KEYS`, so that a workbook never lies open on the disk."""

import contextlib
import struct
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any, BinaryIO

from django.core.files.base import File

from registry.fields import seal_bytes, unseal_bytes

BLOCK = 1 << 20


@contextmanager
def sealed(chunks: Iterable[bytes]) -> Iterator["File[Any]"]:
    """The chunks as a file of sealed blocks, each with its length before it; kept in memory up to 8 MB."""
    with tempfile.SpooledTemporaryFile(max_size=8 << 20) as target:
        for chunk in chunks:
            for at in range(0, len(chunk), BLOCK):
                token = seal_bytes(chunk[at : at + BLOCK])
                target.write(struct.pack(">I", len(token)) + token)
        target.seek(0)
        yield File(target)


def unsealed(file: IO[bytes]) -> Iterator[bytes]:
    while head := file.read(4):
        yield unseal_bytes(file.read(struct.unpack(">I", head)[0]))


def opened(field: Any) -> BinaryIO:
    """The content of a sealed FileField in a file without a name, which is gone when it is closed."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        with field.open("rb") as source:
            for block in unsealed(source):
                target.write(block)
        target.seek(0)
    except BaseException:
        # On a full disk closing fails too, because it tries once more to write what is left.
        with contextlib.suppress(OSError):
            target.close()
        raise
    return target


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(BLOCK):
        yield chunk
