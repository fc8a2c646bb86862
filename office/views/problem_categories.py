"""The pages of the categories that a plan sorts its problems by, as the reviewing office keeps them."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.rules import REVIEWERS
from office.forms import slug_of, words_of
from office.views.plan_rows import AddRow, ChangeRow, Listed, NewRowForm, RemoveRow, RowForm, RowsPage
from problems.categories import CATEGORIES
from problems.models import ProblemCategory
from web.language import localized
from web.unsaved_input import labels_of


class NewProblemCategoryForm(NewRowForm):
    name_zh = words_of(ProblemCategory, "name_zh")
    name_en = words_of(ProblemCategory, "name_en")
    slug = slug_of(ProblemCategory)


class ProblemCategoryForm(RowForm):
    name_zh = words_of(ProblemCategory, "name_zh")
    name_en = words_of(ProblemCategory, "name_en")


class ProblemCategories(Listed):
    plan_rows = CATEGORIES
    list_name = "office:problem_categories"
    list_heading = gettext_lazy("Categories of problems")
    held_label = gettext_lazy("Number of problems")
    permission = write_permission = REVIEWERS


class OfficeProblemCategories(ProblemCategories, RowsPage):
    row_name = "office:problem_category"
    add_name = "office:add_problem_category"
    add_label = gettext_lazy("Add a category")
    empty = gettext_lazy("The plan has no categories yet")


class AddProblemCategory(ProblemCategories, AddRow):
    form_class = NewProblemCategoryForm
    heading = gettext_lazy("Add a category of problems")
    done = gettext_lazy("The category was added")
    typed_fields = labels_of(NewProblemCategoryForm, "number", "name_zh", "name_en", "slug")

    @property
    def explanation(self) -> str:
        return _("It joins “%(plan)s”, without problems yet.") % {"plan": localized(self.plan, "name")}


class ChangeProblemCategory(ProblemCategories, ChangeRow):
    form_class = ProblemCategoryForm
    heading = gettext_lazy("Rename or renumber a category of problems")
    done = gettext_lazy("The category was changed")
    typed_fields = labels_of(ProblemCategoryForm, "number", "name_zh", "name_en")
    remove_name = "office:remove_problem_category"
    remove_label = gettext_lazy("Remove a category")
    keeps = gettext_lazy("It can be removed once it has no problems: each is given to another category first.")


class RemoveProblemCategory(ProblemCategories, RemoveRow):
    heading = gettext_lazy("Remove a category of problems")
    done = gettext_lazy("The category was removed; the log keeps what it was")
    explanation = gettext_lazy(
        "Only one that has no problems can be removed. Links that filter by it find nothing then."
    )
