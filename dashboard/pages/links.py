"""Links of the dashboard's pages, which keep the days and the plan that the reader chose."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.explanations import indicator_label, scope_filters, states_by_path
from dashboard.figures import Figures
from web.days import STICKY_PARAMETERS


@dataclass(frozen=True)
class Links:
    """`chosen`: the parameters to keep (`as_of`, `compare`, `plan`)."""

    chosen: Mapping[str, str]

    @classmethod
    def from_request(cls, request: HttpRequest) -> "Links":
        return cls({name: request.GET[name] for name in STICKY_PARAMETERS if request.GET.get(name)})

    def of_plan(self, plan: str) -> "Links":
        """The same, each naming the plan of the slug, such as for what is printed or sent; none where it is empty."""
        others = {name: value for name, value in self.chosen.items() if name != "plan"}
        return Links({**others, "plan": plan} if plan else others)

    def as_of(self, day: date) -> "Links":
        """Links to another day, without a comparison."""
        chosen = {name: value for name, value in self.chosen.items() if name != "compare"}
        return Links({**chosen, "as_of": day.isoformat()})

    def url(self, name: str, /, *codes: str | int, **filters: Any) -> str:
        # Most addresses of the API refuse a comparison.
        chosen = {key: value for key, value in self.chosen.items() if key != "compare" or not name.startswith("api-")}
        query = {**filters, **chosen, **filters}
        address = reverse(name, args=codes)
        return f"{address}?{urlencode(query)}" if query else address


class FigureLinks:
    """Links from the figures of a page to their explanations, for the `figure` tag. `scope`: what the page is about, as
    addresses name it.
    """

    def __init__(self, figures: Figures, links: Links, scope: Mapping[str, str]) -> None:
        self.figures = figures
        self.links = links
        self.scope = scope
        self.question = _("Why this number? %(figure)s")

    def of(self, path: str) -> dict[str, str] | None:
        """The address and the text of the link; `source`: where the API has the figure, if not in the summary. None
        for what has no explanation.
        """
        label = self._label_of(path)
        if label is None:
            return None
        scope = {name: value for name, value in self.scope.items() if name in scope_filters(path)}
        return {
            "url": self.links.url("dashboard:explain", figure=path, **scope),
            "label": self.question % {"figure": label},
            "source": self.links.url("api-explain", figure=path, **scope) if scope else "",
        }

    def _label_of(self, path: str) -> str | None:
        if path.startswith("indicators."):
            return self._indicator_labels.get(path)
        definition = self.figures.definitions_for(path).get(path)
        return None if definition is None else definition.label

    @cached_property
    def _indicator_labels(self) -> dict[str, str]:
        return {path: indicator_label(path, state) for path, state in states_by_path(self.figures).items()}
