"""Views of a list that a person saves by name: filters and order, without the day, so that tomorrow they mean tomorrow.

A view is found by its owner alone. What is shared is the address that it leads to.
"""

from collections.abc import Collection

from django import forms
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.exceptions import NotAllowed
from core.forms import TypedTextField
from core.texts import too_long
from web.models import MAX_QUERY_LENGTH, SavedView

# Of one person, over all lists: more are not found again.
MAX_SAVED_VIEWS = 50
# What a view holds besides the filters and the order of its list.
OF_EVERY_LIST = ("plan", "compare")


class SavedViewForm(forms.Form):
    name = TypedTextField(
        label=gettext_lazy("Name of the view"),
        max_length=SavedView._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_name(self) -> str:
        """Return the name in one line, of which something can be seen: the name is a link."""
        name = " ".join(self.cleaned_data["name"].split())
        # Marks without width and the like are not printable.
        if not any(each.isprintable() for each in name.replace(" ", "")):
            raise forms.ValidationError(self.fields["name"].error_messages["required"], code="required")
        return name


def saved_query(params: QueryDict, names: Collection[str]) -> str:
    """Return the query that a view of this address holds, in an order of its own, so that equal views are equal texts.
    `names`: the parameters of the list."""
    query = QueryDict(mutable=True)
    for name in sorted({*names, *OF_EVERY_LIST} - {"page"}):
        if values := [value for value in params.getlist(name) if value]:
            query.setlist(name, values)
    return query.urlencode(safe=",")


@transaction.atomic
def save_view(page: str, *, by: User, name: str, query: str) -> SavedView:
    """`page`: the URL name of the list. Raises NotAllowed for a taken name, too many views and too long a query."""
    # Two forms that are sent at once wait for each other.
    owner = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    _check_name(owner, page, name)
    if owner.saved_views.count() >= MAX_SAVED_VIEWS:
        sentence = _("You have %(count)s saved views, and may have no more: delete one first.")
        raise NotAllowed(sentence % {"count": MAX_SAVED_VIEWS}, field="name")
    if len(query) > MAX_QUERY_LENGTH:
        raise NotAllowed(too_long(query, most=MAX_QUERY_LENGTH), field="name")
    view: SavedView = owner.saved_views.create(page=page, name=name, query=query, created_at=timezone.now())
    return view


@transaction.atomic
def rename_view(view: SavedView, *, name: str) -> None:
    """Raises NotAllowed for a name that is taken."""
    owner = User.objects.select_for_update(no_key=True).get(pk=view.user_id)
    if name == view.name:
        return
    _check_name(owner, view.page, name)
    view.name = name
    view.save(update_fields=["name"])


def _check_name(owner: User, page: str, name: str) -> None:
    if owner.saved_views.filter(page=page, name=name).exists():
        raise NotAllowed(_("You have a view of this name; choose another one."), field="name")
