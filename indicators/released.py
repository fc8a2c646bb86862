"""The values of indicators released by a day: observations as they are recorded, and the values of derived indicators,
which are computed here from what was released of others. A derived value is an Observation that nobody saves: its id,
below 0, is of no row, and it knows its `inputs`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import count

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.provenance import Provenance
from indicators.derived import Derived, derived_values
from indicators.models import STATED, Indicator, Observation
from web.formats.dates import format_day
from web.formats.periods import format_period
from web.formats.sources import format_source, source_parts
from web.language import localized

# A value is no better than what it follows from.
WEAKEST_FIRST = (Provenance.ILLUSTRATIVE, Provenance.REPORTED, Provenance.PUBLISHED)

# Observations by indicator and region, in the order of their periods and releases.
ObservationSeries = defaultdict[tuple[int, int], list[Observation]]


def sound_observations(
    indicators: Iterable[Indicator], *, on: date, regions: Iterable[int] | None = None, with_regions: bool = False
) -> ObservationSeries:
    """The verified and exact ones released by the day, of some regions or of all. One query, however many indicators;
    two where one is derived.

    `with_regions`: with the region of each, for those who name it.
    """
    indicators = list(indicators)
    derived = [each for each in indicators if each.derived_form]
    inputs = {key for each in derived for key in (each.derived_from_id, each.derived_with_id) if key is not None}
    rows = Observation.objects.sound().released(on).filter(indicator__in={each.pk for each in indicators} | inputs)
    if regions is not None:
        rows = rows.filter(region__in=regions)
    if with_regions:
        rows = rows.select_related("region")
    found: ObservationSeries = defaultdict(list)
    # In the order of each series alone: that of the indicators and regions would have their tables joined in.
    for row in rows.order_by("period_end", "released_on", "id"):
        found[row.indicator_id, row.region_id].append(row)
    if derived:
        found |= _derived_series(derived, found, Indicator.objects.in_bulk(inputs))
    return found


def every_observation(indicator: Indicator, *, on: date, regions: Iterable[int] | None = None) -> list[Observation]:
    """All of an indicator released by the day, with their regions, unverified and inexact ones too; a derived one has
    none of these."""
    if indicator.derived_form:
        series = sound_observations([indicator], on=on, regions=regions, with_regions=True)
        return [row for (key, _region), rows in series.items() if key == indicator.pk for row in rows]
    found: QuerySet[Observation] = indicator.observations.released(on).select_related("region")
    return list(found if regions is None else found.filter(region__in=regions))


def _derived_series(
    derived: Iterable[Indicator], found: ObservationSeries, names: Mapping[int, Indicator]
) -> dict[tuple[int, int], list[Observation]]:
    made = {}
    ids = count(-1, -1)
    regions = sorted({region for _indicator, region in found})
    for indicator in derived:
        for region in regions:
            own, others = (
                found.get((key, region), []) if key is not None else []
                for key in (indicator.derived_from_id, indicator.derived_with_id)
            )
            values = derived_values(indicator.derived_form, own, others)
            made[indicator.pk, region] = [_as_observation(indicator, each, names, next(ids)) for each in values]
    return made


def _as_observation(indicator: Indicator, derived: Derived, names: Mapping[int, Indicator], key: int) -> Observation:
    one, other = derived.inputs
    row = Observation(
        pk=key,
        indicator=indicator,
        region_id=one.region_id,
        period=one.period,
        period_kind=one.period_kind,
        period_start=one.period_start,
        period_end=one.period_end,
        value=derived.value,
        released_on=derived.released_on,
        release_basis=next((each.release_basis for each in derived.inputs if each.is_release_assumed), STATED),
        exact=one.exact and other.exact,
        verified=one.verified and other.verified,
        scope=one.scope or other.scope,
        note=one.note or other.note,
        provenance=min((one.provenance, other.provenance), key=lambda each: WEAKEST_FIRST.index(Provenance(each))),
        updated_at=max(one.updated_at, other.updated_at),
    )
    row.inputs = (one, other)
    if Observation._meta.get_field("region").is_cached(one):
        row.region = one.region
    row.basis, row.source = _basis(row, names), _source(row, names)
    return row


def _basis(row: Observation, names: Mapping[int, Indicator]) -> str:
    """Return the words for what a derived value rests on, in the reader's language: the input of the earliest period,
    or the one that was released first."""
    oldest = min(row.inputs, key=lambda each: (each.period_end, each.released_on))
    return _("based on %(name)s of %(period)s, released on %(day)s") % {
        "name": localized(names[oldest.indicator_id], "name"),
        "period": format_period(oldest.period_kind, oldest.period_start, oldest.period_end),
        "day": format_day(oldest.released_on),
    }


def _source(row: Observation, names: Mapping[int, Indicator]) -> str:
    """Both sources by name, in the reader's language, each behind the indicator that it is of."""
    named = [
        _("%(name)s: %(source)s")
        % {
            "name": localized(names[each.indicator_id], "name"),
            "source": source_parts(format_source(each.source))[0],
        }
        for each in row.inputs
    ]
    return pgettext("between clauses", "; ").join(dict.fromkeys(named))


def newest_releases(rows: Iterable[Observation]) -> Iterator[tuple[Observation, Observation]]:
    """Yield the newest release of each region and period, with the first one of its kind. Verified and exact ones come
    before others, whenever they were released."""
    groups: dict[tuple[int, str, date, date], list[Observation]] = defaultdict(list)
    for row in rows:
        groups[row.region_id, row.period_kind, row.period_start, row.period_end].append(row)
    for releases in groups.values():
        sound = [each for each in releases if each.verified and each.exact] or releases
        in_order = sorted(sound, key=lambda each: (each.released_on, each.pk))
        yield in_order[-1], in_order[0]
