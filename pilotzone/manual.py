"""The glossary, and a short guide for each role: what no other page says."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.access_rules import READERS
from accounts.passwords import describe_rules
from web.glossary import TERMS, numbers
from web.language import is_chinese
from web.views import TodayView

# Slug -> whom the guide is for. Its text is templates/guide/<zh or en>/<slug>.html: prose, which would be torn apart as
# messages of the catalogue.
GUIDES = {
    "reader": _("Officials and readers"),
    "department": _("Departments that report"),
    "office": _("The reviewing office"),
    "analyst": _("Analysts and users of the API"),
    "administrator": _("Administrators"),
}


class GlossaryPage(TodayView):
    permission = READERS
    template_name = "guide/glossary.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(terms=TERMS, **kwargs)


class GuidesPage(TodayView):
    permission = READERS
    template_name = "guide/guides.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(guides=GUIDES, **kwargs)


class GuidePage(TodayView):
    permission = READERS

    def get_template_names(self) -> list[str]:
        return [f"guide/{'zh' if is_chinese() else 'en'}/{self.kwargs['role']}.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        role = self.kwargs["role"]
        if role not in GUIDES:
            raise Http404
        return super().get_context_data(
            guides=GUIDES, title=GUIDES[role], password_rules=describe_rules(None), **numbers(), **kwargs
        )
