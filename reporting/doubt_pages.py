"""Questions on a form: what is unlikely, each to be corrected or ticked, and given words where it needs them."""

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reporting.doubts import Answers, Doubt

SOME_UNLIKELY = _("Some of this is unlikely. Correct it, or tick that it is so, and submit again.")


class Asked(NamedTuple):
    """A doubt, and what was answered."""

    doubt: Doubt
    is_confirmed: bool
    reason: str


class AsksDoubts:
    """A page whose form is refused with questions, and sent again with the answers."""

    request: HttpRequest
    doubts: list[Doubt] = []

    @property
    def answers(self) -> Answers:
        sent = self.request.POST
        return {name: sent.get(f"reason-{name}", "") for name in sent.getlist("confirmed")}

    @property
    def asked(self) -> dict[str, Any]:
        """For the template."""
        answers, sent = self.answers, self.request.POST
        return {
            "doubts": [Asked(each, each.name in answers, sent.get(f"reason-{each.name}", "")) for each in self.doubts]
        }
