"""What a real site's answers carry: production settings in a process of their own, as `./run serve` reads them."""

import json
import os
import subprocess
from typing import Any

import pytest

from config.running.places import PYTHON, ROOT

ASK = """
import json, django
from django.conf import settings
# Found by their plain names: nothing was collected for this process.
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
django.setup()
from django.core.checks import run_checks, WARNING
from django.test import Client
found = [f"{each.id}: {each.msg}" for each in run_checks(include_deployment_checks=True) if each.level >= WARNING and not each.is_silenced()]
secure = Client(headers={"host": "station.example"})
told = {}
for name, path, is_secure in (
    ("page", "/sign-in/", True), ("health", "/healthz", True), ("missing", "/nothing/", True), ("plain", "/sign-in/", False)
):
    answer = secure.get(path, secure=is_secure)
    told[name] = {"status": answer.status_code, "headers": dict(answer.headers),
                  "cookies": {key: each.OutputString() for key, each in answer.cookies.items()}}
names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_HTTPONLY",
         "SESSION_COOKIE_DOMAIN", "CSRF_COOKIE_DOMAIN", "SESSION_COOKIE_PATH", "CSRF_COOKIE_PATH", "SESSION_COOKIE_SAMESITE", "DEBUG")
print(json.dumps({"checks": found, "told": told, "settings": {name: getattr(settings, name) for name in names}}))
"""


@pytest.fixture(scope="module")
def production() -> dict[str, Any]:
    surroundings = {
        **{
            name: value
            for name, value in os.environ.items()
            if name not in {"DEBUG", "DEMO", "DJANGO_ALLOW_ASYNC_UNSAFE"}
        },
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ENV_FILE": os.devnull,
        "HTTPS": "1",
        "SECRET_KEY": "k3y-" + "".join(chr(97 + number * 7 % 26) + str(number) for number in range(40)),
        "FIELD_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:9/nowhere",
        "DATABASE_OWNER_URL": "",
        "ALLOWED_HOSTS": "station.example",
        "DOORSTEP_NO_POOL": "1",
    }
    done = subprocess.run([PYTHON, "-c", ASK], cwd=ROOT, env=surroundings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_deployment_check_finds_nothing(production: dict[str, Any]) -> None:
    assert production["checks"] == []


def test_cookies_belong_to_this_host_alone(production: dict[str, Any]) -> None:
    told = production["settings"]
    assert (told["SESSION_COOKIE_NAME"], told["CSRF_COOKIE_NAME"]) == ("__Host-sessionid", "__Host-csrftoken")
    # What the prefix asks for, or the browser would drop them: secure, the whole path, no domain.
    assert told["SESSION_COOKIE_SECURE"] and told["SESSION_COOKIE_DOMAIN"] is told["CSRF_COOKIE_DOMAIN"] is None
    assert told["SESSION_COOKIE_PATH"] == told["CSRF_COOKIE_PATH"] == "/"
    assert told["SESSION_COOKIE_HTTPONLY"] and told["CSRF_COOKIE_HTTPONLY"] and told["DEBUG"] is False
    (cookie,) = production["told"]["page"]["cookies"].values()
    assert cookie.startswith("__Host-csrftoken=") and "Secure" in cookie and "HttpOnly" in cookie
    assert "Path=/" in cookie and "SameSite=Lax" in cookie and "Domain" not in cookie


def test_every_answer_asks_for_a_year_of_https(production: dict[str, Any]) -> None:
    for name in ("page", "health", "missing"):
        sent = production["told"][name]["headers"].get("Strict-Transport-Security", "")
        assert sent == "max-age=31536000; includeSubDomains; preload", name
    plain = production["told"]["plain"]
    assert (plain["status"], plain["headers"]["Location"]) == (301, "https://station.example/sign-in/")
