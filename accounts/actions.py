"""What can be done to accounts: the access log, notices, officers and their grants, one-time codes."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import RESERVED_BADGES, AccessEvent, Grant, Notice, Officer, Unit
from accounts.refusals import Refusal, Sentence
from accounts.rights import Right
from accounts.roles import Role

# No 0/O, 1/I/L: a code is read off paper by somebody in a hurry.
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_DAYS = 7


def log_access(
    officer: Any,
    verb: str,
    obj: models.Model | None = None,
    *,
    reason: str = "",
    address: str | None = None,
    outcome: str = "done",
) -> None:
    """One line in the access log: who, what, why, how it ended. Never pass the value that was seen."""
    AccessEvent.objects.create(
        officer=officer if isinstance(officer, Officer) and officer.pk else None,
        verb=verb,
        object_kind=obj._meta.label_lower if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        reason=reason[:200],
        address=address,
        outcome=outcome,
    )


def notify(
    *, officer: Officer, code: str, stage: str, url_name: str, url_args: Sequence[Any] = (), **parameters: Any
) -> None:
    """Puts a line into an officer's inbox once per `stage`, when the transaction has been committed."""

    def write() -> None:
        Notice.objects.unscoped("insert once").bulk_create(
            [
                Notice(
                    officer=officer,
                    code=code,
                    stage=f"{officer.pk}:{stage}",
                    url_name=url_name,
                    url_args=list(url_args),
                    parameters=parameters,
                )
            ],
            ignore_conflicts=True,
        )

    transaction.on_commit(write)


def must(by: Officer, right: Right, unit_id: int | None = None) -> None:
    """Raises `Refusal` (403) when the right does not hold at that unit."""
    if not by.may(right, unit_id):
        raise Refusal("no_right", _("You don't hold the right: %(right)s.") % {"right": right.label}, status=403)


def reserved(badge: str) -> Officer:
    """`system` or `resident`: who acts when no officer does."""
    found: Officer = Officer.objects.unscoped("reserved rows").get(badge=badge)
    return found


@transaction.atomic
def save_officer(
    *,
    badge: str,
    name: str,
    unit: Unit,
    title: str = "",
    kind: str = Officer.Kind.POLICE,
    areas_in_charge: Iterable[str] = (),
    by: Officer,
    at: datetime,
) -> tuple[Officer, str]:
    """Adds an officer or brings the row up to date; returns the officer and "new", "changed" or "same".

    Needs MANAGE_ROSTER at the new unit and, for a move, at the old one and wherever the officer has a role. A move ends
    the grants; another kind puts its usual role in the place of the other's, where that was held.
    """
    must(by, Right.MANAGE_ROSTER, unit.pk)
    if badge.lower() in RESERVED_BADGES:
        raise Refusal("reserved_badge", _("This badge number is reserved."), field="badge")
    facts = {
        "name": name,
        "unit": unit,
        "title": title,
        "kind": kind,
        "areas_in_charge": sorted(set(areas_in_charge)),
    }
    officer = Officer.objects.unscoped("roster").select_for_update(of=("self",)).filter(badge=badge).first()
    if officer is None:
        officer = Officer(badge=badge, added_at=at, **facts)
        officer.set_unusable_password()
        officer.save(force_insert=True)
        give_role(officer=officer, role=usual_role(kind), unit=unit, by=by, at=at)
        return officer, "new"
    changed = [column for column, value in facts.items() if getattr(officer, column) != value]
    if not changed:
        return officer, "same"
    moves, held = "unit" in changed, 0
    if moves:
        must(by, Right.MANAGE_ROSTER, officer.unit_id)
        _must_reach_as_far(by, officer, FURTHER_TO_MOVE)
        end_grants(officer=officer, at=at)
    elif "kind" in changed:
        held = end_grants(officer=officer, at=at, only=usual_role(officer.kind))
    for column in changed:
        setattr(officer, column, facts[column])
    officer.save(update_fields=changed)
    if moves or held:
        give_role(officer=officer, role=usual_role(kind), unit=unit, by=by, at=at)
    return officer, "changed"


def usual_role(kind: str) -> Role:
    return Role.AUXILIARY if kind == Officer.Kind.AUXILIARY else Role.OFFICER


def give_role(*, officer: Officer, role: Role, unit: Unit, by: Officer | None, at: datetime) -> Grant:
    """Gives a role from today on; giving it twice changes nothing. The caller has asked for the right."""
    today = timezone.localdate(at)
    grant = (
        Grant.objects.unscoped("giving a role")
        .filter(officer=officer, role=role, unit=unit, ends_on__isnull=True)
        .first()
    )
    officer.forget_grants()
    return grant or Grant.objects.create(officer=officer, role=role, unit=unit, starts_on=today, given_by=by)


def end_grants(*, officer: Officer, at: datetime, only: Role | None = None) -> int:
    """Ends every live grant yesterday, so that none holds at the next request; one that has not begun never does.

    `only`: those of this role at the officer's own unit. Returns how many ended.
    """
    today = timezone.localdate(at)
    of_officer = Grant.objects.unscoped("ending grants").filter(officer=officer)
    if only is not None:
        of_officer = of_officer.filter(role=only, unit_id=officer.unit_id)
    live = list(of_officer.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today)))
    for grant in live:
        grant.ends_on = max(today, grant.starts_on) - timedelta(days=1)
    of_officer.bulk_update(live, ["ends_on"])
    officer.forget_grants()
    return len(live)


def held_officers(officers: Sequence[Officer]) -> list[Officer]:
    """These people as they are now, locked until the transaction ends: somebody may have moved them meanwhile.

    Their units are read by a statement of its own: joined, a row whose unit changes while it is waited for is lost.
    """
    rows = Officer.objects.unscoped("people in hand").select_for_update(no_key=True).prefetch_related("unit")
    return list(rows.filter(pk__in=[officer.pk for officer in officers]).order_by("pk"))


@transaction.atomic
def officer_leaves(*, officer: Officer, on: date, by: Officer, at: datetime) -> bool:
    """Switches the account off and ends its grants; doors still in hand are listed for hand-over by campaigns.

    Needs MANAGE_ROSTER at the officer's unit and wherever the officer has a role; an administrator is ended by one who
    keeps the units. Who has left already stays as they left: False.
    """
    officer = held_officers([officer])[0]
    must(by, Right.MANAGE_ROSTER, officer.unit_id)
    if officer.pk == by.pk:
        raise Refusal("own_account", _("You can't end your own account. Ask another supervisor."))
    _must_reach_as_far(by, officer, FURTHER_TO_END)
    if officer.left_on is not None and not officer.is_active:
        return False
    officer.left_on, officer.is_active = on, False
    officer.save(update_fields=["left_on", "is_active"])
    end_grants(officer=officer, at=at)
    log_access(by, "officer_left", officer)
    return True


@transaction.atomic
def officer_returns(*, officer: Officer, by: Officer, at: datetime) -> bool:
    """Who left is back, or was marked so by mistake: the account is in use again, with the usual role at its unit.

    The password of before opens nothing: a new one-time code does. Needs MANAGE_ROSTER at the officer's unit. Who never
    left stays as they are: False.
    """
    officer = held_officers([officer])[0]
    must(by, Right.MANAGE_ROSTER, officer.unit_id)
    if officer.is_active and officer.left_on is None:
        return False
    officer.left_on, officer.is_active = None, True
    officer.set_unusable_password()
    officer.save(update_fields=["left_on", "is_active", "password"])
    give_role(officer=officer, role=usual_role(officer.kind), unit=officer.unit, by=by, at=at)
    log_access(by, "officer_returned", officer)
    return True


@transaction.atomic
def issue_codes(*, officers: Sequence[Officer], by: Officer, at: datetime) -> list[tuple[Officer, str]]:
    """New one-time codes, in clear for the slips and nowhere else; the person chooses a password with it.

    Needs MANAGE_ROSTER at each officer's unit and wherever that officer has a role, because whoever holds the code
    can sign in as that person; an administrator's code needs MANAGE_UNITS. At most 100 at a time.
    """
    if len(officers) > 100:
        raise Refusal("too_many", _("At most 100 slips at a time. Choose fewer people."))
    slips = []
    held = {officer.pk: officer for officer in held_officers(officers)}
    for officer in (held[each.pk] for each in officers):
        must(by, Right.MANAGE_ROSTER, officer.unit_id)
        if officer.pk == by.pk:
            raise Refusal("own_code", _("Change your own password by yourself; slips are for others."))
        _must_reach_as_far(by, officer, FURTHER_TO_RESET)
        code = "-".join("".join(secrets.choice(CODE_LETTERS) for _n in range(4)) for _m in range(3))
        officer.set_password(code)
        officer.must_change_password = True
        officer.code_expires_at = at + timedelta(days=CODE_DAYS)
        officer.save(update_fields=["password", "must_change_password", "code_expires_at"])
        log_access(by, "code_issued", officer)
        slips.append((officer, code))
    return slips


ADMINISTRATORS = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
FURTHER_TO_RESET = gettext_lazy(
    "Nobody resets the code of somebody whose role reaches further than their own. Ask a system administrator."
)
FURTHER_TO_END = gettext_lazy(
    "Nobody ends the account of somebody whose role reaches further than their own. Ask a system administrator."
)
FURTHER_TO_MOVE = gettext_lazy(
    "Nobody moves somebody whose role reaches further than their own: a move ends it. Ask a system administrator."
)


def reaches_further(officer: Officer, by: Officer) -> bool:
    """Whether a role of the officer lies outside of what `by` keeps the roster of, or is an administrator's to keep."""
    within = by.units_with(Right.MANAGE_ROSTER)
    live = Grant.objects.unscoped("how far somebody's roles reach").filter(officer=officer)
    live = live.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=timezone.localdate()))
    roles = set(live.order_by().values_list("role", flat=True))
    beyond = live.exclude(unit_id__in=within).exists()
    return bool(beyond or (roles & ADMINISTRATORS and not by.may(Right.MANAGE_UNITS)))


def _must_reach_as_far(by: Officer, officer: Officer, sentence: Sentence) -> None:
    if reaches_further(officer, by):
        raise Refusal("beyond_own_reach", sentence, status=403)


@transaction.atomic
def choose_password(*, officer: Officer, password: str) -> None:
    """The person's own choice, after the form has checked the present one against `officer`.

    Raises `Refusal` (409) when another one holds meanwhile: a code that was just printed is not undone by an old one.
    """
    if held_officers([officer])[0].password != officer.password:
        raise Refusal(
            "password_changed",
            _("Your password or code was changed meanwhile. Sign in with the new one."),
            status=409,
        )
    officer.set_password(password)
    officer.must_change_password, officer.code_expires_at = False, None
    officer.save(update_fields=["password", "must_change_password", "code_expires_at"])
    log_access(officer, "password_changed", officer)
