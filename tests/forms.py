"""The forms of a page, read from its HTML as a browser reads them: what each would send, and what may be typed."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

from django.http import HttpResponse

TYPED = {"text", "search", "date", "datetime-local", "time", "number", "tel", "email", "url", "hidden", "password", ""}


@dataclass
class Control:
    """One field by its name: what it holds, and what a person could choose or must fill."""

    name: str
    kind: str
    id: str = ""
    values: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    required: bool = False
    described_by: str = ""
    multiple: bool = False


@dataclass
class Form:
    action: str
    controls: dict[str, Control] = field(default_factory=dict)
    # Each button that sends it: (name, value, where to); the first two are "" for one without a name.
    buttons: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def fields(self) -> dict[str, list[str]]:
        """What is sent as the page stands, without any button."""
        return {name: control.values for name, control in self.controls.items() if control.values}

    @property
    def texts(self) -> list[str]:
        return [name for name, control in self.controls.items() if control.kind in TYPED | {"textarea"}]


class Forms(HTMLParser):
    """The forms of a page that post."""

    def __init__(self, html: str, address: str) -> None:
        super().__init__()
        self.address, self.found = address, list[Form]()
        self.by_id: dict[str, Form] = {}
        self.open: Form | None = None
        self.within: Control | None = None
        # The option that is open: its value, None where its words are that; and whether it is chosen.
        self.option: tuple[str | None, bool] | None = None
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = Form(urljoin(self.address, said.get("action") or self.address))
            if said.get("method", "").lower() == "post":
                self.found.append(self.open)
                self.by_id[said.get("id", "")] = self.open
            return
        if tag == "option" and self.within is not None and "disabled" not in said:
            self.option = said.get("value"), "selected" in said
            self.words = ""
            return
        form = self.by_id.get(said["form"], self.open) if "form" in said else self.open
        if form is not None and tag in {"input", "select", "textarea", "button"} and "disabled" not in said:
            self.take(form, tag, said)

    def take(self, form: Form, tag: str, said: dict[str, str]) -> None:
        name, kind = said.get("name", ""), said.get("type", "") if tag == "input" else tag
        if kind in {"button", "submit", "image"}:
            if said.get("type", "submit") == "submit" or kind != "button":
                to = urljoin(self.address, said["formaction"]) if "formaction" in said else form.action
                form.buttons.append((name, said.get("value", ""), to))
            return
        if not name:
            return
        control = form.controls.setdefault(name, Control(name, kind, said.get("id", "")))
        control.required |= "required" in said
        control.described_by = said.get("aria-describedby", "") or control.described_by
        control.multiple |= "multiple" in said
        if kind in {"radio", "checkbox"}:
            control.choices.append(said.get("value", "on"))
            if "checked" in said:
                control.values.append(said.get("value", "on"))
        elif kind in {"select", "textarea"}:
            self.within, self.words = control, ""
        elif kind in TYPED:
            control.values.append(said.get("value", ""))

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "option" and self.within is not None and self.option is not None:
            value, chosen = self.option
            self.within.choices.append(self.words.strip() if value is None else value)
            self.within.values += self.within.choices[-1:] if chosen else []
            self.option = None
        elif tag == "textarea" and self.within is not None:
            # The line break after the opening tag is no part of it.
            self.within.values.append(self.words.removeprefix("\r\n").removeprefix("\n"))
            self.within = None
        elif tag == "select" and self.within is not None:
            if not self.within.values and self.within.choices and not self.within.multiple:
                self.within.values.append(self.within.choices[0])
            self.within = None


def form_at(answer: HttpResponse, address: str) -> Form:
    """The form of the page that posts to where it stands."""
    [form] = [found for found in Forms(answer.content.decode(), address).found if found.action == address]
    return form
