"""What the desk does with figures: begin a brief, type what people must say, freeze it, have it printed."""

import hashlib
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions import log_access, must
from accounts.changed_meanwhile import changed_meanwhile, meanwhile
from accounts.days import check_span
from accounts.models import Officer, Unit
from accounts.refusals import Refusal, refuse
from accounts.rights import Right
from campaigns.models import Campaign
from disputes.ledger import heads, heads_digest
from reports.figures import compute, digest, units_in_reach
from reports.models import Print, Snapshot
from reports.pdf import render_print

# What a person types into a draft.
TYPED = ("issue", "decisions", "problems", "next_steps")
FROZEN = gettext_lazy("This issue is frozen already. Begin the next one to say something new.")


@transaction.atomic
def begin_brief(
    *, campaign: Campaign, unit: Unit, starts_on: date, ends_on: date, by: Officer, at: datetime
) -> Snapshot:
    """The draft of the next issue for these days; begun twice, it is the same draft. Needs FREEZE_BRIEF at the unit."""
    must(by, Right.FREEZE_BRIEF, unit.pk)
    check_span(starts_on, ends_on)
    if ends_on > timezone.localdate(at):
        raise Refusal("future", _("The period lies in the future."), field="ends_on")
    Campaign._base_manager.select_for_update(of=("self",)).get(pk=campaign.pk)
    issues = Snapshot.objects.unscoped("issues of this campaign and unit").filter(campaign=campaign, unit=unit)
    begun = issues.filter(starts_on=starts_on, ends_on=ends_on, frozen_at__isnull=True).first()
    if begun is not None:
        return begun
    newest = issues.aggregate(n=Max("issue"))["n"] or 0
    snapshot: Snapshot = Snapshot.objects.create(
        campaign=campaign,
        unit=unit,
        starts_on=starts_on,
        ends_on=ends_on,
        issue=newest + 1,
        created_at=at,
        created_by=by,
    )
    return snapshot


@transaction.atomic
def type_brief(
    *, snapshot: Snapshot, issue: int, decisions: str, problems: str, next_steps: str, by: Officer, seen: str = ""
) -> Snapshot:
    """What a person says in a draft. `seen` is the page's `stamps_of(typed_in(…))`: what only somebody else changed
    since stays; where both did, raises `Refusal("changed_meanwhile", 409)` at the fields. Needs FREEZE_BRIEF at the unit.
    """
    must(by, Right.FREEZE_BRIEF, snapshot.unit_id)
    locked = _locked_draft(snapshot)
    if len([line for line in decisions.splitlines() if line.strip()]) > 5:
        raise Refusal("decisions", _("At most five decisions: a leader has one page."), field="decisions")
    stands = typed_in(locked)
    typed = {"issue": issue, "decisions": decisions, "problems": problems, "next_steps": next_steps}
    theirs, both = meanwhile(seen, stands, typed)
    refuse(changed_meanwhile(name, stands[name]) for name in both)
    typed |= {name: stands[name] for name in theirs}
    issues = Snapshot.objects.unscoped("issues of this campaign and unit").exclude(pk=locked.pk)
    if issues.filter(campaign=locked.campaign_id, unit=locked.unit_id, issue=typed["issue"]).exists():
        raise Refusal("issue", _("This issue number is taken."), field="issue")
    for name, value in typed.items():
        setattr(locked, name, value)
    locked.save(update_fields=TYPED)
    return locked


def typed_in(snapshot: Snapshot) -> dict[str, Any]:
    """What a person types into a draft, by column."""
    return {name: getattr(snapshot, name) for name in TYPED}


def _locked_draft(snapshot: Snapshot) -> Snapshot:
    locked: Snapshot = Snapshot._base_manager.select_for_update(of=("self",)).get(pk=snapshot.pk)
    if locked.frozen_at is not None:
        raise Refusal("frozen", FROZEN, status=409)
    return locked


@transaction.atomic
def freeze_brief(*, snapshot: Snapshot, by: Officer, at: datetime) -> Snapshot:
    """Takes the figures as they are now and ends typing; a person must have typed problems and next steps."""
    must(by, Right.FREEZE_BRIEF, snapshot.unit_id)
    locked = _locked_draft(snapshot)
    wanted = {
        "problems": _("Write the problems first: figures don't say them."),
        "next_steps": _("Write the next steps first."),
    }
    refuse(Refusal(name, words, field=name) for name, words in wanted.items() if not getattr(locked, name).strip())
    figures = compute(
        campaign=locked.campaign,
        units=units_in_reach(by, locked.unit),
        first=locked.starts_on,
        last=locked.ends_on,
        today=timezone.localdate(at),
    )
    figures["typed"] = {"decisions": locked.decisions, "problems": locked.problems, "next_steps": locked.next_steps}
    locked.figures, locked.digest = figures, digest(figures)
    locked.definitions_version = figures["version"]
    locked.ledger_head = heads_digest(heads())
    locked.as_of, locked.frozen_at, locked.frozen_by = at, at, by
    locked.save(
        update_fields=["figures", "digest", "definitions_version", "ledger_head", "as_of", "frozen_at", "frozen_by"]
    )
    log_access(by, "brief_frozen", locked)
    return locked


@transaction.atomic
def ask_print(*, snapshot: Snapshot, language: str, by: Officer, at: datetime) -> Print:
    """A numbered print for this person; the worker draws it. Asked again in the same language, it is the same one."""
    must(by, Right.SEE_FIGURES, snapshot.unit_id)
    if snapshot.frozen_at is None:
        raise Refusal("not_frozen", _("Freeze the brief first."), status=409)
    Snapshot._base_manager.select_for_update(of=("self",)).get(pk=snapshot.pk)
    prints = Print.objects.unscoped("this person's prints of this issue").filter(snapshot=snapshot, printer=by)
    same = prints.filter(language=language, failure="").order_by("-number").first()
    if same is not None:
        return same
    number = (prints.aggregate(n=Max("number"))["n"] or 0) + 1
    printed: Print = Print.objects.create(snapshot=snapshot, printer=by, number=number, language=language, asked_at=at)
    log_access(by, "print_asked", printed)
    return printed


def draw_print(*, printed: Print, at: datetime) -> Print:
    """Renders and files one print; called by the worker. A failure is kept as a sentence on the row."""
    if printed.done_at is not None:
        return printed
    try:
        rendered = render_print(printed)
        digest = hashlib.sha256(rendered.content).hexdigest()
        printed.file.save(f"{digest[:32]}.pdf", ContentFile(rendered.content), save=False)
    except Refusal as refusal:
        printed.failure = str(refusal)[:200]
        printed.save(update_fields=["failure"])
        return printed
    printed.sha256, printed.pages, printed.done_at = digest, rendered.pages, at
    printed.save(update_fields=["file", "sha256", "pages", "done_at"])
    return printed


def give_up_print(*, printed: Print) -> None:
    """Called when the worker tries no more. Asked for again, it is a new print."""
    waiting = Print.objects.unscoped("still to be drawn").filter(pk=printed.pk, done_at=None, failure="")
    waiting.update(failure=broken_off(printed.language))


def broken_off(language: str) -> str:
    """What a file says that the worker could not make."""
    with translation.override(language):
        return _(
            "This broke off and could not be finished. Ask for it again; if that fails too, tell the administrator."
        )
