"""A load: what it changed."""

from collections import Counter
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from accounts.permissions import may_see_reviews
from datasets.ledger.codec import parsed_key, parsed_values
from datasets.ledger.sheets import SHEETS
from datasets.shown import cell_text, column_label, row_address, row_name, sheet_label
from measures.models import Load, LoadedRow
from web.lists.listing import asked_page
from web.views import TodayView

ROWS_PER_PAGE = 200


class LoadPage(TodayView):
    template_name = "datasets/load.html"

    def may_open(self, request: HttpRequest) -> bool:
        return may_see_reviews(request.user)

    @cached_property
    def load(self) -> Load:
        return get_object_or_404(
            Load.objects.select_related("plan", "loaded_by", "taken_back_by"), pk=self.kwargs["pk"]
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        load = self.load
        rows = load.rows.order_by("id")
        page = asked_page(self.request.GET, rows, size=ROWS_PER_PAGE)
        slug = load.plan.action_slug if load.plan else ""
        counts: dict[str, Counter[str]] = {}
        for sheet, what in load.rows.values_list("sheet", "what"):
            counts.setdefault(sheet, Counter())[what] += 1
        return super().get_context_data(
            load=load,
            page=page,
            rows=[_shown(row, slug) for row in page],
            counts=[(sheet_label(sheet), counts[sheet]) for sheet in SHEETS if sheet in counts],
            **kwargs,
        )


def _shown(row: LoadedRow, slug: str) -> dict[str, Any]:
    old, new = parsed_values(row.sheet, row.old), parsed_values(row.sheet, row.new)
    key = parsed_key(row.sheet, row.key)
    return {
        "sheet": sheet_label(row.sheet),
        "name": row_name(row.sheet, key, {**old, **new}),
        "url": row_address(row.sheet, key, slug),
        "what": row.get_what_display(),
        "cells": [
            {
                "column": column_label(row.sheet, name),
                "old": cell_text(row.sheet, name, old.get(name)),
                "new": cell_text(row.sheet, name, new.get(name)),
            }
            for name in (row.new if row.what != LoadedRow.What.REMOVED else {**row.old, **row.new})
            if name in {each.name for each in SHEETS[row.sheet].columns} and name not in SHEETS[row.sheet].key
        ],
    }
