"""How the desk searches a list: what is sought is posted, and the page that follows is looked at."""

from typing import Any

from django.test import Client


def seek(client: Client, address: str, text: str) -> Any:
    return client.post(address, {"seek": text}, follow=True)
