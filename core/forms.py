"""Fields of forms that all share."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from core.texts import without_controls


class TypedTextField(forms.CharField):
    """A field for text that a person types or pastes. Control characters go; what is too long is refused with its
    length, and no browser cuts it: `maxlength` would, without a word. A line break counts as one character."""

    default_error_messages = {
        "max_length": gettext_lazy("At most %(limit_value)s characters; there are %(show_value)s."),
    }

    def to_python(self, value: Any) -> Any:
        return super().to_python(without_controls(value) if isinstance(value, str) else value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        most = attrs.pop("maxlength", None)
        return attrs if most is None else {**attrs, "data-max": most}


class ParsedField(forms.Field):
    """A field for what `parse` reads in a text; where that gives None, the text is refused."""

    def parse(self, text: str, /) -> Any:
        raise NotImplementedError

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        parsed = self.parse(value)
        if parsed is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return parsed
