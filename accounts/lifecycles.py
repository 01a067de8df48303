"""Lifecycles: tables of moves as plain data, and `move()`, the one writer of states.

Each app builds its tables in `states.py`. `why_not()` gives the same answer to the button (greyed, with the
sentence) and to the move itself, so a page and an action cannot disagree.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Officer
from accounts.refusals import Refusal
from accounts.rights import Right

Guard = Callable[[Any, Officer, datetime, Mapping[str, Any]], Refusal | None]
Recorder = Callable[..., None]
# What became of a row since a version of it: sentences with names and times, oldest first.
Teller = Callable[[Any, int], list[str]]
RowT = TypeVar("RowT", bound=models.Model)


@dataclass(frozen=True)
class Move:
    """`sources` are the states it starts from, () for a birth; `target` None stays in the same state.

    `right` must hold at the row's unit, None where the guards alone decide; `sets` are the columns that the move
    may change beside state and version.
    """

    label: Any
    sources: tuple[str, ...]
    target: str | None
    right: Right | None = None
    guards: tuple[Guard, ...] = ()
    sets: tuple[str, ...] = ()


def nothing_told(row: Any, version: int) -> list[str]:
    """For lifecycles that remember no more than the state."""
    return []


def no_record(*args: Any, **kwargs: Any) -> None:
    """For lifecycles whose history is the row itself (campaigns: who and when stand in its columns)."""


@dataclass(frozen=True)
class Lifecycle:
    name: str
    moves: Mapping[str, Move]
    record: Recorder
    told_since: Teller = nothing_told


def why_not(
    row: Any,
    lifecycle: Lifecycle,
    name: str,
    *,
    by: Officer,
    at: datetime,
    changes: Mapping[str, Any] | None = None,
) -> Refusal | None:
    """Why this person can't make this move on this row now, or None. Guards see the changes that would be made.

    Who may not make it at all is told that (403) whatever state the row is in; guards that say who may stand first.
    """
    step = lifecycle.moves[name]
    if step.right is not None and not by.may(step.right, row.unit_id):
        return Refusal("no_right", _("You don't hold the right: %(right)s.") % {"right": step.right.label}, status=403)
    found = (guard(row, by, at, changes or {}) for guard in step.guards)
    refusal = next((refusal for refusal in found if refusal is not None), None)
    if refusal is not None and refusal.status == 403:
        return refusal
    if step.sources and row.state not in step.sources:
        return Refusal(
            "wrong_state",
            _("“%(move)s” is not possible while it is “%(state)s”.")
            % {"move": step.label, "state": row.get_state_display()},
            status=409,
        )
    return refusal


def move(
    row: RowT,
    lifecycle: Lifecycle,
    name: str,
    *,
    by: Officer,
    at: datetime,
    version: int,
    facts: Mapping[str, Any] | None = None,
    **changes: Any,
) -> RowT:
    """Makes one move on a row and returns it fresh; raises `Refusal` when it can't be.

    `facts` are recorded with the move but are no columns of the row: the file added, the answer of a return visit.

    Locks the row, so it runs inside the action's transaction. `version` is the one that the person saw: when the row
    was moved since, the answer is "stale" (409) and nothing is written. A missing right is answered before that.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("move() belongs inside an action's transaction")
    step = lifecycle.moves[name]
    strangers = set(changes) - set(step.sets)
    if strangers:
        raise ValueError(f"{lifecycle.name}.{name} does not set {sorted(strangers)}")
    locked: Any = type(row)._base_manager.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)
    refusal = why_not(locked, lifecycle, name, by=by, at=at, changes={**changes, **(facts or {})})
    if refusal is not None and refusal.status == 403:
        raise refusal
    if locked.version != version:
        raise Refusal("stale", _stale(locked, lifecycle.told_since(locked, version)), status=409)
    if refusal is not None:
        raise refusal
    before = locked.state
    locked.state = step.target or before
    locked.version = version + 1
    for column, value in changes.items():
        setattr(locked, column, value)
    locked.save(update_fields=["state", "version", *changes])
    lifecycle.record(locked, name, before=before, by=by, at=at, changes={**changes, **(facts or {})})
    return locked


def _stale(row: Any, told: list[str]) -> str:
    state = {"state": row.get_state_display()}
    if not told:
        return (
            _(
                "This is no longer as your page showed it: it is now “%(state)s”. If you pressed twice, the first press "
                "counted. Otherwise look at it again, then decide."
            )
            % state
        )
    return _(
        "This is no longer as your page showed it. Since then: %(what)s. It is now “%(state)s”. If you pressed twice, "
        "the first press counted. Otherwise look at it again, then decide."
    ) % {**state, "what": pgettext("between two moves", "; ").join(told)}


def begin(row: RowT, lifecycle: Lifecycle, name: str, *, by: Officer, at: datetime) -> RowT:
    """Brings an unsaved row into being by its first move; the row's columns are the changes that are recorded."""
    born: Any = row
    step = lifecycle.moves[name]
    if step.target is None or step.sources:
        raise ValueError(f"{lifecycle.name}.{name} is not a first move")
    refusal = why_not(born, lifecycle, name, by=by, at=at, changes={})
    if refusal is not None:
        raise refusal
    born.state, born.version = step.target, 1
    born.save(force_insert=True)
    lifecycle.record(born, name, before="", by=by, at=at, changes={c: getattr(born, c) for c in step.sets})
    return row


def seen_version(said: str | None) -> int:
    """The version that a form carried; what is no number can't be the present one."""
    return int(said) if said and said.isascii() and said.isdigit() and len(said) < 10 else -1
