"""The values of the indicators that a department owns: those that are due, and those that were begun."""

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access_rules import DEPARTMENT_FILE_OWNERS, DEPARTMENT_REPORTERS
from accounts.models import Department, User
from core.clock import today
from core.exceptions import NotAllowed
from core.period_codes import Period, read_period
from indicators.addresses import value_form_url
from indicators.models import Indicator, Observation, ValueReport
from indicators.values.filing import ValueFiling, file_values
from indicators.values.forms import ValueForm, first_values, form_values, has_two_units
from indicators.values.history import Series, ValueHistory, load_histories, span_of
from indicators.values.rules import doubts_about, why_incomplete
from indicators.values.services import ValueData, empty_value, written_value
from indicators.values.workspace import ValueRow, load_value_work
from indicators.wording import period_words
from measures.models import Plan
from regions.models import Region
from reporting.plausibility import limits
from web.charts.text import value_text
from web.formats.numbers import trimmed
from web.language import is_chinese, localized
from workbooks.models import Upload
from workbooks.month.kinds import Cells, Entry, Judgement, MonthKind, MonthRow, Place, Question
from workbooks.month.sheets import VALUE_FILLED, VALUE_SHOWN, VALUES

FILLED_NAMES = tuple(column.name for column in VALUE_FILLED)


@dataclass(frozen=True)
class IndicatorValueRow(MonthRow):
    """`subject` is the indicator, `work` its row in the workspace; `history`: of the indicator and the region."""

    work: ValueRow
    history: ValueHistory
    # A value has no evidence.
    evidence = ()

    @property
    def period(self) -> Period:
        assert self.work.span is not None
        return self.work.span

    @property
    def region(self) -> Region:
        region: Region = self.work.region
        return region

    @property
    def key(self) -> Cells:
        return {"code": self.subject.code, "period": self.period.code}

    @property
    def name(self) -> str:
        words = {
            "name": localized(self.subject, "name"),
            "period": self.work.period,
            "unit": unit_to_write(self.subject),
        }
        return _("%(name)s, %(period)s (%(unit)s)") % words

    @cached_property
    def releases(self) -> list[Observation]:
        return self.history.releases_of(self.period)

    @cached_property
    def first(self) -> dict[str, Any]:
        """Returns the values with which its form begins, in the unit in which the workbook has all values of the
        indicator."""
        if self.report is None:
            return first_values(self.subject, self.history.last)
        report = copy(self.report)
        report.in_chinese_unit = has_two_units(self.subject)
        return form_values(report, has_releases=bool(self.releases))

    @cached_property
    def cells(self) -> Cells:
        texts = ValueForm.texts_of(self.first)
        return {name: INDICATOR_VALUES.plain_text(texts[name]) for name in FILLED_NAMES}

    @cached_property
    def shown(self) -> Cells:
        work, report = self.work, self.report
        return {
            "name": localized(self.subject, "name"),
            "period_words": work.period,
            "unit": unit_to_write(self.subject),
            "due_on": work.due_on.isoformat() if work.due_on else "",
            "last_value": _value_in_words(self.subject, work.latest) if work.latest else "",
            "report_state": str(work.state_label),
            "decision_note": report.decision_note if report is not None and report.is_returned else "",
        }

    def data(self, cells: Cells) -> ValueData:
        """Returns the data that the form would make of these cells. Raises NotAllowed, with the field at fault."""
        where_from = cells["value_provenance"] or self.cells["value_provenance"]
        typed = {**ValueForm.texts_of(self.first), **cells, "value_provenance": where_from}
        form = ValueForm(typed, indicator=self.subject, releases=self.releases)
        for name, errors in form.errors.items():
            raise NotAllowed(str(errors[0]), field=name)
        return form.value_data()


def unit_to_write(indicator: Indicator) -> str:
    """Returns the unit of the values of a workbook: the same in all languages, since the language of a file is not
    known once it comes back."""
    if has_two_units(indicator):
        words = {"unit": indicator.unit_zh, "own": indicator.unit, "number": f"{trimmed(indicator.zh_factor):f}"}
        return indicator.unit_zh if is_chinese() else _("%(unit)s, %(number)s = 1 %(own)s") % words
    return (is_chinese() and indicator.unit_zh) or indicator.unit


def _value_in_words(indicator: Indicator, row: Observation) -> str:
    value = trimmed(row.value * indicator.zh_factor) if has_two_units(indicator) else trimmed(row.value)
    words = {"value": value_text(value, exact=row.exact), "period": period_words(row)}
    return _("%(value)s (%(period)s)") % words


class IndicatorValues(MonthKind[IndicatorValueRow]):
    upload_kind = Upload.Kind.VALUES
    sheet, shown, filled = VALUES, VALUE_SHOWN, VALUE_FILLED
    is_of_month = False
    version_key = "values_of_indicators"
    pages = "workbooks:values"
    file_name = "values"
    logged_as = "indicator values of"
    # No department owns nearly as many.
    max_rows = 1_000
    permission = DEPARTMENT_REPORTERS
    own_files = DEPARTMENT_FILE_OWNERS
    filing_refusal = ValueReport.filing_refusal
    code_missing = gettext_lazy("The code or the period is missing: they name the value.")

    def code_of(self, values: Mapping[str, Any]) -> str:
        code, text = values.get("code") or "", values.get("period") or ""
        period = read_period(text)
        return f"{code} {period.code if period else text}" if code and text else ""

    def read(
        self, place: Place, *, plan: Plan, month: date | None, kept_by: User | None = None
    ) -> Mapping[str, IndicatorValueRow]:
        """Reads the rows of the plan's region."""
        assert isinstance(place, Department)
        work = load_value_work(place, plan=plan, on=today())
        due = [each for each in work.due if each.region == plan.region]
        reports = [each.report for each in due if each.report is not None]
        prefetch_related_objects(reports, "corrects")
        histories = load_histories(Series(each.indicator.pk, each.region.pk) for each in due)
        for each in due:
            if each.report is not None:
                each.report.indicator = each.indicator
        rows = [
            IndicatorValueRow(each.indicator, each.report, each, histories[Series(each.indicator.pk, each.region.pk)])
            for each in due
        ]
        rows.sort(key=lambda row: (row.subject.code, row.period.end, row.period.start))
        return {self.code_of(row.key): row for row in rows}

    def judge(self, row: IndicatorValueRow, cells: Cells) -> Judgement:
        empty = empty_value(row.subject, row.region, row.period)
        written = written_value(row.report or empty, row.data(cells))
        refusals = list(why_incomplete(written, row.history, on=today()))
        if refusals:
            return Judgement((), [self.reason(each) for each in refusals])
        doubts = doubts_about(written, row.history, limits())
        return Judgement((), (), [Question(each.name, each.question) for each in doubts])

    def why_not_reported(self, codes: Collection[str], *, plan: Plan, place: Place) -> Mapping[str, str]:
        named = {each: each.partition(" ")[::2] for each in codes}
        found = Indicator.objects.filter(code__in=[code for code, _period in named.values()])
        indicators = {each.code: each for each in found}
        values = Observation.objects.released(today()).filter(indicator__in=indicators.values(), region=plan.region)
        known = {(each.indicator_id, span_of(each)) for each in values}
        return {
            name: _why_not_reported(indicators.get(code), read_period(period), place, known)
            for name, (code, period) in named.items()
        }

    def lock(self, upload: Upload) -> None:
        own = Indicator.objects.select_for_update().filter(owner=upload.department)
        list(own.order_by("pk").values_list("pk"))

    def file(self, rows: Sequence[Entry], upload: Upload) -> None:
        assert upload.plan is not None and upload.plan.region is not None
        filings = [
            ValueFiling(
                each.row.subject.pk,
                each.row.period,
                each.row.data(each.cells),
                each.row.report.version if each.row.report is not None else None,
                each.submits,
                each.answers,
            )
            for each in rows
        ]
        file_values(filings, by=upload.uploaded_by, region=upload.plan.region)

    def form_url(self, row: IndicatorValueRow, upload: Upload) -> str:
        assert upload.plan is not None
        return value_form_url(row.subject.code, row.period.code, row.region, plan=upload.plan.action_slug)


INDICATOR_VALUES = IndicatorValues()


def _why_not_reported(
    indicator: Indicator | None, period: Period | None, place: Place, known: Collection[tuple[int, Period]]
) -> str:
    if indicator is None:
        return _("There is no indicator with this code.")
    if indicator.owner_id != place.pk:
        return str(ValueReport.filing_refusal)
    if period is None:
        return _("This is no period; write it like 2023H1, 2023Q1, 2023-06 or 2022.")
    if (indicator.pk, period) in known:
        return _(
            "This period has a value already: on the indicator's page say whether yours is a revision or corrects it."
        )
    return _("No value of this period is due: file it on the page of the indicator.")
