"""The field's fixed vocabulary of cases: kinds, categories, outcomes, grades. Codes are stable for ever.

Categories of disputes: the first fifteen are a municipal justice bureau's statistical list, the rest come from
police use; hazard and request kinds from the campaign reports (see the glossary in `docs/words.md`).
"""

from datetime import date, timedelta

from django.db.models import IntegerChoices, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    DISPUTE = "dispute", _("dispute")
    HAZARD = "hazard", _("hazard")
    REQUEST = "request", _("request")
    SUGGESTION = "suggestion", _("suggestion")
    CLUE = "clue", _("clue")


class DisputeCategory(TextChoices):
    MARRIAGE_FAMILY = "marriage_family", _("marriage and family")
    NEIGHBOUR = "neighbour", _("neighbours")
    HOUSING_HOMESTEAD = "housing_homestead", _("housing and homestead")
    CONTRACT = "contract", _("contract")
    BUSINESS = "business", _("production and trading")
    DAMAGES = "damages", _("damages")
    LAND_FOREST = "land_forest", _("forest, land, pasture")
    EXPROPRIATION = "expropriation", _("land taking and demolition")
    ENVIRONMENT = "environment", _("pollution")
    LABOUR = "labour", _("labour, wages")
    CONSUMER = "consumer", _("consumer")
    MEDICAL = "medical", _("medical")
    TRAFFIC = "traffic", _("road accident")
    PROPERTY_SERVICE = "property_service", _("property management")
    LOVE_AFFAIR = "love_affair", _("relationships, unmarried")
    DEBT = "debt", _("debt")
    TENANCY = "tenancy", _("tenancy")
    TRADE_GROUP = "trade_group", _("group interests")
    LITIGATION_PETITION = "litigation_petition", _("litigation-related")
    VILLAGE_AFFAIRS = "village_affairs", _("village affairs")
    CAMPUS = "campus", _("campus")
    OTHER = "other", pgettext_lazy("category", "other")


class HazardCategory(TextChoices):
    FIRE = "fire", _("fire")
    SECURITY = "security", _("security")
    ROAD = "road", _("traffic")
    RENTAL = "rental", _("rented housing")
    DANGEROUS_GOODS = "dangerous_goods", _("dangerous goods")
    DROWNING = "drowning", _("drowning")
    FRAUD = "fraud", _("fraud risk")
    OTHER = "other", pgettext_lazy("category", "other")


class RequestCategory(TextChoices):
    HUKOU = "hukou", _("household registration")
    PERMIT = "permit", _("permits")
    SAFETY = "safety", _("crime prevention")
    DISPUTE_HELP = "dispute_help", _("help with a dispute")
    HARDSHIP = "hardship", _("help in hardship")
    CONDUCT = "conduct", _("police conduct")
    OTHER = "other", pgettext_lazy("category", "other")


class ClueCategory(TextChoices):
    THEFT = "theft", _("theft and robbery")
    TELECOM_FRAUD = "telecom_fraud", _("telecom fraud")
    GAMBLING = "gambling", _("gambling")
    TRAFFIC_OFFENCE = "traffic_offence", _("traffic offence")
    OTHER = "other", pgettext_lazy("category", "other")


CATEGORIES: dict[str, type[TextChoices]] = {
    Kind.DISPUTE: DisputeCategory,
    Kind.HAZARD: HazardCategory,
    Kind.REQUEST: RequestCategory,
    Kind.SUGGESTION: RequestCategory,
    Kind.CLUE: ClueCategory,
}


def category_label(kind: str, category: str) -> str:
    return str(CATEGORIES[kind](category).label) if category else ""


class Grade(IntegerChoices):
    LOW = 1, _("1 low")
    MID = 2, _("2 mid")
    HIGH = 3, _("3 high")


class Outcome(TextChoices):
    AGREEMENT_WRITTEN = "agreement_written", _("written agreement, performed")
    AGREEMENT_ORAL = "agreement_oral", _("oral agreement, recorded and performed")
    ON_SPOT = "on_spot", _("settled on the spot")
    RECONCILED = "reconciled", _("reconciled by themselves")
    PARTIAL = "partial", _("partly settled")
    WITHDRAWN = "withdrawn", _("withdrawn, no longer a matter")
    LEGAL_ROUTE = "legal_route", _("taken into a legal procedure")
    FAILED = "failed", _("mediation failed")
    RECTIFIED = "rectified", _("rectified")
    REFERRED = "referred", _("referred to the competent body")
    ANSWERED = "answered", _("answered")
    EXPLAINED = "explained", _("explained")
    FORWARDED = "forwarded", _("forwarded")
    ADOPTED = "adopted", _("adopted")
    HANDED_OVER = "handed_over", _("handed over")


OUTCOMES: dict[str, tuple[Outcome, ...]] = {
    Kind.DISPUTE: (
        Outcome.AGREEMENT_WRITTEN,
        Outcome.AGREEMENT_ORAL,
        Outcome.ON_SPOT,
        Outcome.RECONCILED,
        Outcome.PARTIAL,
        Outcome.WITHDRAWN,
        Outcome.LEGAL_ROUTE,
        Outcome.FAILED,
    ),
    Kind.HAZARD: (Outcome.RECTIFIED, Outcome.ON_SPOT, Outcome.REFERRED),
    Kind.REQUEST: (Outcome.ANSWERED, Outcome.ON_SPOT, Outcome.EXPLAINED, Outcome.FORWARDED, Outcome.WITHDRAWN),
    Kind.SUGGESTION: (Outcome.ADOPTED, Outcome.EXPLAINED),
    Kind.CLUE: (Outcome.HANDED_OVER,),
}


class Demand(TextChoices):
    """What a request turns out to be, and so what it is owed (Regulations on Petitions 2022, 27: 三到位一处理)."""

    REASONABLE = "reasonable", _("reasonable: it is to be solved")
    UNFOUNDED = "unfounded", _("unfounded: it is to be explained")
    HARDSHIP = "hardship", _("hardship: relief is to be found")
    UNLAWFUL = "unlawful", _("unlawful: the law takes its course")


class Told(TextChoices):
    """How the resident was told: of the reply, of the measure."""

    IN_PERSON = "in_person", _("in person")
    PHONE = "phone", _("by phone")
    WRITING = "writing", _("in writing")
    POSTED = "posted", _("by a public notice")


# What counts as resolved (化解, 整改, 答复), as opposed to merely ended.
COUNTS: frozenset[str] = frozenset(
    {
        Outcome.AGREEMENT_WRITTEN,
        Outcome.AGREEMENT_ORAL,
        Outcome.ON_SPOT,
        Outcome.RECONCILED,
        Outcome.RECTIFIED,
        Outcome.ANSWERED,
        Outcome.ADOPTED,
        Outcome.HANDED_OVER,
    }
)
# Outcomes that mean somebody else has it now: the receiver has to be named.
PASSED_ON: frozenset[str] = frozenset({Outcome.FORWARDED, Outcome.REFERRED, Outcome.HANDED_OVER})
# What may never be struck off as it stands.
NEVER_STRUCK_OFF: frozenset[str] = frozenset({Outcome.PARTIAL, Outcome.FAILED})

# Days until due by kind and grade: defaults of the house, until the clocks of a deadline policy take their place.
DUE_DAYS: dict[str, dict[int, int]] = {
    Kind.DISPUTE: {1: 7, 2: 15, 3: 30},
    Kind.HAZARD: {1: 7, 2: 15, 3: 15},
    Kind.REQUEST: {1: 15, 2: 15, 3: 15},
    Kind.SUGGESTION: {1: 15, 2: 15, 3: 15},
    Kind.CLUE: {1: 1, 2: 1, 3: 1},
}
# Return visits after a dispute was settled, in days from settling, per party; grade 1: one call in all.
RETURN_DAYS: dict[int, tuple[int, ...]] = {1: (7,), 2: (3, 7), 3: (1, 3, 7, 30)}


# One table of moves, words by kind: a hazard is rectified, a request answered, a suggestion decided on.
MOVE_WORDS: dict[tuple[str, str], str | Promise] = {
    (Kind.HAZARD, "open"): _("order to put it right"),
    (Kind.HAZARD, "settle"): _("record that it is put right"),
    (Kind.HAZARD, "settle_on_spot"): _("put right on the spot"),
    (Kind.HAZARD, "relapse"): _("not put right after all"),
    (Kind.HAZARD, "answered"): _("checked again"),
    (Kind.REQUEST, "register"): _("take on record"),
    (Kind.REQUEST, "open"): _("accept"),
    (Kind.REQUEST, "sign_for"): _("accept"),
    (Kind.REQUEST, "settle"): _("answer the resident"),
    (Kind.REQUEST, "settle_on_spot"): _("answer on the spot"),
    (Kind.REQUEST, "relapse"): _("not answered after all"),
    (Kind.REQUEST, "answered"): _("confirmed with the resident"),
    (Kind.SUGGESTION, "register"): _("take on record"),
    (Kind.SUGGESTION, "open"): _("take up"),
    (Kind.SUGGESTION, "sign_for"): _("take up"),
    (Kind.SUGGESTION, "settle"): _("decide on it"),
    (Kind.SUGGESTION, "settle_on_spot"): _("explain on the spot"),
    (Kind.SUGGESTION, "relapse"): _("take the decision back"),
    (Kind.CLUE, "settle"): _("hand over to the receiving unit"),
    (Kind.CLUE, "relapse"): _("take the clue back"),
}
STATE_WORDS: dict[tuple[str, str], str | Promise] = {
    (Kind.HAZARD, "follow_up"): _("to be checked again"),
    (Kind.HAZARD, "handling"): _("being put right"),
    (Kind.REQUEST, "follow_up"): _("answered, to be confirmed"),
    (Kind.SUGGESTION, "follow_up"): _("decided, being carried out"),
    (Kind.CLUE, "follow_up"): pgettext_lazy("state of a clue", "handed over"),
}
ON_SPOT_WORDS: dict[str, str | Promise] = {
    Kind.DISPUTE: _("Settled on the spot"),
    Kind.HAZARD: _("Put right on the spot"),
    Kind.REQUEST: _("Answered on the spot"),
    Kind.SUGGESTION: _("Explained on the spot"),
}
# What a case is while it is followed up: something came of it, and it is not struck off yet.
SETTLED_WORDS: dict[str, str | Promise] = {
    Kind.DISPUTE: pgettext_lazy("of a dispute", "settled"),
    Kind.HAZARD: pgettext_lazy("of a hazard", "put right"),
    Kind.REQUEST: pgettext_lazy("of a request", "answered"),
    Kind.SUGGESTION: pgettext_lazy("of a suggestion", "decided"),
    Kind.CLUE: pgettext_lazy("state of a clue", "handed over"),
}
# What is asked at the return visit.
RETURN_QUESTIONS: dict[str, str | Promise] = {
    Kind.DISPUTE: _("Is it still settled?"),
    Kind.HAZARD: _("Is it still put right?"),
    Kind.REQUEST: _("Does the resident say that it was answered?"),
    Kind.SUGGESTION: _("Is the measure in force?"),
    Kind.CLUE: _("Is it still settled?"),
}


def settled_label(kind: str, outcome: str) -> str:
    """In one word of its kind; an outcome that does not count as resolved is named as it is."""
    return str(SETTLED_WORDS[kind] if outcome in COUNTS else Outcome(outcome).label)


def return_due(kind: str, day: str, *, late: bool) -> str:
    """Until when somebody asks or looks again, or should have; `day` in the reader's words."""
    if kind == Kind.HAZARD:
        words = gettext("re-check was due by %(day)s") if late else gettext("re-check due by %(day)s")
    else:
        words = gettext("return visit was due by %(day)s") if late else gettext("return visit due by %(day)s")
    return words % {"day": day}


def due_day(kind: str, grade: int, day: date) -> date:
    """The plain due date by kind and grade, until a deadline policy computes it over working days."""
    return day + timedelta(days=DUE_DAYS[kind][grade])
