"""The staff page of components: each of templates/components/ and of the template library in all its states.

A specimen is the very code that it shows, rendered with data made here. No database.
"""

from copy import copy
from typing import Any

from django.http import HttpRequest, QueryDict
from django.template import engines
from django.utils.translation import gettext as _

from accounts.access_rules import SUPERUSERS
from styleguide.specimens.buttons import button_entries
from styleguide.specimens.charts import chart_entries
from styleguide.specimens.figures import figure_entries
from styleguide.specimens.forms import form_entries
from styleguide.specimens.lists import list_entries
from styleguide.specimens.marks import mark_entries
from styleguide.specimens.specimen import Entry, ValueTable
from styleguide.specimens.tables import table_entries
from styleguide.specimens.values import value_tables
from web.views import TodayView

LIBRARIES = "{% load i18n pilotzone %}"
# The query of a filtered list, for the tags that read the page's own address.
SAMPLE_QUERY = "status=completed&light=red&light=yellow&as_of=2023-06-30&ordering=-completion_rate&page=2"


def render(code: str, context: dict[str, Any], request: HttpRequest) -> str:
    return engines["django"].from_string(LIBRARIES + code).render(context, request)


class GalleryPage(TodayView):
    template_name = "styleguide/gallery.html"
    permission = SUPERUSERS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        parts = {
            "buttons": (_("Buttons"), button_entries()),
            "forms": (_("Forms, filters and messages"), [*form_entries(), *list_entries()]),
            "marks": (_("Marks and bars"), mark_entries()),
            "figures": (_("Figures and facts"), figure_entries()),
            "tables": (_("Tables"), table_entries()),
            "charts": (_("Charts"), chart_entries()),
        }
        return super().get_context_data(
            parts=[
                {"slug": slug, "title": title, "entries": [self.render_entry(entry) for entry in entries]}
                for slug, (title, entries) in parts.items()
            ],
            values=[self.render_values(table) for table in value_tables()],
            **kwargs,
        )

    def render_entry(self, entry: Entry) -> dict[str, Any]:
        request = self.sample_request()
        rendered = [render(each.code, each.context, request) if entry.is_visible else "" for each in entry.specimens]
        return {"name": entry.name, "specimens": list(zip(entry.specimens, rendered, strict=True))}

    def render_values(self, table: ValueTable) -> dict[str, Any]:
        request = self.sample_request()
        lines = [(code, render(code, table.context, request)) for code in table.codes]
        return {"title": table.title, "is_code": table.is_code, "lines": lines}

    def sample_request(self) -> HttpRequest:
        """The request, as if it were for a filtered list."""
        request = copy(self.request)
        request.GET = QueryDict(SAMPLE_QUERY)
        return request
