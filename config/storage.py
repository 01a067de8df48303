"""Where files lie: static ones under names that carry their content's hash; uploads, whole or not at all."""

import contextlib
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

from accounts.refusals import refused_by_disk


class Uploads(FileSystemStorage):
    """A file that the disk had no room for leaves no piece behind, and is refused with a sentence."""

    def _save(self, name: str, content: "File[Any]") -> str:
        free = self.get_available_name(name)
        try:
            return str(super()._save(free, content))  # type: ignore[misc]
        except OSError as error:
            refused = refused_by_disk(error)
            if refused is None:
                raise
            with contextlib.suppress(OSError):
                self.delete(free)
            raise refused from error


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Bootstrap's style sheets name source maps that a production folder need not have."""

    manifest_strict = False

    def create_compressor(self, **kwargs: Any) -> Compressor:
        """gzip alone: Brotli, which comes along with the PDF's fonts, takes ten times as long for a tenth less."""
        return Compressor(**{**kwargs, "use_brotli": False})
