"""The words for the regions of which that of a plan consists: the cities of a province, the districts of a city.

Pages, files and briefs take the word from here; addresses and the API say city, whatever it is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from regions.models import RegionKind


@dataclass(frozen=True)
class PartWords:
    """`one`, `many`: within a sentence."""

    one: str | Promise
    many: str | Promise

    @property
    def label(self) -> str:
        """Return the label over names of such regions in a table."""
        return capfirst(str(self.one))

    @property
    def of_project(self) -> str:
        """Return the label beside the region in which a project lies."""
        return pgettext("of a project", "%(Place)s") % {"Place": self.label}

    @property
    def heading(self) -> str:
        """Return the heading of the page that lists all of these regions."""
        return pgettext("list", "%(Places)s") % {"Places": capfirst(str(self.many))}

    @property
    def workspace(self) -> str:
        """Return the title of the page on which the reporters of one of these regions begin."""
        return pgettext("navigation", "My %(place)s") % {"place": self.one}

    def after(self, number: int) -> str:
        """The word that stands with a number."""
        return str(self.one if number == 1 else self.many)

    def counted(self, number: int, shown: str) -> str:
        """`shown`: the number as it is written."""
        return _("%(count)s %(places)s") % {"count": shown, "places": self.after(number)}


WORDS: Mapping[str, PartWords] = {
    RegionKind.PROVINCE: PartWords(pgettext_lazy("parts", "province"), pgettext_lazy("parts", "provinces")),
    RegionKind.CITY: PartWords(pgettext_lazy("parts", "city"), pgettext_lazy("parts", "cities")),
    RegionKind.COUNTY: PartWords(pgettext_lazy("parts", "district"), pgettext_lazy("parts", "districts")),
}
# Of several kinds, or of none.
NEUTRAL = PartWords(pgettext_lazy("parts", "region"), pgettext_lazy("parts", "regions"))


def words_of_parts(kinds: Collection[str]) -> PartWords:
    """Return the words for regions of these kinds."""
    return WORDS.get(next(iter(kinds)), NEUTRAL) if len(kinds) == 1 else NEUTRAL
