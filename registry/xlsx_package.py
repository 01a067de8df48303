"""The zip file that an .xlsx is: opened member by member within limits, its XML parsed without entities."""

import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.parsers import expat

from registry.unreadable import UnreadableFile

NO_MEMORY = expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]


@dataclass(frozen=True)
class Limits:
    """How much of a file is read before it is refused; bytes, rows, characters, and seconds of the reading thread."""

    file_bytes: int = 128 << 20
    unpacked_bytes: int = 2 << 30
    ratio: int = 150
    ratio_free_bytes: int = 32 << 20
    members: int = 4_096
    directory_bytes: int = 2 << 20
    sheets: int = 400
    rows: int = 1_200_000
    columns: int = 256
    characters: int = 32_767
    shared_bytes: int = 256 << 20
    merges: int = 400_000
    long_text: int = 500
    long_characters: int = 16 << 20
    """Of all cells longer than `long_text` together: one shared text may be asked for by a million cells."""
    seconds: float = float("inf")


class Package:
    """The zip file, read through counters: what unpacks to too much stops while it does."""

    def __init__(self, file: BinaryIO, size: int, limits: Limits) -> None:
        self.size, self.limits = size, limits
        self.unpacked = 0
        _refuse_large_directory(file, size, limits)
        try:
            self.zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise UnreadableFile("truncated") from error
        self.members = {info.filename.lstrip("/"): info for info in self.zip.infolist()}
        if len(self.zip.infolist()) > limits.members:
            raise UnreadableFile("unsafe")

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the member in pieces of 256 KB."""
        info = self.members.get(name)
        if info is None:
            raise UnreadableFile("truncated")
        if info.flag_bits & 1:
            raise UnreadableFile("password")
        # A member is never read beyond the size that it declares: what declares too much need not be unpacked.
        self._refuse(self.unpacked + info.file_size)
        try:
            with self.zip.open(info) as member:
                while chunk := member.read(1 << 18):
                    self._count(len(chunk))
                    yield chunk
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise UnreadableFile("truncated") from error

    def _count(self, length: int) -> None:
        self.unpacked += length
        self._refuse(self.unpacked)

    def _refuse(self, unpacked: int) -> None:
        limits = self.limits
        if unpacked > max(limits.ratio_free_bytes, self.size * limits.ratio):
            raise UnreadableFile("unsafe")
        if unpacked > limits.unpacked_bytes:
            raise UnreadableFile("too_large", limit=f"{limits.unpacked_bytes >> 20} MB")

    def parse(self, name: str, start: Callable[[str, dict[str, str]], None]) -> None:
        """Feed a small member to `start(local tag, attributes)`."""
        parser = safe_parser()
        parser.StartElementHandler = lambda tag, attributes: start(
            tag.rpartition(":")[2], {key.rpartition(":")[2]: value for key, value in attributes.items()}
        )
        feed(parser, self.chunks(name))


def _refuse_large_directory(file: BinaryIO, size: int, limits: Limits) -> None:
    """`ZipFile` reads the whole directory of members before it can be asked how many there are.

    Its size stands at the end of the file, in one record or, by the 64-bit form, in a second one before it.
    """
    start = max(0, size - 22 - 0xFFFF - 20 - 56)
    file.seek(start)
    tail = file.read(size - start)
    file.seek(0)
    try:
        at, at64 = tail.rfind(b"PK\5\6"), tail.rfind(b"PK\6\6")
        found = struct.unpack_from("<L", tail, at + 12)[0] if at >= 0 else 0
        found64 = struct.unpack_from("<Q", tail, at64 + 40)[0] if at64 >= 0 else 0
    except struct.error as error:
        raise UnreadableFile("truncated") from error
    if max(found % 0xFFFFFFFF, found64) > limits.directory_bytes:
        raise UnreadableFile("unsafe")


class Clock:
    """Counts the seconds of the calling thread; `check()` raises `UnreadableFile` when they are used up."""

    def __init__(self, seconds: float) -> None:
        self.end = time.thread_time() + seconds

    def check(self) -> None:
        if time.thread_time() > self.end:
            raise UnreadableFile("too_slow")


def safe_parser() -> expat.XMLParserType:
    """An expat parser for which a document type, and so every entity, is an attack."""

    def refuse(*_: object) -> None:
        raise UnreadableFile("unsafe")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.buffer_text = True
    return parser


def feed(parser: expat.XMLParserType, chunks: Iterator[bytes]) -> None:
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise broken(error) from error


def broken(error: expat.ExpatError) -> Exception:
    """What to raise for text that is no XML; expat says in the same way that it got no memory."""
    return MemoryError() if error.code == NO_MEMORY else UnreadableFile("truncated")
