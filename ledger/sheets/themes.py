"""The sheets of themes, which join measures, projects and indicators."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.declaration import Sheet
from ledger.sheets.columns import column_of, in_both, names, place, remove, slug, sourced
from themes.models import Theme

THEMES = Sheet(
    name="themes",
    label=pgettext_lazy("navigation", "Themes"),
    help=_(
        "What the plan does about one subject: the measures of some priority areas and single ones, the projects of "
        "some categories, and indicators."
    ),
    key=("slug",),
    columns=(
        slug(Theme, "energy"),
        place(Theme),
        *names(Theme, ("能源转型", "Energy transition")),
        *in_both(Theme, "note", _("What else there is to say about it.")),
        column_of(
            Theme,
            "sections",
            _("By their names in addresses, numbers or titles. Several with ; between them."),
            "green-low-carbon",
        ),
        column_of(
            Theme, "categories", _("By their names in addresses or names. Several with ; between them."), "energy"
        ),
        column_of(
            Theme, "indicators", _("Their codes. Several with ; between them."), "nre_capacity; coal_capacity_share"
        ),
        column_of(
            Theme,
            "measures",
            _("Codes of measures of other priority areas. Several with ; between them."),
            "M028; M031",
        ),
        *sourced(Theme),
        remove(),
    ),
)
