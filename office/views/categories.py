"""The pages of the categories that a plan sorts its projects by, as administrators keep them."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.rules import ADMINISTRATORS
from office.forms import slug_of, words_of
from office.views.plan_rows import AddRow, ChangeRow, Listed, NewRowForm, RemoveRow, RowForm, RowsPage
from projects.categories import CATEGORIES
from projects.models import Category
from web.language import localized
from web.unsaved_input import labels_of


class NewCategoryForm(NewRowForm):
    name_zh = words_of(Category, "name_zh")
    name_en = words_of(Category, "name_en")
    slug = slug_of(Category)


class CategoryForm(RowForm):
    name_zh = words_of(Category, "name_zh")
    name_en = words_of(Category, "name_en")


class Categories(Listed):
    plan_rows = CATEGORIES
    list_name = "office:categories"
    list_heading = gettext_lazy("Categories of projects")
    held_label = gettext_lazy("Number of projects")
    permission = write_permission = ADMINISTRATORS


class OfficeCategories(Categories, RowsPage):
    row_name = "office:category"
    add_name = "office:add_category"
    add_label = gettext_lazy("Add a category")
    empty = gettext_lazy("The plan has no categories yet")


class AddCategory(Categories, AddRow):
    form_class = NewCategoryForm
    heading = gettext_lazy("Add a category")
    done = gettext_lazy("The category was added")
    typed_fields = labels_of(NewCategoryForm, "number", "name_zh", "name_en", "slug")

    @property
    def explanation(self) -> str:
        return _("It joins “%(plan)s”, without projects yet.") % {"plan": localized(self.plan, "name")}


class ChangeCategory(Categories, ChangeRow):
    form_class = CategoryForm
    heading = gettext_lazy("Rename or renumber a category")
    done = gettext_lazy("The category was changed")
    typed_fields = labels_of(CategoryForm, "number", "name_zh", "name_en")
    remove_name = "office:remove_category"
    remove_label = gettext_lazy("Remove a category")
    keeps = gettext_lazy("It can be removed once it has no projects: each is given to another category first.")


class RemoveCategory(Categories, RemoveRow):
    heading = gettext_lazy("Remove a category")
    done = gettext_lazy("The category was removed; the log keeps what it was")
    explanation = gettext_lazy(
        "Only one that has no projects can be removed. Links that filter by it find nothing then."
    )
