"""The site's profile: what the site is called, for which place it is, and its languages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import User
from office.forms import OpenedForm, words_of
from office.views.editing import SitePage
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


class ChangeSite(SitePage):
    heading = gettext_lazy("The site's profile")
    explanation = gettext_lazy("Pages, exports and e-mails use these names from now on.")
    done = gettext_lazy("The site's profile was changed")
    typed_fields = labels_of(SiteForm, *COLUMNS[:-1])

    def make_form(self, data: Any = None) -> SiteForm:
        return SiteForm(data, state=state_of(self.subject, COLUMNS))

    def save(self, form: SiteForm, by: User) -> Site:
        return change_site(by=by, opened=form.opened, **form.cleaned_data)
