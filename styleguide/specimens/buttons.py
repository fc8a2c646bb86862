"""Specimens of buttons, and of links that choose a view."""

from datetime import date
from types import SimpleNamespace

from django.utils.translation import gettext as _

from styleguide.specimens.specimen import DAY, ENDS, STARTS, Entry, Specimen, component, component_entry, states


def _plan(slug: str, starts_on: date, ends_on: date) -> SimpleNamespace:
    name_zh, name_en = f"{starts_on.year}—{ends_on.year}年行动计划", f"Action plan {starts_on.year}–{ends_on.year}"
    return SimpleNamespace(name_zh=name_zh, name_en=name_en, link_slug=slug, starts_on=starts_on, ends_on=ends_on)


def _plans() -> list[SimpleNamespace]:
    """The one that is open, one that has ended, one to come."""
    return [
        _plan("to-come", ENDS.replace(year=ENDS.year + 1, month=1, day=1), ENDS.replace(year=ENDS.year + 3)),
        _plan("", STARTS, ENDS),
        _plan("ended", STARTS.replace(year=STARTS.year - 3), STARTS.replace(year=STARTS.year - 1)),
    ]


def button_entries() -> list[Entry]:
    plain = f'<button class="button%s">{_("Save draft")}</button>'
    by_class = {
        "": _("one on a page"),
        " button-quiet": _("beside it"),
        " button-danger": _("what cannot be undone"),
        " button-small": _("in a row of a table"),
        " button-quiet button-small": _("in a row, beside it"),
    }
    choices = [
        {"label": _("Total investment"), "url": "#", "is_chosen": True},
        {"label": _("Number of projects"), "url": "#", "is_chosen": False},
    ]
    return [
        Entry(
            "button",
            [
                *states(plain, by_class),
                Specimen(f'<a class="button" href="#">{_("File a report")}</a>', _("a link")),
                Specimen(f'<button class="link-button">{_("Log out")}</button>', _("in the head of the page")),
            ],
        ),
        # The page hides it until a session is about to end.
        Entry("idle.html", [component("idle.html")], is_visible=False),
        component_entry("switch.html", f'label="{_("The map shows")}"', choices=choices),
        component_entry("plan_switch.html", plan=_plan("", STARTS, ENDS), plan_choice=_plans(), today=DAY),
        component_entry("brief_link.html", brief_url="/brief/"),
    ]
