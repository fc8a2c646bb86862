"""The form of an observation in the administration."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from core.exceptions import NotAllowed
from core.forms import TypedTextField
from core.texts import MAX_REASON_LENGTH
from indicators.models import Observation
from indicators.services import VALUES, check_observation
from web.errors import add_refusal


class ObservationForm(forms.ModelForm):  # type: ignore[type-arg]  # it takes none at run time
    """A new value, or a correction of one, which leaves the wrong row and needs a reason."""

    reason = TypedTextField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=MAX_REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Why the row was wrong; it stays, and counts for no day. A revision is a row of its own."
        ),
    )

    class Meta:
        model = Observation
        fields = VALUES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = Observation.objects.filter(pk=self.instance.pk).first()
        # That of the row itself was for another correction.
        self.initial["reason"] = ""
        self.fields["reason"].required = self.stored is not None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                check_observation(Observation(**{name: cleaned[name] for name in VALUES}), other_than=self.stored)
            except NotAllowed as refusal:
                add_refusal(self, refusal)
        return cleaned
