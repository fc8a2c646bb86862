"""Questions on a form: what is unlikely, each to be corrected or ticked, and given words where it needs them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.exceptions import NotAllowed
from reporting.doubts import Answers, Doubt, Doubtful

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

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Lets the page ask what a service asked; the form is refused as a whole."""
        try:
            yield
        except Doubtful as refusal:
            self.doubts = refusal.doubts
            raise NotAllowed(str(SOME_UNLIKELY)) from refusal

    @property
    def asked(self) -> list[Asked]:
        """Return the questions and the answers that were sent, for the template, where they are the `doubts`."""
        answers, sent = self.answers, self.request.POST
        return [Asked(each, each.name in answers, sent.get(f"reason-{each.name}", "")) for each in self.doubts]
