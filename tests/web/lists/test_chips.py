import pytest
from django import forms

from web.lists.chips import Chip, filter_chips

pytestmark = pytest.mark.usefixtures("english")


class Filters(forms.Form):
    search = forms.CharField(required=False, label="Search")
    status = forms.ChoiceField(required=False, label="Status", choices=[("", "Any"), ("completed", "Completed")])
    overdue = forms.NullBooleanField(required=False, label="Overdue")


def test_chips_name_the_filters_in_use_in_words():
    form = Filters({"status": "completed", "search": "", "overdue": "false"})
    assert form.is_valid()
    assert filter_chips(form) == [
        Chip(parameter="status", label="Status", text="Completed"),
        Chip(parameter="overdue", label="Overdue", text="No"),
    ]
