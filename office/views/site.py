"""The site's profile: what the site is called, for which place it is, and its languages."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.rules import ADMINISTRATORS
from office.forms import OpenedForm, words_of
from office.views.editing import OFFICE, Crumb, FormPage
from web.models import Languages, Site
from web.site import COLUMNS, change_site, state_of
from web.unsaved_input import labels_of


class SiteForm(OpenedForm):
    name_zh = words_of(Site, "name_zh")
    name_en = words_of(Site, "name_en")
    place_zh = words_of(Site, "place_zh")
    place_en = words_of(Site, "place_en")
    subject_zh = words_of(Site, "subject_zh")
    subject_en = words_of(Site, "subject_en")
    languages = forms.ChoiceField(
        label=gettext_lazy("Languages"),
        choices=Languages.choices,
        help_text=gettext_lazy("With one language there is no switch; texts in the other stay stored."),
    )


class ChangeSite(FormPage):
    heading = gettext_lazy("The site's profile")
    submit = gettext_lazy("Save")
    done = gettext_lazy("The site's profile was changed")
    typed_fields = labels_of(SiteForm, *COLUMNS[:-1])
    permission = write_permission = ADMINISTRATORS

    @cached_property
    def subject(self) -> Site:
        return Site.objects.first() or Site()

    @property
    def explanation(self) -> str:
        return _("Pages, exports and e-mails use these names from now on.")

    @property
    def crumbs(self) -> Sequence[Crumb]:
        return [OFFICE]

    def make_form(self, data: Any = None) -> SiteForm:
        return SiteForm(data, state=state_of(self.subject, COLUMNS))

    def save(self, form: SiteForm, by: User) -> Site:
        return change_site(by=by, opened=form.opened, **form.cleaned_data)

    def success_url(self, saved: Site) -> str:
        return reverse("office:index")
