"""`/visits/keyed/`: a plain form with a line a door; a small script checks each line as it is left."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import needs
from accounts.models import Officer
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.codes import read_code
from visits import keys
from visits.keying.head import MOST_OFFERED, HeadForm, walkers
from visits.keying.lines import HEADINGS, MOST_LINES, SLOTS, Line, Walk
from visits.keying.saving import check_lines, save_lines
from visits.models import Submission, Visit

SESSION_KEY = "keyed_head"
REMEMBERED = ("campaign", "officer", "partner", "day", "starts", "ends", "place", "topics", "declared")


def lines_of(data: QueryDict) -> list[Line]:
    """As many lines as the page had; whoever forges more gets no more than the page would have."""
    typed = data.get("lines", "")
    count = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else SLOTS
    return [Line.of(data, number) for number in range(min(count, MOST_LINES))]


@needs(Right.LOG_VISIT)
def keyed(request: HttpRequest) -> HttpResponse:
    """Good lines are stored, bad ones stay on the page as they were typed, with the reason at their place."""
    by, now = cast(Officer, request.user), timezone.now()
    if request.method != "POST":
        head = HeadForm(by=by, at=now, initial=_remembered(request, by))
        return _page(request, head, [Line.of({}, number) for number in range(SLOTS)])
    head, lines = HeadForm(request.POST, by=by, at=now), lines_of(request.POST)
    if "more" in request.POST:
        more = [Line.of({}, number) for number in range(len(lines), min(len(lines) + 10, MOST_LINES))]
        return _page(request, head, lines + more)
    if not head.is_valid():
        return _page(request, head, lines, status=422)
    request.session[SESSION_KEY] = {
        name: request.POST.getlist(name) if name == "topics" else request.POST.get(name, "") for name in REMEMBERED
    }
    if not any(not line.is_blank for line in lines):
        lines[0].errors["code"] = _("Nothing was typed yet.")
        return _page(request, head, lines, status=422)
    receipts, left = save_lines(lines, Walk.of(head.cleaned_data, by), at=now)
    if receipts:
        messages.success(request, _said(receipts))
    if not left:
        return redirect("visits:keyed")
    fresh = [Line.of({}, number) for number in range(max(line.number for line in left) + 1, SLOTS)]
    return _page(request, head, left + fresh, status=422)


def _remembered(request: HttpRequest, by: Officer) -> dict[str, Any]:
    """The head as it was typed last, so that the next list of the same round need not say it again."""
    today = {"officer": by.badge, "day": timezone.localdate().isoformat(), "place": Visit.Place.HOME.value}
    kept = request.session.get(SESSION_KEY, {})
    return {**today, **{name: value for name, value in kept.items() if name in REMEMBERED and name != "declared"}}


def _said(receipts: list[Submission]) -> str:
    met = sum(receipt.visit is not None and receipt.visit.is_done for receipt in receipts)
    words = ngettext(
        "%(n)s line stored: %(met)s met, %(not)s not met.",
        "%(n)s lines stored: %(met)s met, %(not)s not met.",
        len(receipts),
    )
    return words % {"n": len(receipts), "met": met, "not": len(receipts) - met}


def _page(request: HttpRequest, head: HeadForm, lines: list[Line], status: int = 200) -> HttpResponse:
    by = head.by
    campaign = head.chosen_campaign()
    bad = [line for line in lines if line.errors]
    context = {
        "tab": "desk" if by.may(Right.USE_ADMIN) else "round",
        "head": head,
        "campaign": campaign,
        "lines": lines,
        "count": max((line.number for line in lines), default=0) + 1,
        "bad": bad,
        "why_bad": [
            (f"{next(iter(line.errors))}-{line.number}", _("Line %(n)s: %(why)s") % {"n": line.number + 1, "why": why})
            for line in bad
            for why in line.sentences
        ],
        "most": MOST_LINES,
        "outcomes": list(enumerate(keys.OUTCOME_WORDS, start=1)),
        "places": list(enumerate(keys.PLACES, start=1)),
        "not_given": list(enumerate(keys.NOT_GIVEN, start=1)),
        "finding_keys": keys.finding_keys(),
        "topics": head.all_topics(),
        "walkers": walkers(by, head.at)[:MOST_OFFERED],
        "enters_for_others": by.may(Right.ENTER_FOR_OTHERS),
        "columns": HEADINGS.items(),
    }
    return render(request, "visits/keyed.html", context, status=status)


@needs(Right.LOG_VISIT)
@require_POST
def check(request: HttpRequest) -> JsonResponse:
    """One line as it stands, checked like at saving; writes nothing. `other` are the codes of the page's other lines."""
    by, now = cast(Officer, request.user), timezone.now()
    head, number = HeadForm(request.POST, by=by, at=now), request.POST.get("line", "")
    if not number.isascii() or not number.isdigit() or len(number) > 3 or not head.is_valid():
        return JsonResponse({"head": dict(head.errors.items())}, status=422)
    line = Line.of(request.POST, int(number))
    check_lines([line], Walk.of(head.cleaned_data, by), at=now, seen=_codes(request.POST.getlist("other")))
    return JsonResponse({"door": line.door_words, "errors": line.errors, "hint": line.hint})


def _codes(typed: list[str]) -> list[int]:
    found = []
    for text in typed[:MOST_LINES]:
        try:
            found.append(read_code(text))
        except Refusal:
            continue
    return found
