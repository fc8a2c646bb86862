"""Priority areas as the reviewing office keeps them."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.rules import REVIEWERS
from measures.models import Section
from measures.office.sections import SECTIONS
from office.forms import slug_of, words_of
from office.views.plan_rows import AddRow, ChangeRow, Listed, NewRowForm, RemoveRow, RowForm, RowsPage
from web.language import localized
from web.unsaved_input import labels_of


class NewSectionForm(NewRowForm):
    title_zh = words_of(Section, "title_zh")
    title_en = words_of(Section, "title_en")
    slug = slug_of(Section)


class SectionForm(RowForm):
    title_zh = words_of(Section, "title_zh")
    title_en = words_of(Section, "title_en")


class Sections(Listed):
    plan_rows = SECTIONS
    list_name = "office:sections"
    list_heading = gettext_lazy("Priority areas")
    held_label = gettext_lazy("Number of measures")
    permission = write_permission = REVIEWERS


class OfficeSections(Sections, RowsPage):
    row_name = "office:section"
    add_name = "office:add_section"
    add_label = gettext_lazy("Add a priority area")
    empty = gettext_lazy("The plan has no priority areas yet")


class AddSection(Sections, AddRow):
    form_class = NewSectionForm
    heading = gettext_lazy("Add a priority area")
    done = gettext_lazy("The priority area was added")
    typed_fields = labels_of(NewSectionForm, "number", "title_zh", "title_en", "slug")

    @property
    def explanation(self) -> str:
        return _("It joins “%(plan)s”, without measures yet.") % {"plan": localized(self.plan, "name")}


class ChangeSection(Sections, ChangeRow):
    form_class = SectionForm
    heading = gettext_lazy("Rename or renumber a priority area")
    done = gettext_lazy("The priority area was changed")
    typed_fields = labels_of(SectionForm, "number", "title_zh", "title_en")
    remove_name = "office:remove_section"
    remove_label = gettext_lazy("Remove a priority area")
    keeps = gettext_lazy(
        "It can be removed once it has no measures: each is given to another priority area on its own page."
    )


class RemoveSection(Sections, RemoveRow):
    heading = gettext_lazy("Remove a priority area")
    done = gettext_lazy("The priority area was removed; the log keeps what it was")
    explanation = gettext_lazy("Only one that has no measures can be removed. Links to its page lead nowhere then.")
