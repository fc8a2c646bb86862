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
from styleguide.specimens.specimen import DAY, ENDS, STARTS, Entry, Specimen, in_language
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
        Entry(
            "filter_form.html",
            [
                Specimen(
                    '{% include "components/filter_form.html" with form=filter.form shown=shown folded=folded %}',
                    "",
                    {**filters, "shown": ["q", "status"], "folded": ["light"]},
                )
            ],
        ),
        Entry("chips.html", [Specimen('{% include "components/chips.html" with form=filter.form %}', "", filters)]),
        Entry(
            "chip.html",
            [
                Specimen(
                    '{% include "components/chip.html" with filter=filter url="#" %}',
                    "",
                    {"filter": _("With reports outstanding")},
                )
            ],
        ),
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
        Entry(
            "shares.html",
            [
                Specimen(
                    '{% include "components/shares.html" with label=label %}',
                    "",
                    {"label": _("Status"), "shares": [Share(str(each.label), 7, "?") for each in MeasureStatus]},
                )
            ],
        ),
        Entry(
            "saved_views.html",
            [
                Specimen(
                    '{% include "components/saved_views.html" %}',
                    "",
                    {
                        "saved_views": [SavedLink(SavedView(pk=1, name=_("Rated red")), "?", is_open=True)],
                        "view_form": SavedViewForm(auto_id="view-%s"),
                        "view_address": "/measures/?light=red",
                        "plan": SimpleNamespace(slug="2023-2025"),
                    },
                )
            ],
        ),
    ]


def _pages_and_days() -> list[Entry]:
    return [
        Entry(
            "pagination.html",
            [
                Specimen(
                    '{% include "components/pagination.html" with page=page label=label %}',
                    label,
                    {"page": Paginator(range(110), 50).page(number), "label": label},
                )
                for number, label in enumerate((_("first page"), _("middle page"), _("last page")), start=1)
            ],
        ),
        Entry(
            "pickers.html",
            [
                Specimen(
                    '{% include "components/pickers.html" %}',
                    "",
                    {
                        "as_of": DAY,
                        "compared": date(2023, 7, 31),
                        "today": DAY,
                        "plan": SimpleNamespace(starts_on=STARTS, ends_on=ENDS),
                    },
                )
            ],
        ),
    ]


def _notices() -> list[Entry]:
    return [
        Entry(
            "empty.html",
            [
                Specimen(
                    '{% include "components/empty.html" with text=text %}',
                    _("nothing helps"),
                    {"text": _("No data for this period")},
                ),
                Specimen(
                    '{% include "components/empty.html" with text=text url="#" label=label %}',
                    _("with the link that helps"),
                    {"text": _("No measures match these filters"), "label": _("Clear filters")},
                ),
            ],
        ),
        Entry(
            "refreshing.html",
            [
                Specimen(
                    '{% include "components/refreshing.html" %}',
                    _("while totals are refreshed; else nothing"),
                    {"rollup_state": SimpleNamespace(refreshing=True)},
                )
            ],
        ),
        *_leaving(),
    ]


def _leaving() -> list[Entry]:
    reason = in_language("部署有调整", "The arrangements were changed")
    left = SimpleNamespace(
        get_kind_display=ScopeKind.SUSPENDED.label,
        effective_on=DAY,
        reason=reason,
        recorded_at=datetime(2023, 8, 29, 9, 30, tzinfo=SHANGHAI),
    )
    return [
        Entry("scope_banner.html", [Specimen('{% include "components/scope_banner.html" %}', "", {"left": left})]),
        Entry(
            "scope_changes.html",
            [Specimen('{% include "components/scope_changes.html" %}', "", {"scope_changes": [left]})],
        ),
    ]
