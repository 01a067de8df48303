"""Doors found on the round, at the supervisor's desk: the list that waits, and one of them, confirmed or merged."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import needs
from accounts.models import Officer
from accounts.presses import one_press
from accounts.refusals import Refusal
from accounts.rights import Right
from registry.models import Premises
from visits.merging import added_doors, candidates_for, confirm_added, merge_added

MOST_SHOWN = 100


@needs(Right.SHARE_OUT)
@require_safe
def added(request: HttpRequest) -> HttpResponse:
    """Doors found on the round that wait for the supervisor."""
    doors = list(added_doors(cast(Officer, request.user))[: MOST_SHOWN + 1])
    context = {"tab": "desk", "doors": doors[:MOST_SHOWN], "are_more": len(doors) > MOST_SHOWN}
    return render(request, "visits/added.html", context)


@needs(Right.SHARE_OUT)
@one_press
def added_door(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: confirm it as new, or say which listed door it is."""
    officer, now = cast(Officer, request.user), timezone.now()
    premises: Premises = get_object_or_404(added_doors(officer), pk=pk)
    candidates, refusal = candidates_for(premises), None
    if request.method == "POST":
        chosen = next((row for row in candidates if str(row.pk) == request.POST.get("into")), None)
        try:
            if request.POST.get("what") == "confirm":
                confirm_added(doors=[premises], by=officer, at=now)
                messages.success(request, _("Confirmed as a new door."))
            elif chosen is None:
                raise Refusal("into", _("Choose the door that it is: of the same kind, and still listed."), "into")
            else:
                merge_added(door=premises, into=chosen, by=officer, at=now)
                messages.success(request, _("Merged. Its visits now belong to the listed door."))
            return redirect("visits:added")
        except Refusal as caught:
            refusal = caught
    refused = [("id_into" if candidates else "listed", refusal.sentence)] if refusal else []
    context = {"tab": "desk", "door": premises, "candidates": candidates, "refused": refused}
    return render(request, "visits/added_door.html", context, status=refusal.status if refusal else 200)
