"""How filters and tags write values."""

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext as _

from styleguide.specimens.lists import FilterForm, filter_context
from styleguide.specimens.specimen import DAY, ENDS, STARTS, ValueTable, in_language


def _sample_values() -> dict[str, Any]:
    return {
        "on": DAY,
        "at": datetime(2023, 8, 29, 1, 30, tzinfo=UTC),
        "none": None,
        "less": Decimal("-16.8"),
        "more": Decimal("0.7"),
        "until": in_language("至2023-08-28", "to 2023-08-28"),
        "named": "国家统计局 | National Bureau of Statistics",
        "amounts": [SimpleNamespace(investment_wan=123456), SimpleNamespace(investment_wan=120000)],
        "row": {"name_zh": "能源局", "name_en": "Energy Administration"},
        "ada": SimpleNamespace(get_full_name=lambda: in_language("艾达", "Ada"), get_username=lambda: "ada"),
    }


def value_tables() -> list[ValueTable]:
    context = _sample_values()
    return [
        ValueTable(
            _("Numbers"),
            [
                "{{ 1518|number }}", "{{ none|number }}", "{{ 40|result_count }}", "{{ 5.25|percent }}",
                "{{ less|gap }}",
                "{{ more|gap }}", "{{ less|gap_cell }}", "{{ 3|change }}", '{{ "-3"|true_minus }}', "{{ 123456|yi }}",
                "{{ 28000|yi_cell }}", "{{ 28000|money }}", "{{ 30|days }}",
                "{{ amounts|yi_decimals:'investment_wan' }}",
            ],
            context,
        ),
        ValueTable(
            _("Days and times"),
            [
                "{{ on|day }}", "{{ on|month }}", "{{ on|month_name }}", "{{ on|short_month }}", "{{ on|iso }}",
                "{{ at|datetime:on }}", "{{ at|datetime }}", "{{ 0.34|duration }}", "{{ 95|duration }}",
                "{{ 90000|duration }}", "{{ until|nowrap }}", "{{ until|full_stop }}", "{{ named|source }}",
            ],
            context,
        ),
        ValueTable(
            _("Names and texts"),
            [
                '{{ row|localized:"name" }}', "{{ ada|person }}", "{{ none|person }}",
                "{{ row.name_en|mark_language }}",
                "{% remembered_site as profile %}{{ profile.name }}",
                "{% capture as words %}{{ on|day }}{% endcapture %}{{ words }}",
            ],
            context,
        ),
        ValueTable(
            _("Addresses, from what the page's own says"),
            [
                '{% url_with status="promoting" %}', '{% url_without "light" %}', '{% url_without "light" "red" %}',
                '{% api_url "api-measures" by="plan" %}', '{{ "/api/v1/"|wrap_address }}',
                "{% sticky_query %}", '{% query_of "/measures/" plan="" %}', "{% row_url in_plan %}",
                "{% plan_url other_plan %}",
                '{% lasting_address "/measures/?light=red" %}',
                '{% chart_csv_url "course" %}',
                '{% query_inputs without="light" as inputs %}{{ inputs|force_escape }}',
                "{% sticky_inputs as inputs %}{{ inputs|force_escape }}",
                '{% filter_fields form names as fields %}{{ fields|length }}',
                "{% folded_fields form names folded as fields %}{{ fields|is_any_asked|yesno }}",
                "{% form_id as id %}{{ id|force_escape }}",
                "{% filter_chips form as chips %}{{ chips|length }}",
                '{% month_ends plan on as ends %}{{ ends|length }}',
                '{% comparison_choices on as choices %}{{ choices|length }}',
            ],
            context
            | {"plan": SimpleNamespace(slug="2023-2025", starts_on=STARTS, ends_on=ENDS, pk=1)}
            | {"in_plan": SimpleNamespace(plan_id=1, path="/measures/M001/")}
            | {"other_plan": SimpleNamespace(link_slug="2020-2022")}
            | {"names": ["light"], "folded": ["status"]}
            | filter_context(FilterForm({"status": "completed"})),
            is_code=True,
        ),
    ]  # fmt: skip
