"""One reach: rows are read through `visible_to(officer)` and a manager that was not told for whom raises.

A queryset of a scoped model must be opened before it touches the database: by `visible_to(officer)`, or by
`unscoped("why")` inside an action, a fold or a command, where the reason stands beside the read. Rows reached
from a row already in hand (`case.parties.all()`) are open: the reach was asked when the first one was read.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from accounts.rights import Right

if TYPE_CHECKING:
    from accounts.models import Officer

NOTHING = Q(pk__in=())
_uniqueness_checks: ContextVar[bool] = ContextVar("_uniqueness_checks", default=False)


class Unscoped(RuntimeError):
    """A scoped table was about to be read without saying for whom: a fault of ours, never of the user's."""


@contextmanager
def checking_uniqueness() -> Iterator[None]:
    """Django's own uniqueness checks ask the default manager; they answer yes or no and show no row."""
    token = _uniqueness_checks.set(True)
    try:
        yield
    finally:
        _uniqueness_checks.reset(token)


class ScopedQuerySet(models.QuerySet[Any]):
    """Subclasses say in `reach()` which rows an officer may see, as a `Q`."""

    _opened: bool = False

    def reach(self, officer: "Officer") -> Q:
        raise NotImplementedError(f"{self.model.__name__} has no reach")

    def visible_to(self, officer: "Officer") -> Self:
        opened = self.open_up()
        if not getattr(officer, "is_authenticated", False) or not officer.is_active:
            return opened.none()
        return opened.filter(self.reach(officer))

    def unscoped(self, why: str) -> Self:
        if not why:
            raise Unscoped("unscoped() needs a reason")
        return self.open_up()

    def open_up(self) -> Self:
        clone: Self = self._chain()  # type: ignore[attr-defined]
        clone._opened = True
        return clone

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]
        clone._opened = self._opened
        return clone

    def _must_be_open(self) -> None:
        if not (self._opened or _uniqueness_checks.get() or self._result_cache is not None):
            raise Unscoped(f"{self.model.__name__} read without visible_to() or unscoped()")

    def _fetch_all(self) -> None:
        self._must_be_open()
        super()._fetch_all()

    def iterator(self, chunk_size: int | None = None) -> Iterator[Any]:
        self._must_be_open()
        return super().iterator(chunk_size)

    def count(self) -> int:
        self._must_be_open()
        return super().count()

    def exists(self) -> bool:
        self._must_be_open()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._must_be_open()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._must_be_open()
        return super().update(**kwargs)

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        self._must_be_open()
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        self._must_be_open()
        return super().resolve_expression(*args, **kwargs)


class ByUnit(ScopedQuerySet):
    """Rows of the units in which the officer holds one of `rights` (any one opens the row)."""

    rights: Iterable[Right] = ()

    def reach(self, officer: "Officer") -> Q:
        units = officer.units_with_any(self.rights)
        return Q(unit_id__in=units) if units else NOTHING


class ScopedManager(models.Manager[Any]):
    """Fail-closed: hands out unopened querysets, except for rows reached from a row in hand."""

    def get_queryset(self) -> Any:
        queryset: Any = super().get_queryset()
        if getattr(self, "instance", None) is not None:
            return queryset.open_up()
        return queryset


class ScopedModel(models.Model):
    """Base of every row that belongs to a unit. Give it `objects = ScopedManager.from_queryset(...)()`."""

    class Meta:
        abstract = True

    def validate_unique(self, exclude: Iterable[str] | None = None) -> None:
        with checking_uniqueness():
            super().validate_unique(exclude)  # type: ignore[arg-type]

    def validate_constraints(self, exclude: Iterable[str] | None = None) -> None:
        with checking_uniqueness():
            super().validate_constraints(exclude)  # type: ignore[arg-type]
