"""Who may do what: one table, role → rights, with a sentence for people.

Codes are stored, never class names; a role's rights hold in the subtree of the unit that the grant names.
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.rights import Right


class Role(TextChoices):
    OFFICER = "officer", _("officer")
    AUXILIARY = "auxiliary", _("auxiliary")
    SUPERVISOR = "supervisor", _("supervisor")
    INSPECTOR = "inspector", _("inspector")
    LEADER = "leader", _("bureau leader")
    PARTNER = "partner", _("partner")
    SYSTEM_ADMIN = "system_admin", _("system administrator")
    SECURITY_ADMIN = "security_admin", _("security administrator")
    AUDIT_ADMIN = "audit_admin", _("audit administrator")


@dataclass(frozen=True)
class RoleSpec:
    rights: frozenset[Right]
    sentence: str | Promise


R = Right
ROLES: dict[Role, RoleSpec] = {
    Role.OFFICER: RoleSpec(
        frozenset({R.LOG_VISIT, R.SEE_ADDRESSES, R.OPEN_CASE, R.LEAD_CASE}),
        _("Visits the doors shared out to them, stands in for colleagues of the station, leads cases."),
    ),
    Role.AUXILIARY: RoleSpec(
        frozenset({R.LOG_VISIT, R.SEE_ADDRESSES, R.OPEN_CASE}),
        _("Visits doors beside an officer and registers what a door brings up; leads and closes nothing."),
    ),
    Role.SUPERVISOR: RoleSpec(
        frozenset(
            {
                R.LOG_VISIT,
                R.ENTER_FOR_OTHERS,
                R.SEE_ADDRESSES,
                R.SEE_CONTACTS,
                R.REVEAL,
                R.SEE_VISITS,
                R.IMPORT_PREMISES,
                R.SET_UP,
                R.SHARE_OUT,
                R.OPEN_CASE,
                R.LEAD_CASE,
                R.SEE_CASES,
                R.DIRECT_CASES,
                R.APPROVE_CLOSURE,
                R.SEE_FIGURES,
                R.FREEZE_BRIEF,
                R.RECORD_OUTREACH,
                R.EXPORT,
                R.MANAGE_ROSTER,
                R.USE_ADMIN,
            }
        ),
        _("Brings in the roster and the doors, shares them out, follows progress, strikes cases off."),
    ),
    Role.INSPECTOR: RoleSpec(
        frozenset({R.LOG_VISIT}),
        _("Visits a drawn sample of doors again without seeing the first answers."),
    ),
    Role.LEADER: RoleSpec(
        frozenset({R.LOG_VISIT, R.SEE_CASES, R.SEE_FIGURES, R.APPROVE_GRADE_3, R.APPROVE_CLOSURE}),
        _("Reads the figures, decides on high-grade cases, visits doors like everybody else."),
    ),
    Role.PARTNER: RoleSpec(frozenset(), _("Takes part in cases to which they were invited, names masked.")),
    Role.SYSTEM_ADMIN: RoleSpec(
        frozenset({R.MANAGE_UNITS, R.MANAGE_ROSTER, R.USE_ADMIN}),
        _("Keeps units and accounts; sees no work."),
    ),
    Role.SECURITY_ADMIN: RoleSpec(
        frozenset({R.MANAGE_GRANTS, R.USE_ADMIN}),
        _("Gives and ends grants, never their own; sees no work."),
    ),
    Role.AUDIT_ADMIN: RoleSpec(
        frozenset({R.READ_ACCESS_LOG, R.EXPORT, R.USE_ADMIN}),
        _("Reads, verifies and exports the access log; sees no work."),
    ),
}


def roles_with(right: Right) -> list[Role]:
    return [role for role, spec in ROLES.items() if right in spec.rights]
