"""What a supervisor types to begin a campaign, and what the share-out board sends back."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _

from accounts.changed_meanwhile import RowForm
from accounts.days import IN_REACH, say_backwards
from accounts.models import Officer, Unit
from accounts.rights import Right
from campaigns.board import Choice
from campaigns.dates import Dates, phase_faults
from campaigns.models import Campaign, ShareOut
from registry.jurisdictions import under
from registry.models import Area, Jurisdiction

DAYS = ("starts_on", "ends_on", "retain_until")
DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

# A list on one page; above it the next coarser level is offered: a city's communities, a province's townships.
MOST_LISTED = 4_000
PICKED = (
    (Area.Level.TOWNSHIP, Area.Level.COMMUNITY),
    (Area.Level.COUNTY, Area.Level.TOWNSHIP),
    (Area.Level.CITY, Area.Level.COUNTY),
)


def areas_under(units: Any) -> QuerySet[Area]:
    """What the units answer for, as fine as one page holds: townships and communities, else the levels above them."""
    codes = Jurisdiction.objects.unscoped("areas of units in reach").filter(unit__in=units)
    inside = Area.objects.filter(under(codes.values_list("area_id", flat=True))).order_by("code")
    for levels in PICKED:
        listed = inside.filter(level__in=levels)
        if len(listed.values_list("pk", flat=True)[: MOST_LISTED + 1]) <= MOST_LISTED:
            return listed
    return inside.filter(level=Area.Level.PROVINCE)


class DraftForm(forms.Form):
    """Title, unit, dates, communities: the plan brings the rest."""

    title = forms.CharField(label=_("Campaign title"), max_length=80)
    unit: Any = forms.ModelChoiceField(label=_("Lead unit"), queryset=None, empty_label=None)
    starts_on = forms.DateField(label=_("Starts on"), validators=IN_REACH, widget=DAY)
    ends_on = forms.DateField(label=_("Ends on"), validators=IN_REACH, widget=DAY)
    areas = forms.ModelMultipleChoiceField(
        label=_("Communities"), queryset=Area.objects.none(), error_messages={"required": _("Choose at least one.")}
    )

    def __init__(self, *args: Any, officer: Officer, source: Campaign | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source = source
        units = Unit.objects.visible_to(officer).filter(pk__in=officer.units_with(Right.SET_UP))
        self.fields["unit"].queryset = units.order_by("path")  # type: ignore[attr-defined]
        self.fields["areas"].queryset = areas_under(units)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        say_backwards(self, data)
        return data

    def groups(self) -> list[tuple[Area, list[Area]]]:
        """Townships with their communities (or the levels above them), for the page."""
        field: Any = self.fields["areas"]
        grouped: dict[str, tuple[Area, list[Area]]] = {}
        for area in field.queryset:
            if area.parent_id in grouped:
                grouped[area.parent_id][1].append(area)
            else:
                grouped[area.code] = (area, [])
        return list(grouped.values())

    def chosen(self) -> set[str]:
        """What was ticked; before that, what the copied campaign took, or everything."""
        if self.is_bound:
            return set(self.data.getlist("areas"))  # type: ignore[attr-defined]
        heads = self.groups()
        if self.source is None:
            return {head.code for head, _members in heads}
        taken = tuple(self.source.areas.values_list("code", flat=True))
        whole = {head.code for head, _members in heads if head.code.startswith(taken)}
        return whole | {area.code for head, members in heads for area in members if area.code in taken}


class BoardForm(forms.Form):
    """The board's choices. The first look, without any, shows everything by responsibility.

    `seen` is the way that the page showed, `facts` what it remembers of the numbers, `doors` what the button said.
    """

    way = forms.ChoiceField(choices=ShareOut.Way.choices, required=False)
    to = forms.IntegerField(required=False)
    source = forms.IntegerField(required=False)
    visited_too = forms.BooleanField(required=False)
    seen = forms.ChoiceField(choices=ShareOut.Way.choices, required=False)
    digest = forms.CharField(required=False, max_length=64)
    facts = forms.CharField(required=False, max_length=80)
    doors = forms.IntegerField(required=False, min_value=0)

    def choice(self) -> Choice:
        data = self.cleaned_data
        way, seen = data["way"] or ShareOut.Way.RESPONSIBILITY, data["seen"]
        picked = frozenset(
            (area, building) for area, _bar, building in (pick.partition("|") for pick in self._all("pick"))
        )
        # Picking by hand begins with nothing picked, whatever the other ways had ticked; leaving it, with everything.
        if ShareOut.Way.HAND in (way, seen) and seen != way:
            picked = frozenset()
        every = way != ShareOut.Way.HAND and seen in ("", ShareOut.Way.HAND)
        among = frozenset(int(pk) for pk in self._all("among") if pk.isdecimal() and len(pk) < 18)
        return Choice(
            way=way,
            picked=None if every else picked,
            to=data["to"] if way in (ShareOut.Way.HAND, ShareOut.Way.HAND_ON) else None,
            source=data["source"] if way == ShareOut.Way.HAND_ON else None,
            among=among if way == seen == ShareOut.Way.EVENLY else None,
            visited_too=data["visited_too"],
        )

    @property
    def remembered(self) -> dict[str, Any]:
        """What the page was computed from; empty where something else came back."""
        data = self.cleaned_data
        return {"digest": data.get("digest", ""), "facts": data.get("facts", ""), "doors": data.get("doors") or 0}

    def _all(self, name: str) -> list[str]:
        return list(self.data.getlist(name)) if hasattr(self.data, "getlist") else []


class DatesForm(forms.Form):
    """A campaign's dates with those of its phases; what was shown comes back as `was_…`."""

    was_starts_on = forms.DateField(widget=forms.HiddenInput)
    was_ends_on = forms.DateField(widget=forms.HiddenInput)
    starts_on = forms.DateField(label=_("Starts on"), validators=IN_REACH, widget=DAY)
    ends_on = forms.DateField(label=_("Ends on"), validators=IN_REACH, widget=DAY)
    retain_until = forms.DateField(label=_("Personal data kept until"), validators=IN_REACH, widget=DAY)
    warned = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, campaign: Campaign) -> None:
        columns = ("starts_on", "ends_on", "retain_until")
        initial: dict[str, Any] = {name: getattr(campaign, name) for name in columns}
        initial |= {"was_starts_on": campaign.starts_on, "was_ends_on": campaign.ends_on}
        self.phases = list(campaign.phases.all())
        for phase in self.phases:
            initial |= {f"phase_{phase.pk}_{name}": getattr(phase, name) for name in ("starts_on", "ends_on")}
        super().__init__(data, initial=initial)
        for phase in self.phases:
            named = {"phase": phase.name}
            for name, label in (("starts_on", _("%(phase)s, from")), ("ends_on", _("%(phase)s, until"))):
                self.fields[f"phase_{phase.pk}_{name}"] = forms.DateField(label=label % named, widget=DAY)

    def phase_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"phase_{p.pk}_starts_on"], self[f"phase_{p.pk}_ends_on"]) for p in self.phases]

    def dates(self) -> Dates:
        data = self.cleaned_data
        spans = {p.pk: (data[f"phase_{p.pk}_starts_on"], data[f"phase_{p.pk}_ends_on"]) for p in self.phases}
        return Dates(data["starts_on"], data["ends_on"], data["retain_until"], spans)


class PhaseFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """Phases of a draft lie inside its dates, as they are typed on the same page."""

    def clean(self) -> None:
        super().clean()
        campaign: Any = self.instance
        if not campaign.starts_on or not campaign.ends_on:
            return
        dates = Dates(campaign.starts_on, campaign.ends_on, campaign.ends_on)
        for form in self.forms:
            data = getattr(form, "cleaned_data", None) or {}
            if data.get("DELETE") or not data.get("starts_on") or not data.get("ends_on"):
                continue
            for fault in phase_faults("", data["starts_on"], data["ends_on"], dates):
                form.add_error(fault.field.removeprefix("_"), str(fault))


class CampaignForm(RowForm):
    """A draft's own columns; its phases are held inside its dates by `PhaseFormSet`."""

    class Meta:
        model = Campaign
        fields = [
            "title",
            "slogan",
            "legal_basis",
            "purpose",
            "notice_text",
            "notice_version",
            "starts_on",
            "ends_on",
            "retain_until",
            "attempts_needed",
            "bands_needed",
            "cool_off_days",
        ]
        widgets: ClassVar[dict[str, Any]] = {
            **dict.fromkeys(DAYS, DAY),
            **{
                name: forms.Textarea(attrs={"rows": 3, "cols": 80})
                for name in ("legal_basis", "purpose", "notice_text")
            },
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in DAYS:
            if name in self.fields:
                self.fields[name].validators.extend(IN_REACH)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        say_backwards(self, data)
        last: date | None = data.get("ends_on")
        kept: date | None = data.get("retain_until")
        if last and kept and kept < last:
            self.add_error("retain_until", _("Personal data is kept at least until the last day."))
        return data
