"""A load: what it changed, what was said of its file, and taking it back."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access_rules import REVIEW_READERS, REVIEWERS
from accounts.permissions import may_review, signed_in
from core.exceptions import NotAllowed
from integrity.running import MOST_ROWS_KEPT
from integrity.shown import findings_of, said_of_load
from ledger.codec import parsed_key, parsed_values
from ledger.forms import TakeBackForm
from ledger.matches import forget_match, matches_of
from ledger.sheets import SHEETS
from ledger.shown import row_address, row_name, sheet_label, shown_change
from ledger.take_back import take_back
from measures.models import Load, LoadedRow
from web.errors import add_refusal
from web.lists.listing import asked_page
from web.views import TodayView

ROWS_PER_PAGE = 200


class LoadPage(TodayView):
    template_name = "ledger/load.html"
    typed_fields = {"reason": gettext_lazy("Reason")}
    permission = REVIEW_READERS
    write_permission = REVIEWERS

    @cached_property
    def load(self) -> Load:
        return get_object_or_404(
            Load.objects.select_related("plan", "loaded_by", "taken_back_by", "integrity_run"), pk=self.kwargs["pk"]
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "forget" in request.POST:
            return self.forget(request, request.POST["forget"])
        form = TakeBackForm(request.POST)
        if form.is_valid():
            try:
                take_back(self.load, by=signed_in(request.user), reason=form.cleaned_data["reason"])
            except NotAllowed as refusal:
                add_refusal(form, refusal)
            else:
                messages.success(request, _("The load was taken back; its rows stay readable here"))
                return redirect(request.path)
        return self.render_to_response(self.get_context_data(form=form))

    def forget(self, request: HttpRequest, key: str) -> HttpResponseBase:
        if key in self.load.matched:
            forget_match(key, by=signed_in(request.user))
            messages.success(request, _("The next file of that layout is asked about it"))
        return redirect(request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        load = self.load
        rows = load.rows.order_by("id")
        page = asked_page(self.request.GET, rows, size=ROWS_PER_PAGE)
        slug = load.plan.action_slug if load.plan else ""
        if may_review(self.request.user) and load.plan and not load.is_taken_back:
            kwargs.setdefault("form", TakeBackForm())
        run = getattr(load, "integrity_run", None)
        findings = findings_of(run) if run else []
        return super().get_context_data(
            load=load,
            page=page,
            rows=[_shown(row, slug) for row in page],
            counts=load_counts(load),
            matches=matches_of(load),
            checked=said_of_load(findings) if run else "",
            findings=findings,
            most_rows=MOST_ROWS_KEPT,
            **kwargs,
        )


def load_counts(load: Load) -> list[tuple[str, Counter[str]]]:
    """How many rows of each sheet became what, by the label of the sheet."""
    counts: dict[str, Counter[str]] = {}
    for sheet, what in load.rows.values_list("sheet", "what"):
        counts.setdefault(sheet, Counter())[what] += 1
    return [(sheet_label(sheet), counts[sheet]) for sheet in SHEETS if sheet in counts]


def _shown(row: LoadedRow, slug: str) -> dict[str, Any]:
    old, new = parsed_values(row.sheet, row.old), parsed_values(row.sheet, row.new)
    key = parsed_key(row.sheet, row.key)
    return {
        "sheet": sheet_label(row.sheet),
        "name": row_name(row.sheet, key, {**old, **new}),
        "url": row_address(row.sheet, key, slug),
        "what": row.get_what_display(),
        "cells": [
            shown_change(row.sheet, name, old.get(name), new.get(name))
            for name in (row.new if row.what != LoadedRow.What.REMOVED else {**row.old, **row.new})
            if name in {each.name for each in SHEETS[row.sheet].columns} and name not in SHEETS[row.sheet].key
        ],
    }
