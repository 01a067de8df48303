"""The watch over templates sees what it is there for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.template import Context, Engine

from tests import rendering


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """What the watch tells of templates in a folder that it takes for ours."""
    monkeypatch.setattr(rendering, "OURS", str(tmp_path))
    rendering.may_be_absent.cache_clear()
    yield rendering.FOUND
    rendering.FOUND.clear()
    rendering.may_be_absent.cache_clear()


def render(folder: Path, text: str, **values: object) -> None:
    (folder / "page.html").write_text(text, encoding="utf-8")
    Engine(dirs=[str(folder)]).get_template("page.html").render(Context(values))


@pytest.mark.parametrize(
    "text", ["{{ titel }}", "{% if titel %}x{% endif %}", "{% if a and titel %}x{% endif %}", "{{ unit.titel }}"]
)
def test_a_name_that_is_not_there_is_told(tmp_path: Path, told: set[str], text: str) -> None:
    render(tmp_path, text, a=1, unit=object())
    assert told == {"page.html:1 names 'titel', which isn't there"}


def test_a_variable_that_the_template_lists_may_be_absent(tmp_path: Path, told: set[str]) -> None:
    listed = "{% comment %}A page. Variables: back (an address), title. It is blue.{% endcomment %}"
    render(tmp_path, listed + "{{ title }}{% if back %}x{% endif %}")
    assert told == set()
    render(tmp_path, listed + "{{ blue }}")
    assert told == {"page.html:1 names 'blue', which isn't there"}


@pytest.mark.django_db
def test_a_query_in_a_loop_is_told_and_one_before_it_is_not(tmp_path: Path, told: set[str]) -> None:
    rows = Permission.objects.order_by("pk")
    render(tmp_path, "{% for row in rows %}{{ row.codename }}{% endfor %}", rows=rows.all())
    assert told == set()
    render(tmp_path, "{% for row in rows %}{{ row.content_type.model }}{% endfor %}", rows=rows.all()[:1])
    assert len(told) == 1 and next(iter(told)).startswith("page.html:1 asks in a loop: SELECT")
