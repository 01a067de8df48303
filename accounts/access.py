"""Login by default: every view says who may come in, and the gate turns away a view that says nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from accounts.rights import Right

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Rule:
    """`open`: nobody need sign in. `rights`: any one of them, anywhere; () means that signing in is enough.

    `json`: a signed-out caller gets 401 JSON rather than the sign-in page.
    """

    open: bool = False
    rights: tuple[Right, ...] = ()
    json: bool = False

    def __str__(self) -> str:
        if self.open:
            return "open"
        return " | ".join(right.value for right in self.rights) or "signed in"


ADMIN_RULE = Rule(rights=(Right.USE_ADMIN,))


def rule_of(view: Any) -> Rule | None:
    """The rule that a view carries; everything inside the admin site asks for USE_ADMIN."""
    found = getattr(view, "access_rule", None)
    if found is not None:
        return found if isinstance(found, Rule) else None
    if getattr(view, "model_admin", None) is not None or getattr(view, "admin_site", None) is not None:
        return ADMIN_RULE
    return None


def _ruled(rule: Rule) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access_rule = rule  # type: ignore[attr-defined]
        return view

    return mark


def open_to_all(view: View) -> View:
    return _ruled(Rule(open=True))(view)


def signed_in(view: View) -> View:
    return _ruled(Rule())(view)


def signed_in_json(view: View) -> View:
    return _ruled(Rule(json=True))(view)


def needs(*rights: Right) -> Callable[[View], View]:
    """Any one of the rights, anywhere; rows are then asked for through `visible_to`."""
    return _ruled(Rule(rights=rights))
