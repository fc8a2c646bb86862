"""Accounts as administrators keep them: the list, an invitation, one account and what is done with it."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.access_rules import ADMINISTRATORS, ALL_METHODS
from accounts.lockout import locked_names
from accounts.models import Department, Role, User
from accounts.people import (
    Link,
    change_person,
    invite_person,
    person_state,
    remove_second_factor,
    reset_password,
    sends_email,
    set_active,
    unlock_person,
)
from accounts.permissions import signed_in
from accounts.second_factor import has_app
from core.exceptions import NotAllowed
from office.forms import OpenedForm, PersonChoice, RowChoice, words_of
from office.leaving import Left, find_left
from office.views.editing import OFFICE, Crumb, FormPage
from office.views.lists import ListWords, OfficeList
from regions.models import Region
from web.errors import add_refusal
from web.formats.text import format_person
from web.lists.filters import ChoiceFilter, DepartmentFilter, SearchFilter, YesNoFilter
from web.unsaved_input import labels_of


class PersonFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    search = SearchFilter("username", "first_name", "last_name", "email", label=gettext_lazy("Name or e-mail address"))
    role = ChoiceFilter(choices=Role.choices, label=gettext_lazy("Role"))
    department = DepartmentFilter(label=gettext_lazy("Department"))
    active = YesNoFilter(field_name="is_active", label=pgettext_lazy("account", "Open"))

    shown = ("search", "role", "department", "active")


class OfficePeople(OfficeList):
    words = ListWords(
        gettext_lazy("People"),
        gettext_lazy("People"),
        empty="",
        none_found=gettext_lazy("Nobody matches these filters"),
    )
    template_name = "office/people.html"
    filterset_class = PersonFilter
    orderings = {
        "username": ["username"],
        "role": ["role", "username"],
        "department": ["department__number", "username"],
        "last_login": ["last_login"],
    }
    default_ordering = "username"
    permission = write_permission = ADMINISTRATORS

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.select_related("department", "city")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        names = [person.get_username() for person in context["page"].object_list]
        return context | {"locked": locked_names(names)}


class PersonFields(forms.Form):
    name = words_of(User, "first_name", label=pgettext_lazy("person", "Name"), required=True)
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        required=False,
        max_length=User._meta.get_field("email").max_length,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.TypedChoiceField(label=gettext_lazy("Role"), choices=Role.choices, coerce=Role)
    department = RowChoice(
        Department.objects.not_merged(),
        to_field_name="slug",
        label=gettext_lazy("Department"),
        help_text=gettext_lazy(
            "A reporter has a department or a region. Other accounts may have one of them, or none."
        ),
    )
    city = RowChoice(
        Region.objects.filter(parent__plans__isnull=False).distinct(),
        to_field_name="code",
        label=gettext_lazy("Region"),
    )


class InvitationForm(PersonFields):
    username = words_of(
        User,
        "username",
        label=gettext_lazy("User name"),
        help_text=gettext_lazy("Letters, digits and @ . + - _ ; the person logs in with it."),
        validators=[UnicodeUsernameValidator(message=gettext_lazy("Letters, digits and @ . + - _ alone."))],
    )

    field_order = ("username",)


class PersonForm(PersonFields, OpenedForm):
    oidc_subject = words_of(User, "oidc_subject")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provider = settings.PILOTZONE_OIDC
        if provider is None:
            del self.fields["oidc_subject"]
        else:
            self.fields["oidc_subject"].label = _("Id at %(name)s") % {"name": provider.name}
            self.fields["oidc_subject"].help_text = _(
                "Whoever %(name)s knows by this id logs in to this account. It is shown to a person who logs in there "
                "without an account here; make sure who asks."
            ) % {"name": provider.name}


class PeoplePage(FormPage):
    permission = write_permission = ADMINISTRATORS
    confirmed_methods = ALL_METHODS

    @property
    def crumbs(self) -> Sequence[Crumb]:
        return [OFFICE, Crumb(reverse("office:people"), gettext_lazy("People"))]

    def show_link(self, form: Any) -> HttpResponseBase:
        """The answer shows the link: for a redirect it would be stored meanwhile, where others might read it."""
        try:
            link: Link = self.save(form, signed_in(self.request.user))
        except NotAllowed as refusal:
            add_refusal(form, refusal)
            return self.render_to_response(self.get_context_data(form=form))
        url = self.request.build_absolute_uri(link.path)
        context = {"link": link, "url": url, "crumbs": self.crumbs, "as_of": None}
        response = self.response_class(
            request=self.request, template=["office/link.html"], context=context, using=self.template_engine
        )
        add_never_cache_headers(response)
        return response


class InvitePerson(PeoplePage):
    heading = gettext_lazy("Invite a person")
    submit = gettext_lazy("Make the account and its link")
    # Sent again it makes another link for the same account: no id of the form stands against that.
    is_once = False
    typed_fields = labels_of(InvitationForm, "username", "name", "email")

    @property
    def explanation(self) -> str:
        if sends_email():
            return _(
                "The person gets a link by e-mail and sets a password with it; without an address it is shown here."
            )
        return _("The person sets a password with a link, which is shown here once, to be handed over.")

    def make_form(self, data: Any = None) -> InvitationForm:
        return InvitationForm(data, initial={"role": Role.REPORTER})

    def save(self, form: InvitationForm, by: User) -> Link:
        return invite_person(by=by, **form.cleaned_data)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = self.make_form(request.POST)
        return self.show_link(form) if form.is_valid() else self.render_to_response(self.get_context_data(form=form))


class PersonPage(PeoplePage):
    @cached_property
    def subject(self) -> User:
        return get_object_or_404(User.objects.select_related("department", "city"), pk=self.kwargs["pk"])

    @property
    def subject_name(self) -> str:
        return format_person(self.subject)

    def success_url(self, saved: Any) -> str:
        return reverse("office:person", args=[self.subject.pk])


class PersonTask(PersonPage):
    """One thing that is done with an account, after a look at what it means."""

    @property
    def crumbs(self) -> Sequence[Crumb]:
        return [*super().crumbs, Crumb(self.success_url(self.subject), self.subject_name)]


class ChangePerson(PersonPage):
    heading = gettext_lazy("Change an account")
    done = gettext_lazy("The account was changed")
    side_template = "office/_person_tasks.html"
    typed_fields = labels_of(PersonForm, "name", "email")

    def make_form(self, data: Any = None) -> PersonForm:
        return PersonForm(data, state=person_state(self.subject))

    def save(self, form: PersonForm, by: User) -> User:
        return change_person(self.subject, by=by, opened=form.opened, **form.cleaned_data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        locked = locked_names([self.subject.get_username()])
        return super().get_context_data(locked=locked, has_app=has_app(self.subject), **kwargs)


class ResetPassword(PersonTask):
    heading = gettext_lazy("Make a link to set a password")
    explanation = gettext_lazy(
        "The present password and every earlier link end at once, with the sessions and access tokens of the account."
    )
    submit = gettext_lazy("Make the link")
    is_once = False

    def save(self, form: forms.Form, by: User) -> Link:
        return reset_password(self.subject, by=by)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.show_link(self.make_form(request.POST))


class CloseForm(forms.Form):
    successor = PersonChoice(
        label=gettext_lazy("Hand the measures over to"),
        help_text=gettext_lazy("None: all reporters of the department share them again."),
    )

    def __init__(self, data: Any = None, *, left: Left) -> None:
        super().__init__(data)
        if left.measures and left.colleagues:
            successor: Any = self.fields["successor"]
            successor.queryset = left.colleagues
        else:
            del self.fields["successor"]


class ClosePerson(PersonTask):
    template_name = "office/close_person.html"
    heading = gettext_lazy("Close an account")
    explanation = gettext_lazy(
        "Nobody can log in with it any more, and its access tokens open nothing. What was done with it stays."
    )
    submit = gettext_lazy("Close the account")
    done = gettext_lazy("The account was closed")
    is_final = True

    @cached_property
    def left(self) -> Left:
        return find_left(self.subject)

    def make_form(self, data: Any = None) -> CloseForm:
        return CloseForm(data, left=self.left)

    def save(self, form: CloseForm, by: User) -> User:
        if form.cleaned_data.get("successor"):
            self.done = gettext_lazy("The account was closed, and its measures were handed over")
        return set_active(self.subject, by=by, is_active=False, **form.cleaned_data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(left=self.left, **kwargs)


class ReopenPerson(PersonTask):
    heading = gettext_lazy("Open an account again")
    explanation = gettext_lazy("The person logs in with the password of before, or with one set through a new link.")
    submit = gettext_lazy("Open the account")
    done = gettext_lazy("The account is open again")

    def save(self, form: forms.Form, by: User) -> User:
        return set_active(self.subject, by=by, is_active=True)


class RemoveSecondFactor(PersonTask):
    heading = gettext_lazy("Remove the second factor")
    explanation = gettext_lazy(
        "For somebody who lost both the phone and the recovery codes. Make sure who asks. "
        "The sessions of the account end, and its password alone logs in until the second factor is set up again."
    )
    submit = gettext_lazy("Remove")
    done = gettext_lazy("The second factor was removed")
    is_final = True

    def save(self, form: forms.Form, by: User) -> None:
        remove_second_factor(self.subject, by=by)


class UnlockPerson(PersonTask):
    heading = gettext_lazy("Unlock an account")
    explanation = gettext_lazy(
        "Too many wrong passwords lock an account for a while. An address from which many came stays locked."
    )
    submit = gettext_lazy("Unlock")
    done = gettext_lazy("The account was unlocked")

    def save(self, form: forms.Form, by: User) -> None:
        unlock_person(self.subject, by=by)
