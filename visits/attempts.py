"""What a person says about one attempt at one door, before any rule has been asked."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from disputes.pictures import Picture
from registry.doors import Changes
from registry.fields import seal
from visits.models import Visit


@dataclass(frozen=True, kw_only=True)
class FindingReport:
    """Something that the visit brought up; `on_spot` settles it at once, otherwise it opens with its default day.

    Grades 2 and 3 are set with a reason. A photo shows the hazard before, or put right when settled on the spot.
    """

    kind: str
    category: str
    line: str
    on_spot: bool = False
    grade: int = 1
    grade_reason: str = ""
    photo: Picture | None = None


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt as reported by the page, the sync, a paper list or the demo.

    `started_at` None means now, `ended_at` None the moment of saving. `officer_id` names who stood at the door when
    somebody else enters the visit. `facts_confirmed` without `changes` says that nothing changed. `answers` are by
    question id; `as_last` names those taken over from the visit before. `keyed_later`: typed in afterwards, from paper
    or from memory; `late_upload`: written at the door, sent later. `from_paper`: typed from a walk list, and marked so
    however soon.
    """

    premises_id: int
    outcome: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    device_at: datetime | None = None
    people_met: int = 0
    place: str = ""
    declared: bool = False
    not_given_why: str = ""
    facts_confirmed: bool = False
    changes: Changes | None = None
    topics: tuple[int, ...] = ()
    answers: Mapping[int, str] = field(default_factory=dict)
    as_last: tuple[int, ...] = ()
    findings: tuple[FindingReport, ...] = ()
    photos: tuple[Picture, ...] = ()
    services: tuple[str, ...] = ()
    diary: str = ""
    next_at: datetime | None = None
    officer_id: int | None = None
    partner_id: int | None = None
    keyed_later: bool = False
    late_upload: bool = False
    from_paper: bool = False

    @property
    def is_done(self) -> bool:
        return self.outcome in Visit.DONE

    def body(self) -> dict[str, Any]:
        """Everything said, as JSON: what is digested, and kept while a conflict waits for review.

        Pictures stand for themselves by their digest.
        """
        said = asdict(self)
        if not self.services:
            # As it was digested before there were services: what was sent then and is sent again is the same thing.
            del said["services"]
        return json.loads(json.dumps(said, default=_plain, sort_keys=True))

    def kept_body(self) -> dict[str, Any]:
        """The same for the review, a phone number sealed as everywhere."""
        said = self.body()
        if said["changes"] and said["changes"]["phone"]:
            said["changes"]["phone"] = seal(said["changes"]["phone"])
        return said

    def digest(self) -> str:
        """SHA-256 of the canonical body: equal for the same thing said twice."""
        text = json.dumps(self.body(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
