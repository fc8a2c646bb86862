"""Specimens of what is around a list: filters, counts, pages, days, and the notices in its place."""

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from core.clock import SHANGHAI
from core.lights import Light
from core.scope import ScopeKind
from core.statuses import MeasureStatus
from styleguide.specimens.specimen import DAY, ENDS, STARTS, Entry, Specimen, component, component_entry, in_language
from web.models import SavedView
from web.saved_views import SavedViewForm
from web.views import SavedLink, Share


class FilterForm(forms.Form):
    q = forms.CharField(required=False)
    status = forms.ChoiceField(choices=MeasureStatus.choices, required=False)
    light = forms.ChoiceField(choices=Light.choices, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        labels = {"q": _("Keyword or code"), "status": _("Status"), "light": _("Light")}
        for name, label in labels.items():
            self.fields[name].label = label


def filter_context(form: forms.Form) -> dict[str, Any]:
    """Return the context that a list gives to its page."""
    form.is_valid()
    return {"form": form, "filter": SimpleNamespace(form=form, base_filters={"status": None, "light": None})}


def list_entries() -> list[Entry]:
    return [*_filters_and_counts(), *_folds(), *_pages_and_days(), *_notices()]


def _filters_and_counts() -> list[Entry]:
    form = FilterForm({"q": "", "status": "completed", "light": "red"}, auto_id="filter-%s")
    filters = filter_context(form)
    of_plan = {"plan": SimpleNamespace(slug="2023-2025")}
    return [
        component_entry(
            "filter_form.html",
            "form=filter.form shown=shown folded=folded",
            shown=["q", "status"],
            folded=["light"],
            **filters,
        ),
        component_entry("chips.html", "form=filter.form", **filters),
        component_entry("chip.html", 'filter=filter url="#"', filter=_("With reports outstanding")),
        Entry(
            "count_line.html",
            [
                Specimen(
                    '{% api_url "api-measures" as address %}'
                    '{% include "components/count_line.html" with count=1518 counts=counts %}',
                    "",
                    {"counts": f"{MeasureStatus.COMPLETED.label} 13", **filters, **of_plan},
                ),
            ],
        ),
        Entry(
            "use_list.html",
            [
                Specimen(
                    '{% api_url "api-measures" as address %}{% include "components/use_list.html" %}',
                    _("with files"),
                    of_plan,
                ),
                Specimen(
                    '{% api_url "api-changes" as address %}{% include "components/use_list.html" with no_files=True %}',
                    _("where the API gives no files"),
                    of_plan,
                ),
            ],
        ),
    ]


def _folds() -> list[Entry]:
    return [
        component_entry(
            "shares.html",
            "label=label",
            label=_("Status"),
            shares=[Share(str(each.label), 7, "?") for each in MeasureStatus],
        ),
        component_entry(
            "saved_views.html",
            saved_views=[SavedLink(SavedView(pk=1, name=_("Rated red")), "?", is_open=True)],
            view_form=SavedViewForm(auto_id="view-%s"),
            view_address="/measures/?light=red",
            plan=SimpleNamespace(slug="2023-2025"),
        ),
    ]


def _pages_and_days() -> list[Entry]:
    pages = Paginator(range(110), 50)
    return [
        Entry(
            "pagination.html",
            [
                component("pagination.html", "page=page label=label", label, page=pages.page(number), label=label)
                for number, label in enumerate((_("first page"), _("middle page"), _("last page")), start=1)
            ],
        ),
        component_entry(
            "pickers.html",
            as_of=DAY,
            compared=date(2023, 7, 31),
            today=DAY,
            plan=SimpleNamespace(starts_on=STARTS, ends_on=ENDS),
        ),
    ]


def _notices() -> list[Entry]:
    return [
        Entry(
            "empty.html",
            [
                component("empty.html", "text=text", _("nothing helps"), text=_("No data for this period")),
                component(
                    "empty.html",
                    'text=text url="#" label=label',
                    _("with the link that helps"),
                    text=_("No measures match these filters"),
                    label=_("Clear filters"),
                ),
            ],
        ),
        component_entry(
            "refreshing.html",
            state=_("while totals are refreshed; else nothing"),
            rollup_state=SimpleNamespace(refreshing=True),
        ),
        *_leaving(),
    ]


def _leaving() -> list[Entry]:
    reason = in_language("部署有调整", "The arrangements were changed")
    left = SimpleNamespace(
        get_kind_display=ScopeKind.SUSPENDED.label,
        successors_note="",
        effective_on=DAY,
        reason=reason,
        recorded_at=datetime(2023, 8, 29, 9, 30, tzinfo=SHANGHAI),
    )
    return [
        component_entry("scope_banner.html", left=left),
        component_entry("scope_changes.html", scope_changes=[left]),
    ]
