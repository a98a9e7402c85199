"""How a form looks: the page with its questions, the thanks, and the sorry page; all by jinja2, which escapes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from config.form import Form
from config.rules import Rules
from leads.form import labels_of, subscribe_mark

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parents[1] / "page"
TRAP = "homepage"  # a box that people do not see; programs fill in whatever there is
CARRIED = (
    "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "keyword", "landing", "referrer", "c",
    "door", "pages", "embed",
)  # fmt: skip
TYPES = {"phone": "tel", "email": "email"}
COMPLETE = {
    "name": "name", "phone": "tel", "company": "organization", "email": "email", "title": "organization-title",
    "city": "address-level2",
}  # fmt: skip
CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors {ancestors}"
)


@dataclass(frozen=True)
class Question:
    """One question as the page shows it. Kinds: line, text, one (of options), several."""

    key: str
    label: str
    kind: str
    type: str
    required: bool
    hint: str
    complete: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Showing:
    """One showing of a form: the ticket, what was filled in before, what is wrong with it, what is said on top."""

    ticket: str
    given: Mapping[str, str] = field(default_factory=dict, repr=False)
    flaws: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""


def form_page(name: str, form: Form, rules: Rules, showing: Showing, *, status: int = 200) -> web.Response:
    """The form with its questions."""
    carried = {key: showing.given[key] for key in CARRIED if showing.given.get(key)}
    content = _template("form.html").render(
        name=name, form=form, questions=_questions(form, rules), showing=showing, carried=carried, trap=TRAP,
        given=showing.given, flaws=showing.flaws,
        subscribe=subscribe_mark(form.subscribe) if form.subscribe is not None else "",
    )  # fmt: skip
    return _page(content, form, status=status)


def thanks_page(name: str, form: Form, *, embedded: bool) -> web.Response:
    """What everybody reads who has submitted: a known customer, a new one, and a bot that filled in the trap."""
    return _page(_template("form_thanks.html").render(name=name, form=form, embedded=embedded), form)


def sorry_page(title: str, sentence: str, *, status: int) -> web.Response:
    """For whoever came to a form that is not there, or when we could not do our part."""
    content = _template("form_sorry.html").render(title=title, sentence=sentence)
    return _page(content, None, status=status)


def filled(page: str, *, status: int = 200, **values: Any) -> web.Response:
    """Another page of ours for strangers, in the same manner."""
    return _page(_template(page).render(**values), None, status=status)


def style_of(form: Form) -> str:
    """The style sheet in the form's colour, with letters on it that can be read."""
    color = form.theme.color
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    bright = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2  # relative luminance (WCAG 2)
    ink = "#111" if (bright + 0.05) / 0.05 > 1.05 / (bright + 0.05) else "#fff"
    return f":root {{ --color: {color}; --ink: {ink}; }}\n{read('form.css')}"


@cache
def read(file: str) -> str:
    """A file of the pages."""
    return (HERE / file).read_text(encoding="utf-8")


def _questions(form: Form, rules: Rules) -> list[Question]:
    labels = labels_of(form, rules)
    found = []
    for one in form.fields:
        own = rules.fields.get(one.field)
        kind = {"select": "one", "multi": "several"}.get(own.type, "line") if own is not None else "line"
        kind = "text" if one.field == "need" else kind
        type_ = TYPES.get(one.field, "date" if own is not None and own.type == "date" else "text")
        options = own.options if own is not None else ()
        complete = COMPLETE.get(one.field, "off")
        question = Question(one.field, labels[one.field], kind, type_, one.required, one.hint, complete, options)
        found.append(question)
    return found


def _page(content: str, form: Form | None, *, status: int = 200) -> web.Response:
    ancestors = " ".join(form.embed_on) if form is not None and form.embed_on else "'none'"
    headers = {"Content-Security-Policy": CSP.format(ancestors=ancestors)}
    if ancestors == "'none'":
        headers["X-Frame-Options"] = "DENY"
    return web.Response(text=content, content_type="text/html", status=status, headers=headers)


@cache
def _jinja() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # heavy: on first use only

    loader = FileSystemLoader(HERE)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def _template(file: str) -> Any:
    return _jinja().get_template(file)
