"""The officer's pages: the round, one door, a new door, and what is one's own."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import needs, signed_in
from accounts.actions import log_access
from accounts.middleware import address_of
from accounts.models import Officer
from accounts.presses import one_press
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.second_hand import ask_could_not_meet, must_be_in_hand
from registry.jurisdictions import under
from registry.models import Area, Contact, Jurisdiction, Premises, holds_door
from visits import actions, labels
from visits.at_door import Door
from visits.attempts import Attempt
from visits.building import building_of
from visits.day import Undo
from visits.doors import MOST_FOUND, door_or_404, doors_found, hold_or_404, visit_or_404
from visits.form_to_attempt import attempt_of
from visits.models import Submission, Visit
from visits.new_door_form import DoorForm
from visits.round import day_of, next_door, over_for, returns_of
from visits.screen import Screen, must_be_of_here
from visits.short_forms import CouldNotMeetForm, SeekingForm


class PhoneRedirect(HttpResponseRedirect):
    """Hands the number to the phone's dialler; it stands in no page, no address bar and no log."""

    allowed_schemes = ["tel"]


@needs(Right.LOG_VISIT)
@require_safe
def round_view(request: HttpRequest) -> HttpResponse:
    officer, now = cast(Officer, request.user), timezone.now()
    show = request.GET.get("show", "all")
    context = {
        "tab": "round",
        "day": day_of(officer, now, show),
        "over": over_for(officer, now),
        "show": show,
        "undo": _undo(request, officer),
        "saved": _saved(request, officer),
        "returns": returns_of(officer, now),
    }
    return render(request, "visits/round.html", context)


def _named(request: HttpRequest, name: str) -> UUID | None:
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None


def _undo(request: HttpRequest, officer: Officer) -> Undo | None:
    """The visit named in the address, while its author may still take it back."""
    wanted = _named(request, "undo")
    if wanted is None:
        return None
    rows = Visit.objects.visible_to(officer).standing().select_related("premises")
    visit = rows.filter(pk=wanted, entered_by=officer).first()
    if visit is None or visit.is_done or timezone.now() - visit.received_at > actions.UNDO_WINDOW:
        return None
    return Undo.of(visit)


def _saved(request: HttpRequest, officer: Officer) -> Submission | None:
    """One's own receipt of the visit named in the address: whoever saved it was led here with it."""
    wanted = _named(request, "saved")
    if wanted is None:
        return None
    rows = Submission.objects.visible_to(officer).filter(officer=officer, visit=wanted)
    found: Submission | None = rows.select_related("visit__premises").first()
    return found


@needs(Right.LOG_VISIT)
@require_POST
def nobody_in(request: HttpRequest, pk: int) -> HttpResponse:
    """One tap on the list. The bound pair counts as having come along, unless the other one visits here no more."""
    officer, number = cast(Officer, request.user), _client_id(request)
    try:
        receipt = _tapped(officer, pk, number, in_pair=True)
    except Refusal as refusal:
        if refusal.code != "partner":
            raise
        receipt = _tapped(officer, pk, number, in_pair=False)
    if receipt.verdict == Submission.Verdict.CONFLICT:
        return render(request, "visits/conflict.html", {"receipt": receipt}, status=409)
    return redirect(labels.with_query(reverse("visits:round"), undo=receipt.visit_id))


@transaction.atomic
def _tapped(officer: Officer, pk: int, number: UUID, *, in_pair: bool) -> Submission:
    door = hold_or_404(officer, pk)
    other = door.other_hand_of(officer) if in_pair else None
    attempt = Attempt(premises_id=pk, outcome=Visit.Outcome.NOBODY_IN, partner_id=other)
    return actions.log_at(door=door, attempt=attempt, client_id=number, by=officer, at=timezone.now())


def _client_id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("client_id", ""))
    except ValueError:
        return uuid4()


@needs(Right.LOG_VISIT)
@require_POST
@one_press
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    officer = cast(Officer, request.user)
    actions.take_back(visit=visit_or_404(officer, pk), by=officer, at=timezone.now())
    return redirect("visits:round")


@needs(Right.LOG_VISIT)
def find_door(request: HttpRequest) -> HttpResponse:
    """An own door by name or address; a door of the own station by its address, to stand in for a colleague.

    What is sought is posted: a name has no place in an address, which histories and proxies keep.
    """
    officer, form = cast(Officer, request.user), SeekingForm(request.POST or None)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    found = doors_found(officer, text)
    context = {"tab": "round", "form": form, "text": text, "found": found, "is_full": len(found) >= MOST_FOUND}
    return render(request, "visits/find_door.html", context, status=422 if form.errors else 200)


@needs(Right.LOG_VISIT)
@require_POST
@one_press
def could_not_meet(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks the supervisor to count the door as “could not be met” before the policy's number is reached."""
    officer, now = cast(Officer, request.user), timezone.now()
    screen = Screen(Door(door_or_404(officer, pk)), officer, now)
    if screen.frame is None:
        raise Http404
    must_be_in_hand(frame_door=screen.frame, by=officer)
    asked, status = CouldNotMeetForm(request.POST), 422
    try:
        if asked.is_valid():
            ask_could_not_meet(frame_door=screen.frame, reason=asked.cleaned_data["reason"], by=officer, at=now)
            messages.success(request, _("Asked. The supervisor decides."))
            return redirect("visits:round")
    except Refusal as refusal:
        asked.add_error("reason", str(refusal.sentence))
        status = refusal.status
    context = {**screen.context(screen.form()), "asked": asked}
    return render(request, "visits/door.html", context, status=status)


@needs(Right.LOG_VISIT)
def door(request: HttpRequest, pk: int) -> HttpResponse:
    """The visit screen. A refused form stays on the page with the reason at its place."""
    officer, now = cast(Officer, request.user), timezone.now()
    if request.method == "POST":
        return _save(request, officer, now, pk)
    screen = Screen(Door(door_or_404(officer, pk)), officer, now)
    return render(request, "visits/door.html", screen.context(screen.form(), saved=_saved(request, officer)))


def _save(request: HttpRequest, officer: Officer, now: datetime, pk: int) -> HttpResponse:
    """The door is held while its form is read, so that form and rules go by the same rows, read once."""
    must_be_of_here(request.POST, pk, officer)
    receipt: Submission | None = None
    refusal: Refusal | None = None
    try:
        with transaction.atomic():
            screen = Screen(hold_or_404(officer, pk), officer, now)
            form = screen.form(request.POST, request.FILES)
            if form.is_valid():
                attempt, number = attempt_of(form, screen.premises), form.cleaned_data["client_id"]
                receipt = actions.log_at(door=screen.door, attempt=attempt, client_id=number, by=officer, at=now)
    except Refusal as caught:
        refusal = caught
    if receipt is None:
        if refusal:
            # What the action had changed on the rows in hand was taken back with it: the page tells of them read anew.
            screen = Screen(Door(door_or_404(officer, screen.premises.pk)), officer, now)
            form.put_refusal(refusal)
        else:
            form.put_form_errors()
        status = refusal.status if refusal else 422
        return render(request, "visits/door.html", screen.context(form), status=status)
    if receipt.verdict == Submission.Verdict.CONFLICT:
        return render(request, "visits/conflict.html", {"receipt": receipt}, status=409)
    following = next_door(officer, now, screen.door)
    place = following.address if following else reverse("visits:round")
    response = redirect(labels.with_query(place, saved=receipt.visit_id))
    if request.headers.get("X-Requested-With") == "fetch":
        # A script that follows a redirect is not told where it led before the page is drawn: it goes there by itself.
        response.status_code = 201
    return response


@needs(Right.LOG_VISIT)
@require_safe
def building(request: HttpRequest, pk: int) -> HttpResponse:
    """The block around a door, floors by doors; addresses and states only, never a name."""
    officer = cast(Officer, request.user)
    premises = door_or_404(officer, pk)
    if not premises.building:
        raise Http404
    found = building_of(premises, officer, timezone.now())
    return render(request, "visits/building.html", {"tab": "round", "premises": premises, "building": found})


@needs(Right.LOG_VISIT)
@require_POST
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """Dials the first number of an own live door; every call is in the access log."""
    officer = cast(Officer, request.user)
    premises = door_or_404(officer, pk)
    if not holds_door(officer, premises):
        raise Http404
    contacts = Contact.objects.visible_to(officer).filter(premises=premises, ends_on__isnull=True)
    contact = contacts.exclude(phone_mac="").order_by("rank", "pk").first()
    if contact is None:
        raise Refusal("no_phone", _("No phone number is known for this door."))
    log_access(officer, "called", contact, reason="visit contact", address=address_of(request))
    return PhoneRedirect(f"tel:{contact.phone}")


def areas_of(officer: Officer) -> Any:
    """Communities of the officer's units: where a door may be added."""
    units = officer.units_with(Right.LOG_VISIT)
    codes = Jurisdiction.objects.unscoped("communities of one's own units").filter(unit_id__in=units)
    found = Premises.objects.unscoped("communities with doors").filter(unit_id__in=units)
    known = found.values_list("area_id", flat=True).distinct()
    inside = under(codes.values_list("area_id", flat=True)) | Q(pk__in=list(known))
    return Area.objects.filter(inside, level=Area.Level.COMMUNITY)


@needs(Right.LOG_VISIT)
@one_press
def add_door(request: HttpRequest) -> HttpResponse:
    officer = cast(Officer, request.user)
    form = DoorForm(request.POST or None, areas=areas_of(officer), initial={"kind": Premises.Kind.HOUSEHOLD})
    if request.method == "POST" and form.is_valid():
        try:
            premises = actions.add_door(**form.cleaned_data, by=officer, at=timezone.now())
        except Refusal as refusal:
            form.add_error(refusal.field or None, ValidationError(str(refusal.sentence)))
        else:
            new = _("Added. The supervisor confirms it later; log the visit now.")
            late = _("It was listed already, but not in the campaign: now it is, in your hands. Log the visit now.")
            messages.success(request, new if premises.added_on_round else late)
            return redirect("visits:door", pk=premises.pk)
    context = {"tab": "round", "form": form}
    return render(request, "visits/add_door.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    officer = cast(Officer, request.user)
    unread = officer.notices.filter(read_at__isnull=True).count()
    context = {
        "tab": "me",
        "roles": sorted(officer.roles_now),
        "unread": unread,
        "may_print": officer.may(Right.LOG_VISIT),
    }
    return render(request, "visits/me.html", context)
