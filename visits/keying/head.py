"""What holds for a whole paper list: which campaign, who walked, when, and what was the same at every door."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer
from accounts.rights import Right
from campaigns.models import Campaign
from visits.models import Visit

MOST_OFFERED = 300
# A round that begins in the evening may end on the next day; any other end before its start is a slip of the pen.
EVENING, LONGEST_NIGHT = time(18), timedelta(hours=12)
NOT_YET = _("This round has not been walked yet: its start lies in the future.")


def campaigns_to_key(by: Officer) -> Any:
    rows = Campaign.objects.visible_to(by).filter(state=Campaign.State.OPEN)
    return rows.prefetch_related("topics", "questions").order_by("-starts_on", "-pk")


def walkers(by: Officer, at: datetime) -> Any:
    """Oneself, and those for whom one may enter a visit."""
    units = by.units_with(Right.ENTER_FOR_OTHERS)
    rows = Officer.objects.visible_to(by).working(timezone.localdate(at))
    return rows.filter(Q(pk=by.pk) | Q(unit_id__in=units)).select_related("unit").order_by("badge")


def span_of(day: date, starts: time, ends: time) -> tuple[datetime, datetime]:
    """Start and end of a round: one of the evening may last past midnight."""
    start, end = (timezone.make_aware(datetime.combine(day, each)) for each in (starts, ends))
    next_day = end + timedelta(days=1)
    past_midnight = end < start and starts >= EVENING and next_day - start <= LONGEST_NIGHT
    return start, next_day if past_midnight else end


class HeadForm(forms.Form):
    """Times are the station's. Doors without a time of their own are spread evenly between start and end."""

    campaign = forms.ModelChoiceField(label=_("Campaign"), queryset=Campaign.objects.none())
    officer = forms.CharField(label=_("Walked by (badge no.)"), max_length=20)
    partner = forms.CharField(label=_("With (badge no.)"), max_length=20, required=False)
    day = forms.DateField(label=_("Date of the round"), widget=forms.DateInput(attrs={"type": "date"}))
    starts = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}))
    ends = forms.TimeField(
        label=_("To"), widget=forms.TimeInput(attrs={"type": "time", "aria-describedby": "past-midnight"})
    )
    place = forms.ChoiceField(label=_("Met, unless typed"), choices=[("", "–"), *Visit.Place.choices])
    topics = forms.TypedMultipleChoiceField(
        label=_("Topics, unless typed"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("A ticked topic is not one of this campaign. Tick them again, then save.")},
    )
    declared = forms.BooleanField(required=False)

    def __init__(self, *args: Any, by: Officer, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by, self.at = by, at
        fields: dict[str, Any] = self.fields
        fields["campaign"].queryset = campaigns_to_key(by)
        fields["campaign"].empty_label = None
        fields["topics"].choices = [(topic.pk, topic.name) for topic in self.all_topics()]
        fields["officer"].widget.attrs["list"] = fields["partner"].widget.attrs["list"] = "walkers"
        for name in ("campaign", "officer", "partner", "day", "starts", "ends", "place"):
            fields[name].widget.attrs["class"] = "control"

    def all_topics(self) -> list[Any]:
        """Of the campaign that is chosen, or would be if nobody chose."""
        campaign = self.chosen_campaign()
        return list(campaign.topics.all()) if campaign else []

    def chosen_campaign(self) -> Campaign | None:
        if not hasattr(self, "_campaigns"):
            self._campaigns = list(campaigns_to_key(self.by)[:50])
        typed = str(self["campaign"].value() or "") if self.is_bound or self.initial else ""
        return next((row for row in self._campaigns if str(row.pk) == typed), next(iter(self._campaigns), None))

    def clean_officer(self) -> Officer:
        return self._walker(self.cleaned_data["officer"])

    def clean_partner(self) -> Officer | None:
        typed = self.cleaned_data["partner"].strip()
        return self._walker(typed) if typed else None

    def _walker(self, badge: str) -> Officer:
        found: Officer | None = walkers(self.by, self.at).filter(badge__iexact=badge.strip()).first()
        if found is None:
            raise forms.ValidationError(_("Nobody with this badge number walks for you. Choose one from the list."))
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not {"day", "starts", "ends"} <= set(data):
            return data
        if data["day"] > timezone.localdate(self.at):
            self.add_error("day", NOT_YET)
            return data
        start, end = span_of(data["day"], data["starts"], data["ends"])
        if end < start:
            self.add_error(
                "ends",
                _(
                    "The end lies before the start. Only a round that began at 18:00 or later ends on the next day, within "
                    "twelve hours."
                ),
            )
        elif start > self.at:
            self.add_error("day", NOT_YET)
        elif end > self.at + timedelta(minutes=5):
            self.add_error("ends", _("This round is not over yet: its end lies in the future."))
        elif start < self.at - timedelta(hours=Visit.LATE_HOURS):
            self.add_error("day", _("This round lies more than 72 hours back. Ask the supervisor to note it on paper."))
        data["start"], data["end"] = start, end
        return data
