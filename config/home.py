"""What waits for a person on the administration home page."""

from typing import Any

from accounts.models import Officer


def waiting_for(officer: Officer) -> list[dict[str, Any]]:
    return []
