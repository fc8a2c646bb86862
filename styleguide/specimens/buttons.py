"""Specimens of buttons, and of links that choose a view."""

from django.utils.translation import gettext as _

from styleguide.specimens.specimen import Entry, Specimen, states


def button_entries() -> list[Entry]:
    plain = f'<button class="button%s">{_("Save draft")}</button>'
    by_class = {
        "": _("one on a page"),
        " button-quiet": _("beside it"),
        " button-danger": _("what cannot be undone"),
        " button-small": _("in a row of a table"),
        " button-quiet button-small": _("in a row, beside it"),
    }
    return [
        Entry(
            "button",
            [
                *states(plain, by_class),
                Specimen(f'<a class="button" href="#">{_("File a report")}</a>', _("a link")),
                Specimen(f'<button class="link-button">{_("Log out")}</button>', _("in the head of the page")),
            ],
        ),
        Entry(
            "switch.html",
            [
                Specimen(
                    f'{{% include "components/switch.html" with label="{_("The map shows")}" %}}',
                    "",
                    {
                        "choices": [
                            {"label": _("Total investment"), "url": "#", "is_chosen": True},
                            {"label": _("Number of projects"), "url": "#", "is_chosen": False},
                        ]
                    },
                )
            ],
        ),
        Entry(
            "brief_link.html",
            [Specimen('{% include "components/brief_link.html" %}', context={"brief_url": "/brief/"})],
        ),
    ]
