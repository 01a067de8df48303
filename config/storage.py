"""Static files under names that carry their content's hash, so that a browser may keep them for ever."""

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Bootstrap's style sheets name source maps that a production folder need not have."""

    manifest_strict = False

    def create_compressor(self, **kwargs: Any) -> Compressor:
        """gzip alone: Brotli, which comes along with the PDF's fonts, takes ten times as long for a tenth less."""
        return Compressor(**{**kwargs, "use_brotli": False})
