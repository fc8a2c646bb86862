"""Any order and naming of the columns of a right file, with what was said of those that nobody knows, gives the same
site."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.clock import SHANGHAI
from ledger.headers import HEADERS, column_key, in_all_languages
from ledger.matching import match_questions
from ledger.preview import preview
from ledger.raw import RawFile, RawRow, RawSheet
from ledger.reading import read_tables
from ledger.recognition import sheet_key
from ledger.sheets import SHEETS
from ledger.tables import find_tables
from measures.models import Plan
from tests.factories import make_plan, region
from tests.sweeps import examples

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

# By sheet, the columns of a right file and the cells below each.
RIGHT: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "measures": {
        "code": ("7", "9", "11"),
        "section": ("产业升级", "生态保护", "产业升级"),
        "title_zh": ("建设绿色工厂三家", "造林两千亩", "淘汰落后锅炉"),
        "title_en": ("Three green factories", None, "Old boilers out"),
        "description_zh": ("三家企业达标", "不含经济林", None),
        "lead_department": ("市工信局", "市林业局", "市工信局"),
        "participating_departments": ("市财政局、市科技局", None, "市林业局"),
        "target_zh": ("达标三家", "成活率九成", "全部拆除"),
        "listed_on": (date(2023, 1, 3), date(2023, 2, 1), None),
        "due_on": (date(2024, 12, 31), "2024年第三季度", "长期坚持"),
        "source": ("鲁政发〔2022〕1号", None, None),
    },
    "projects": {
        "code": ("P07", "P09", "P11"),
        "name_zh": ("光伏电站", "污水处理厂", "高铁站"),
        "name_en": (None, "Sewage works", None),
        "city": ("济南市", "青岛市", "济南市"),
        "category": ("能源", "环保", "交通"),
        "stage": ("在建", "前期", "建成"),
        "total_investment": ("12000万元", "3.6亿元", "500万元"),
        "invested_before": ("200万元", None, "500万元"),
        "lead_department": ("市能源局", None, "市交通局"),
        "list_name": ("省重大项目名单", None, None),
        "national_code": ("2105-370602-04-01-123456", None, None),
        "planned_start_on": ("2023年3月", date(2024, 1, 1), date(2020, 1, 1)),
        "planned_completion_on": ("2024年底", date(2025, 12, 31), date(2023, 1, 1)),
    },
}
# Headers that name no column of any sheet.
NONSENSE = tuple(f"{word}栏" for word in "甲乙丙丁戊己庚辛壬癸子丑寅")


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.setattr("ledger.preview.now", lambda: datetime(2024, 5, 6, 12, tzinfo=SHANGHAI))
    region("370100"), region("370200")
    return make_plan("county")


@pytest.fixture
def plain(plan: Plan) -> dict[str, Any]:
    """Returns by sheet the site as the right file makes it with the names of the columns as headers."""
    return {sheet: loaded(sheet, {name: name for name in columns}, plan, sheet) for sheet, columns in RIGHT.items()}


@st.composite
def headings(draw: Any, sheet: str) -> dict[str, str]:
    """Draw the columns of a right file in any order, each with a header that offices give it or that nobody has."""
    names = draw(st.permutations(list(RIGHT[sheet])))
    unknown = draw(st.just(set(names)) | st.sets(st.sampled_from(names)))
    labels = {column.name: in_all_languages(column.label) for column in SHEETS[sheet].columns}
    return {
        name: nonsense
        if name in unknown
        else draw(st.sampled_from([name, *sorted(labels[name]), *HEADERS[sheet].get(name, ())]))
        for name, nonsense in zip(names, NONSENSE, strict=False)
    }


def loaded(sheet: str, columns: Mapping[str, str], plan: Plan, title: str) -> dict[str, Any]:
    """Returns the rows of the site as a file of these columns would make them, once what is asked was answered."""
    cells = zip(*(RIGHT[sheet][name] for name in columns), strict=True)
    rows = [RawRow(number, tuple(each)) for number, each in enumerate([columns.values(), *cells], 1)]
    raw, sheets, said = RawSheet(title, rows), list(SHEETS.values()), dict[str, str]()
    right = {column_key(SHEETS[sheet], text): name for name, text in columns.items() if text in NONSENSE}
    while asked := match_questions(find_tables(RawFile([raw]), sheets, said), said, begun=()):
        said |= {each.key: {**right, sheet_key(raw): sheet}[each.key] for each in asked}
    # Of columns that no row needs nobody is asked: those are known of an earlier file.
    said |= right
    reading = read_tables(find_tables(RawFile([raw]), sheets, said), "table.xlsx", said)
    assert reading.questions == []
    found = preview(reading.ledger, plan)
    assert found.faults == []
    return {name: {key: item.values for key, item in held.items()} for name, held in found.merged.items.items()}


@pytest.mark.parametrize("sheet", RIGHT)
@given(data=st.data())
@settings(
    max_examples=examples(25),
    deadline=None,
    phases=[Phase.generate],  # to shrink one takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_columns_may_stand_in_any_order_under_any_of_their_names(
    sheet: str, plan: Plan, plain: dict[str, Any], data: st.DataObject
) -> None:
    columns = data.draw(headings(sheet))
    title = data.draw(st.sampled_from(["Sheet1", str(SHEETS[sheet].label)]))
    assert len(plain[sheet][sheet]) == 3
    assert loaded(sheet, columns, plan, title) == plain[sheet]
