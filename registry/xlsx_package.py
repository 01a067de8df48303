"""The zip file that an .xlsx is: opened member by member within limits, its XML parsed without entities."""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.parsers import expat

from registry.unreadable import UnreadableFile


@dataclass(frozen=True)
class Limits:
    """How much of a file is read before it is refused; bytes, rows and characters."""

    file_bytes: int = 128 << 20
    unpacked_bytes: int = 4 << 30
    ratio: int = 400
    ratio_free_bytes: int = 32 << 20
    members: int = 4_096
    sheets: int = 400
    rows: int = 1_200_000
    columns: int = 256
    characters: int = 32_767
    shared_bytes: int = 384 << 20
    merges: int = 400_000


class Package:
    """The zip file, read through counters: what unpacks to too much stops while it does."""

    def __init__(self, file: BinaryIO, size: int, limits: Limits) -> None:
        self.size, self.limits = size, limits
        self.unpacked = 0
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
        limits = self.limits
        if self.unpacked > limits.unpacked_bytes:
            raise UnreadableFile("too_large", limit=f"{limits.unpacked_bytes >> 20} MB")
        if self.unpacked > max(limits.ratio_free_bytes, self.size * limits.ratio):
            raise UnreadableFile("unsafe")

    def parse(self, name: str, start: Callable[[str, dict[str, str]], None]) -> None:
        """Feed a small member to `start(local tag, attributes)`."""
        parser = safe_parser()
        parser.StartElementHandler = lambda tag, attributes: start(
            tag.rpartition(":")[2], {key.rpartition(":")[2]: value for key, value in attributes.items()}
        )
        feed(parser, self.chunks(name))


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
        raise UnreadableFile("truncated") from error
