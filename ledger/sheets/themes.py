"""The sheets of themes, which join measures, projects and indicators."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.texts import MAX_TEXT_LENGTH
from ledger.declaration import Column, Kind, Sheet
from ledger.sheets.columns import in_both, names, refs, remove, sourced, whole

THEMES = Sheet(
    name="themes",
    label=pgettext_lazy("navigation", "Themes"),
    help=_(
        "What the plan does about one subject: the measures of some priority areas and single ones, the projects of "
        "some categories, and indicators."
    ),
    key=("slug",),
    columns=(
        Column(
            "slug",
            _("Name in addresses"),
            _("Small letters and hyphens. Empty in a new row: made from the name."),
            "energy",
            Kind.CODE,
            most=50,
        ),
        whole("number", _("Number"), _("Its place in the plan. Empty in a new row: after the others."), "1"),
        *names(60, 120, ("能源转型", "Energy transition")),
        *in_both(
            "note",
            MAX_TEXT_LENGTH,
            MAX_TEXT_LENGTH,
            (_("Note (Chinese)"), _("Note (English)")),
            _("What else there is to say about it."),
            ("", ""),
        ),
        refs(
            "sections",
            _("Priority areas"),
            _("By their names in addresses, numbers or titles. Several with ; between them."),
            "sections",
            example="green-low-carbon",
        ),
        refs(
            "categories",
            _("Categories of projects"),
            _("By their names in addresses or names. Several with ; between them."),
            "categories",
            example="energy",
        ),
        refs(
            "indicators",
            pgettext_lazy("navigation", "Indicators"),
            _("Their codes. Several with ; between them."),
            "indicators",
            example="nre_capacity; coal_capacity_share",
        ),
        refs(
            "measures",
            _("Single measures"),
            _("Codes of measures of other priority areas. Several with ; between them."),
            "measures",
            example="M028; M031",
        ),
        *sourced(),
        remove(),
    ),
)
