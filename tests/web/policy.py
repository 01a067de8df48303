"""What every answer of the house carries, whoever asked and however it ended."""

from typing import Any

SCRIPTS = "script-src 'self'"
FORBIDDEN = ("unsafe-inline", "unsafe-eval", "unsafe-hashes", "http:", "https:", "*", "blob:")
ASKED = (
    "default-src 'self'",
    SCRIPTS,
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self' tel:",
)

# Somebody's file, which runs nothing and opens nothing.
FILE = ("sandbox", "default-src 'none'", "frame-ancestors 'none'")


def lacking(response: Any, signed_in: bool) -> list[str]:
    """What an answer should carry and does not; [] is a pass."""
    headers, faults = response.headers, []
    policy = [part.strip() for part in headers.get("Content-Security-Policy", "").split(";")]
    asked = FILE if FILE[0] in policy else ASKED
    faults += [f"policy without {part}" for part in asked if part not in policy]
    faults += [f"policy with {word}" for word in FORBIDDEN if any(word in part.split() for part in policy)]
    if headers.get("X-Content-Type-Options") != "nosniff":
        faults.append("may be sniffed")
    if headers.get("Referrer-Policy") != "same-origin":
        faults.append("tells where it came from")
    if headers.get("X-Frame-Options") != "DENY":
        faults.append("may be framed")
    if headers.get("Cross-Origin-Opener-Policy") != "same-origin":
        faults.append("may be opened by others")
    if signed_in and "no-store" not in headers.get("Cache-Control", ""):
        faults.append(f"kept by the browser: {headers.get('Cache-Control')}")
    return faults
